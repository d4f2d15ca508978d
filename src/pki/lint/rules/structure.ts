import { AlgorithmIdentifier } from '../../algorithms';
import { complaintsOf, LintRule } from '../lint-rule';

/** The rule that is reported if a file is not a certificate at all, and nothing else can be checked. */
export const DER_ENCODING: LintRule = {
  id: 'rfc5280-der-encoding',
  severity: 'error',
  source: 'RFC 5280, section 4.1, and X.690, sections 8 to 11',
  checks: 'The file is a certificate in DER, the only encoding whose octets can be compared and signed, as far as it is read.',
  check: ({ encodingFaults }) => complaintsOf(encodingFaults, fault => fault),
};

/** Rules for the fields around the content. */
export const STRUCTURE_RULES: readonly LintRule[] = [
  DER_ENCODING,
  {
    id: 'rfc5280-version',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.1',
    checks: 'The version is 3: an earlier version can\'t say whether the certificate is a CA, or what the key is for.',
    check: ({ version }) => version === 3 ? undefined : `the version must be 3, got ${Number.isNaN(version) ? 'another one' : version}`,
  },
  {
    id: 'rfc5280-unique-identifiers',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.8',
    checks: 'There is no issuerUniqueID and no subjectUniqueID.',
    check: ({ uniqueIdentifiers }) => uniqueIdentifiers ? 'the unique identifiers of issuer and subject must be left out' : undefined,
  },
  {
    id: 'rfc5280-signature-fields',
    severity: 'error',
    source: 'RFC 5280, section 4.1.1.2',
    checks: 'The signature algorithm inside the signed part is the same as the one outside.',
    check: signatureFieldsComplaint,
  },
];

/** Says that the signed part names another signature algorithm than the part around it. */
export function signatureFieldsComplaint({ innerSignature, outerSignature }: SignatureFields): string | undefined {
  return innerSignature.der.equals(outerSignature.der)
    ? undefined
    : `the signature algorithm must be the same inside and outside, got ${innerSignature.oid} and ${outerSignature.oid}`
      + `${innerSignature.oid === outerSignature.oid ? ' with other parameters' : ''}`;
}

/** The signature algorithms of a certificate or a revocation list. */
interface SignatureFields {
  readonly innerSignature: AlgorithmIdentifier;
  readonly outerSignature: AlgorithmIdentifier;
}
