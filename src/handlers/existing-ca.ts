import { createHash } from 'node:crypto';
import { custodyOf } from './custody';
import { platformsProperty } from './declaration';
import { identityFrom, Requester } from './identity';
import { IssuedEntry } from './issue-certificate';
import { assertUnderstood } from './issuing-ca';
import { keyStorageProperty, placeOf } from './key-storage';
import { Ports } from './ports';
import { checked, complain, optionalText, RawProperties, secretArn, text, truth, wholeNumber } from './property-values';
import { recordCa } from './record-ca';
import { PlatformId } from '../contract/platforms';
import { KeyStorageProperties } from '../contract/properties';
import { ResourceType } from '../contract/resource-types';
import { checkCaForPlatform, checkGeneration, Complaint } from '../contract/rules';
import { formatTime } from '../contract/term';
import { CaChain, readCaChain } from '../pki/ca-chain';
import { readCertificates } from '../pki/certificate-pem';
import { keyAlgorithmOfPublicKey } from '../pki/keys';
import { commonNameOf } from '../pki/name-comparison';

/** A CA that was made elsewhere, as a resource declares it. */
export interface ExistingCaDeclaration {
  readonly ledgerTable: string;
  /** The CA's certificate and those above it. */
  readonly certificatePem?: string;
  readonly certificateSecretArn?: string;
  readonly keyStorage: KeyStorageProperties;
  readonly allowLegacyChain: boolean;
  readonly generation: number;
  readonly platforms: readonly PlatformId[];
}

/** Parses and checks the properties of an existing CA. */
export function parseExistingCa(properties: RawProperties): ExistingCaDeclaration {
  const certificatePem = optionalText('certificate', properties.CertificatePem);
  return {
    ledgerTable: text('ledgerTable', properties.LedgerTable),
    certificatePem,
    certificateSecretArn: certificatePem === undefined ? secretArn('certificate', properties.CertificateSecretArn) : undefined,
    keyStorage: keyStorageProperty(properties.KeyStorage, ['ExistingSecret', 'Kms']),
    allowLegacyChain: truth('allowLegacyChain', properties.AllowLegacyChain, false),
    generation: checked<number>(checkGeneration, wholeNumber(properties.Generation ?? '1')),
    platforms: platformsProperty(properties.Platforms),
  };
}

/** The identity of an existing CA: its certificate, or the secret in which that is. */
export function existingCaIdentity(declaration: ExistingCaDeclaration, { stackId, logicalResourceId }: Requester): string {
  const { certificatePem, certificateSecretArn, generation } = declaration;
  const certificate = certificatePem === undefined ? certificateSecretArn
    : createHash('sha256').update(readCertificates('certificate', certificatePem)[0]).digest('hex');
  return identityFrom('ca', ['cdk-private-iot-ca/1', ResourceType.EXISTING_IOT_CA, stackId, logicalResourceId, certificate, generation]);
}

/** A request to take an existing CA into a ledger. */
export interface ExistingCaRequest extends Requester {
  readonly declaration: ExistingCaDeclaration;
  readonly identity: string;
  readonly requestId: string;
  readonly startedAt: Date;
}

/**
 * Takes a CA into its ledger, so that it issues from then on as one that was made here: after all has been checked that a
 * validator would hold against its certificate, and that the key is its key.
 */
export async function adoptExistingCa(request: ExistingCaRequest, ports: Ports): Promise<IssuedEntry> {
  const { declaration, identity } = request;
  const ledger = ports.ledger(declaration.ledgerTable);
  const standing = (await ledger.find(identity))?.entry;
  if (standing?.status === 'ISSUED' && standing.certificate) {
    return { ...standing, certificate: standing.certificate };
  }
  const { certificate, chain } = readCaChain('certificate', await certificateText(declaration, ports), declaration.allowLegacyChain);
  assertUsable({ certificate, chain }, ports.clock());
  const key = await custodyOf(declaration.keyStorage, ports).find(certificate.serialNumber);
  if (!key) {
    throw new Error(`privateKey must be in the secret ${placeOf(declaration.keyStorage)}, which has no value`);
  }
  if (!key.publicKey.equals(certificate.publicKey)) {
    throw new Error('privateKey must be the key of the CA\'s certificate, got another one');
  }
  const keyAlgorithm = keyAlgorithmOfPublicKey(key.publicKey)!;
  declaration.platforms.forEach(platform => complain(checkCaForPlatform(keyAlgorithm, platform, 'keyAlgorithm of the CA')));
  const now = ports.clock().toISOString();
  const entry: IssuedEntry = {
    identity,
    issuer: identity,
    serialNumber: certificate.serialNumber,
    status: 'ISSUED',
    profile: 'ca',
    subject: commonNameOf(certificate.subject) ?? '(no common name)',
    keyAlgorithm,
    keyStorage: declaration.keyStorage,
    notBefore: formatTime(certificate.validity.notBefore),
    notAfter: formatTime(certificate.validity.notAfter),
    stackId: request.stackId,
    logicalResourceId: request.logicalResourceId,
    reservedAt: now,
    reservedBy: request.requestId,
    issuedAt: now,
    certificate: certificate.der,
    chain: Buffer.concat(chain.map(({ der }) => der)),
  };
  await recordCa(request, entry, ledger);
  return entry;
}

async function certificateText({ certificatePem, certificateSecretArn }: ExistingCaDeclaration, ports: Ports): Promise<string> {
  const value = certificatePem ?? await ports.secretValue(certificateSecretArn!);
  if (value === undefined) {
    throw new Error(`certificate must be in the secret ${certificateSecretArn}, which has no value`);
  }
  return value.toString();
}

/** What has to be so of a CA before its first use, and is not a matter of its chain. */
function assertUsable({ certificate, chain }: CaChain, now: Date): void {
  [certificate, ...chain].forEach(each => {
    assertUnderstood(each);
    complain(isValid(each.validity, now));
  });
  if (!keyAlgorithmOfPublicKey(certificate.publicKey)) {
    throw new Error('certificate must be of a key that can be declared (KeyAlgorithm), got another algorithm, size or public exponent');
  }
}

function isValid({ notBefore, notAfter }: CaChain['certificate']['validity'], now: Date): Complaint {
  return now >= notBefore && now <= notAfter ? undefined
    : `certificate must be valid on ${formatTime(now)}, got one from ${formatTime(notBefore)} to ${formatTime(notAfter)}`;
}
