import { onOneLine } from './redact';
import { foldCase } from '../contract/comparable-text';

/** What is said in place of a code that is none. */
const UNREADABLE_CODE = 'an unreadable code';

/** More of a message than this is not even looked at. */
const MAX_LOOKED_AT = 8_192;

/** So many characters of a secret, at any place in it, are taken for a part of it; of a shorter secret, all of it. */
const PART = 12;

/**
 * An error code or a name as AWS and platforms write them: letters, digits and `._-`, up to 64 of them. What answers can be
 * anything, such as a proxy that repeats what it was sent.
 *
 * @param secrets what was sent and may not be shown
 */
export function outsideCode(value: unknown, secrets: readonly string[] = []): string {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) && hide(value, secrets) === value ? value : UNREADABLE_CODE;
}

/**
 * A message from outside as it may be shown: on one line, with nothing that hides or reorders text, without secrets, and short.
 *
 * @param maxCharacters how much is shown of it
 * @param secrets what was sent and may not be shown, also in pieces, and as forms and JSON write it
 * @returns `undefined` where it is no text
 */
export function outsideMessage(value: unknown, maxCharacters: number, secrets: readonly string[] = []): string | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  const shown = hide(onOneLine(value.slice(0, MAX_LOOKED_AT)), secrets);
  return shown.length > maxCharacters ? `${shown.slice(0, maxCharacters)}…` : shown;
}

/**
 * An id or a code from outside that is handed on: 1 to 128 visible characters of ASCII, without spaces.
 *
 * @returns `undefined` for everything else
 */
export function outsideId(value: unknown): string | undefined {
  return typeof value === 'string' && /^[!-~]{1,128}$/.test(value) ? value : undefined;
}

/** A name from outside that is compared, and quoted in messages; nothing where it is no name. */
export function outsideName(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Looks up what a table has for a name from outside: its own entries, and nothing that every object has, such as `constructor`. */
export function entryOf<T>(table: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Leaves out all that is part of a secret. */
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

/** How a secret can be written where it is repeated: as it is, in a URL, in a form, and in JSON. */
function formsOf(secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1), JSON.stringify(secret).slice(1, -1)];
  return [...new Set(forms.map(foldCase))];
}
