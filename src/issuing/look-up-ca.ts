import { AWAITED, AWAITED_CERTIFICATE, chainData } from './declaration/answer-data';
import { identityFrom } from './declaration/identity';
import { chainOf, issuableCa } from './issuing-ca';
import { formerCertificates, isRenewedTo } from './ledger/former-certificates';
import { LedgerEntry } from './ledger/ledger';
import { Ports } from './ports';
import { CaLookupAttributes } from '../contract/properties';
import { ResourceType } from '../contract/resource-types';
import { checkCaId, checkDepth, checkSha256Fingerprint } from '../contract/rules';
import { sha256 } from '../contract/sha256';
import { CaChain, readCaChain } from '../pki/ca-chain';
import { Certificate, certificateAttributes } from '../pki/certificate';
import { toPem } from '../pki/pem';
import { failureOf, LifecycleEvent, LifecycleResult, Requester } from '../resource/lifecycle-event';
import { checked, RawProperties, text, truth, wholeNumber } from '../resource/property-values';
import { assertResponseFits } from '../resource/response-size';

/** Where the certificate of a CA is looked up. */
export interface CaInLedger {
  readonly ledgerTable: string;
  readonly caId: string;
}

/** A look-up in a CA's ledger, as a resource declares it. */
export interface CaLookupDeclaration extends CaInLedger {
  /** How many CAs above the CA to look: 0 for the CA's own certificate. */
  readonly depth: number;
  /** Whether the look-up also returns all certificates above that certificate. */
  readonly withChain: boolean;
  /** The fingerprint of the requested certificate, 64 lower-case hexadecimal digits; absent if the requesting stack does not know it. */
  readonly sha256Fingerprint?: string;
}

/**
 * Carries out a look-up request. A look-up writes nothing, so a late delivery of any request does no harm, and a removal does nothing.
 *
 * @throws LifecycleError
 */
export async function handleCaLookup(event: LifecycleEvent, ports: Ports): Promise<LifecycleResult> {
  if (event.requestType === 'Delete') {
    return { physicalResourceId: event.physicalResourceId ?? '' };
  }
  let identity: string | undefined;
  try {
    const declaration = parseCaLookup(event.properties);
    identity = caLookupId(declaration, event);
    const data = await lookUpCa(declaration, ports);
    assertResponseFits(event, identity, data);
    return { physicalResourceId: identity, data: { ...data } };
  } catch (error) {
    throw failureOf(event, identity, error);
  }
}

/** Parses and checks the properties of a look-up. */
export function parseCaLookup(properties: RawProperties): CaLookupDeclaration {
  return {
    ledgerTable: text('ledgerTable', properties.LedgerTable),
    caId: checked<string>(checkCaId, properties.CaId),
    depth: checked<number>(checkDepth, wholeNumber(properties.Depth)),
    withChain: truth('withChain', properties.WithChain, false),
    sha256Fingerprint: expectedFingerprint(properties.Sha256Fingerprint),
  };
}

/** The fingerprint that crossed from another resource; `undefined` if it is not known there yet. */
export function expectedFingerprint(value: unknown): string | undefined {
  return value === undefined || value === AWAITED ? undefined : checked<string>(checkSha256Fingerprint, value);
}

/**
 * The physical ID of a look-up: which certificate it finds, and which resource asks for it. The fingerprint is left out, because a CA that
 * is signed elsewhere has another certificate after each renewal. The ledger is left out too, because it says only where the certificate
 * is.
 */
export function caLookupId({ caId, depth }: CaLookupDeclaration, { stackId, logicalResourceId }: Requester): string {
  return identityFrom('lookup', ['cdk-private-iot-ca/1', ResourceType.CA_LOOKUP, stackId, logicalResourceId, caId, depth]);
}

/**
 * Finds the certificate of a CA, or of a CA above it, in the CA's ledger. The result is accepted only if it is the requested certificate,
 * each certificate is signed by the next one, and a root at the end is signed by its own key.
 */
export async function lookUpCa(declaration: CaLookupDeclaration, ports: Ports): Promise<CaLookupAttributes> {
  const { ledgerTable, caId, depth, withChain, sha256Fingerprint } = declaration;
  const entry = await ports.ledger(ledgerTable).find(caId);
  if (entry?.status === 'REQUESTED' && depth === 0) {
    if (sha256Fingerprint !== undefined) {
      throw new Error(`${mustHold(ledgerTable, sha256Fingerprint, caId)}, got a CA that is waiting for its certificate; ${FIND_OUT}`);
    }
    return { ...AWAITED_CERTIFICATE, ...withChain ? { IssuerChainPem: '' } : {} };
  }
  const ca = verifiedCa(caId, entry);
  const [asked, ...above] = pathFrom(ca, depth);
  if (!asked) {
    throw new Error(`depth must be at most ${ca.chain.length}, the number of CAs above ${caId}, got ${depth}`);
  }
  await assertExpected(ca, entry!, depth, sha256Fingerprint, declaration, ports);
  const attributes = certificateAttributes(asked.der);
  return withChain ? { ...attributes, ...chainData({ chain: Buffer.concat(above.map(({ der }) => der)) }) } : attributes;
}

/** A CA and those above it, from a depth on. */
function pathFrom({ certificate, chain }: CaChain, depth: number): Certificate[] {
  return [certificate, ...chain].slice(depth);
}

/**
 * Makes sure that a certificate from a ledger is the one whose fingerprint crossed from the CA's resource, or that the latter was renewed to it:
 * what crosses is the fingerprint of the last deployment, and a schedule may have renewed the CA since. The fingerprint vouches for the former
 * certificate, and the former certificate for the name, the key and the signer of the one in force.
 *
 * @param entry the CA's entry in the ledger
 * @param depth how many CAs above the CA the certificate is
 * @param expected absent if the requesting stack does not know it
 */
export async function assertExpected(
  ca: CaChain, entry: LedgerEntry, depth: number, expected: string | undefined, { ledgerTable, caId }: CaInLedger, ports: Pick<Ports, 'revocations'>,
): Promise<void> {
  const [present, signer = present] = pathFrom(ca, depth);
  const actual = sha256(present.der);
  if (expected === undefined || actual === expected) {
    return;
  }
  for await (const former of formerCertificates(entry, ports.revocations(ledgerTable))) {
    const der = former.certificate && chainOf(former)[depth];
    if (der && sha256(der) === expected && isRenewedTo(der, present, signer)) {
      return;
    }
  }
  throw new Error(`${mustHold(ledgerTable, expected, caId)}, got a certificate with ${beginning(actual)}; ${FIND_OUT}`);
}

const FIND_OUT = 'deploy the stack of the CA first, or find out who changed the ledger';

function mustHold(table: string, sha256Fingerprint: string, caId: string): string {
  return `the ledger ${table} must hold the certificate whose SHA-256 fingerprint begins with ${beginning(sha256Fingerprint)} for ${caId}`;
}

/** The part of a fingerprint that an error shows. Errors leave out long runs of hexadecimal digits, because one could be a key. */
function beginning(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}

/**
 * The certificates of a CA in its ledger, checked as a validator does, but not held to rules that came after they were issued.
 *
 * @param property the name of the property that declares the CA, for errors
 * @throws Error if the ledger has no such CA, if the CA has no certificate yet, or if a certificate is not signed by the next one
 */
export function verifiedCa(caId: string, entry: LedgerEntry | undefined, property?: string): CaChain {
  const certificates = chainOf(issuableCa(caId, entry, property));
  return readCaChain(`the certificate of ${caId} in its ledger`, certificates.map(der => toPem('CERTIFICATE', der)).join(''), true);
}
