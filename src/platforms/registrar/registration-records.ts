import { RegistrationRequest } from './registration';

/** What the records say about a registration. */
export interface Standing {
  /** Whether another resource, under another name or in another stack, still declares it. */
  readonly heldByOthers: boolean;
  /** Whether the platform had it before any resource declared it, so someone else has made it. */
  readonly foundThere: boolean;
  /** Whether a resource was about to make it because the platform did not have it. */
  readonly madeHere: boolean;
}

/**
 * Where a declared registration comes from: the platform had it already (`found`); a resource makes it (`made`); or a resource puts it in
 * the place of another registration under an occupied name, as in a rollback (`restored`). `made` replaces a recorded origin. The others
 * keep it; if none is recorded, `restored` is recorded as `made`.
 */
export type Origin = 'found' | 'made' | 'restored';

/**
 * The records of a CA's registrations in the CA's ledger. No platform says which resource a registration belongs to. Without these
 * records, a resource that leaves a stack would remove a registration that another resource has taken over.
 */
export interface RegistrationRecords {
  /**
   * Notes that a request for a resource begins. Can be called again.
   *
   * @param aim what the properties of the request declare, or what a removal takes away
   * @throws OvertakenError if a later request for the resource has begun
   */
  begin(request: RegistrationRequest, aim: string): Promise<void>;
  /** The aim of the latest request for a resource; `undefined` after its removal. */
  aim(resource: string): Promise<string | undefined>;
  /** Notes that a resource declares a registration. */
  declare(registration: string, resource: string, origin: Origin): Promise<void>;
  /** Notes that a resource no longer declares a registration. Can be called again. */
  leave(registration: string, resource: string): Promise<Standing>;
  /** What is recorded about a registration, apart from this resource's own declaration. */
  standing(registration: string, resource: string): Promise<Standing>;
  /** Notes that the platform no longer has a registration, unless a resource has declared it in the meantime. */
  forget(registration: string): Promise<void>;
  /** The code that is recorded for this purpose. */
  code(registration: string, purpose: string): Promise<string | undefined>;
  /**
   * Asks the platform for a code once: a second delivery of the same request, at the same time or later, gets the same code. Platforms
   * make a new code each time, which replaces the previous one.
   *
   * @param ask returns `undefined` if the caller must start again from the beginning
   */
  codeOnce(registration: string, purpose: string, ask: () => Promise<string | undefined>): Promise<string | undefined>;
  /** Counts an attempt, before it is made, to make a call that creates something new each time. */
  attempt(registration: string, purpose: string): Promise<void>;
  /** The number of attempts that were counted. */
  attempts(registration: string, purpose: string): Promise<number>;
  /**
   * Forgets a code, so that the next delivery asks for a new one. The count of attempts stays.
   *
   * @param code the code to forget, if it is still the recorded code; if absent, any recorded code is forgotten
   */
  forgetCode(registration: string, purpose: string, code?: string): Promise<void>;
}

/** Opens the records in a ledger; tests replace it. */
export type OpenRecords = (ledgerTable: string, signal: AbortSignal) => RegistrationRecords;

/** The name of a resource in the records. */
export function resourceOf({ stackId, logicalResourceId }: RegistrationRequest): string {
  return `${stackId}/${logicalResourceId}`;
}

/**
 * Does the work that a declared registration needs. If an update that changes the registration fails, CloudFormation never requests the
 * removal of the new registration, so the resource leaves it here.
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

/** Whether a registration that a resource has left may be removed from the platform. */
export type MayRemove = (standing: Standing) => boolean;

/** No other resource declares it, and the platform did not have it before. */
const UNLESS_OTHERS: MayRemove = ({ heldByOthers, foundThere }) => !heldByOthers && !foundThere;

/** No other resource declares it, and the records say that it was made here: for platforms that do not show whose it is. */
export const IF_MADE_HERE: MayRemove = ({ heldByOthers, madeHere }) => !heldByOthers && madeHere;

/**
 * Notes that a resource leaves a registration, and removes the registration from the platform unless someone else made it, or another
 * resource declares it.
 *
 * @param remove removes it from the platform, and returns whether it is gone; `undefined` if another change overtook the removal
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
