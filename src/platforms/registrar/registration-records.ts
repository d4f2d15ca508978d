import { RegistrationRequest } from './registration';

/** What the records say of a registration. */
export interface Standing {
  /** Whether another resource still declares it: under another name, or in another stack. */
  readonly heldByOthers: boolean;
  /** Whether it was at the platform before any resource declared it, so that somebody else has made it. */
  readonly foundThere: boolean;
  /** Whether a resource was about to make it, because it was not there. */
  readonly madeHere: boolean;
}

/**
 * Where a declared registration comes from: the platform had it already; a resource makes it; or it was put back, and its origin
 * stays.
 */
export type Origin = 'found' | 'made' | 'restored';

/**
 * What a CA's ledger records of the CA's registrations. No platform says which resource a registration belongs to; without these
 * records, a resource that leaves a stack would remove what another one has taken over.
 */
export interface RegistrationRecords {
  /**
   * Notes that a request for a resource begins. Can be asked again.
   *
   * @param aim what the properties of the request declare, or what a removal takes away
   * @throws OvertakenError if a later request for the resource has begun
   */
  begin(request: RegistrationRequest, aim: string): Promise<void>;
  /** The aim of the latest request for a resource; `undefined` after its removal. */
  aim(resource: string): Promise<string | undefined>;
  /** Notes that a resource declares a registration. */
  declare(registration: string, resource: string, origin: Origin): Promise<void>;
  /** Notes that a resource declares it no longer. Can be asked again. */
  leave(registration: string, resource: string): Promise<Standing>;
  /** What is recorded of a registration, apart from this resource's own declaration. */
  standing(registration: string, resource: string): Promise<Standing>;
  /** Notes that the platform no longer has it, unless a resource declares it by now. */
  forget(registration: string): Promise<void>;
  /** The code that is recorded for this purpose. */
  code(registration: string, purpose: string): Promise<string | undefined>;
  /**
   * Asks the platform for a code once: a second delivery of the same request, at the same time or later, gets the same code.
   * Platforms make a new code each time, which replaces the one before.
   *
   * @param ask answers `undefined` if the caller must start again from the beginning
   */
  codeOnce(registration: string, purpose: string, ask: () => Promise<string | undefined>): Promise<string | undefined>;
  /** Counts an attempt, before it is made, at a call that makes something new each time. */
  attempt(registration: string, purpose: string): Promise<void>;
  /** How many attempts were counted. */
  attempts(registration: string, purpose: string): Promise<number>;
  /**
   * Forgets a code, so that the next delivery asks for another one; the count of attempts stays.
   *
   * @param code the code to forget, if it is still the recorded one; absent: whichever is recorded
   */
  forgetCode(registration: string, purpose: string, code?: string): Promise<void>;
}

/** Opens the records in a ledger; another one in tests. */
export type OpenRecords = (ledgerTable: string, signal: AbortSignal) => RegistrationRecords;

/** The name of a resource in the records. */
export function resourceOf({ stackId, logicalResourceId }: RegistrationRequest): string {
  return `${stackId}/${logicalResourceId}`;
}

/**
 * Does the work that a declared registration needs. If an update from another registration fails, CloudFormation never asks for
 * the removal of this one, so the resource leaves it here.
 *
 * @param isSame whether the resource stood for this registration before the request
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

/** Nobody else declares it, and it was not there before. */
const UNLESS_OTHERS: MayRemove = ({ heldByOthers, foundThere }) => !heldByOthers && !foundThere;

/** Nobody else declares it, and the records say that it was made here: for platforms that do not show whose it is. */
export const IF_MADE_HERE: MayRemove = ({ heldByOthers, madeHere }) => !heldByOthers && madeHere;

/**
 * Notes that a resource leaves a registration, and removes the registration at the platform unless it is somebody else's, or another
 * resource declares it.
 *
 * @param remove removes it at the platform, and answers whether it is gone; `undefined` if another change overtook it
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
