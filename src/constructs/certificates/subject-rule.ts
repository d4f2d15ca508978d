import { Construct } from 'constructs';
import { CertificateSubject, SUBJECT, SUBJECT_KINDS } from './certificate-subject';
import { AllowedSubject } from '../../contract/subject-rules';
import { check, struct, TEXT } from '../checks/kinds';

/**
 * What the attributes of a requested subject beside its common name have to be, as patterns: see `SubjectRule.commonName()`. An
 * attribute that is left out here must be absent in the request.
 */
export interface SubjectAttributePatterns {
  /**
   * The organization (O).
   * @default - the subject has none
   */
  readonly organization?: string;

  /**
   * The organizational unit (OU).
   * @default - the subject has none
   */
  readonly organizationalUnit?: string;

  /**
   * The country (C).
   * @default - the subject has none
   */
  readonly country?: string;

  /**
   * The state or province (ST).
   * @default - the subject has none
   */
  readonly stateOrProvince?: string;

  /**
   * The locality (L).
   * @default - the subject has none
   */
  readonly locality?: string;

  /**
   * The serial number of the device (not of the certificate).
   * @default - the subject has none
   */
  readonly serialNumber?: string;

  /**
   * The distinguished name qualifier.
   * @default - the subject has none
   */
  readonly distinguishedNameQualifier?: string;
}

const { commonName: _, ...PATTERN_KINDS } = SUBJECT_KINDS;
const PATTERNS = struct<SubjectAttributePatterns>('a SubjectAttributePatterns', PATTERN_KINDS);

/**
 * Which subjects may be taken from a certificate signing request. The signature on a request proves that somebody has its key,
 * and not that the name in it is theirs: without a rule, the author of the request decides which device it is.
 *
 * A rule names every attribute that the subject must have, and allows no other one. It is asked at synthesis where the request
 * is known there, and by the function in any case.
 *
 * @example
 *
 * declare const ca: PrivateIotCa;
 * declare const request: ISecret;
 * ca.addDeviceCertificate('sensor-001', {
 *   certificateSigningRequest: PemSource.secret(request),
 *   allowedSubject: SubjectRule.fromConstructId(),
 * });
 */
export class SubjectRule {
  /**
   * This subject, attribute by attribute and character by character.
   *
   * @example
   *
   * SubjectRule.exact({ commonName: 'sensor-001', organization: 'Acme' });
   */
  public static exact(subject: CertificateSubject): SubjectRule {
    check('SubjectRule.exact()', { subject: SUBJECT }, { subject });
    return new SubjectRule(() => ({ type: 'Exact', subject: { ...subject } }));
  }

  /**
   * A common name of a pattern. In a pattern, `*` stands for one or more letters of ASCII, digits and `- . _ :`, and every other
   * character for itself, upper and lower case apart. A pattern is held against the whole value: `sensor-*` allows `sensor-001`,
   * and neither `sensor-`, `my-sensor-001` nor `sensor-001/x`. For a name that has an asterisk itself, use `exact`.
   *
   * @param pattern the pattern for the common name
   * @param others the patterns for the other attributes; those that are left out must be absent
   *
   * @example
   *
   * SubjectRule.commonName('sensor-*', { organization: 'Acme', serialNumber: '*' });
   */
  public static commonName(pattern: string, others: SubjectAttributePatterns = {}): SubjectRule {
    check('SubjectRule.commonName()', { pattern: TEXT, others: PATTERNS }, { pattern, others });
    return new SubjectRule(() => ({ type: 'Pattern', subject: { ...others, commonName: pattern } }));
  }

  /**
   * The id of the construct as the common name. Of `ca.addDeviceCertificate('sensor-001', …)` that is `sensor-001`.
   *
   * @param others the patterns for the other attributes; those that are left out must be absent
   *
   * @example
   *
   * SubjectRule.fromConstructId({ organization: 'Acme' });
   */
  public static fromConstructId(others: SubjectAttributePatterns = {}): SubjectRule {
    check('SubjectRule.fromConstructId()', { others: PATTERNS }, { others });
    return new SubjectRule(({ node }) => {
      if (node.id.includes('*')) {
        throw new Error(`${node.path}: allowedSubject must be SubjectRule.exact() for a construct whose id has an asterisk, which is not one of a pattern`);
      }
      return { type: 'Pattern', subject: { ...others, commonName: node.id } };
    });
  }

  private constructor(private readonly rule: (certificate: Construct) => AllowedSubject) {}

  /** The rule for a certificate. @internal */
  public _for(certificate: Construct): AllowedSubject {
    return this.rule(certificate);
  }
}
