import { keyOf } from './directory-ledger';
import { ownId } from './nested-ids';
import { State, StoredLedgerEntry } from './state';
import { Revocation } from '../../issuing/ledger/revocation';
import { identityIn } from '../../resource/physical-id';
import { own } from '../json';

/** A certificate that a CA of a local deployment has issued to someone else. */
export interface IssuedCertificate {
  readonly table: string;
  readonly entry: StoredLedgerEntry;
  /** The CA that has signed it: its stack and its path in the stack; its identity if no stack has the CA any more. */
  readonly ca: string;
  /** The stack of its resource; absent if the stack is gone. */
  readonly stack?: string;
  /** The resource: its stack and its path in the stack; its logical id if no stack has it any more. */
  readonly resource: string;
}

/** The profile of an entry that is a signature and no certificate. */
const SIGNATURE = 'signature';

/** All certificates in the ledgers of a local deployment but those that sign themselves, in the order in which they were reserved. */
export function issuedCertificates({ stacks, ledgers }: State): IssuedCertificate[] {
  const names = new Map<string, string>();
  const cas = new Map<string, string>();
  const stackNames = new Map<string, string>();
  for (const [stack, { stackId, resources }] of Object.entries(stacks)) {
    stackNames.set(stackId, stack);
    for (const [logicalId, resource] of Object.entries(resources)) {
      stackNames.set(resource.stackId ?? stackId, stack);
      names.set(`${resource.stackId ?? stackId}/${ownId(logicalId)}`, `${stack}/${resource.name}`);
      cas.set(identityIn(resource.physicalId) ?? resource.physicalId, `${stack}/${resource.name}`);
    }
  }
  // The ledger of a subordinate CA also has the CA's own certificate, which the ledger of its issuer decides about.
  return Object.entries(ledgers).flatMap(([table, { latest, entries }]) => Object.values(entries)
    .filter(({ certificate, issuer, identity, profile }) =>
      certificate !== undefined && issuer !== identity && profile !== SIGNATURE && Object.hasOwn(latest, issuer))
    .map(entry => ({
      table,
      entry,
      ca: cas.get(entry.issuer) ?? entry.issuer,
      stack: stackNames.get(entry.stackId),
      resource: names.get(`${entry.stackId}/${entry.logicalResourceId}`) ?? entry.logicalResourceId,
    })));
}

/** What its ledger has recorded about the revocation of a certificate. */
export function revocationOf({ ledgers }: State, { table, entry }: IssuedCertificate): Revocation | undefined {
  return own(own(ledgers, table)?.revoked ?? {}, keyOf(entry));
}
