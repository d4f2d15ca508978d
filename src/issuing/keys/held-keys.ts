import { custodyOf } from './custody';
import { ownerOf } from './key-owner';
import { tagParameter } from './parameter-tags';
import { isSerialNumberOf } from '../../pki/serial-number';
import { Requester } from '../../resource/lifecycle-event';
import { keyVersionOf, LedgerEntry } from '../ledger/ledger';
import { MAX_TURNS } from '../ledger/turns';
import { Ports, PutBack } from '../ports';

/**
 * Makes the key of a certificate and its bundles the default versions of their places.
 *
 * @param onMoved called after each move with the step that reverses it
 */
export async function makeCurrent(entry: LedgerEntry, ports: Ports, onMoved: (putBack: PutBack) => void = () => {}): Promise<void> {
  const { keyStorage, serialNumber, bundles = [] } = entry;
  onMoved(await custodyOf(keyStorage, ports).makeCurrent(keyVersionOf(entry), ownerOf(entry)));
  for (const { Type, SecretArn } of bundles) {
    onMoved(await ports.secrets.makeCurrent(SecretArn, serialNumber, ownerOf(entry, Type)));
  }
}

/**
 * Releases the key of a certificate and its bundles, however often it is called, because an earlier attempt may have ended midway. Anyone
 * who may write to the ledger could name the key of another certificate, so a version is released only if its serial number belongs to
 * this resource.
 *
 * The key of the certificate that this one has renewed, and the key of one that is being made to renew it, are released too. All certificates
 * of a CA have one key.
 *
 * @returns whether all of them are gone: see `SecretVersions`
 */
export async function releaseKeys(entry: LedgerEntry, ports: Ports): Promise<boolean> {
  let areGone = true;
  for (const version of entry.keyVersion === undefined ? [entry.serialNumber, entry.renews, entry.renewedBy] : [entry.keyVersion]) {
    areGone = (version === undefined || await releaseVersion(entry, version, ports)) && areGone;
  }
  return areGone;
}

/** Releases one version of the key and the bundles of an identity. @returns whether all of them are gone */
export async function releaseVersion(entry: LedgerEntry, version: string, ports: Ports): Promise<boolean> {
  const { identity, keyStorage, bundles = [] } = entry;
  if (!isSerialNumberOf(version, identity)) {
    return true;
  }
  let areGone = await custodyOf(keyStorage, ports).release(version, ownerOf(entry));
  for (const { Type, SecretArn } of bundles) {
    areGone = await ports.secrets.release(SecretArn, version, ownerOf(entry, Type)) && areGone;
  }
  return areGone;
}

/**
 * Makes the keys of a resource current, and tags their parameters, as its latest request has them. A delivery that was overtaken between
 * two steps can have moved the keys or changed the tags after that request did.
 *
 * @param table the ledger in which the resource's certificate was recorded when the request was made
 */
export async function restoreCurrent(requester: Requester, table: string, ports: Ports): Promise<void> {
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const { entry, revisions } = await standing(requester, table, ports);
    if (!entry) {
      return;
    }
    await makeCurrent(entry, ports);
    await tagParameter(entry, ports);
    if ((await standing(requester, table, ports)).revisions === revisions) {
      return;
    }
  }
}

/** The certificate that a resource has, and the revisions of the records it was found through. */
interface Standing {
  readonly entry?: LedgerEntry;
  readonly revisions: string;
}

/**
 * Finds the certificate that a resource has: its running request has already issued it, or the resource had it before. The latest request
 * may have moved the resource to the ledger of another CA.
 */
async function standing(requester: Requester, table: string, ports: Ports, hops = 0): Promise<Standing> {
  const record = await ports.ledger(table).resource(requester);
  const revisions = `${table} ${record?.revision}`;
  const { wants, declares, outcome, movesTo } = record ?? {};
  const there = movesTo !== undefined && outcome !== 'FAILED' && hops < MAX_TURNS ? await standing(requester, movesTo, ports, hops + 1) : { revisions: '' };
  const entry = there.entry ?? await issuedEntry(outcome === 'FAILED' ? [declares] : [wants, declares], table, ports);
  return { entry, revisions: `${revisions} ${there.revisions}` };
}

async function issuedEntry(identities: readonly (string | undefined)[], table: string, ports: Ports): Promise<LedgerEntry | undefined> {
  for (const identity of identities) {
    const entry = identity === undefined ? undefined : await ports.ledger(table).find(identity);
    if (entry?.status === 'ISSUED') {
      return entry;
    }
  }
  return undefined;
}
