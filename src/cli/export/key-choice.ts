import { SecretVersionIds } from './key-source';
import { ExportedCertificate } from './manifest';
import { isSerialNumber } from '../../contract/revocation';
import { CertificateFacts } from '../certificates/certificate-facts';
import { roleOf } from '../certificates/role';

/** The exported certificates, and all CAs of the outputs, including those that occur only in chains. */
export interface KnownCertificates {
  readonly exported: readonly ExportedCertificate[];
  readonly cas: readonly CertificateFacts[];
}

/** The versions of a place that are read, or the reason why none is. */
export type KeyChoice = { readonly read: readonly string[] } | {
  readonly none: string;
  /** Whether the place holds keys of certificates that this library has issued, none of which is exported. */
  readonly ofOthers?: boolean;
};

/** The certificates of the outputs, as the choice of keys needs them. */
export function knownCertificates(exported: readonly ExportedCertificate[], all: readonly CertificateFacts[]): KnownCertificates {
  return { exported, cas: all.filter(facts => roleOf(facts) === 'ca') };
}

/**
 * Chooses the versions that hold the key of an exported certificate of a device or a server, before any value is read. The id of
 * each version that this library writes is the serial number of the certificate whose key it holds. A place that has a version
 * for a CA is never read.
 */
export function endEntityVersions(kind: string, { ids }: SecretVersionIds, { exported, cas }: KnownCertificates): KeyChoice {
  const ca = cas.find(isOfOne(ids));
  if (ca) {
    return { none: `the ${kind} holds the private key of the CA ${ca.shortName}, which only --ca-private-key exports` };
  }
  const own = ids.filter(id => exported.some(({ facts }) => isVersionOf(facts, id)));
  return own.length > 0 ? { read: own } : {
    none: `the ${kind} has no version with the serial number of one of these certificates, so it holds none of their private keys`,
    ofOthers: ids.some(isSerialNumber),
  };
}

/**
 * Chooses the version of a secret that the user named as the place of a CA's key: by the CA's serial number, if this library wrote
 * the version; otherwise the current version, as for a CA that was made elsewhere or is signed elsewhere.
 */
export function caVersion({ ids, current, absence }: SecretVersionIds, { exported, cas }: KnownCertificates): KeyChoice {
  const other = exported.find(({ facts, entry }) => entry.role !== 'ca' && isOfOne(ids)(facts));
  if (other) {
    return { none: `the secret holds the key of ${other.facts.shortName}, which is not a CA; --private-keys exports it` };
  }
  const version = ids.find(id => cas.some(ca => isVersionOf(ca, id))) ?? current;
  return version === undefined ? { none: absence ?? 'the secret has no value' } : { read: [version] };
}

function isOfOne(ids: readonly string[]): (facts: CertificateFacts) => boolean {
  return facts => ids.some(id => isVersionOf(facts, id));
}

/** Whether the id of a version is this certificate's serial number. */
export function isVersionOf({ serialNumber }: CertificateFacts, version: string): boolean {
  return version.toUpperCase() === serialNumber;
}
