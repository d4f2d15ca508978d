import { RegistrationRequest } from './registrar';

/** What is left of a registration once a resource has left it. */
export interface Standing {
  /** Whether another resource stands for it still: one that took it over under another name, or in another stack. */
  readonly heldByOthers: boolean;
  /** Whether it was at the platform before any resource declared it: somebody else has made it. */
  readonly foundThere: boolean;
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
  /** Notes that a resource declares a registration. */
  declare(registration: string, resource: string, origin: Origin): Promise<void>;
  /** Notes that a resource declares it no longer. Can be asked again. */
  leave(registration: string, resource: string): Promise<Standing>;
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
  /** Has a code asked for anew the next time. */
  forgetCode(registration: string, purpose: string): Promise<void>;
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

/**
 * Takes a resource out of a registration, and the registration off the platform unless it is somebody else's, or another
 * resource stands for it.
 *
 * @param remove removes it at the platform; does nothing where it is gone, and answers `undefined` where it was overtaken
 */
export async function leaveAndRemove<T>(
  records: RegistrationRecords, registration: string, resource: string, remove: () => Promise<T>,
): Promise<T | true> {
  const { heldByOthers, foundThere } = await records.leave(registration, resource);
  if (heldByOthers || foundThere) {
    return true;
  }
  const removed = await remove();
  if (removed !== undefined) {
    await records.forget(registration);
  }
  return removed;
}
