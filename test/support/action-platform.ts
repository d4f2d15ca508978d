import { X509Certificate } from 'node:crypto';
import { HttpsPlatform, PlatformAnswer, PlatformFault, PlatformRequest } from './https-platform';

/** What goes wrong with an action; throttling in the platform's own words. */
export type ActionFault = PlatformFault | 'limited';

/** A platform whose operations are told by a name, not by a path. */
export abstract class ActionPlatform extends HttpsPlatform {
  /** The actions that came with a valid signature, in their order. */
  public actions: string[] = [];
  private planned: { readonly action: string; readonly fault: ActionFault }[] = [];

  /** What goes wrong with the next requests for an action, one after the other. */
  public plan(action: string, ...faults: ActionFault[]): void {
    this.planned.push(...faults.map(fault => ({ action, fault })));
    this.fault = () => {
      const fault = this.next(this.actionOf(this.received.at(-1)!), each => each !== 'limited');
      return fault === 'limited' ? undefined : fault;
    };
  }

  /** Forgets what was asked, and nothing goes wrong any more. */
  public forget(): void {
    super.forget();
    this.actions = [];
    this.planned = [];
  }

  protected abstract actionOf(request: PlatformRequest): string;
  /** Checks a request and its signature. */
  protected abstract admit(request: PlatformRequest): void;
  /** How the platform says that there were too many requests. */
  protected abstract limited(): PlatformAnswer;
  protected abstract carryOut(action: string, request: PlatformRequest): PlatformAnswer;

  protected answer(request: PlatformRequest): PlatformAnswer {
    this.admit(request);
    const action = this.actionOf(request);
    this.actions.push(action);
    return this.next(action, each => each === 'limited') ? this.limited() : this.carryOut(action, request);
  }

  private next(action: string, isMeant: (fault: ActionFault) => boolean): ActionFault | undefined {
    const index = this.planned.findIndex(each => each.action === action);
    return index >= 0 && isMeant(this.planned[index].fault) ? this.planned.splice(index, 1)[0].fault : undefined;
  }
}

/** A certificate that came to a platform; `undefined` where it is none. */
export function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** Whether a verification certificate has a code as its common name, which is all of its subject. */
export function hasCode(verification: X509Certificate, code: string | undefined): boolean {
  return code !== undefined && verification.subject === `CN=${code}`;
}
