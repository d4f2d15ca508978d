import { createPublicKey } from 'node:crypto';
import { identityFrom, Requester } from './identity';
import { assertWanted, MAX_TURNS } from './issue-certificate';
import { IssuingCa, issuingCa } from './issuing-ca';
import { Ledger, LedgerEntry, LedgerRecord, Ports } from './ports';
import { checked, complain, RawProperties, text, wholeNumber } from './property-values';
import { HashAlgorithmName } from '../contract/key-algorithms';
import { checkHashForKms } from '../contract/kms';
import { ResourceType } from '../contract/resource-types';
import { checkGeneration, checkHashAlgorithm, checkVerificationCode } from '../contract/rules';
import { newSerialNumber } from '../pki/serial-number';
import { isSignedBy } from '../pki/signer';

/** A signature that proves the possession of a CA's key, as a resource declares it. */
export interface ProofDeclaration {
  readonly issuerLedgerTable: string;
  /** The identity of the CA that signs. */
  readonly issuer: string;
  /** What is signed. */
  readonly verificationCode: string;
  readonly hashAlgorithm: HashAlgorithmName;
  readonly generation: number;
}

/** Parses and checks the properties of a signature. */
export function parseProof(properties: RawProperties): ProofDeclaration {
  return {
    issuerLedgerTable: text('ledgerTable', properties.LedgerTable),
    issuer: text('ca', properties.Issuer),
    verificationCode: checked<string>(checkVerificationCode, properties.VerificationCode),
    hashAlgorithm: checked<HashAlgorithmName>(checkHashAlgorithm, properties.HashAlgorithm),
    generation: checked<number>(checkGeneration, wholeNumber(properties.Generation ?? '1')),
  };
}

/** The identity of a signature: all that is declared of it but where it is recorded. */
export function proofIdentity(declaration: ProofDeclaration, { stackId, logicalResourceId }: Requester): string {
  const { issuer, verificationCode, hashAlgorithm, generation } = declaration;
  return identityFrom('signature', [
    'cdk-private-iot-ca/1', ResourceType.PROOF_OF_POSSESSION_SIGNATURE, issuer, stackId, logicalResourceId, verificationCode, hashAlgorithm, generation,
  ]);
}

/** A request to prove the possession of a CA's key. */
export interface ProofRequest extends Requester {
  readonly declaration: ProofDeclaration;
  readonly identity: string;
  readonly requestId: string;
  readonly startedAt: Date;
  readonly mustExist: boolean;
}

/**
 * Signs the code exactly once: ECDSA makes another signature each time, and a platform may have been shown the first one. So
 * it is recorded as a certificate is: reserved, signed, checked, and of concurrent signatures only one is recorded, which
 * all answer. A withdrawn one comes back as it was.
 */
export async function provePossession(request: ProofRequest, ports: Ports): Promise<Buffer> {
  const ledger = ports.ledger(request.declaration.issuerLedgerTable);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const record = await ledger.find(request.identity);
    assertWanted(request, record);
    const { entry } = record ?? {};
    if (entry?.status === 'ISSUED') {
      return entry.signature!;
    }
    if (entry?.status === 'WITHDRAWN' && entry.signature) {
      await ledger.advance(entry, 'ISSUED', {});
    } else {
      await signReserved(request, record, ledger, ports);
    }
  }
  throw new Error('the ledger keeps changing under this request; deploy again');
}

/** Takes a reservation to its signature; makes the reservation where there is none. */
async function signReserved(
  { declaration, ...request }: ProofRequest, record: LedgerRecord | undefined, ledger: Ledger, ports: Ports,
): Promise<void> {
  const ca = (await issuingCa(declaration.issuer, ledger, ports))!;
  if (ca.inKms) {
    complain(checkHashForKms(ca.keyAlgorithm, declaration.hashAlgorithm));
  }
  if (record?.entry?.status === 'RESERVED') {
    const signature = await sign(declaration, ca);
    await ledger.advance(record.entry, 'ISSUED', { signature, issuedAt: ports.clock().toISOString() });
    return;
  }
  await ledger.reserve(reservation({ declaration, ...request }, ca, ports), record);
}

function reservation({ declaration, identity, requestId, stackId, logicalResourceId }: ProofRequest, ca: IssuingCa, ports: Ports): LedgerEntry {
  return {
    identity,
    issuer: declaration.issuer,
    serialNumber: newSerialNumber(ports.random), // of the entry: a signature has none
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

async function sign({ verificationCode, hashAlgorithm }: ProofDeclaration, { issuer: { signer } }: IssuingCa): Promise<Buffer> {
  const data = Buffer.from(verificationCode, 'ascii');
  const signature = await signer.sign(data, hashAlgorithm);
  if (!isSignedBy(createPublicKey({ key: signer.publicKey, format: 'der', type: 'spki' }), hashAlgorithm, data, signature)) {
    throw new Error('the signature on verificationCode does not verify with the CA\'s public key; '
      + 'the signer answered no signature, or signed with another key');
  }
  return signature;
}
