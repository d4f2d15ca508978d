import { Construct } from 'constructs';
import { CertificateSubject, SUBJECT, SUBJECT_KINDS } from './certificate-subject';
import { AllowedSubject } from '../../contract/subject-rules';
import { check, struct, TEXT } from '../checks/kinds';

/**
 * Patterns for the attributes of a requested subject other than its common name; see `SubjectRule.commonName()`. An attribute that
 * is left out here must be absent from the request.
 */
export interface SubjectAttributePatterns {
  /**
   * The organization (O).
   * @default - the subject must have none
   */
  readonly organization?: string;

  /**
   * The organizational unit (OU).
   * @default - the subject must have none
   */
  readonly organizationalUnit?: string;

  /**
   * The country (C).
   * @default - the subject must have none
   */
  readonly country?: string;

  /**
   * The state or province (ST).
   * @default - the subject must have none
   */
  readonly stateOrProvince?: string;

  /**
   * The locality (L).
   * @default - the subject must have none
   */
  readonly locality?: string;

  /**
   * The serial number of the device (not of the certificate).
   * @default - the subject must have none
   */
  readonly serialNumber?: string;

  /**
   * The distinguished name qualifier.
   * @default - the subject must have none
   */
  readonly distinguishedNameQualifier?: string;
}

const { commonName: _, ...PATTERN_KINDS } = SUBJECT_KINDS;
const PATTERNS = struct<SubjectAttributePatterns>('a SubjectAttributePatterns', PATTERN_KINDS);

/**
 * A rule for the subjects that may be taken from a certificate signing request. The signature on a request proves that its author
 * has the key, but not that the name in it belongs to the author. Without a rule, the author decides which device it is.
 *
 * A rule names every attribute that the subject must have, and allows no others. Synthesis applies it if the request is known
 * there, and the function applies it in any case.
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
   * Allows only this subject, attribute by attribute and character by character.
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
   * Allows common names that match a pattern. In a pattern, `*` stands for one or more ASCII letters, digits and `- . _ :`. Every
   * other character stands for itself, and case matters. A pattern must match the whole value: `sensor-*` allows `sensor-001`,
   * but not `sensor-`, `my-sensor-001` or `sensor-001/x`. For a name that itself contains an asterisk, use `exact`.
   *
   * @param pattern the pattern for the common name
   * @param others the patterns for the other attributes; attributes that are left out must be absent
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
   * Allows the id of the construct as the common name. For `ca.addDeviceCertificate('sensor-001', …)`, that is `sensor-001`.
   *
   * @param others the patterns for the other attributes; attributes that are left out must be absent
   *
   * @example
   *
   * SubjectRule.fromConstructId({ organization: 'Acme' });
   */
  public static fromConstructId(others: SubjectAttributePatterns = {}): SubjectRule {
    check('SubjectRule.fromConstructId()', { others: PATTERNS }, { others });
    return new SubjectRule(({ node }) => {
      if (node.id.includes('*')) {
        throw new Error(`${node.path}: allowedSubject must be SubjectRule.exact() for a construct whose id contains an asterisk, `
          + 'because an asterisk is a wildcard in a pattern');
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
