import { foldCase } from '../contract/comparable-text';
import { withPlainSpaces } from '../contract/unsafe-characters';
import { ANY_ID } from '../resource/physical-id';

/** A form in which a secret can occur in a string, and what is shown instead of it. */
interface SecretForm {
  readonly pattern: RegExp;
  readonly shown: string;
  /** Decides on a match if the pattern alone can't. */
  readonly isSecret?: (match: string) => boolean;
}

/** Forms that are never shown, whatever contains them. A presigned URL, for example, is a right to respond in this function's name. */
const PLAIN_SECRETS: readonly SecretForm[] = [
  { pattern: /-----BEGIN [^-]*-----[^]*?(?:-----END [^-]*-----|$)/g, shown: '(PEM, not shown)' },
  { pattern: /https?:\/\/[^\s?"'<>]*\?[^\s"'<>]+/gi, shown: '(URL, not shown)' },
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, shown: '(access key, not shown)' },
];

/**
 * The shortest run of base64 or of hexadecimal digits that is taken for key material. The secret number of a P-256 key has 43 characters;
 * the longest value that every message must show, a serial number, has 40.
 */
const SHORTEST_KEY = 41;

/** Forms that look like key material, unless they are names. */
const KEY_MATERIAL: readonly SecretForm[] = [
  { pattern: new RegExp(`[0-9a-f]{${SHORTEST_KEY},}`, 'gi'), shown: '(hexadecimal digits, not shown)' },
  // The pattern includes the lines that follow, each of which can be shorter. A run without capitals or without small letters is a name.
  {
    pattern: new RegExp(`[\\w+/-]{${SHORTEST_KEY},}={0,2}(?:(?:\\s|\\\\[nr])+(?:[\\w+/-]{16,}={0,2}|[\\w+/-]{0,15}=))*`, 'g'),
    shown: '(base64, not shown)',
    isSecret: match => /[A-Z]/.test(match) && /[a-z]/.test(match),
  },
];

/**
 * Names that look like key material but are not: an ARN, an id from this library, and the name of a parameter that ends with a serial
 * number.
 */
const IDENTIFIER = new RegExp([
  /\barn:aws[\w-]*:[\w-]+:[\w-]*:\d{12}:[\w/+=.@:-]{1,256}/,
  ANY_ID,
  /(?<![\w+/=-])(?:\/[\w.-]{1,128}){1,14}\/[0-9A-F]{40}\b/,
].map(({ source }) => source).join('|'), 'g');

/** More characters than any message needs; 1 to 2 kB of a message are shown. */
const MAX_CHARACTERS = 8_192;

/** The length of the longest name that can be spared, and how many names can be. No message shows longer names, or more of them. */
export const LONGEST_NAME = 1_024;
const MAX_NAMES = 100;

/** A part of a string. A part that is kept is shown as it is. */
interface Piece {
  readonly text: string;
  readonly kept: boolean;
}

/**
 * Makes a string safe to show to anyone who sees the stack or the log: on one line, without key material, credentials or presigned URLs. It
 * never fails and takes only milliseconds, whatever the text and the names are: both can come from anyone.
 *
 * @param names further names that may be shown although they are long, such as the logical id of a resource, in upper or lower case. Short
 *   names are shown anyway; sparing them here would split a key in which a short name occurs by chance.
 */
export function redact(text: string, names: readonly string[] = []): string {
  const open = keepIdentifiers(withoutSecrets(text.slice(0, MAX_CHARACTERS), PLAIN_SECRETS));
  const spared = [...new Set(names.filter(({ length }) => length >= SHORTEST_KEY && length <= LONGEST_NAME))].slice(0, MAX_NAMES)
    .sort((a, b) => b.length - a.length); // a name can be part of another name
  const shown = spared.reduce(keepName, open)
    .map(piece => piece.kept ? piece.text : withoutSecrets(piece.text, KEY_MATERIAL)).join('');
  return withPlainSpaces(shown);
}

/** Puts a string on one line, with single spaces, and without characters that hide or reorder others. */
export function onOneLine(text: string): string {
  return withPlainSpaces(text).replace(/ +/g, ' ');
}

function keepIdentifiers(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: identifier, index } of text.matchAll(IDENTIFIER)) {
    pieces.push({ text: text.slice(end, index), kept: false }, { text: identifier, kept: true });
    end = index + identifier.length;
  }
  return [...pieces, { text: text.slice(end), kept: false }];
}

/** Keeps a name wherever it occurs in a string, exactly as it is written there. */
function keepName(pieces: readonly Piece[], name: string): Piece[] {
  const wanted = foldCase(name);
  return pieces.flatMap(piece => {
    if (piece.kept) {
      return [piece];
    }
    const found: Piece[] = [];
    const { text } = piece;
    const searched = foldCase(text);
    let end = 0;
    for (let start = searched.indexOf(wanted); start >= 0; start = searched.indexOf(wanted, end)) {
      found.push({ text: text.slice(end, start), kept: false }, { text: text.slice(start, start + name.length), kept: true });
      end = start + name.length;
    }
    return [...found, { text: text.slice(end), kept: false }];
  });
}

function withoutSecrets(text: string, forms: readonly SecretForm[]): string {
  return forms.reduce((shown, form) => shown.replace(form.pattern, match => form.isSecret?.(match) === false ? match : form.shown), text);
}
