import { join } from 'node:path';
import { DirectoryLedger } from './directory-ledger';
import { Engine } from './engine';
import { fleetCas, issuedCertificates } from './issued-certificates';
import { State } from './state';
import { StateStore } from './state-store';
import { DAY } from '../../contract/term';
import { CaCrl, makeCrl, recordPublished } from '../../issuing/revocation/make-crl';
import { toPem } from '../../pki/pem';
import { REVOCATION_LIST } from '../../pki/pem-blocks';
import { identityIn } from '../../resource/physical-id';
import { messageOf } from '../cli-error';
import { FileMode, makeFolder } from '../disk';
import { safeName } from '../export/safe-names';

/** The revocation list of a CA in the directory of a local deployment. */
export interface WrittenList {
  /** The identity of the CA. */
  readonly issuer: string;
  /** The CA, as its author names it. */
  readonly ca: string;
  /** The file in PEM; absent if the list could not be made. */
  readonly file?: string;
  readonly list?: CaCrl;
  /** Why it could not be made. */
  readonly failure?: string;
}

/** How long a list is valid, in milliseconds: a week. */
const LIFE = 7 * DAY;

/**
 * Makes new revocation lists and writes them into the folder `crl` of the directory, in PEM and in DER, once a certificate was ever revoked:
 * one for each CA, because a broker that checks revocation refuses the devices of a CA without a list.
 *
 * @param directory the directory of the local deployment
 */
export async function writeRevocationLists(engine: Engine, directory: string): Promise<WrittenList[]> {
  const { store: { state }, store, ports, disk } = engine;
  const issuers = [...issuedCertificates(state).map(({ entry: { issuer }, ca }) => ({ issuer, ca })), ...fleetCas(store)];
  const names = new Map(issuers.map(({ issuer, ca }) => [issuer, ca]));
  const written: WrittenList[] = [];
  for (const { table, issuer, hasRevoked } of listedCas(store)) {
    const ca = names.get(issuer) ?? issuer;
    try {
      const list = await makeCrl(issuer, table, LIFE, ports);
      const file = join(directory, 'crl', fileName(issuer, new DirectoryLedger(table, store), state));
      makeFolder(join(directory, 'crl'));
      disk.replace(`${file}.crl`, list.der, FileMode.PUBLIC);
      disk.replace(`${file}.crl.pem`, toPem(REVOCATION_LIST, list.der), FileMode.PUBLIC);
      await recordPublished(list, issuer, table, ports);
      written.push({ issuer, ca, file: `${file}.crl.pem`, list });
    } catch (error) {
      store.assertSound();
      // A CA that has revoked nothing may have lost its key without harm.
      if (hasRevoked) {
        written.push({ issuer, ca, failure: messageOf(error) });
      }
    }
  }
  return written;
}

/** The CAs that need a list: none before the first revocation, and then all that have a certificate. */
function listedCas(store: StateStore): { table: string; issuer: string; hasRevoked: boolean }[] {
  const { ledgers } = store.state;
  if (Object.values(ledgers).every(({ revoked = {} }) => Object.keys(revoked).length === 0)) {
    return [];
  }
  return Object.entries(ledgers).flatMap(([table, { latest, entries, revoked = {} }]) => {
    const issuers = new Set([...Object.values(entries).map(({ issuer }) => issuer), ...store.fleets(table)?.issuers ?? []]);
    return [...issuers].filter(issuer => entries[latest[issuer]]?.certificate !== undefined)
      .map(issuer => ({ table, issuer, hasRevoked: Object.values(revoked).some(each => each.issuer === issuer) }));
  });
}

/**
 * The name of a list's files, which brokers read: it is made from the stack and the logical ID of the CA, and recorded, so that it stays the
 * same when the CA leaves its stack.
 */
function fileName(issuer: string, ledger: DirectoryLedger, state: State): string {
  const crl = ledger.ledger.crls![issuer];
  if (crl.file !== undefined) {
    return crl.file;
  }
  const taken = Object.values(state.ledgers).flatMap(({ crls = {} }) => Object.values(crls).map(({ file }) => file));
  const declared = safeName(declaredName(issuer, state) ?? issuer);
  const file = taken.includes(declared) ? `${declared}-${issuer}` : declared;
  ledger.write({ crls: { [issuer]: { ...crl, file } } });
  return file;
}

function declaredName(issuer: string, { stacks }: State): string | undefined {
  return Object.entries(stacks).flatMap(([stack, { resources }]) => Object.entries(resources)
    .filter(([, { physicalId }]) => identityIn(physicalId) === issuer).map(([logicalId]) => `${stack}-${logicalId}`))[0];
}
