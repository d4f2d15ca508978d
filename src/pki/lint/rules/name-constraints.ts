import { checkCommonName } from '../../common-name-constraints';
import { checkEmptyConstraints, LimitedValidator, limitedKinds, limitsUnder, versionOf } from '../../constraint-limits';
import { RawGeneralName } from '../../general-names';
import { checkMailboxesElsewhere } from '../../mailbox-constraints';
import { OID } from '../../object-identifiers';
import { complaintsOf, issuerRule, LintRule } from '../lint-rule';
import { isCritical, LintedCertificate } from '../model/linted-certificate';

const VALIDATORS: readonly LimitedValidator[] = ['Go', 'GnuTLS', 'Botan', 'wolfSSL'];

/** Rules for how general validators treat constraints that RFC 5280 allows. */
export const NAME_CONSTRAINT_RULES: readonly LintRule[] = [...VALIDATORS.map((validator): LintRule => ({
  id: `stack-name-constraints-${validator.toLowerCase()}`,
  severity: 'warning',
  source: `${validator} ${versionOf(validator)}, tried`,
  checks: `No name constraints are on ${limitedKinds(validator)}: with them, ${validator} refuses certificates that comply, `
    + 'or accepts certificates that do not.',
  check: certificate => {
    const { values: { nameConstraints } } = certificate;
    const critical = isCritical(certificate, OID.nameConstraints) === true;
    return nameConstraints && complaintsOf(limitsUnder(nameConstraints, critical, limit => limit.validator === validator), sentence => sentence);
  },
})), {
  id: 'stack-empty-name-constraint',
  severity: 'warning',
  source: 'Java 17 and wolfSSL 5.5, tried',
  checks: 'No name constraint is on an empty host name, mailbox or URI: wolfSSL refuses everything below it, and so does Java if the constraints are critical and on mailboxes or URIs.',
  check: ({ values: { nameConstraints } }) => nameConstraints && checkEmptyConstraints(nameConstraints),
}];

/** Rules for how some validators treat names below a CA with constraints. */
export const CONSTRAINED_NAME_RULES: readonly LintRule[] = [
  issuerRule({
    id: 'stack-common-name-constraints',
    severity: 'warning',
    source: 'OpenSSL 3.0, Java 17, GnuTLS 3.7, NSS 3.87, Botan 2.19 and wolfSSL 5.5, tried',
    checks: 'A common name without an alternative name of the same type lies within the issuer\'s constraints on host names and addresses: '
      + 'some validators treat it as such a name.',
    // No validator checks a certificate that signs itself against its own constraints (RFC 5280, section 6.1.3).
    check: (certificate, { values: { nameConstraints } }) => certificate.selfIssued || !nameConstraints ? undefined
      : complaintsOf(textsOf(certificate, OID.commonName), commonName =>
        checkCommonName({ commonName, alternativeNames: alternativeNames(certificate), profile: profileOf(certificate) }, nameConstraints)),
  }),
  issuerRule({
    id: 'stack-mailbox-constraints',
    severity: 'warning',
    source: 'wolfSSL 5.5, tried',
    checks: 'The part of a mailbox before its @ is shorter than the host that the issuer\'s constraints permit: '
      + 'otherwise wolfSSL treats the mailbox as outside of them.',
    check: (certificate, { values: { nameConstraints } }) => certificate.selfIssued || !nameConstraints ? undefined
      : checkMailboxesElsewhere([...mailboxesInSubject(certificate), ...alternativeNames(certificate)], nameConstraints),
  }),
];

function alternativeNames({ values: { subjectAlternativeNames = [] } }: LintedCertificate): readonly RawGeneralName[] {
  return subjectAlternativeNames;
}

function mailboxesInSubject(certificate: LintedCertificate): RawGeneralName[] {
  return textsOf(certificate, OID.emailAddress).map(value => ({ type: 'email', value }));
}

/** The texts of an attribute of the subject. */
function textsOf({ subject: { attributes } }: LintedCertificate, type: string): string[] {
  return attributes.flatMap(({ oid, text }) => oid === type && text !== undefined ? [text] : []);
}

/** The profile by which the common name is judged. */
function profileOf({ ca, values: { extendedKeyUsage } }: LintedCertificate): 'ca' | 'server' | 'device' {
  return ca ? 'ca' : extendedKeyUsage?.includes(OID.serverAuth) ? 'server' : 'device';
}
