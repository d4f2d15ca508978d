import { declaredIdentity, declared } from './declared-resource';
import { Claim } from './ledger/claim';
import { AnsweredError } from '../resource/answered-error';
import { isOf } from './declaration/identity';
import { makeCurrent, releaseKeys, restoreCurrent } from './keys/held-keys';
import { tagParameter } from './keys/parameter-tags';
import { ignoreGone, keyVersionOf, LedgerEntry } from './ledger/ledger';
import { ledgerTables } from './ledger/ledger-tables';
import { handleCaLookup } from './look-up-ca';
import { Ports, PutBack } from './ports';
import { refuse } from './refuse';
import { revokeRemoved } from './revocation/revoke-removed';
import { isRetained, withdrawCertificate } from './withdraw-certificate';
import { SERVICE_TIMEOUT_MINUTES } from '../contract/cloudformation-limits';
import { ResourceType } from '../contract/resource-types';
import { failureOf, LifecycleEvent, LifecycleResult } from '../resource/lifecycle-event';
import { OvertakenError } from '../resource/overtaken-error';
import { identityIn } from '../resource/physical-id';

/**
 * Carries out one request. Every request can be delivered again, even at the same time, and always ends the same.
 *
 * An update works like a creation: the declaration gives the identity, and the ledger says whether its certificate already exists. A
 * changed identity is a new physical ID, so CloudFormation deletes the old one after the whole update has succeeded. A rollback declares
 * the old identity again and gets the old bytes.
 *
 * A request is recorded as the latest one for its resource before anything else is done for it. A request that is no longer the latest one
 * does nothing: see `Claim`.
 *
 * @param read reads what a request declares, and says how it is carried out
 * @throws LifecycleError
 */
export async function handleLifecycleEvent(event: LifecycleEvent, ports: Ports, read: typeof declared = declared): Promise<LifecycleResult> {
  if (event.resourceType === ResourceType.CA_LOOKUP) {
    return handleCaLookup(event, ports);
  }
  return event.requestType === 'Delete' ? remove(event, ports) : declare(event, ports, read);
}

/** The effects of a delivery that a later request does not know about. */
interface Made {
  /** The entries whose keys the delivery has written. */
  readonly keys: LedgerEntry[];
  /** The steps that make the former keys current again, in reverse order of the moves. */
  readonly moved: PutBack[];
}

async function declare(event: LifecycleEvent, ports: Ports, read: typeof declared): Promise<LifecycleResult> {
  let physicalResourceId: string | undefined;
  try {
    const resource = read(event);
    const { identity } = resource;
    physicalResourceId = resource.physicalId;
    const made: Made = { keys: [], moved: [] };
    const claim = new Claim(event, { wants: identity }, ports);
    try {
      await claim.open(ledgerTables(event));
      assertAwaited(event, ports);
      const { entry, data } = await resource.carryOut(ports, key => made.keys.push(key));
      await makeCurrent(entry, ports, back => made.moved.unshift(back));
      if (entry.reservedBy !== event.requestId) { // otherwise this same request made its parameter, with these tags
        await tagParameter(entry, ports);
      }
      assertAwaited(event, ports);
      await claim.succeed();
      const unfinished = await withdrawLeftBehind(claim, ports).catch((error: Error) => error instanceof OvertakenError ? undefined : error.message);
      return { physicalResourceId, data, unfinished };
    } catch (error) {
      await (error instanceof OvertakenError ? giveWay(event, identity, made, ports) : undo(event, identity, made, claim, error, ports));
      throw error;
    }
  } catch (error) {
    throw failureOf(event, physicalResourceId, error);
  }
}

/**
 * Makes sure that CloudFormation still waits for the answer. If CloudFormation no longer waits, it considers the resource failed and
 * unchanged; and if nothing is rolled back, no later request says so.
 */
function assertAwaited({ requestedAt }: LifecycleEvent, ports: Ports): void {
  if (requestedAt && ports.clock().getTime() > requestedAt.getTime() + SERVICE_TIMEOUT_MINUTES * 60_000) {
    throw new Error(`CloudFormation must receive its response within ${SERVICE_TIMEOUT_MINUTES} minutes, `
      + `and the request was made at ${requestedAt.toISOString()}; deploy again`);
  }
}

/**
 * Withdraws the certificates that earlier requests for the resource have made and that no resource has. The ledger accounts for what can't
 * be taken back: further deliveries of this request, and the next request for the resource, try again.
 *
 * @returns what could not be taken back, in words
 */
async function withdrawLeftBehind(claim: Claim, ports: Ports): Promise<string | undefined> {
  return withdraw(await claim.leftBehind(), claim, ports);
}

async function withdraw(identities: readonly string[], claim: Claim, ports: Ports): Promise<string | undefined> {
  const kept: string[] = [];
  for (const identity of identities) {
    if (!await withdrawCertificate(identity, claim.holder, claim.allTables, ports)) {
      kept.push(identity);
    }
  }
  const gone = identities.filter(identity => !kept.includes(identity));
  if (gone.length > 0) {
    await claim.letGo(gone);
  }
  return kept.length === 0 ? undefined : `the keys of ${kept.join(', ')} still have their staging labels in their secrets, `
    + 'because secretsmanager:UpdateSecretVersionStage is denied';
}

/**
 * Takes back what a failed request has issued, because it was never delivered. If that fails too, the ledger accounts for it, and the next
 * request for the resource takes it back. The failure is announced, if it is recorded.
 *
 * @throws AnsweredError if another delivery of the request has succeeded
 */
async function undo(event: LifecycleEvent, identity: string, made: Made, claim: Claim, error: unknown, ports: Ports): Promise<void> {
  const failure = await recordFailure(claim);
  if (failure === 'overtaken') { // for example by a removal, which released the key that this request was about to read
    return giveWay(event, identity, made, ports);
  }
  // This delivery answers that the request has failed, whether or not the ledger knows. If another delivery has succeeded unseen, because only
  // this one can't reach the ledger, the key and the bundles that this delivery had moved are the former ones until the next request.
  await putBack(made);
  if (failure === 'unrecorded') {
    return;
  }
  try {
    const { home } = ledgerTables(event);
    const entry = await ports.ledger(home).find(identity);
    if (identity !== identityIn(event.physicalResourceId) && (entry?.issuedBy ?? entry?.reservedBy) === event.requestId) {
      // If the request only brought the certificate back, its key had been kept before.
      if (await withdrawCertificate(identity, claim.holder, claim.allTables, ports, entry?.reservedBy === event.requestId ? 'none' : 'as declared')) {
        await claim.letGo([identity]);
      }
    }
    await restoreCurrent(event, home, ports);
  } catch {
    // The first error says more.
  }
  const { home, own } = ledgerTables(event);
  await refuse(event, error, own === undefined ? [home] : [home, own], ports);
}

/** Records the failure. If that is not possible, another delivery may still succeed. */
async function recordFailure(claim: Claim): Promise<'recorded' | 'overtaken' | 'unrecorded'> {
  try {
    await claim.fail();
    return 'recorded';
  } catch (error) {
    if (error instanceof AnsweredError) {
      throw error;
    }
    return error instanceof OvertakenError ? 'overtaken' : 'unrecorded';
  }
}

/** Leaves everything as the later request has it. Whatever this request wrote after the later one began is removed. */
async function giveWay(event: LifecycleEvent, identity: string, made: Made, ports: Ports): Promise<void> {
  try {
    await putBack(made);
    const { home } = ledgerTables(event);
    const standing = await ports.ledger(home).find(identity);
    const latest = standing && isOf(standing, event) ? [standing] : [];
    const gone = latest.filter(entry => entry.status === 'WITHDRAWN' && !isRetained(entry));
    const superseded = made.keys.filter(each => !standing || keyVersionOf(each) !== keyVersionOf(standing));
    for (const entry of [...gone, ...superseded]) {
      await releaseKeys(entry, ports);
    }
    await restoreCurrent(event, home, ports);
  } catch {
    // Only the later request counts. The error that this request was overtaken says more.
  }
}

/**
 * Makes the former keys current again. A step does nothing if a later request has moved its key in the meantime: this request may not know
 * about the later one, which can be recorded in the ledger of another CA.
 */
async function putBack({ moved }: Made): Promise<void> {
  for (const back of moved) {
    await back().catch(() => undefined); // the next request for the resource makes its key the current one
  }
}

async function remove(event: LifecycleEvent, ports: Ports): Promise<LifecycleResult> {
  const physicalResourceId = event.physicalResourceId ?? '';
  try {
    const identity = identityIn(physicalResourceId) ?? await unansweredIdentity(event, ports);
    const unfinished = identity === undefined ? undefined : await removeIdentity(event, identity, ports);
    return { physicalResourceId, unfinished };
  } catch (error) {
    throw failureOf(event, physicalResourceId, error);
  }
}

/**
 * The identity to remove if CloudFormation requests a removal by an ID that it has invented: the identity of a creation whose answer
 * CloudFormation did not get. If the stack was not rolled back, that removal comes after the resource was created again with the same
 * identity. CloudFormation then lists that identity for the resource, and does not want it removed.
 */
async function unansweredIdentity(event: LifecycleEvent, ports: Ports): Promise<string | undefined> {
  const identity = declaredIdentity(event);
  if (identity === undefined) {
    return undefined;
  }
  const { resources } = await ports.stack(event.stackId);
  const isStanding = resources.some(each => each.logicalResourceId === event.logicalResourceId && identityIn(each.physicalResourceId) === identity);
  return isStanding ? undefined : identity;
}

async function removeIdentity(event: LifecycleEvent, identity: string, ports: Ports): Promise<string | undefined> {
  const claim = new Claim(event, { removes: identity }, ports);
  try {
    const tables = ledgerTables(event);
    await claim.open(tables);
    const kept = await withdraw([identity], claim, ports);
    await revokeRemoved(event, identity, tables.home, ports).catch(ignoreGone);
    await claim.succeed();
    return await withdrawLeftBehind(claim, ports) ?? kept;
  } catch (error) {
    if (error instanceof OvertakenError) {
      await giveWay(event, identity, { keys: [], moved: [] }, ports); // this request must not remove what is declared now
      return undefined;
    }
    throw error;
  }
}
