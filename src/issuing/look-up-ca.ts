import { AWAITED, AWAITED_CERTIFICATE, chainData } from './declaration/answer-data';
import { identityFrom } from './declaration/identity';
import { chainOf, issuableCa } from './issuing-ca';
import { Ports } from './ports';
import { CaLookupAttributes } from '../contract/properties';
import { ResourceType } from '../contract/resource-types';
import { checkCaId, checkDepth, checkSha256Fingerprint } from '../contract/rules';
import { CaChain, readCaChain } from '../pki/ca-chain';
import { certificateAttributes } from '../pki/certificate';
import { toPem } from '../pki/pem';
import { failureOf, LifecycleEvent, LifecycleResult, Requester } from '../resource/lifecycle-event';
import { checked, RawProperties, text, truth, wholeNumber } from '../resource/property-values';
import { assertResponseFits } from '../resource/response-size';

/** What a resource asks a CA's ledger for. */
export interface CaLookupDeclaration {
  readonly ledgerTable: string;
  readonly caId: string;
  /** How many CAs above the CA: 0 for its own certificate. */
  readonly depth: number;
  /** Whether all certificates above that one are asked for too. */
  readonly withChain: boolean;
  /** Of the certificate that is asked for, 64 lower-case hexadecimal digits; absent where the asking stack does not know it. */
  readonly sha256Fingerprint?: string;
}

/**
 * Carries out a request for a look-up. It writes nothing, so that whichever delivery of whichever request comes last does no
 * harm, and its removal does nothing.
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
  const { Sha256Fingerprint: fingerprint } = properties;
  const known = fingerprint !== undefined && fingerprint !== AWAITED;
  return {
    ledgerTable: text('ledgerTable', properties.LedgerTable),
    caId: checked<string>(checkCaId, properties.CaId),
    depth: checked<number>(checkDepth, wholeNumber(properties.Depth)),
    withChain: truth('withChain', properties.WithChain, false),
    sha256Fingerprint: known ? checked<string>(checkSha256Fingerprint, fingerprint) : undefined,
  };
}

/**
 * The physical id of a look-up: which certificate, and who asks. The fingerprint is left out, since a CA that is signed elsewhere
 * has another certificate after each renewal; so is the ledger, which says where.
 */
export function caLookupId({ caId, depth }: CaLookupDeclaration, { stackId, logicalResourceId }: Requester): string {
  return identityFrom('lookup', ['cdk-private-iot-ca/1', ResourceType.CA_LOOKUP, stackId, logicalResourceId, caId, depth]);
}

/**
 * Finds a certificate of a CA, or of a CA above it, in the CA's ledger. What is found is believed only where it is the
 * certificate that was asked for, each certificate is signed by the next one, and a root at the end by its own key.
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
  const { certificate, chain } = verified(caId, chainOf(issuableCa(caId, entry)));
  const [asked, ...above] = [certificate, ...chain].slice(depth);
  if (!asked) {
    throw new Error(`depth must be at most ${chain.length}, the number of CAs above ${caId}, got ${depth}`);
  }
  const attributes = certificateAttributes(asked.der);
  if (sha256Fingerprint !== undefined && attributes.Sha256Fingerprint !== sha256Fingerprint) {
    throw new Error(`${mustHold(ledgerTable, sha256Fingerprint, caId)}, got one with ${beginning(attributes.Sha256Fingerprint)}; ${FIND_OUT}`);
  }
  return withChain ? { ...attributes, ...chainData({ chain: Buffer.concat(above.map(({ der }) => der)) }) } : attributes;
}

const FIND_OUT = 'deploy the stack of the CA first, or find out who has changed the ledger';

function mustHold(table: string, sha256Fingerprint: string, caId: string): string {
  return `the ledger ${table} must hold the certificate whose SHA-256 fingerprint begins with ${beginning(sha256Fingerprint)} for ${caId}`;
}

/** As much of a fingerprint as a reason for a failure shows: long rows of hexadecimal digits are left out, for a key could be one. */
function beginning(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}

/** Checks a chain as a validator does; what was issued before is not held against rules that came later. */
function verified(caId: string, certificates: readonly Buffer[]): CaChain {
  return readCaChain(`the certificate of ${caId} in its ledger`, certificates.map(der => toPem('CERTIFICATE', der)).join(''), true);
}
