import { Declaration } from './declaration';
import { requestIdentity } from './declared-request';
import { SUBJECT_ATTRIBUTE_NAMES } from '../../contract/subject-attributes';
import { Requester } from '../../resource/lifecycle-event';
import { idFrom, IdPrefix } from '../../resource/physical-id';

/**
 * The identity of a certificate, which is also the physical id of its resource (that of a kept CA names its ledger too): a pure
 * function of what was declared. The same declaration gives the same identity in every version of this library, for ever:
 * CloudFormation replaces a resource whose physical id changes. See decisions/0003-identity-and-physical-ids.md.
 *
 * Left out on purpose: the ledger's table, the secret's ARN, platforms, clipping and forms of delivery, which say where and
 * whether a certificate may be issued, not which one; and the certificate of a CA that is signed elsewhere, which is another
 * one after each renewal of the same CA.
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
    }),
  ]);
}

/** What came later than the first certificates: nothing, where none of it is declared, so that their identities stay. */
function whatIsThere(additions: { readonly [name: string]: unknown }): object[] {
  return Object.values(additions).every(value => value === undefined) ? [] : [additions];
}

/** The identity made of canonical values. */
export function identityFrom(prefix: IdPrefix, canonical: readonly unknown[]): string {
  return idFrom(prefix, JSON.stringify(canonical));
}

/** Whether something is of this resource. */
export function isOf(one: Requester, { stackId, logicalResourceId }: Requester): boolean {
  return one.stackId === stackId && one.logicalResourceId === logicalResourceId;
}
