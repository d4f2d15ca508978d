import { onOneLine } from './redact';
import { foldCase } from '../contract/comparable-text';

/** Shown in place of a value that is not a code. */
const UNREADABLE_CODE = 'an unreadable code';

/** How many characters of a message are read; the rest is ignored. */
const MAX_LOOKED_AT = 8_192;

/** This many characters from any place in a secret count as a part of it. A shorter secret counts only as a whole. */
const PART = 12;

/**
 * An error code or a name as AWS and the platforms write them: up to 64 letters, digits and `._-`. The response can come from anything,
 * such as a proxy that repeats what it was sent.
 *
 * @param secrets what was sent and must not be shown
 */
export function outsideCode(value: unknown, secrets: readonly string[] = []): string {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) && hide(value, secrets) === value ? value : UNREADABLE_CODE;
}

/**
 * Makes a message from outside safe to show: on one line, without characters that hide or reorder text, without secrets, and short.
 *
 * @param maxCharacters how many characters of it are shown
 * @param secrets what was sent and must not be shown, not even in pieces, or as forms and JSON encode it
 * @returns `undefined` if the value is not a string
 */
export function outsideMessage(value: unknown, maxCharacters: number, secrets: readonly string[] = []): string | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  const shown = hide(onOneLine(value.slice(0, MAX_LOOKED_AT)), secrets);
  return shown.length > maxCharacters ? `${shown.slice(0, maxCharacters)}…` : shown;
}

/**
 * An id or a code from outside that is passed on: 1 to 128 visible ASCII characters, without spaces.
 *
 * @returns `undefined` for any other value
 */
export function outsideId(value: unknown): string | undefined {
  return typeof value === 'string' && /^[!-~]{1,128}$/.test(value) ? value : undefined;
}

/** A name from outside, for comparison and for quoting in messages; empty if the value is not a name. */
export function outsideName(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Looks up a name from outside in a table. Only the table's own entries count, and not what every object has, such as `constructor`. */
export function entryOf<T>(table: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Hides every part of a secret. */
function hide(text: string, secrets: readonly string[]): string {
  const searched = foldCase(text);
  const hidden = new Array<boolean>(text.length).fill(false);
  for (const form of secrets.flatMap(formsOf)) {
    const size = Math.min(PART, form.length);
    const parts = new Set(Array.from({ length: form.length - size + 1 }, (_, start) => form.slice(start, start + size)));
    for (let start = 0; size > 0 && start + size <= text.length; start++) {
      if (parts.has(searched.slice(start, start + size))) {
        hidden.fill(true, start, start + size);
      }
    }
  }
  return [...text.split('').keys()].map(index => !hidden[index] ? text[index] : hidden[index - 1] ? '' : '(not shown)').join('');
}

/** The ways in which a secret can be repeated: as it is, in a URL, in a form, and in JSON. */
function formsOf(secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1), JSON.stringify(secret).slice(1, -1)];
  return [...new Set(forms.map(foldCase))];
}
