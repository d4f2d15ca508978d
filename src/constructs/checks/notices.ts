import { Annotations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { Complaint } from '../../contract/rules';
import { PlatformId } from '../../platforms/registry';

/**
 * The ids by which users acknowledge warnings, and what each warning says. Ids are final, and each statement has an id of its own. The
 * documentation's table is made from this table. A warning about a certificate that was made elsewhere has the id of the rule that the
 * certificate breaks.
 */
export const WARNINGS = {
  'ca-has-ended': 'A CA that was made elsewhere is not valid at present and can issue no new certificates',
  'ca-names': 'Some validators refuse everything below a CA that was made elsewhere, because of its names or constraints',
  'ca-of-another-account': 'The account of a CA must let this account use the CA\'s key and ledger',
  'ca-renewed-late': 'A CA is renewed too late for a certificate below it, which could not get its whole validity just before the renewal',
  'common-name-constraints': 'A validator treats a common name as a host name outside the CA\'s constraints',
  'common-name-in-topics': 'A common name contains characters that brokers read as part of a topic',
  'common-name-twice': 'Two certificates of a CA have the same common name',
  'extended-key-usage': 'A CA that was made elsewhere can\'t issue certificates for devices, because of its extended key usages',
  'fleet-ca-in-kms': 'A fleet is issued by a CA whose key is in KMS, which signs only so many certificates a second for a whole account',
  'mailbox-constraints': 'A validator treats a mailbox as if it were outside the CA\'s constraints',
  'name-constraints': 'A CA has name constraints that some validators do not support or do not enforce',
  'no-outputs': 'A `CertificateOutputs` has nothing to output',
  'ocsp-signing': 'A certificate makes its holder an OCSP responder of the CA that has issued it',
  'registered-ca-is-renewed': 'A CA that is registered with a platform has a `renewal`, and the platform keeps the certificate of the last deployment',
  'renewed-ca-is-exported': 'Another stack uses a CA with a `renewal` by a strong reference, which keeps CloudFormation from updating the CA once it was renewed',
  'signing-region': 'An endpoint of Huawei Cloud does not name the Region, for which an access key signs',
  'term': 'A certificate with the declared validity could not be issued today',
} as const;

/** The ids of notes, and what each note says. The id of a note about a platform consists of the platform's identifier and the notice's id. */
export const NOTES = {
  'crl-domain': 'Certificates name the domain of a CloudFront distribution',
  'expiry-unwatched': 'A rule asks for `Certificate Expiring`, and nothing in the app looks for such certificates of the CA',
  'fleet-estimate': 'How long a fleet takes and what it costs, by its manifest',
  'former-ca': 'A CA with published lists replaces another CA, whose certificates can\'t be revoked any more',
  'revocation-unread': 'A `revokeFunction` revokes certificates of a CA, and nobody who accepts devices learns of it',
  'trail-of-invocations': 'What AWS CloudTrail must record for an `InvocationAlarm`',
  'trail-of-signatures': 'What AWS CloudTrail must record for a `SigningAlarm`',
} as const;

type WarningId = keyof typeof WARNINGS | `lint.${string}`;

type NoteId = keyof typeof NOTES | `${PlatformId}.${string}`;

/** Warns of something that works but is unwise, if there is such a complaint. */
export function warn(scope: IConstruct, id: WarningId, complaint: Complaint): void {
  if (complaint !== undefined) {
    Annotations.of(scope).addWarningV2(noticeId(id), complaint);
  }
}

/** Tells users what this library can't check. The lowest aws-cdk-lib that this library works with can't acknowledge such a note. */
export function note(scope: IConstruct, id: NoteId, message: string): void {
  const annotations = Annotations.of(scope);
  if ('addInfoV2' in annotations) {
    annotations.addInfoV2(noticeId(id), message);
  } else {
    (annotations as Annotations).addInfo(message);
  }
}

/**
 * A complaint of a validation (`Node.addValidation`). CDK puts the path of the validating construct before the complaint, as it does with
 * warnings, so the complaint names only another construct.
 */
export function complaintOfValidation(validating: IConstruct, about: IConstruct, complaint: Complaint): string[] {
  return complaint === undefined ? [] : [about === validating ? complaint : `${about.node.path}: ${complaint}`];
}

/** An id in the form in which users acknowledge it. */
export function noticeId(id: WarningId | NoteId): string {
  return `cdk-private-iot-ca:${id}`;
}
