import { Token } from 'aws-cdk-lib';
import { rememberBelow } from './cas-below';
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

/** The facts about a CA and the CAs above it that are known at synthesis and determine what the CA can issue. */
export interface KnownCa {
  /** DER Names, the CA's own first. */
  readonly subjects: readonly Buffer[];
  readonly nameConstraints: readonly NameConstraints[];
  /** The object identifiers for each of these CAs that has extended key usages. */
  readonly extendedKeyUsages: readonly (readonly string[])[];
  /** The period in which the CA and all CAs above it are valid. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /**
   * The CA's key identifier in hexadecimal digits: an attribute of its resource or, if it has no resource here, the identifier in its
   * declared certificate. Absent for a CA that is signed elsewhere, because its signer may change the identifier with each renewal.
   */
  readonly keyIdentifier?: string;
  /** The CA that signs it, if that is declared. */
  readonly issuer?: IPrivateIotCa;
  /** Whether the CA's certificate is still to be made elsewhere. */
  readonly awaitsCertificate?: boolean;
  /** Whether another certificate can take the place of the CA's own: it is signed elsewhere, or renewed by a schedule. */
  readonly isRenewable?: boolean;
  /** Whether the CA takes the place of another one, which is not the same as a successor beside its predecessor. */
  readonly isReplacement?: boolean;
  /** How many days before its end a schedule renews the CA's certificate; absent if none does. */
  readonly renewedBefore?: number;
  /** Whether the CA is declared to be retired once nothing depends on it. */
  readonly isRetired?: boolean;
}

/** Whether a declaration says that its CA takes the place of another one. */
export function replacesAnother({ generation = 1, replaces }: { readonly generation?: number; readonly replaces?: string }): boolean {
  return replaces !== undefined || (!Token.isUnresolved(generation) && generation > 1);
}

const KNOWN = new WeakMap<IPrivateIotCa, KnownCa>();

/** Remembers what is known about a CA. */
export function rememberCa(ca: IPrivateIotCa, known: KnownCa): void {
  KNOWN.set(ca, known);
  if (known.issuer) {
    rememberBelow(known.issuer, ca);
  }
}

/** What is known about a CA: nothing, if only tokens describe it. */
export function knownCa(ca: IPrivateIotCa): KnownCa {
  return KNOWN.get(ca) ?? { subjects: [], nameConstraints: [], extendedKeyUsages: [] };
}

/** The properties by which a resource names its issuer. The function compares the issuer's key identifier with the one in its ledger. */
export function issuerProperties(ca: IPrivateIotCa): { readonly Issuer: string; readonly IssuerKeyIdentifier?: string } {
  return { Issuer: ca.caId, IssuerKeyIdentifier: knownCa(ca).keyIdentifier };
}

/** What is known about a CA from its own certificate and those above it, in that order; unknown certificates are left out. */
export function knownByCertificates(certificates: readonly (Certificate | undefined)[]): KnownCa {
  const known = certificates.filter(each => each !== undefined);
  const { validity, nameConstraints, extendedKeyUsages } = limitsOf(known);
  return { subjects: known.map(({ subject }) => subject), nameConstraints, extendedKeyUsages, ...known.length > 0 ? validity : {} };
}

/** What is known about a CA from its declaration, which has been checked before. */
export function knownByDeclaration(props: PrivateIotCaProps): KnownCa {
  const { subject, nameConstraints, issuer, signedElsewhere = false, signedCertificate, notBefore, notAfter } = props;
  const renewal = { isRenewable: signedElsewhere || props.renewal !== undefined, renewedBefore: props.renewal?.before.toDays({ integral: false }) };
  const signed = signedCertificate?._text;
  if (signed !== undefined && !Token.isUnresolved(signed)) {
    const { certificate, chain } = readCaChain('signedCertificate', signed);
    return { ...knownByCertificates([certificate, ...chain]), ...renewal };
  }
  const above = issuer && knownCa(issuer);
  const constraints = knownConstraints(nameConstraints);
  return {
    subjects: [...hasToken({ ...subject }) ? [] : [encodeName({ ...subject })], ...above?.subjects ?? []],
    nameConstraints: [
      ...constraints ? [readNameConstraints(DerReader.only(encodeNameConstraints(constraints)))] : [], ...above?.nameConstraints ?? [],
    ],
    extendedKeyUsages: above?.extendedKeyUsages ?? [],
    notBefore: latest(notBefore, above?.notBefore),
    notAfter: earliest(notAfter, above?.notAfter),
    issuer,
    awaitsCertificate: signedElsewhere && !signedCertificate,
    ...renewal,
  };
}

function latest(...times: readonly (Date | undefined)[]): Date | undefined {
  return times.filter(time => time !== undefined).sort((one, other) => other.getTime() - one.getTime())[0];
}

function earliest(...times: readonly (Date | undefined)[]): Date | undefined {
  return times.filter(time => time !== undefined).sort((one, other) => one.getTime() - other.getTime())[0];
}

/** The declared name constraints, if they contain no token and are valid. */
export function knownConstraints(declared: DeclaredConstraints | undefined): DeclaredNameConstraints | undefined {
  const nameConstraints = declared && !hasToken(declared) ? { critical: true, ...declared } : undefined;
  return nameConstraints && !checkExtensions({ nameConstraints }) ? nameConstraints : undefined;
}
