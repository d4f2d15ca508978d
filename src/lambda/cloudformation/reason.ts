import { holdsPrivateKey, isPrivateKey } from '../../contract/private-keys';
import { shortened } from '../../contract/rules';
import { KnownNames, NamesIn } from '../../resource/known-names';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { parsePhysicalId } from '../../resource/physical-id';
import { RawProperties } from '../../resource/property-values';
import { LONGEST_NAME, redact } from '../redact';

/** Long enough for every message of this library, and leaves the rest of an answer of 4096 bytes its room. */
const MAX_REASON_BYTES = 1023;

/** Values up to this length are never taken for key material; a short one must not take a secret apart either. */
const LONGEST_SHOWN = 40;

/** What CloudFormation generates as the name of a table: too long, and too random, to be told from key material otherwise. */
const GENERATED_NAME = /^[A-Za-z][\w.-]*-[A-Za-z0-9]+-[A-Za-z0-9]{12,13}$/;

/** How many texts of a declaration are looked through for names, and how deep; more of them are in none that was written by hand. */
const MAX_TEXTS = 500;
const MAX_DEPTH = 12;

/** As much of a request as is known; anyone may have made it. */
export type KnownRequest = Partial<Pick<LifecycleEvent, 'stackId' | 'logicalResourceId' | 'physicalResourceId' | 'properties'>>;

/**
 * Why a request failed, for the events of the stack: what this library says, without secrets, on one line and under 1 kB.
 * Of an error that nobody foresaw nothing is shown but where to read on.
 *
 * @param awsRequestId the id by which the log of this invocation is found
 * @param namesIn finds the names that a platform knows the resource by
 */
export function reasonOf(error: unknown, event: KnownRequest, awsRequestId: string, namesIn?: NamesIn): string {
  const message = isForeseen(error)
    ? (error as Error).message
    : `${event.logicalResourceId ?? 'the resource'}: an unexpected error; see the log of the function, request ${awsRequestId}`;
  return cut(redact(message, namesOf(event, namesIn)) || 'no reason was given');
}

/**
 * The names a message about an event may show: those of the stack, and what is public in the template and in the certificate,
 * in full and as messages shorten it.
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

/** Ids are made of names: where one of those may be a key, none of them is shown. */
function namesAtPlatform({ declared, derived = [] }: KnownNames): readonly string[] {
  return declared.some(text => text.length > LONGEST_SHOWN && (mayBeKey(text) || SECRET_NUMBER.test(text))) ? [] : [...declared, ...derived];
}

/** The texts in a property, but for the values of extensions, which no message shows: as many as there may be names. */
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

/** A private key in any form, or what can be base64 of a SEQUENCE in DER, as private keys are, and one that is cut off. */
function mayBeKey(text: string): boolean {
  return isPrivateKey(text) || holdsPrivateKey(text) || (/^[\w+/-]+={0,2}$/.test(text) && Buffer.from(text, 'base64')[0] === DER_SEQUENCE);
}

const DER_SEQUENCE = 0x30;

/**
 * The secret number of a key on P-256 or Ed25519, on P-384 and on P-521, in base64 or in hexadecimal digits, with anything around it. A name that is as long is
 * not told from it, but for a registration code, which is always as long, and no secret.
 */
const SECRET_NUMBER = /(?<![\w+/-])(?:[\w+/-]{43}|[\w+/-]{64}|[\w+/-]{88}|[\dA-Fa-f]{96}|[\dA-Fa-f]{13[02]})(?![\w+/-])/;

/** This library throws plain errors; everything else comes from a fault in it or below it, with who knows what in its message. */
function isForeseen(error: unknown): boolean {
  const thrown = error instanceof Error && error.name === 'LifecycleError' ? error.cause : error;
  return thrown instanceof Error && thrown.name === 'Error' && !('code' in thrown);
}

/** Cuts a text so that it takes up to `MAX_REASON_BYTES` as JSON in UTF-8, between two characters. */
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
