import { PlatformIds, platformIds } from './platform-ids';
import { formatTime } from '../../contract/term';
import { CertificateFacts } from '../certificates/certificate-facts';
import { isChain } from '../certificates/chain';
import { CertificateRole, roleOf } from '../certificates/role';
import { StackOutput } from '../certificates/stack-outputs';

/** The version of the format of manifest.json. Within a version, members may be added, but none is removed and none changes. */
export const MANIFEST_VERSION = 1;

/** The schema of manifest.json. The package contains it in its folder schema/. */
export const MANIFEST_SCHEMA = 'https://raw.githubusercontent.com/cdk-private-iot-ca/cdk-private-iot-ca/main/schema/manifest-v1.schema.json';

/** The entry of a certificate in manifest.json. The schema describes it to users: keep both in step. */
export interface ManifestEntry {
  readonly stack: string;
  readonly output: string;
  /** What the certificate is for. */
  readonly role: CertificateRole;
  /** Relative to the manifest, with forward slashes. */
  readonly file: string;
  /** The subject as RFC 4514 writes it. */
  readonly subject: string;
  /** The issuer as RFC 4514 writes it. */
  readonly issuer: string;
  /** Upper-case hexadecimal digits. */
  readonly serialNumber: string;
  /** ISO 8601 in UTC. */
  readonly notBefore: string;
  /** ISO 8601 in UTC. */
  readonly notAfter: string;
  /** Lower-case hexadecimal digits. */
  readonly sha256Fingerprint: string;
  /** Lower-case hexadecimal digits. */
  readonly sha1Fingerprint: string;
  /** Lower-case hexadecimal digits. */
  readonly subjectKeyIdentifier?: string;
  /** The subject key identifier of the issuing CA, if the certificate names it: two CAs can share a name. Lower-case hexadecimal digits. */
  readonly authorityKeyIdentifier?: string;
  /** The subjects of the certificates in the file, if each was signed by the next. */
  readonly chain?: readonly string[];
  /** The SHA-256 fingerprints of the certificates in the file, in the same order. */
  readonly chainSha256Fingerprints?: readonly string[];
  /** The identifiers that platforms use for the certificate, by the name of the platform. */
  readonly platforms: PlatformIds;
  /** The ARN of the secret, the parameter or the KMS key with its private key, if an output holds this ARN. */
  readonly privateKeyArn?: string;
  /** Relative to the manifest, with forward slashes. */
  readonly privateKeyFile?: string;
}

/** An exported certificate and its entry in the manifest. */
export interface ExportedCertificate {
  readonly facts: CertificateFacts;
  /** Whether its file holds nothing else. */
  readonly alone: boolean;
  readonly entry: ManifestEntry;
}

/** Whether a certificate is that of a device or a server, whose key is exported with it. */
export function isOfEndEntity({ entry: { role } }: ExportedCertificate): boolean {
  return role === 'device' || role === 'server';
}

/** The exported certificates of an output: the first certificate of a chain, or every certificate of a collection. */
export function exportedCertificates({ stack, output, certificates }: StackOutput, file: string): ExportedCertificate[] {
  const chained = certificates.length > 1 && isChain(certificates);
  return (chained ? certificates.slice(0, 1) : certificates).map(facts => ({
    facts,
    alone: certificates.length === 1,
    entry: {
      stack,
      output,
      role: roleOf(facts),
      file,
      subject: facts.subject,
      issuer: facts.issuer,
      serialNumber: facts.serialNumber,
      notBefore: formatTime(facts.notBefore),
      notAfter: formatTime(facts.notAfter),
      sha256Fingerprint: facts.sha256Fingerprint,
      sha1Fingerprint: facts.sha1Fingerprint,
      subjectKeyIdentifier: facts.subjectKeyIdentifier,
      authorityKeyIdentifier: facts.authorityKeyIdentifier,
      chain: chained ? certificates.map(({ subject }) => subject) : undefined,
      chainSha256Fingerprints: chained ? certificates.map(({ sha256Fingerprint }) => sha256Fingerprint) : undefined,
      platforms: platformIds(facts),
    },
  }));
}

/** The text of manifest.json. */
export function manifestText(entries: readonly ManifestEntry[]): string {
  return `${JSON.stringify({ $schema: MANIFEST_SCHEMA, version: MANIFEST_VERSION, certificates: entries }, undefined, 2)}\n`;
}
