import { Origin, RegistrationRecords, Standing } from '../../src/registrars/registration-records';

/** Records of registrations in memory, with the promises that the port makes. */
export class MemoryRecords implements RegistrationRecords {
  public readonly registrations = new Map<string, { readonly resources: Set<string>; origin?: 'made' | 'found' }>();
  public readonly codes = new Map<string, string>();
  private readonly asking = new Map<string, Promise<string | undefined>>();

  public async declare(registration: string, resource: string, origin: Origin): Promise<void> {
    const record = this.registrations.get(registration) ?? { resources: new Set() };
    record.resources.add(resource);
    record.origin = origin === 'made' ? 'made' : record.origin ?? (origin === 'found' ? 'found' : 'made');
    this.registrations.set(registration, record);
  }

  public async leave(registration: string, resource: string): Promise<Standing> {
    const record = this.registrations.get(registration);
    record?.resources.delete(resource);
    return { heldByOthers: (record?.resources.size ?? 0) > 0, foundThere: record?.origin === 'found' };
  }

  public async forget(registration: string): Promise<void> {
    const record = this.registrations.get(registration);
    if (record?.resources.size === 0) {
      record.origin = undefined;
    }
  }

  public async code(registration: string, purpose: string): Promise<string | undefined> {
    return this.codes.get(`${registration} ${purpose}`);
  }

  public async codeOnce(registration: string, purpose: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
    const key = `${registration} ${purpose}`;
    const asked = this.codes.get(key) ?? await this.asking.get(key);
    if (asked !== undefined) {
      return asked;
    }
    const asking = ask();
    this.asking.set(key, asking.catch(() => undefined));
    try {
      const code = await asking;
      if (code !== undefined) {
        this.codes.set(key, code);
      }
      return code;
    } finally {
      this.asking.delete(key);
    }
  }

  public async forgetCode(registration: string, purpose: string): Promise<void> {
    this.codes.delete(`${registration} ${purpose}`);
  }
}
