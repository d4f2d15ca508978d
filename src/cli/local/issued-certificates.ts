import { keyOf } from './directory-ledger';
import { ownId } from './nested-ids';
import { State, StoredLedgerEntry } from './state';
import { isCertificate } from '../../issuing/ledger/inventory';
import { Revocation } from '../../issuing/ledger/revocation';
import { identityIn } from '../../resource/physical-id';
import { own } from '../json';

/** A certificate in a ledger of a local deployment. */
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

/** All certificates that the CAs of a local deployment have issued to others, in the order in which they were reserved. */
export function issuedCertificates(state: State): IssuedCertificate[] {
  return ledgerCertificates(state).filter(({ entry: { certificate, issuer, identity } }) => certificate !== undefined && issuer !== identity);
}

/** All certificates in the ledgers of a local deployment, those of the CAs and those that are still to be made among them. */
export function ledgerCertificates({ stacks, ledgers }: State): IssuedCertificate[] {
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
    .filter(entry => isCertificate(entry) && Object.hasOwn(latest, entry.issuer))
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
