import { Declaration } from './declaration';
import { requestIdentity } from './declared-request';
import { SUBJECT_ATTRIBUTE_NAMES } from '../../contract/subject-attributes';
import { Requester } from '../../resource/lifecycle-event';
import { idFrom, IdPrefix } from '../../resource/physical-id';

/**
 * The identity of a certificate: a pure function of its declaration. It is also the physical ID of the resource; the physical ID of a kept
 * CA names its ledger too. The same declaration gives the same identity in every version of this library, forever: CloudFormation replaces
 * a resource whose physical ID changes. See decisions/0003-identity-and-physical-ids.md.
 *
 * The ledger's table, the secret's ARN, platforms, clipping and delivery formats are left out on purpose: they say where and whether a
 * certificate may be issued, not which one. The certificate of a CA that is signed elsewhere is left out too, because each renewal of the
 * same CA gives another certificate.
 */
export function identityOf(declaration: Declaration, requester: Requester): string {
  const { subject, request, term } = declaration;
  return identityFrom(declaration.profile, [
    'cdk-private-iot-ca/1',
    declaration.resourceType,
    declaration.issuer ?? null,
    requester.stackId,
    requester.logicalResourceId,
    declaration.profile,
    subject ? SUBJECT_ATTRIBUTE_NAMES.filter(name => subject[name] !== undefined).map(name => [name, subject[name]]) : null,
    declaration.keyAlgorithm ?? null,
    declaration.keyStorage?.Type ?? null,
    declaration.hashAlgorithm,
    term?.days ?? null,
    declaration.pathLength ?? null,
    declaration.generation,
    ...whatIsThere({
      notBefore: term?.notBefore,
      notAfter: term?.notAfter,
      extensions: declaration.extensions,
      request: request && requestIdentity(request),
      signedElsewhere: declaration.signedElsewhere ? true : undefined,
      subjectCa: declaration.subjectCa?.caId,
    }),
  ]);
}

/**
 * The properties that did not exist for the first certificates. The result is empty if none of them is declared, so earlier identities
 * stay the same.
 */
function whatIsThere(additions: { readonly [name: string]: unknown }): object[] {
  return Object.values(additions).every(value => value === undefined) ? [] : [additions];
}

/** Makes an identity from canonical values. */
export function identityFrom(prefix: IdPrefix, canonical: readonly unknown[]): string {
  return idFrom(prefix, JSON.stringify(canonical));
}

/** Whether something belongs to this resource. */
export function isOf(one: Requester, { stackId, logicalResourceId }: Requester): boolean {
  return one.stackId === stackId && one.logicalResourceId === logicalResourceId;
}
