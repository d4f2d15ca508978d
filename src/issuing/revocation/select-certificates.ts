import { RevocationSelection } from './revocation-request';
import { comparableCommonName } from '../../contract/common-names';
import { quote } from '../../contract/rules';
import { Ledger, LedgerEntry } from '../ledger/ledger';
import { Revocations } from '../ledger/revocation';

/** What a ledger says about a certificate that may be revoked. The certificate itself is not kept, because there can be very many. */
export type SelectedCertificate = Pick<LedgerEntry, 'serialNumber' | 'subject' | 'commonName' | 'stackId' | 'logicalResourceId'>;

/** Where a CA's certificates are looked up. */
export interface SelectionPorts {
  readonly ledger: Pick<Ledger, 'certificates'>;
  readonly revocations: Pick<Revocations, 'certificate'>;
}

/** How an entry matches the values of a selector. */
type Matches = (entry: LedgerEntry, value: string) => boolean;

const SELECTORS: { readonly [S in keyof Required<RevocationSelection>]: { readonly what: string; readonly matches: Matches } } = {
  serialNumbers: { what: 'the serial number of a certificate of the CA', matches: ({ serialNumber }, value) => serialNumber === value },
  commonNames: {
    what: 'the common name of a device or a server with a certificate of the CA',
    matches: ({ commonName }, value) => commonName !== undefined && comparableCommonName(commonName) === comparableCommonName(value),
  },
  stacks: { what: 'the name of a stack with certificates of the CA', matches: ({ stackId }, value) => stackName(stackId) === value },
  resources: {
    what: 'the name of a stack, a slash, and the logical ID of a certificate of the CA in it',
    matches: ({ stackId, logicalResourceId }, value) => `${stackName(stackId)}/${logicalResourceId}` === value,
  },
};

/** The profile of an entry that is a signature and no certificate. */
const SIGNATURE = 'signature';

/**
 * The selected certificates of a CA, or all of them without a selection, fetched page by page on demand.
 *
 * @throws Error if a value selects nothing; before the first certificate is returned
 */
export async function* selectCertificates(
  caId: string, selection: RevocationSelection | undefined, ports: SelectionPorts,
): AsyncIterable<SelectedCertificate> {
  if (!selection) {
    for await (const entry of certificatesOf(caId, ports)) {
      yield factsOf(entry);
    }
    return;
  }
  const given = Object.entries(selection).map(([name, values]: [string, readonly string[]]) =>
    ({ name, values, ...SELECTORS[name as keyof RevocationSelection], unmatched: new Set(values) }));
  const selected: SelectedCertificate[] = [];
  for await (const entry of selection.serialNumbers ? named(caId, selection.serialNumbers, ports) : certificatesOf(caId, ports)) {
    const isSelected = given.map(({ values, matches, unmatched }) => {
      const matching = values.filter(value => matches(entry, value));
      matching.forEach(value => unmatched.delete(value));
      return matching.length > 0;
    });
    if (isSelected.every(Boolean)) {
      selected.push(factsOf(entry));
    }
  }
  for (const { name, what, unmatched } of given) {
    const [unknown] = unmatched;
    if (unknown !== undefined) {
      throw new Error(`${name} must each be ${what}, got ${quote(unknown)}`);
    }
  }
  if (selected.length === 0) {
    throw new Error(`${given.map(({ name }) => name).join(' and ')} must select a certificate together, but no certificate matches all of them`);
  }
  yield* selected;
}

async function* certificatesOf(caId: string, { ledger }: SelectionPorts): AsyncIterable<LedgerEntry> {
  for await (const entry of ledger.certificates(caId)) {
    if (isRevocable(entry)) {
      yield entry;
    }
  }
}

async function* named(caId: string, serialNumbers: readonly string[], { revocations }: SelectionPorts): AsyncIterable<LedgerEntry> {
  for (const serialNumber of new Set(serialNumbers)) {
    const entry = await revocations.certificate(caId, serialNumber);
    if (entry) {
      yield entry; // also one that can't be revoked: the answer says why
    }
  }
}

/** Whether another CA's certificate, or a device's or a server's: a CA can't revoke itself, and a signature is no certificate. */
function isRevocable({ certificate, issuer, identity, profile }: LedgerEntry): boolean {
  return certificate !== undefined && issuer !== identity && profile !== SIGNATURE;
}

function factsOf({ serialNumber, subject, commonName, stackId, logicalResourceId }: LedgerEntry): SelectedCertificate {
  return { serialNumber, subject, commonName, stackId, logicalResourceId };
}

/** The name of a stack, from its ID. */
export function stackName(stackId: string): string {
  return stackId.split('/')[1] ?? stackId;
}
