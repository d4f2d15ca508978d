import { RevocationSelection } from './revocation-request';
import { comparableCommonName } from '../../contract/common-names';
import { CaAnswer } from '../../contract/revocation-functions';
import { quote } from '../../contract/rules';
import { sha256 } from '../../contract/sha256';
import { parseCertificate } from '../../pki/certificate';
import { Ledger, LedgerEntry } from '../ledger/ledger';
import { Revocations } from '../ledger/revocation';

/** What a ledger says about a certificate that may be revoked. The certificate itself is not kept, because there can be very many. */
export interface SelectedCertificate extends Pick<LedgerEntry, 'serialNumber' | 'subject' | 'commonName' | 'stackId' | 'logicalResourceId' | 'notAfter'> {
  /** For the certificate of a CA: the CA. */
  readonly ca?: CaAnswer;
  /** For the certificate of a CA: the ledger of what it issues. */
  readonly ownLedgerTable?: string;
}

/** Where a CA's certificates are looked up. */
export interface SelectionPorts {
  readonly ledger: Pick<Ledger, 'certificates'>;
  readonly revocations: Pick<Revocations, 'certificate'>;
}

/** A property of certificates by which they are selected. There can be thousands of values and very many certificates, so both are compared by a key. */
interface Selector {
  readonly what: string;
  readonly keyOf: (entry: LedgerEntry) => string | undefined;
  readonly keyFor?: (value: string) => string;
}

const SELECTORS: { readonly [S in keyof Required<RevocationSelection>]: Selector } = {
  serialNumbers: { what: 'the serial number of a certificate of the CA', keyOf: ({ serialNumber }) => serialNumber },
  commonNames: {
    what: 'the common name of a device or a server with a certificate of the CA',
    keyOf: ({ commonName }) => commonName === undefined ? undefined : comparableCommonName(commonName),
    keyFor: comparableCommonName,
  },
  stacks: { what: 'the name of a stack with certificates of the CA', keyOf: ({ stackId }) => stackName(stackId) },
  resources: {
    what: 'the name of a stack, a slash, and the logical ID of a certificate of the CA in it',
    keyOf: ({ stackId, logicalResourceId }) => `${stackName(stackId)}/${logicalResourceId}`,
  },
};

/** A signature is no certificate, and a certificate that proves possession to a platform is of no use to anyone else. */
const NEVER_REVOKED = ['signature', 'verification'];

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
  const given = Object.entries(selection).map(([name, values]: [string, readonly string[]]) => {
    const { what, keyOf, keyFor = value => value } = SELECTORS[name as keyof RevocationSelection];
    const byKey = new Map(values.map(value => [keyFor(value), value]));
    return { name, what, keyOf, byKey, unmatched: new Map(byKey) };
  });
  const selected: SelectedCertificate[] = [];
  for await (const entry of selection.serialNumbers ? named(caId, selection.serialNumbers, ports) : certificatesOf(caId, ports)) {
    const isSelected = given.map(({ keyOf, byKey, unmatched }) => {
      const key = keyOf(entry);
      unmatched.delete(key!);
      return key !== undefined && byKey.has(key);
    });
    if (isSelected.every(Boolean)) {
      selected.push(factsOf(entry));
    }
  }
  for (const { name, what, unmatched } of given) {
    const [unknown] = unmatched.values();
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

/** Whether this is the certificate of another CA, a device or a server: a CA can't revoke itself. */
function isRevocable({ certificate, issuer, identity, profile }: LedgerEntry): boolean {
  return certificate !== undefined && issuer !== identity && !NEVER_REVOKED.includes(profile);
}

function factsOf(entry: LedgerEntry): SelectedCertificate {
  const { serialNumber, subject, commonName, stackId, logicalResourceId, notAfter, ownLedgerTable } = entry;
  return { serialNumber, subject, commonName, stackId, logicalResourceId, notAfter, ownLedgerTable, ca: caIn(entry) };
}

/** The CA whose certificate an entry has, if it is one of a CA. */
export function caIn({ profile, certificate, subject, stackId, logicalResourceId }: LedgerEntry): CaAnswer | undefined {
  if (profile !== 'ca' || !certificate) {
    return undefined;
  }
  return { subject, stack: stackName(stackId), logicalId: logicalResourceId, publicKeySha256: sha256(parseCertificate(certificate).publicKey) };
}

/** The name of a stack, from its ID. */
export function stackName(stackId: string): string {
  return stackId.split('/')[1] ?? stackId;
}
