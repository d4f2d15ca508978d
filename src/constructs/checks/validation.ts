import { Duration, Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { note } from './notices';
import { checkHashForKms } from '../../contract/kms';
import { noticesOf } from '../../contract/platform-rules';
import {
  checkGeneration, checkPathLength, checkSubject, checkSubjectAttribute, checkValidityDays, Complaint, quote,
} from '../../contract/rules';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectValues } from '../../contract/subject-attributes';
import { checkTerm, formatTime } from '../../contract/term';
import { IotPlatform } from '../../platforms/iot-platform';
import { platformRules } from '../../platforms/registry';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { HashAlgorithm } from '../certificates/hash-algorithm';

/**
 * Applies a rule to values that may be tokens. Values that are known only at deployment are checked then, by the same rule.
 *
 * @throws Error with the rule's complaint and the path of the construct
 */
export function validate(scope: Construct, values: unknown[], rule: () => Complaint): void {
  const complaint = hasToken(values) ? undefined : rule();
  if (complaint) {
    throw new Error(`${scope.node.path}: ${complaint}`);
  }
}

/** The complaint of a rule that is also, or only, an error. */
export function complaintOf(rule: () => Complaint | void): Complaint {
  try {
    return rule() ?? undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether a value is a token or contains a token. */
export function hasToken(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === 'object' && value !== null && Object.values(value).some(hasToken));
}

/**
 * Refuses a duration that is a token where the synthesis needs its value.
 *
 * @param where the construct, or the method, that takes the duration
 * @param reason why the value must be known
 */
export function assertKnown(where: IConstruct | string, property: string, duration: Duration, reason: string): void {
  if (duration.isUnresolved()) {
    throw new Error(`${typeof where === 'string' ? where : where.node.path}: ${property} must be known at synthesis, because ${reason}, got a token; use a number`);
  }
}

/** Checks a subject. If some of its attributes are tokens, each of the others is checked by itself. */
export function validateSubject(scope: Construct, subject: SubjectValues): void {
  const values = Object.values(subject);
  validate(scope, values, () => checkSubject(subject));
  if (values.some(value => Token.isUnresolved(value))) {
    for (const attribute of SUBJECT_ATTRIBUTE_NAMES.filter(name => subject[name] !== undefined)) {
      validate(scope, [subject[attribute]], () => checkSubjectAttribute(attribute, subject[attribute]));
    }
  }
}

/** Checks a generation and returns it. */
export function validGeneration(scope: Construct, generation = 1): number {
  validate(scope, [generation], () => checkGeneration(generation));
  return generation;
}

/** The properties of a CA on which its signatures depend. */
type SigningCa = Pick<IPrivateIotCa, 'keyAlgorithm' | 'signingKey' | 'defaultHashAlgorithm'>;

/** Checks that the signing CA can use a hash algorithm, and returns the algorithm. */
export function validHashAlgorithm(scope: Construct, ca: SigningCa, hashAlgorithm = ca.defaultHashAlgorithm): HashAlgorithm {
  validate(scope, [hashAlgorithm], () => ca.signingKey && ca.keyAlgorithm && checkHashForKms(ca.keyAlgorithm._render(), hashAlgorithm));
  return hashAlgorithm;
}

/** The term of a certificate, as a construct declares it: how long the certificate is valid. */
export interface TermProps {
  readonly validity?: Duration;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A term as it appears in a template. */
export interface TermProperties {
  readonly ValidityDays?: number;
  readonly NotBefore?: string;
  readonly NotAfter?: string;
}

/** Checks a term and returns it as it appears in a template. */
export function validTerm(scope: Construct, { validity, notBefore, notAfter }: TermProps, absent: Duration): TermProperties {
  const days = validity || !notAfter ? validityDays(scope, validity ?? absent) : undefined;
  validate(scope, [days], () => checkTerm({ days, notBefore, notAfter }));
  return { ValidityDays: days, NotBefore: notBefore && formatTime(notBefore), NotAfter: notAfter && formatTime(notAfter) };
}

/** Checks a path length, and that the issuer allows it (RFC 5280, section 4.2.1.9). */
export function validatePathLength(scope: Construct, pathLength: number, issuer?: IConstruct & { readonly pathLength?: number }): void {
  const issuerPathLength = issuer?.pathLength;
  validate(scope, [pathLength], () => checkPathLength(pathLength));
  validate(scope, [pathLength, issuerPathLength], () => issuerPathLength === undefined || pathLength < issuerPathLength ? undefined
    : issuerPathLength === 0 ? `the issuer ${issuer!.node.path} must have a pathLength of at least 1 to sign a CA below it, got 0, the default; set its pathLength`
      : `pathLength must be ${issuerPathLength === 1 ? '0' : `from 0 to ${issuerPathLength - 1}`} below ${issuer!.node.path}, whose pathLength is ${issuerPathLength}, got ${pathLength}`);
}

/** A validity in days. Fractions of days are refused, because a certificate's identity counts whole days. */
export function validityDays(scope: Construct, validity: Duration): number {
  const seconds = validity.isUnresolved() ? undefined : validity.toSeconds({ integral: false });
  const days = seconds === undefined ? validity.toDays() : seconds / 86_400;
  validate(scope, [days], () => checkValidityDays(days));
  return days;
}

/** Refuses a validity that is not shorter than the CA's own, unless the certificate may end with the CA. */
export function validateInsideCa(scope: Construct, days: number | undefined, caValidity: Duration | undefined, clipToIssuer: boolean): void {
  if (days !== undefined && caValidity && !clipToIssuer) {
    const caDays = caValidity.toDays();
    validate(scope, [days, caDays], () => days < caDays ? undefined
      : `validity must be shorter than the ${caDays} days of the CA, which is issued first, got ${days} days; declare a shorter validity, or set clipToIssuer`);
  }
}

/** Adds notes at synthesis about what platforms require and this library can't check. */
export function sayNotices(scope: Construct, platforms: readonly IotPlatform[]): void {
  for (const platform of platforms) {
    const id = platform._render();
    const rules = platformRules(id);
    Object.entries(noticesOf(rules)).forEach(([notice, text]) => note(scope, `${id}.${notice}`, `${rules.name}: ${text}`));
  }
}

/** A subject as it appears in a template. */
export function renderSubject(subject: SubjectValues): { [attribute: string]: string } {
  return Object.fromEntries(SUBJECT_ATTRIBUTE_NAMES
    .filter(name => subject[name] !== undefined)
    .map(name => [SUBJECT_ATTRIBUTES[name].template, subject[name]!]));
}

/** The ids of constructs that a CA makes on first use. */
const RESERVED_IDS = ['Events', 'Revocation', 'RevokeFunction'];

/** Checks the id of a construct that a method adds. A caller who forgets the id passes the options in its place. */
export function validId(scope: Construct, id: string): string {
  if (typeof id !== 'string') {
    throw new Error(`${scope.node.path}: id must be a string, given as the first argument, before the options, `
      + `got ${id === undefined ? 'none' : quote(id)}`);
  }
  if (RESERVED_IDS.includes(id)) {
    throw new Error(`${scope.node.path}: id must not be one of ${RESERVED_IDS.join(', ')}, which constructs of this library have below a CA, got ${quote(id)}`);
  }
  return id;
}
