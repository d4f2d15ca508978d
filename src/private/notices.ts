import { Annotations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { PlatformId } from '../contract/platforms';
import { Complaint } from '../contract/rules';

/**
 * What synthesis says of a declaration has an id, by which whoever has read it acknowledges it: final, one for each thing that is said,
 * and in the README. What a certificate breaks that was made elsewhere has that of the rule.
 */
type WarningId = 'ca-has-ended' | 'ca-of-another-account' | 'common-name-constraints' | 'common-name-in-topics' | 'common-name-twice' | 'extended-key-usage'
  | 'name-constraints' | 'no-outputs' | 'term' | `lint.${string}`;

/** What has to be known of a platform has its identifier and that of the notice. */
type NoteId = 'trail-of-invocations' | 'trail-of-signatures' | `${PlatformId}.${string}`;

/** Says that something works and is unwise. */
export function warn(scope: IConstruct, id: WarningId, message: string): void {
  Annotations.of(scope).addWarningV2(noticeId(id), message);
}

/** Says what nothing here can check. The lowest aws-cdk-lib that this library works with can't acknowledge that. */
export function note(scope: IConstruct, id: NoteId, message: string): void {
  const annotations = Annotations.of(scope);
  if ('addInfoV2' in annotations) {
    annotations.addInfoV2(noticeId(id), message);
  } else {
    (annotations as Annotations).addInfo(message);
  }
}

/**
 * A complaint of a validation (`Node.addValidation`). CDK puts the path of the construct that validates before it, as it does with warnings,
 * so that only another construct is named.
 */
export function complaintOfValidation(validating: IConstruct, about: IConstruct, complaint: Complaint): string[] {
  return complaint === undefined ? [] : [about === validating ? complaint : `${about.node.path}: ${complaint}`];
}

/** An id as it is acknowledged. */
export function noticeId(id: WarningId | NoteId): string {
  return `cdk-private-iot-ca:${id}`;
}
