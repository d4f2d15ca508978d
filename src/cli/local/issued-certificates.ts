import { keyOf } from './directory-ledger';
import { FleetCertificates } from './fleet-certificates';
import { ownId } from './nested-ids';
import { State, StoredLedgerEntry } from './state';
import { StateStore } from './state-store';
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

/** All certificates that the CAs of a local deployment have issued to others, in the order in which they were reserved; without those of fleets. */
export function issuedCertificates(state: State): IssuedCertificate[] {
  return ledgerCertificates(state).filter(({ entry: { certificate, issuer, identity } }) => certificate !== undefined && issuer !== identity);
}

/** All certificates in the state of a local deployment, those of the CAs and those that are still to be made among them. */
export function ledgerCertificates(state: State): IssuedCertificate[] {
  const names = namesIn(state);
  // The ledger of a subordinate CA also has the CA's own certificate, which the ledger of its issuer decides about.
  return Object.entries(state.ledgers).flatMap(([table, { latest, entries }]) => Object.values(entries)
    .filter(entry => isCertificate(entry) && Object.hasOwn(latest, entry.issuer))
    .map(entry => ({ table, entry, ...names.of(entry) })));
}

/** A CA that has issued certificates of fleets. */
export interface FleetCa {
  readonly table: string;
  readonly issuer: string;
  /** As in `IssuedCertificate`. */
  readonly ca: string;
}

/** The CAs that have issued certificates of fleets. */
export function fleetCas(store: StateStore): FleetCa[] {
  const names = namesIn(store.state);
  return Object.keys(store.state.ledgers).flatMap(table =>
    [...store.fleets(table)?.issuers ?? []].map(issuer => ({ table, issuer, ca: names.ofCa(issuer) })));
}

/** The certificates of fleets, read on demand: there can be very many. */
export function* fleetCertificates(store: StateStore): Generator<IssuedCertificate & { readonly superseded: boolean }> {
  const names = namesIn(store.state);
  for (const table of Object.keys(store.state.ledgers)) {
    const log = store.fleets(table);
    for (const { entry, superseded } of log ? new FleetCertificates(log).all() : []) {
      const { resource, ...others } = names.of(entry);
      // The command line can describe a fleet that no stack declares.
      const isDeclared = resource !== entry.logicalResourceId || others.stack === undefined;
      yield { table, entry, superseded, ...others, resource: isDeclared ? resource : `${others.stack}/${resource}` };
    }
  }
}

/** What people call the stacks, the CAs and the resources of certificates. */
function namesIn({ stacks }: State) {
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
  const ofCa = (issuer: string): string => cas.get(issuer) ?? issuer;
  return {
    ofCa,
    of: ({ issuer, stackId, logicalResourceId }: StoredLedgerEntry): Pick<IssuedCertificate, 'ca' | 'stack' | 'resource'> => ({
      ca: ofCa(issuer),
      stack: stackNames.get(stackId),
      resource: names.get(`${stackId}/${logicalResourceId}`) ?? logicalResourceId,
    }),
  };
}

/** What its ledger has recorded about the revocation of a certificate. */
export function revocationOf({ ledgers }: State, { table, entry }: IssuedCertificate): Revocation | undefined {
  return own(own(ledgers, table)?.revoked ?? {}, keyOf(entry));
}
