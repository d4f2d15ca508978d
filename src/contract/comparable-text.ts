/**
 * Converts the ASCII letters of a string to lower case. Other letters stay as they are, as when OpenSSL compares names, so every character
 * keeps its position.
 */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

/** The form in which a value of a name is compared: its case and the number of its spaces do not matter (RFC 5280, section 7.1). */
export function comparableText(text: string): string {
  return foldCase(text.replace(/[\t-\r ]+/g, ' ').replace(/^ | $/g, ''));
}

/**
 * The form in which values are compared by all rules of RFC 5280, section 7.1. These rules (RFC 4518) treat different forms of a letter as
 * the same letter, such as capitals, full-width letters and letters with a separate accent. They ignore invisible characters, and treat
 * every kind of space as a space. The text is converted to upper case before lower case, because one capital can have several small
 * letters.
 */
export function preparedText(text: string): string {
  const seen = text.replace(/\p{Default_Ignorable_Code_Point}/gu, '').normalize('NFKC').replace(/\p{Zs}/gu, ' ');
  return comparableText(seen.toUpperCase().toLowerCase().normalize('NFKC'));
}
