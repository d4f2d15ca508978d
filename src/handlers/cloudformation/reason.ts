import { isPrivateKey, shortened } from '../../contract/rules';
import { redact } from '../redact';
import { CloudFormationEvent } from './event';
import { idsAtPlatform, namesAtPlatform } from './registration-names';

/** Long enough for every message of this library, and leaves the rest of an answer of 4096 bytes its room. */
const MAX_REASON_BYTES = 1023;

/** Values up to this length are never taken for key material; a short one must not take a secret apart either. */
const LONGEST_SHOWN = 40;

/** What CloudFormation generates as the name of a table: too long, and too random, to be told from key material otherwise. */
const GENERATED_NAME = /^[A-Za-z][\w.-]*-[A-Za-z0-9]+-[A-Za-z0-9]{12,13}$/;

/**
 * Why a request failed, for the events of the stack: what this library says, without secrets, on one line and under 1 kB.
 * Of an error that nobody foresaw nothing is shown but where to read on.
 *
 * @param awsRequestId the id by which the log of this invocation is found
 */
export function reasonOf(error: unknown, event: CloudFormationEvent, awsRequestId: string): string {
  const message = isForeseen(error)
    ? (error as Error).message
    : `${event.logicalResourceId}: an unexpected error; see the log of the function, request ${awsRequestId}`;
  return cut(redact(message, namesOf(event)) || 'no reason was given');
}

/**
 * The names a message about an event may show: those of the stack, and what is public in the template and in the certificate,
 * in full and as messages shorten it.
 */
export function namesOf(event: CloudFormationEvent): string[] {
  const { LedgerTable, IssuerLedgerTable, RegistrationCode, Subject, Extensions, AllowedNames, KeyStorage } = event.properties;
  const named = namesAtPlatform(event.properties);
  // Ids are made of the names: where one of those may be none, nothing of them is shown.
  const atPlatform = named.some(text => text.length > LONGEST_SHOWN && (mayBeKey(text) || SECRET_NUMBER.test(text)))
    ? [] : [...named, ...idsAtPlatform(event.properties)];
  const declared = textsIn([RegistrationCode, Subject, Extensions, AllowedNames, (KeyStorage as { Path?: unknown } | undefined)?.Path, atPlatform])
    .filter(text => text.length > LONGEST_SHOWN && !mayBeKey(text));
  const tables = textsIn([LedgerTable, IssuerLedgerTable]).filter(table => GENERATED_NAME.test(table));
  return [event.stackId, event.logicalResourceId, ...declared, ...declared.map(shortened), ...tables];
}

/** All texts in a property, but for the values of extensions, which no message shows. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return Object.entries(value ?? {}).flatMap(([name, inner]) => name === 'Value' ? [] : textsIn(inner));
}

/** A private key in PEM, or what can be base64 of a SEQUENCE in DER, as private keys are. */
function mayBeKey(text: string): boolean {
  return isPrivateKey(text) || (/^[\w+/-]+={0,2}$/.test(text) && Buffer.from(text, 'base64')[0] === DER_SEQUENCE);
}

const DER_SEQUENCE = 0x30;

/** The secret number of a key on P-256 or Ed25519, on P-384 and on P-521, in base64. A name at a platform that is as long is not told from it. */
const SECRET_NUMBER = /^(?:[\w+/-]{43}=?|[\w+/-]{64}|[\w+/-]{88})$/;

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
