/**
 * What is invisible to who reads a text, or looks like a space, and so a way to forge one: by Unicode's own properties, all spaces but
 * the plain one, and what is no character, or stands in the place of one. https://www.unicode.org/reports/tr44/
 */
const UNSAFE_CHARACTER = '[\\p{Control}\\p{Default_Ignorable_Code_Point}\\p{Bidi_Control}\\p{Line_Separator}\\p{Paragraph_Separator}'
  + '\\p{Noncharacter_Code_Point}\\p{Surrogate}\\ufff9-\\ufffd]|(?! )\\p{Space_Separator}';

const ONE = new RegExp(UNSAFE_CHARACTER, 'u');
const EACH = new RegExp(UNSAFE_CHARACTER, 'gu');
const RUNS = new RegExp(`(?:${UNSAFE_CHARACTER})+`, 'gu');

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
