import { quote } from '../../../contract/rules';
import { RawGeneralName } from '../../general-names';
import { OID } from '../../object-identifiers';
import { complaintsOf, LintRule } from '../lint-rule';
import { isCritical } from '../model/linted-certificate';

/** RFC 1034, section 3.5, as RFC 1123, section 2.1, extends it: labels of letters, digits and, except at the ends, hyphens. */
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/** A wildcard stands for the first label (RFC 9525, section 6.3). */
const DNS_NAME = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`);

const MAX_DNS_NAME = 253;

/** RFC 5321, section 4.1.2: a local part of up to 64 octets, without spaces, at a host or at an address in brackets. */
const MAILBOX = new RegExp(`^[\\x21-\\x3f\\x41-\\x7e]{1,64}@(?:(?=.{1,${MAX_DNS_NAME}}$)${LABEL}(?:\\.${LABEL})*|\\[[\\x21-\\x5a\\x5e-\\x7e]+\\])$`);

/** RFC 3986, section 3: a scheme and something after it. */
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/;

/** The checks of the form of each type of name. Directory names have no form of their own here. */
const FORMS: { readonly [T in Exclude<RawGeneralName['type'], 'ip' | 'directory'>]: (name: string) => string | undefined } = {
  email: name => MAILBOX.test(name) ? undefined : `an e-mail address must be a mailbox in ASCII at a host, got ${quote(name)}`,
  dns: dnsComplaint,
  uri: name => URI.test(name) ? undefined : `a URI must be absolute, in ASCII and without spaces, got ${quote(name)}`,
};

function complaintOf({ type, value }: RawGeneralName): string | undefined {
  switch (type) {
    case 'directory': return undefined;
    case 'ip': return value.length === 4 || value.length === 16 ? undefined : `an IP address must have 4 or 16 octets, got ${value.length}`;
    default: return FORMS[type](value);
  }
}

/** Rules for the extension subjectAltName, and for URIs in other extensions. */
export const ALTERNATIVE_NAME_RULES: readonly LintRule[] = [
  {
    id: 'rfc5280-empty-subject',
    severity: 'error',
    source: 'RFC 5280, sections 4.1.2.6 and 4.2.1.6',
    checks: 'If the subject is empty, alternative names are present and critical.',
    check: certificate => !certificate.subject.empty || isCritical(certificate, OID.subjectAltName)
      ? undefined
      : `the subject must not be empty ${isCritical(certificate, OID.subjectAltName) === false ? 'if the alternative names are not critical' : 'without alternative names'}`,
  },
  {
    id: 'rfc5280-alternative-names-critical',
    severity: 'warning',
    source: 'RFC 5280, section 4.2.1.6',
    checks: 'Alternative names are critical only if the subject is empty.',
    check: certificate => !certificate.subject.empty && isCritical(certificate, OID.subjectAltName)
      ? 'the alternative names should not be critical if the subject is not empty'
      : undefined,
  },
  {
    id: 'rfc5280-alternative-name-form',
    severity: 'error',
    source: 'RFC 5280, section 4.2.1.6',
    checks: 'Alternative names have the form of their kind: a host name without spaces and underscores, a mailbox at such a host, '
      + 'an address of 4 or 16 octets, an absolute URI.',
    check: ({ values }) => complaintsOf(values.subjectAlternativeNames ?? [], complaintOf),
  },
  {
    id: 'rfc5280-distribution-uri',
    severity: 'error',
    source: 'RFC 5280, sections 4.2.1.13 and 4.2.2.1',
    checks: 'The locations of CRLs, of OCSP responders and of the issuer\'s certificate are absolute URIs.',
    check: ({ values: { crlUris = [], deltaCrlUris = [], accessUris = [] } }) => complaintsOf([...crlUris, ...deltaCrlUris, ...accessUris], uri =>
      URI.test(uri) ? undefined
        : `the location of a CRL, of an OCSP responder or of the issuer's certificate must be an absolute URI, got ${quote(uri)}`),
  },
];

function dnsComplaint(name: string): string | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(name)) {
    return `an IP address must be an iPAddress of 4 octets, not a host name, got ${quote(name)}`;
  }
  return name.length <= MAX_DNS_NAME && DNS_NAME.test(name)
    ? undefined
    : `a host name must consist of labels of letters, digits and hyphens, with at most ${MAX_DNS_NAME} characters in all, got ${quote(name)}`;
}
