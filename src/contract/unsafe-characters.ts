/**
 * Characters that a reader does not see or takes for a space, and that can therefore be used to forge a string. Most are selected by Unicode
 * property: every space but the plain space, and whatever is not a character or stands in the place of a character. Two symbols that are
 * drawn as nothing are listed by hand.
 * https://www.unicode.org/reports/tr44/
 */
const UNSAFE_CHARACTER = '[\\p{Control}\\p{Format}\\p{Default_Ignorable_Code_Point}\\p{Line_Separator}\\p{Paragraph_Separator}'
  + '\\p{Noncharacter_Code_Point}\\p{Surrogate}\\ufffc\\ufffd\\u2800\\u{1d159}]|(?! )\\p{Space_Separator}';

const ONE = new RegExp(UNSAFE_CHARACTER, 'u');
const EACH = new RegExp(UNSAFE_CHARACTER, 'gu');
const RUNS = new RegExp(`(?:${UNSAFE_CHARACTER})+`, 'gu');

/** NUL, as in UTF-16 that was read in another encoding, and characters that no reader sees. */
const INVISIBLE = /[\0\p{Format}\p{Default_Ignorable_Code_Point}]/gu;

/** Removes the characters from a string that a reader does not see. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

export function hasUnsafeCharacter(text: string): boolean {
  return ONE.test(text);
}

/** Makes the unsafe characters in a string visible, as JSON escapes. */
export function escapeUnsafeCharacters(text: string): string {
  return text.replace(EACH, character => character.split('').map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''));
}

/** Puts a string on one line, with a plain space for each run of unsafe characters. */
export function withPlainSpaces(text: string): string {
  return text.replace(RUNS, ' ').trim();
}
