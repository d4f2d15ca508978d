import { Token } from 'aws-cdk-lib';
import { IPrivateIotCa } from './i-private-iot-ca';
import { PrivateIotCaProps } from './private-iot-ca-props';
import { checkExtensions, DeclaredNameConstraints } from '../../contract/extensions';
import { readCaChain } from '../../pki/ca-chain';
import { Certificate } from '../../pki/certificate';
import { DerReader } from '../../pki/der-reader';
import { limitsOf } from '../../pki/issuer-limits';
import { encodeName } from '../../pki/name';
import { encodeNameConstraints, readNameConstraints } from '../../pki/name-constraints';
import { NameConstraints } from '../../pki/name-subtrees';
import { NameConstraints as DeclaredConstraints } from '../certificates/certificate-extensions';
import { hasToken } from '../checks/validation';

/** What is known at synthesis of a CA and of those above it, as far as it decides on what the CA can issue. */
export interface KnownCa {
  /** DER Names, its own first. */
  readonly subjects: readonly Buffer[];
  readonly nameConstraints: readonly NameConstraints[];
  /** Those of each of them that has any, as object identifiers. */
  readonly extendedKeyUsages: readonly (readonly string[])[];
  /** When it is valid, and all CAs above it. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /**
   * Its key identifier, in hexadecimal digits: an attribute of its resource or, without a resource here, that of its declared certificate.
   * Absent for a CA that is signed elsewhere, whose signer may change it with each renewal.
   */
  readonly keyIdentifier?: string;
  /** Whether its certificate is still to be made elsewhere. */
  readonly awaitsCertificate?: boolean;
}

const KNOWN = new WeakMap<IPrivateIotCa, KnownCa>();

/** Keeps what is known of a CA. */
export function rememberCa(ca: IPrivateIotCa, known: KnownCa): void {
  KNOWN.set(ca, known);
}

/** What is known of a CA: nothing of one that only tokens tell of. */
export function knownCa(ca: IPrivateIotCa): KnownCa {
  return KNOWN.get(ca) ?? { subjects: [], nameConstraints: [], extendedKeyUsages: [] };
}

/** How a resource names the CA that signs it; the function holds the CA's key identifier against what its ledger has. */
export function issuerProperties(ca: IPrivateIotCa): { readonly Issuer: string; readonly IssuerKeyIdentifier?: string } {
  return { Issuer: ca.caId, IssuerKeyIdentifier: knownCa(ca).keyIdentifier };
}

/** What certificates say of a CA: its own first; one that is not known is left out. */
export function knownByCertificates(certificates: readonly (Certificate | undefined)[]): KnownCa {
  const known = certificates.filter(each => each !== undefined);
  const { validity, nameConstraints, extendedKeyUsages } = limitsOf(known);
  return { subjects: known.map(({ subject }) => subject), nameConstraints, extendedKeyUsages, ...known.length > 0 ? validity : {} };
}

/** What the declaration of a CA says of it, once it has been checked. */
export function knownByDeclaration(props: PrivateIotCaProps): KnownCa {
  const { subject, nameConstraints, issuer, signedElsewhere = false, signedCertificate, notBefore, notAfter } = props;
  const signed = signedCertificate?._text;
  if (signed !== undefined && !Token.isUnresolved(signed)) {
    const { certificate, chain } = readCaChain('signedCertificate', signed);
    return knownByCertificates([certificate, ...chain]);
  }
  const above = issuer && knownCa(issuer);
  const constraints = knownConstraints(nameConstraints);
  return {
    subjects: [...hasToken({ ...subject }) ? [] : [encodeName({ ...subject })], ...above?.subjects ?? []],
    nameConstraints: [
      ...constraints ? [readNameConstraints(new DerReader(encodeNameConstraints(constraints)))] : [], ...above?.nameConstraints ?? [],
    ],
    extendedKeyUsages: above?.extendedKeyUsages ?? [],
    notBefore: latest(notBefore, above?.notBefore),
    notAfter: earliest(notAfter, above?.notAfter),
    awaitsCertificate: signedElsewhere && !signedCertificate,
  };
}

function latest(...times: readonly (Date | undefined)[]): Date | undefined {
  return times.filter(time => time !== undefined).sort((one, other) => other.getTime() - one.getTime())[0];
}

function earliest(...times: readonly (Date | undefined)[]): Date | undefined {
  return times.filter(time => time !== undefined).sort((one, other) => one.getTime() - other.getTime())[0];
}

/** Declared name constraints where there is no token among them, and nothing wrong with them. */
export function knownConstraints(declared: DeclaredConstraints | undefined): DeclaredNameConstraints | undefined {
  const nameConstraints = declared && !hasToken(declared) ? { critical: true, ...declared } : undefined;
  return nameConstraints && !checkExtensions({ nameConstraints }) ? nameConstraints : undefined;
}
