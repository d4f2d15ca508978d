import { DeclaredRequestFacts } from './declaration/certificate-request';
import { identityFrom } from './declaration/identity';
import { platformsProperty } from './declaration/parse-declaration';
import { Succession, successionProperties } from './declaration/succession';
import { chainOf } from './issuing-ca';
import { custodyOf } from './keys/custody';
import { IssuedEntry } from './ledger/genuine-entry';
import { isRecorded, recordCa } from './ledger/record-ca';
import { assertOwn } from './ledger/wanted';
import { Ports } from './ports';
import { assertForPlatforms, assertUsable } from './usable-ca';
import { KeyStorageProperties } from '../contract/properties';
import { ResourceType } from '../contract/resource-types';
import { checkGeneration } from '../contract/rules';
import { formatTime } from '../contract/term';
import { readCaChain } from '../pki/ca-chain';
import { Certificate } from '../pki/certificate';
import { readCertificates } from '../pki/certificate-pem';
import { keyAlgorithmOfPublicKey } from '../pki/keys';
import { commonNameOf } from '../pki/name-comparison';
import { toPem } from '../pki/pem';
import { PlatformId } from '../platforms/registry';
import { Requester } from '../resource/lifecycle-event';
import { checked, optionalText, RawProperties, secretId, text, truth, wholeNumber } from '../resource/property-values';
import { describePlace, keyStorageProperty } from './keys/key-storage';
import { LedgerEntry } from './ledger/ledger';
import { sha256 } from '../contract/sha256';

/** A resource's declaration of a CA that was made elsewhere. */
export interface ExistingCaDeclaration extends Succession {
  readonly ledgerTable: string;
  /** The CA's certificate and the certificates above it. */
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
    certificateSecretArn: certificatePem === undefined ? secretId('certificate', properties.CertificateSecretArn) : undefined,
    keyStorage: keyStorageProperty(properties.KeyStorage, ['ExistingSecret', 'Kms']),
    allowLegacyChain: truth('allowLegacyChain', properties.AllowLegacyChain, false),
    generation: checked<number>(checkGeneration, wholeNumber(properties.Generation ?? '1')),
    platforms: platformsProperty(properties.Platforms),
    ...successionProperties(properties),
  };
}

/**
 * The identity of an existing CA: its certificate, or the secret that holds the certificate. The place of the key, which can change, and
 * the certificates above the CA are left out on purpose.
 */
export function existingCaIdentity(declaration: ExistingCaDeclaration, { stackId, logicalResourceId }: Requester): string {
  const { certificatePem, certificateSecretArn, generation } = declaration;
  const certificate = certificatePem === undefined ? certificateSecretArn
    : sha256(readCertificates('certificate', certificatePem)[0]);
  return identityFrom('ca', ['cdk-private-iot-ca/1', ResourceType.EXISTING_IOT_CA, stackId, logicalResourceId, certificate, generation]);
}

/** A request to take an existing CA into a ledger. */
export interface ExistingCaRequest extends DeclaredRequestFacts {
  readonly declaration: ExistingCaDeclaration;
}

/**
 * Takes a CA into its ledger, so that from then on it issues like a CA that was made here. First it checks the CA's certificate for
 * everything that a validator would reject, and that the key belongs to the certificate. If the CA is declared again with its key in
 * another place, or with other certificates above it, it is checked again and continues with the new values.
 *
 * @param publicKeyOf reads the public key of the CA, SPKI DER, from the place of its private key
 */
export async function adoptExistingCa(request: ExistingCaRequest, ports: Ports, publicKeyOf: PublicKeyOf = heldPublicKey): Promise<IssuedEntry> {
  const { declaration, identity } = request;
  const ledger = ports.ledger(declaration.ledgerTable);
  const entry = await ledger.find(identity);
  assertOwn(request, entry, declaration.ledgerTable);
  const standing = entry?.status === 'ISSUED' && entry.certificate ? { ...entry, certificate: entry.certificate } : undefined;
  const { certificate, chain } = readCaChain('certificate', await certificateText(declaration, standing, ports), declaration.allowLegacyChain);
  const above = Buffer.concat(chain.map(({ der }) => der));
  const publicKey = await publicKeyOf(declaration, certificate, ports);
  if (!publicKey.equals(certificate.publicKey)) {
    throw new Error('privateKey must be the key of the CA\'s certificate, got another key');
  }
  const keyAlgorithm = keyAlgorithmOfPublicKey(publicKey)!;
  assertForPlatforms(keyAlgorithm, declaration.platforms);
  if (standing && isRecorded(standing, { ...request, keyStorage: declaration.keyStorage, chain: above, certificate: certificate.der })) {
    return standing;
  }
  assertUsable('certificate', { certificate, chain }, ports.clock());
  const now = ports.clock().toISOString();
  const adopted: IssuedEntry = {
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
    issuedAt: standing?.issuedAt ?? now,
    issuedBy: request.requestId,
    certificate: certificate.der,
    chain: above,
  };
  await recordCa(adopted, request, ledger);
  return adopted;
}

/** Reads the public key of a CA that was made elsewhere. */
type PublicKeyOf = (declaration: ExistingCaDeclaration, certificate: Certificate, ports: Ports) => Promise<Buffer>;

const heldPublicKey: PublicKeyOf = async ({ keyStorage }, { serialNumber }, ports) => {
  const key = await custodyOf(keyStorage, ports).find(serialNumber);
  if (!key) {
    throw new Error(`privateKey must be in ${describePlace(keyStorage, serialNumber)}, which has no value`);
  }
  return key.publicKey;
};

/** The declared certificates. A secret with certificates is read only once, so the CA stays the same until its `generation` is raised. */
async function certificateText(
  { certificatePem, certificateSecretArn }: ExistingCaDeclaration, standing: LedgerEntry | undefined, ports: Ports,
): Promise<string> {
  if (certificatePem === undefined && standing) {
    return chainOf(standing).map(der => toPem('CERTIFICATE', der)).join('');
  }
  const value = certificatePem ?? await ports.secretValue(certificateSecretArn!);
  if (value === undefined) {
    throw new Error(`certificate must be in the secret ${certificateSecretArn}, which has no value`);
  }
  return value.toString();
}
