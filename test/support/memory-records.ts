import { begun, LatestRequest } from '../../src/platforms/registrar/latest-request';
import { RegistrationRequest } from '../../src/platforms/registrar/registration';
import { Origin, RegistrationRecords, resourceOf, Standing } from '../../src/platforms/registrar/registration-records';

/** Records of registrations in memory, with the promises that the port makes. */
export class MemoryRecords implements RegistrationRecords {
  public readonly registrations = new Map<string, { readonly resources: Set<string>; origin?: 'made' | 'found' }>();
  public readonly codes = new Map<string, string>();
  private readonly requests = new Map<string, LatestRequest>();
  private readonly attemptsNoted = new Map<string, number>();
  private readonly asking = new Map<string, Promise<string | undefined>>();

  public async begin(request: RegistrationRequest, aim: string): Promise<void> {
    this.requests.set(resourceOf(request), begun(this.requests.get(resourceOf(request)), request, aim));
  }

  public async aim(resource: string): Promise<string | undefined> {
    return this.requests.get(resource)?.aim;
  }

  public async declare(registration: string, resource: string, origin: Origin): Promise<void> {
    const record = this.registrations.get(registration) ?? { resources: new Set() };
    record.resources.add(resource);
    record.origin = origin === 'made' ? 'made' : record.origin ?? (origin === 'found' ? 'found' : 'made');
    this.registrations.set(registration, record);
  }

  public async leave(registration: string, resource: string): Promise<Standing> {
    this.registrations.get(registration)?.resources.delete(resource);
    return this.standing(registration, resource);
  }

  public async standing(registration: string, resource: string): Promise<Standing> {
    const { resources, origin } = this.registrations.get(registration) ?? { resources: new Set<string>() };
    return { heldByOthers: [...resources].some(each => each !== resource), foundThere: origin === 'found', madeHere: origin === 'made' };
  }

  public async attempt(registration: string, purpose: string): Promise<void> {
    this.attemptsNoted.set(`${registration} ${purpose}`, await this.attempts(registration, purpose) + 1);
  }

  public async attempts(registration: string, purpose: string): Promise<number> {
    return this.attemptsNoted.get(`${registration} ${purpose}`) ?? 0;
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

  public async forgetCode(registration: string, purpose: string, code?: string): Promise<void> {
    const key = `${registration} ${purpose}`;
    if (code === undefined || this.codes.get(key) === code) {
      this.codes.delete(key);
    }
  }
}
