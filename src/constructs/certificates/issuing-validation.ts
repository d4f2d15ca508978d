import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ExtendedKeyUsage } from './certificate-extensions';
import { CertificateSubject } from './certificate-subject';
import { PemSource } from './pem-source';
import { knownRequest } from './request-validation';
import { GENERAL_NAME_TYPE_NAMES, NameLists } from '../../contract/general-names';
import { checkTermWithin, formatTime, Term } from '../../contract/term';
import { assertNotCaSubject } from '../../pki/ca-subject';
import { checkCommonNameElsewhere } from '../../pki/common-name-constraints';
import { RawGeneralName, rawNames } from '../../pki/general-names';
import { assertUsagesAllowed } from '../../pki/issuer-limits';
import { checkMailboxesElsewhere } from '../../pki/mailbox-constraints';
import { encodeName } from '../../pki/name';
import { commonNameOf } from '../../pki/name-comparison';
import { assertNamesPermitted, mailboxesOf } from '../../pki/name-constraints';
import { OID } from '../../pki/object-identifiers';
import { ProfileName, PROFILES } from '../../pki/profile';
import { readRequestedNames } from '../../pki/requested-names';
import { Validity, validityFrom } from '../../pki/validity';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { KnownCa, knownCa } from '../ca/known-ca';
import { warn } from '../checks/notices';
import { complaintOf, hasToken, TermProps, validate } from '../checks/validation';

/** The properties of a certificate's declaration that its issuer may refuse. */
export interface DeclaredCertificate extends TermProps {
  /** Absent if it is taken from a request. */
  readonly subject?: CertificateSubject;
  readonly certificateSigningRequest?: PemSource;
  readonly subjectAlternativeNames?: NameLists;
  readonly allowedSubjectAlternativeNames?: NameLists;
  readonly extendedKeyUsages?: ExtendedKeyUsage[];
  readonly clipToIssuer?: boolean;
}

/** Refuses a CA that can't issue because it has no certificate yet, as the function would. */
export function validateCanIssue(scope: Construct, ca: IPrivateIotCa): void {
  validate(scope, [], () => knownCa(ca).awaitsCertificate
    ? `ca must have its certificate before it can issue, and ${ca.node.path} is signedElsewhere without one: deploy the CA alone, `
      + 'have its certificateSigningRequestPem signed, declare the result as signedCertificate, and then declare what the CA issues'
    : undefined);
}

/**
 * Refuses a subject CA of a cross-certificate that the function would refuse: the path length of the signing CA must leave room for one more CA
 * (RFC 5280, section 4.2.1.9), and its name constraints must permit the name of the subject CA (section 4.2.1.10).
 */
export function validateCanCertify(scope: Construct, ca: IPrivateIotCa, subjectCa: IPrivateIotCa): void {
  const { subjects: [subject], awaitsCertificate } = knownCa(subjectCa);
  const { subjects, nameConstraints } = knownCa(ca);
  const [outer, inner] = [ca.pathLength, subjectCa.pathLength];
  validate(scope, [], () => awaitsCertificate
    ? `subjectCa must have its certificate before another CA can certify its key, and ${subjectCa.node.path} is signedElsewhere without one; declare its signedCertificate first`
    : undefined);
  validate(scope, [outer], () => outer !== 0 ? undefined
    : `ca must have a pathLength of at least 1 to certify the key of another CA, got ${ca.node.path} with 0, the default, which can't be changed without a new CA; `
      + 'have verifiers trust both CAs instead (TrustBundle)');
  validate(scope, [outer, inner], () => outer === undefined || inner === undefined || inner < outer ? undefined
    : `ca must have a pathLength above that of subjectCa, ${inner}, got ${ca.node.path} with ${outer}; have verifiers trust both CAs instead (TrustBundle)`);
  validate(scope, [], () => subject && complaintOf(() => {
    assertNotCaSubject(subject, subjects);
    assertNamesPermitted({ subject, profile: 'ca' }, nameConstraints);
  }));
}

/**
 * Checks a certificate against its issuer by the same code as the function, as far as both are known at synthesis. Other faults
 * in names and extensions are found before.
 *
 * @param days the validity of the certificate, if it is declared in days
 */
export function validateIssuing(
  scope: Construct, ca: IPrivateIotCa, profile: ProfileName, certificate: DeclaredCertificate, days: number | undefined,
): void {
  const known = knownCa(ca);
  const { clipToIssuer = false, notBefore, notAfter } = certificate;
  validate(scope, [], () => complaintOf(() => {
    assertNames(certificate, profile, known);
    assertUsagesAllowed(PROFILES[profile], knownUsages(certificate), known.extendedKeyUsages);
    return checkTermWithin({ notBefore, notAfter }, known, clipToIssuer);
  }));
  sayTerm(scope, { days, notBefore, notAfter }, known, clipToIssuer);
  sayRenewedLate(scope, ca, days, clipToIssuer);
  sayNames(scope, certificate, profile, known);
  sayResponder(scope, ca, certificate);
}

/** Warns of a certificate that is longer valid than its CA still is when that is renewed: just before, the CA could not issue or renew it as declared. */
function sayRenewedLate(scope: Construct, ca: IPrivateIotCa, days: number | undefined, clipToIssuer: boolean): void {
  const { renewedBefore } = knownCa(ca);
  if (renewedBefore !== undefined && days !== undefined && !Token.isUnresolved(days) && days > renewedBefore) {
    warn(scope, 'ca-renewed-late', `validity of ${days} days should be at most as long as the time before its end at which ${ca.node.path} is renewed, ${renewedBefore} days: `
      + `just before that, ${clipToIssuer ? `a certificate ends with the CA, after as little as ${renewedBefore} days` : 'no such certificate is issued or renewed'}; `
      + 'shorten validity, or have the CA renewed earlier (renewal)');
  }
}

/** RFC 6960, section 4.2.2.2: a certificate with this usage is all that a CA needs to delegate the answers about its certificates. */
function sayResponder(scope: Construct, ca: IPrivateIotCa, certificate: DeclaredCertificate): void {
  warn(scope, 'ocsp-signing', knownUsages(certificate).includes(OID.OCSPSigning)
    ? `extendedKeyUsages should be without OCSPSigning: with it, whoever holds the key can answer for ${ca.node.path} that a revoked certificate is good. `
      + 'For an OCSP responder of the CA, call publishRevocation with ocsp'
    : undefined);
}

/** Warns of names that the CA issues although some validator refuses them under the constraints of the CA or of a CA above it. */
function sayNames(scope: Construct, certificate: DeclaredCertificate, profile: ProfileName, { nameConstraints }: KnownCa): void {
  const name = knownName(certificate);
  const { names: alternativeNames } = knownAlternativeNames(certificate);
  const facts = { commonName: name && commonNameOf(name), alternativeNames, profile };
  const mailboxes = [...name ? mailboxesOf(name) : [], ...alternativeNames];
  for (const constraints of nameConstraints) {
    warn(scope, 'common-name-constraints', checkCommonNameElsewhere(facts, constraints));
    warn(scope, 'mailbox-constraints', checkMailboxesElsewhere(mailboxes, constraints));
  }
}

/** The subject, declared or requested, if it is known. */
function knownName({ subject, certificateSigningRequest }: DeclaredCertificate): Buffer | undefined {
  return subject ? encodedSubject(subject) : knownRequest(certificateSigningRequest)?.subject;
}

function assertNames(certificate: DeclaredCertificate, profile: ProfileName, known: KnownCa): void {
  const name = knownName(certificate);
  if (name) {
    assertNotCaSubject(name, known.subjects);
  }
  const { names, areComplete } = knownAlternativeNames(certificate);
  // A common name counts as a host name if there is no other, so the check must know whether there is one.
  assertNamesPermitted({ subject: name, alternativeNames: areComplete ? names : undefined, profile }, known.nameConstraints, names);
}

/** The known alternative names, declared or requested, and whether they are complete. */
function knownAlternativeNames(
  { certificateSigningRequest: source, subjectAlternativeNames, allowedSubjectAlternativeNames: allowed = {} }: DeclaredCertificate,
): { readonly names: readonly RawGeneralName[]; readonly areComplete: boolean } {
  const request = knownRequest(source);
  const taken = request && !hasToken(allowed) ? readRequestedNames(request, allowed).allowed : {};
  return {
    names: [...rawNames(knownNames(subjectAlternativeNames)), ...rawNames(taken)],
    areComplete: !hasToken([subjectAlternativeNames, allowed]) && (!source || request !== undefined),
  };
}

function knownUsages({ extendedKeyUsages = [] }: DeclaredCertificate): string[] {
  return extendedKeyUsages.map(({ oid }) => oid).filter(oid => !hasToken(oid));
}

function encodedSubject(subject: CertificateSubject): Buffer | undefined {
  return hasToken({ ...subject }) ? undefined : encodeName({ ...subject });
}

/** The names that contain no tokens. */
function knownNames(lists: NameLists = {}): NameLists {
  return Object.fromEntries(GENERAL_NAME_TYPE_NAMES.map(type => [type, (lists[type] ?? []).filter(name => !hasToken(name))]));
}

const ANY_TIME: Validity = { notBefore: new Date(0), notAfter: new Date('9999-12-31T23:59:59Z') };

/**
 * Warns of a term for which no certificate could be issued today. It is not an error, because a stack must remain deployable once
 * one of its certificates has expired: certificates that were issued stay as they are.
 *
 * @param known what is known about the issuer; absent for a self-signed certificate
 */
export function sayTerm(scope: Construct, { days, notBefore, notAfter }: Term, known?: KnownCa, clipToIssuer = false): void {
  if (Token.isUnresolved(days)) {
    return;
  }
  const issuer = known && { notBefore: known.notBefore ?? ANY_TIME.notBefore, notAfter: known.notAfter ?? ANY_TIME.notAfter };
  const complaint = complaintOf(() => void validityFrom(new Date(), PROFILES.device, { days, notBefore, notAfter }, issuer, clipToIssuer));
  warn(scope, 'term', complaint && `${complaint}. As of ${formatTime(new Date()).slice(0, 10)}, no new certificate can be issued with this validity; `
    + 'existing certificates stay as they are');
}
