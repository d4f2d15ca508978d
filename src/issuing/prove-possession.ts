import { createPublicKey } from 'node:crypto';
import { DeclaredRequestFacts } from './declaration/certificate-request';
import { identityFrom } from './declaration/identity';
import { IssuingCa, issuingCa, KnownCa } from './issuing-ca';
import { Requester } from '../resource/lifecycle-event';
import { Ledger, LedgerEntry, TABLE_WAS_CHANGED } from './ledger/ledger';
import { checked, complain, optionalText, RawProperties, text, wholeNumber } from '../resource/property-values';
import { KEEPS_CHANGING, MAX_TURNS } from './ledger/turns';
import { assertWanted } from './ledger/wanted';
import { Ports } from './ports';
import { assertIssues } from './revoked-ca';
import { HashAlgorithmName } from '../contract/key-algorithms';
import { checkHashForKms } from '../contract/kms';
import { ResourceType } from '../contract/resource-types';
import { checkGeneration, checkHashAlgorithm, checkVerificationCode } from '../contract/rules';
import { newSerialNumber } from '../pki/serial-number';
import { isSignedBy } from '../pki/signer';

/** What a signature is, in messages. */
export const PROOF = 'proof of possession';

/** A resource's declaration of a signature that proves possession of a CA's key. */
export interface ProofDeclaration {
  readonly issuerLedgerTable: string;
  /** The identity of the CA that signs. */
  readonly issuer: string;
  /** The key identifier that the CA must have, in hexadecimal digits. */
  readonly issuerKeyIdentifier?: string;
  /** The code that is signed. */
  readonly verificationCode: string;
  readonly hashAlgorithm: HashAlgorithmName;
  readonly generation: number;
}

/** Parses and checks the properties of a signature. */
export function parseProof(properties: RawProperties): ProofDeclaration {
  return {
    issuerLedgerTable: text('ledgerTable', properties.LedgerTable),
    issuer: text('ca', properties.Issuer),
    issuerKeyIdentifier: optionalText('the key identifier of the CA', properties.IssuerKeyIdentifier),
    verificationCode: checked<string>(checkVerificationCode, properties.VerificationCode),
    hashAlgorithm: checked<HashAlgorithmName>(checkHashAlgorithm, properties.HashAlgorithm),
    generation: checked<number>(checkGeneration, wholeNumber(properties.Generation ?? '1')),
  };
}

/**
 * The identity of a signature. It covers everything that is declared about the signature, except the ledger in which the signature is
 * recorded and the key identifier of the CA.
 */
export function proofIdentity(declaration: ProofDeclaration, { stackId, logicalResourceId }: Requester): string {
  const { issuer, verificationCode, hashAlgorithm, generation } = declaration;
  return identityFrom('signature', [
    'cdk-private-iot-ca/1', ResourceType.PROOF_OF_POSSESSION_SIGNATURE, issuer, stackId, logicalResourceId, verificationCode, hashAlgorithm, generation,
  ]);
}

/** A request to prove possession of a CA's key. */
export interface ProofRequest extends DeclaredRequestFacts {
  readonly declaration: ProofDeclaration;
}

/**
 * Signs the code exactly once. ECDSA makes a different signature each time, and a platform may have seen the first one already. So a
 * signature is recorded like a certificate: it is reserved, made and checked. Only one of several concurrent signatures is recorded, and
 * every delivery returns it. A withdrawn signature comes back unchanged.
 *
 * @returns the ledger's entry, with the signature
 */
export async function provePossession(request: ProofRequest, ports: Ports): Promise<LedgerEntry & { readonly signature: Buffer }> {
  const { declaration } = request;
  const ledger = ports.ledger(declaration.issuerLedgerTable);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const entry = await ledger.find(request.identity);
    assertWanted(request, entry);
    const ca = (await issuingCa(declaration.issuer, ledger, ports, declaration.issuerKeyIdentifier))!;
    if (entry?.signature) {
      assertSigned(declaration, ca, entry.signature, `the ledger ${declaration.issuerLedgerTable} `
        + `has a different signature than the one that was made; ${TABLE_WAS_CHANGED}`);
    }
    if (entry?.status === 'ISSUED' && !entry.signature) {
      throw new Error(`the ledger ${declaration.issuerLedgerTable} has lost the signature on verificationCode; `
        + 'restore the table from its point-in-time recovery');
    }
    if (entry?.status === 'ISSUED' && entry.signature) {
      return { ...entry, signature: entry.signature };
    }
    await assertIssues(declaration.issuer, ca, declaration.issuerLedgerTable, PROOF, ports);
    if (entry?.status === 'WITHDRAWN' && entry.signature) {
      await ledger.advance(entry, 'ISSUED', { issuedBy: request.requestId }, request);
    } else {
      await signReserved(request, entry, ca, ledger, ports);
    }
  }
  throw new Error(KEEPS_CHANGING);
}

/** Makes the signature for a reservation, or the reservation if there is none. */
async function signReserved(request: ProofRequest, entry: LedgerEntry | undefined, ca: IssuingCa, ledger: Ledger, ports: Ports): Promise<void> {
  const { declaration } = request;
  assertCanSign(declaration, ca);
  if (entry?.status === 'RESERVED') {
    const signature = await sign(declaration, ca);
    await ledger.advance(entry, 'ISSUED', { signature, issuedAt: ports.clock().toISOString(), issuedBy: request.requestId }, request);
    return;
  }
  await ledger.reserve(proofReservation(request, ca, ports), entry, request);
}

/** Refuses a digest that the key of the CA can't sign. */
export function assertCanSign({ hashAlgorithm }: ProofDeclaration, { inKms, keyAlgorithm }: KnownCa): void {
  if (inKms) {
    complain(checkHashForKms(keyAlgorithm, hashAlgorithm));
  }
}

/** The entry of a signature that is still to be made. */
export function proofReservation(
  { declaration, identity, requestId, stackId, logicalResourceId }: ProofRequest, ca: KnownCa, ports: Pick<Ports, 'clock' | 'random'>,
): LedgerEntry {
  return {
    identity,
    issuer: declaration.issuer,
    serialNumber: newSerialNumber(ports.random, identity), // the serial number of the entry: a signature has none
    status: 'RESERVED',
    profile: 'signature',
    subject: declaration.verificationCode,
    keyAlgorithm: ca.keyAlgorithm,
    notBefore: '',
    notAfter: '',
    stackId,
    logicalResourceId,
    reservedAt: ports.clock().toISOString(),
    reservedBy: requestId,
  };
}

async function sign(declaration: ProofDeclaration, ca: IssuingCa): Promise<Buffer> {
  const signature = await ca.issuer.signer.sign(signedData(declaration), declaration.hashAlgorithm);
  assertSigned(declaration, ca, signature, 'the signature on verificationCode does not verify with the CA\'s public key; '
    + 'the signer did not return a signature, or signed with another key');
  return signature;
}

function assertSigned(declaration: ProofDeclaration, { issuer: { signer } }: IssuingCa, signature: Buffer, complaint: string): void {
  const publicKey = createPublicKey({ key: signer.publicKey, format: 'der', type: 'spki' });
  if (!isSignedBy(publicKey, declaration.hashAlgorithm, signedData(declaration), signature)) {
    throw new Error(complaint);
  }
}

function signedData({ verificationCode }: ProofDeclaration): Buffer {
  return Buffer.from(verificationCode, 'ascii');
}
