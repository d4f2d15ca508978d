import { RegistrationRequest } from './registrar';

/** What is left of a registration once a resource has left it. */
export interface Standing {
  /** Whether another resource stands for it still: one that took it over under another name, or in another stack. */
  readonly heldByOthers: boolean;
  /** Whether it was at the platform before any resource declared it: somebody else has made it. */
  readonly foundThere: boolean;
  /** Whether a resource was about to make it, since it was not there. */
  readonly madeHere: boolean;
}

/**
 * How a registration comes to be declared: the platform had it, whole; or not, so that it is made; or it was put back, and
 * stays what it was.
 */
export type Origin = 'found' | 'made' | 'restored';

/**
 * What the ledger of a CA keeps of the CA's registrations. Platforms tell nobody for whom a registration is; without this, a
 * resource that leaves a stack would take away what another one has taken over.
 */
export interface RegistrationRecords {
  /**
   * Notes that a request for a resource begins. Can be asked again.
   *
   * @param aim what the properties of the request declare, or what a removal takes away
   * @throws OvertakenError if a later request for the resource has begun
   */
  begin(request: RegistrationRequest, aim: string): Promise<void>;
  /** What the latest request leaves a resource with; nothing after its removal. */
  aim(resource: string): Promise<string | undefined>;
  /** Notes that a resource declares a registration. */
  declare(registration: string, resource: string, origin: Origin): Promise<void>;
  /** Notes that a resource declares it no longer. Can be asked again. */
  leave(registration: string, resource: string): Promise<Standing>;
  /** What is recorded of a registration that some resource, other than this one, may stand for. */
  standing(registration: string, resource: string): Promise<Standing>;
  /** Notes that it is gone from the platform, unless a resource declares it by now. */
  forget(registration: string): Promise<void>;
  /** The code that was asked for before, for this purpose. */
  code(registration: string, purpose: string): Promise<string | undefined>;
  /**
   * Asks the platform for a code, once: a second delivery of the same request, at the same time or later, gets the same one.
   * Platforms make a new code each time, which takes the place of the one before.
   *
   * @param ask answers `undefined` where it has to be tried again from the beginning
   */
  codeOnce(registration: string, purpose: string, ask: () => Promise<string | undefined>): Promise<string | undefined>;
  /** Notes an attempt to have the platform make what it would make anew each time, before it is asked. */
  attempt(registration: string, purpose: string): Promise<void>;
  /** How many attempts have been noted. */
  attempts(registration: string, purpose: string): Promise<number>;
  /**
   * Has a code asked for anew the next time; the attempts stay noted.
   *
   * @param code the code that is to be forgotten, if it is still that one; whatever it is, where it is absent
   */
  forgetCode(registration: string, purpose: string, code?: string): Promise<void>;
}

/** Opens the records in a ledger; another one in tests. */
export type OpenRecords = (ledgerTable: string, signal: AbortSignal) => RegistrationRecords;

/** What a resource is called in the records. */
export function resourceOf({ stackId, logicalResourceId }: RegistrationRequest): string {
  return `${stackId}/${logicalResourceId}`;
}

/**
 * Does what a declared registration takes. Where it fails in an update from another registration, nobody asks for the removal
 * of this one, so that the resource leaves it here.
 */
export async function orLeave<T>(
  records: RegistrationRecords, registration: string, request: RegistrationRequest, isSame: boolean, work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (request.requestType === 'Update' && !isSame) {
      await records.leave(registration, resourceOf(request)).catch(() => undefined);
    }
    throw error;
  }
}

/** Whether a registration that a resource has left may be removed at the platform. */
export type MayRemove = (standing: Standing) => boolean;

/** It is nobody else's, as far as anybody knows. */
const UNLESS_OTHERS: MayRemove = ({ heldByOthers, foundThere }) => !heldByOthers && !foundThere;

/** It is nobody else's, and is known to be made here: for platforms that do not show what would tell it. */
export const IF_MADE_HERE: MayRemove = ({ heldByOthers, madeHere }) => !heldByOthers && madeHere;

/**
 * Takes a resource out of a registration, and the registration off the platform unless it is somebody else's, or another
 * resource stands for it.
 *
 * @param remove removes it at the platform, and answers whether it is gone, or `undefined` where it was overtaken
 */
export async function leaveAndRemove(
  records: RegistrationRecords, registration: string, resource: string, remove: () => Promise<boolean | undefined>, mayRemove = UNLESS_OTHERS,
): Promise<boolean | undefined> {
  if (!mayRemove(await records.leave(registration, resource))) {
    return true;
  }
  const isGone = await remove();
  if (isGone) {
    await records.forget(registration);
  }
  return isGone;
}
