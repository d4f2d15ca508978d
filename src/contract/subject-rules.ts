import { isPrivateKey } from './private-keys';
import { checkAttributes, checkSubjectAttribute, Complaint, quote } from './rules';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectAttribute, SubjectValues } from './subject-attributes';

/**
 * The subjects that may be taken from a certificate signing request. The signature on a request proves possession of the key, and nothing
 * about the name. The subject names the device, and is its identity on most platforms.
 */
export interface AllowedSubject {
  /** `Exact`: `subject` holds the exact values. `Pattern`: it holds patterns. */
  readonly type: AllowedSubjectType;
  /** The value or pattern of each attribute that a subject must have. A subject must not have any other attribute. */
  readonly subject: SubjectValues;
}

export type AllowedSubjectType = 'Exact' | 'Pattern';

const TYPES: readonly unknown[] = ['Exact', 'Pattern'] satisfies AllowedSubjectType[];

const PROPERTY = 'allowedSubject';

/** A character that an asterisk in a pattern stands for, one or more times. It never separates words, topic levels or parts of a path. */
const WILDCARD_CHARACTER = /^[A-Za-z0-9._:-]$/;

/** What an asterisk stands for, in words. */
export const WILDCARD_WORDS = 'one or more letters, digits and - . _ :';

/** Checks a rule itself, before any subject is checked against it. */
export function checkAllowedSubject({ type, subject }: AllowedSubject): Complaint {
  if (!TYPES.includes(type)) {
    return `${PROPERTY} must have the type ${TYPES.join(' or ')}, got ${quote(type)}`;
  }
  if (subject.commonName === undefined) {
    return `${PROPERTY}.commonName must be given, because every subject has a common name`;
  }
  return type === 'Exact' ? checkAttributes(subject, PROPERTY) : SUBJECT_ATTRIBUTE_NAMES
    .filter(attribute => subject[attribute] !== undefined)
    .map(attribute => checkPattern(attribute, subject[attribute]))
    .find(complaint => complaint !== undefined);
}

/**
 * Checks a pattern. Without an asterisk, it must be a value of its attribute. With an asterisk, only its length is checked here; the values
 * that it matches are checked as values.
 */
function checkPattern(attribute: SubjectAttribute, pattern: unknown): Complaint {
  const property = `${PROPERTY}.${attribute}`;
  if (typeof pattern !== 'string' || isPrivateKey(pattern) || !pattern.includes('*')) {
    return checkSubjectAttribute(attribute, pattern, property);
  }
  const { maxLength } = SUBJECT_ATTRIBUTES[attribute];
  return Array.from(pattern).length <= maxLength ? undefined
    : `${property} must be a pattern of 1 to ${maxLength} characters, got ${quote(pattern)}`;
}

/**
 * Checks the subject of a request against a rule.
 *
 * @returns which attribute is wrong, what is allowed, and the way out
 */
export function checkRequestedSubject(requested: SubjectValues, { type, subject: allowed }: AllowedSubject): Complaint {
  for (const attribute of SUBJECT_ATTRIBUTE_NAMES) {
    const [value, rule] = [requested[attribute], allowed[attribute]];
    const fits = value === undefined || rule === undefined ? value === rule : type === 'Exact' ? value === rule : matches(rule, value);
    if (!fits) {
      const meaning = type === 'Pattern' && rule?.includes('*') ? ` (* stands for ${WILDCARD_WORDS}; every other character stands for itself)` : '';
      const must = rule === undefined ? 'must be left out, because allowedSubject does not contain it'
        : `must be ${quote(rule)}, as allowedSubject requires${meaning}`;
      return `subject.${attribute} of certificateSigningRequest ${must}, got ${value === undefined ? 'none' : quote(value)}; `
        + 'create the request again with an allowed name, or declare `subject`';
    }
  }
  return undefined;
}

/**
 * Whether a pattern matches a whole value. Each character stands for itself, and case matters; an asterisk stands for one or more wildcard
 * characters. All places in the pattern that the beginning of the value can lead to are followed together, so the time is bounded by the
 * product of the two lengths, whatever they are.
 */
function matches(pattern: string, value: string): boolean {
  const parts = Array.from(pattern);
  let places = new Set([0]);
  for (const character of value) {
    const next = new Set<number>();
    for (const place of places) {
      if (parts[place] === '*' && WILDCARD_CHARACTER.test(character)) {
        next.add(place).add(place + 1);
      } else if (parts[place] === character && character !== '*') {
        next.add(place + 1);
      }
    }
    places = next;
  }
  return places.has(parts.length);
}

/**
 * Checks that the declaration decides on the subject. A request that can't be read at synthesis brings a name that has not been reviewed:
 * the author of the secret, the parameter or the other resource that holds the request would choose it.
 *
 * @param isKnown whether the text of the request is in the declaration
 */
export function checkSubjectIsDecided(isKnown: boolean, hasSubject: boolean, hasRule: boolean): Complaint {
  if (hasSubject && hasRule) {
    return `${PROPERTY} must be left out if subject is given, because subject replaces the subject of the request`;
  }
  return isKnown || hasSubject || hasRule ? undefined
    : 'subject or allowedSubject must be given for a certificateSigningRequest that is not known at synthesis: '
      + 'otherwise the creator of the request would choose the name in the certificate; '
      + 'declare the name (`subject`) or the names that are allowed (`allowedSubject`)';
}
