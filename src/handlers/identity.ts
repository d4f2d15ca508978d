import { createHash } from 'node:crypto';
import { Declaration } from './declaration';
import { SUBJECT_ATTRIBUTE_NAMES } from '../contract/subject-attributes';

/** Who asks: a resource of a stack. The stack's id holds a UUID, so that a stack made anew asks anew. */
export interface Requester {
  readonly stackId: string;
  readonly logicalResourceId: string;
}

const IDENTITY = /^(ca|verification|device)-[0-9a-f]{32}$/;

/**
 * The identity of a certificate, which is also the physical id of its resource: a pure function of what was declared.
 * The same declaration gives the same identity in every version of this library, for ever: CloudFormation replaces a
 * resource whose physical id changes. See decisions/0003-identity-and-physical-ids.md.
 *
 * Left out on purpose: the ledger's table, the secret's ARN, platforms and clipping, which say where and whether a
 * certificate may be issued, not which one.
 */
export function identityOf(declaration: Declaration, requester: Requester): string {
  const canonical = JSON.stringify([
    'cdk-private-iot-ca/1',
    declaration.resourceType,
    declaration.issuer ?? null,
    requester.stackId,
    requester.logicalResourceId,
    declaration.profile,
    SUBJECT_ATTRIBUTE_NAMES.filter(name => declaration.subject[name] !== undefined).map(name => [name, declaration.subject[name]]),
    declaration.keyAlgorithm,
    declaration.keyStorage?.Type ?? null,
    declaration.hashAlgorithm,
    declaration.validityDays,
    declaration.pathLength ?? null,
    declaration.generation,
  ]);
  return `${declaration.profile}-${createHash('sha256').update(canonical).digest('hex').slice(0, 32)}`;
}

/** Whether a physical id is one of ours; CloudFormation invents one for a creation it cancels. */
export function isIdentity(physicalResourceId: string | undefined): physicalResourceId is string {
  return physicalResourceId !== undefined && IDENTITY.test(physicalResourceId);
}
