/**
 * Characters that a reader of a text doesn't see, or takes for a space, so that they can forge one: by Unicode's own properties, all spaces
 * but the plain one, and what is no character, or stands in the place of one; by hand, two symbols that are drawn as nothing.
 * https://www.unicode.org/reports/tr44/
 */
const UNSAFE_CHARACTER = '[\\p{Control}\\p{Format}\\p{Default_Ignorable_Code_Point}\\p{Bidi_Control}\\p{Line_Separator}\\p{Paragraph_Separator}'
  + '\\p{Noncharacter_Code_Point}\\p{Surrogate}\\ufffc\\ufffd\\u2800\\u{1d159}]|(?! )\\p{Space_Separator}';

const ONE = new RegExp(UNSAFE_CHARACTER, 'u');
const EACH = new RegExp(UNSAFE_CHARACTER, 'gu');
const RUNS = new RegExp(`(?:${UNSAFE_CHARACTER})+`, 'gu');

/** NUL, as in UTF-16 that was read as another encoding, and what no reader sees. */
const INVISIBLE = /[\0\p{Format}\p{Default_Ignorable_Code_Point}]+/gu;

/** A text without what may stand between its characters and is not seen. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

export function hasUnsafeCharacter(text: string): boolean {
  return ONE.test(text);
}

/** A text in which such characters are visible, as JSON writes them. */
export function escapeUnsafeCharacters(text: string): string {
  return text.replace(EACH, character => character.split('').map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''));
}

/** A text on one line, with a plain space for each run of such characters. */
export function withPlainSpaces(text: string): string {
  return text.replace(RUNS, ' ').trim();
}
