import { LONGEST_NAME, redact } from './redact';
import { holdsPrivateKey, isPrivateKey } from '../contract/private-keys';
import { shortened } from '../contract/rules';
import { KnownNames, NamesIn } from '../resource/known-names';
import { LifecycleEvent } from '../resource/lifecycle-event';
import { parsePhysicalId } from '../resource/physical-id';
import { RawProperties } from '../resource/property-values';

/** Long enough for every message of this library, and short enough for the rest of a response of 4,096 bytes. */
const MAX_REASON_BYTES = 1023;

/** Values up to this length are never taken for key material. Sparing them would split a secret in which a short value occurs. */
const LONGEST_SHOWN = 40;

/** A table name that CloudFormation generates. It is too long and too random to be told from key material in any other way. */
const GENERATED_NAME = /^[A-Za-z][\w.-]*-[A-Za-z0-9]+-[A-Za-z0-9]{12,13}$/;

/** How many texts of a declaration are searched for names, and how deep. No declaration that was written by hand has more. */
const MAX_TEXTS = 500;
const MAX_DEPTH = 12;

/** The known part of a request, which anyone may have made. */
export type KnownRequest = Partial<Pick<LifecycleEvent, 'stackId' | 'logicalResourceId' | 'physicalResourceId' | 'properties'>>;

/**
 * The reason why a request failed, for the events of the stack: this library's message, without secrets, on one line and under 1 kB. For an
 * unforeseen error, the reason says only where to read on.
 *
 * @param awsRequestId the id by which to find this invocation in the log, if it is known
 * @param namesIn finds the names by which a platform knows the resource
 */
export function reasonOf(error: unknown, event: KnownRequest, awsRequestId?: string, namesIn?: NamesIn): string {
  const message = isForeseen(error)
    ? (error as Error).message
    : `${event.logicalResourceId ?? 'the resource'}: an unexpected error; see the log of the function${awsRequestId === undefined ? '' : `, request ${awsRequestId}`}`;
  return cut(redact(message, namesOf(event, namesIn)) || 'no reason was given');
}

/**
 * The names that a message about an event may show: those of the stack, and those that are public in the template and the certificate, in
 * full and as messages shorten them.
 */
export function namesOf({ stackId = '', logicalResourceId = '', physicalResourceId, properties = {} }: KnownRequest, namesIn?: NamesIn): string[] {
  const { LedgerTable, IssuerLedgerTable, RegistrationCode, Subject, Extensions, AllowedNames, KeyStorage } = properties;
  const declared = [
    ...textsIn([RegistrationCode, namesIn && namesAtPlatform(namesIn(properties))]),
    ...textsIn([Subject, Extensions, AllowedNames, (KeyStorage as { Path?: unknown } | undefined)?.Path]).filter(text => !SECRET_NUMBER.test(text)),
  ].filter(text => text.length > LONGEST_SHOWN && !mayBeKey(text));
  const tables = textsIn([LedgerTable, IssuerLedgerTable, parsePhysicalId(physicalResourceId)?.ledgerTable])
    .filter(table => table.length <= LONGEST_NAME && GENERATED_NAME.test(table));
  return [stackId, logicalResourceId, ...tables, ...declared, ...declared.map(shortened)];
}

/** Ids are made of names. If one of the names may be a key, neither names nor ids are shown. */
function namesAtPlatform({ declared, derived = [] }: KnownNames): readonly string[] {
  return declared.some(text => text.length > LONGEST_SHOWN && (mayBeKey(text) || SECRET_NUMBER.test(text))) ? [] : [...declared, ...derived];
}

/** The texts in a property, up to `MAX_TEXTS` of them. The values of extensions are left out, because no message shows them. */
function textsIn(property: unknown): string[] {
  const texts: string[] = [];
  const collect = (value: unknown, depth: number): void => {
    if (texts.length >= MAX_TEXTS || depth > MAX_DEPTH) {
      return;
    }
    if (typeof value === 'string') {
      texts.push(value);
    } else if (typeof value === 'object' && value !== null) {
      Object.keys(value).filter(name => name !== 'Value').slice(0, MAX_TEXTS).forEach(name => collect((value as RawProperties)[name], depth + 1));
    }
  };
  collect(property, 0);
  return texts;
}

/** Whether a string is a private key in any form, or may be base64 of a DER SEQUENCE, as private keys are, even if it is truncated. */
function mayBeKey(text: string): boolean {
  return isPrivateKey(text) || holdsPrivateKey(text) || (/^[\w+/-]+={0,2}$/.test(text) && Buffer.from(text, 'base64')[0] === DER_SEQUENCE);
}

const DER_SEQUENCE = 0x30;

/**
 * The secret number of a P-256, Ed25519, P-384 or P-521 key, in base64 or hexadecimal digits, with anything around it. A name of the same
 * length can't be told from it. A registration code is exempt: it always has such a length, and is not secret.
 */
const SECRET_NUMBER = /(?<![\w+/-])(?:[\w+/-]{43}|[\w+/-]{64}|[\w+/-]{88}|[\dA-Fa-f]{96}|[\dA-Fa-f]{13[02]})(?![\w+/-])/;

/**
 * This library throws plain errors. Any other error comes from a fault in this library or in the code that it calls, and its message can
 * contain anything.
 */
function isForeseen(error: unknown): boolean {
  const thrown = error instanceof Error && error.name === 'LifecycleError' ? error.cause : error;
  return thrown instanceof Error && thrown.name === 'Error' && !('code' in thrown);
}

/** Cuts a string between two characters, to at most `MAX_REASON_BYTES` as JSON in UTF-8. */
function cut(text: string): string {
  const bytes = (value: string): number => Buffer.byteLength(JSON.stringify(value)) - 2;
  if (bytes(text) <= MAX_REASON_BYTES) {
    return text;
  }
  let result = '';
  let length = bytes('…');
  for (const character of text) {
    length += bytes(character);
    if (length > MAX_REASON_BYTES) {
      break;
    }
    result += character;
  }
  return `${result}…`;
}
