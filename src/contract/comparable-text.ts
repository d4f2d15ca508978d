/** A text in small letters. Of ASCII alone, so that every character stays where it is, and as OpenSSL compares names. */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

/** A value of a name in the form in which it is compared: two are the same whatever their case and the number of their spaces (RFC 5280, section 7.1). */
export function comparableText(text: string): string {
  return foldCase(text.replace(/[\t-\r ]+/g, ' ').replace(/^ | $/g, ''));
}

/**
 * The form in which values are compared by the whole of RFC 5280, section 7.1, whose rules (RFC 4518) take forms of one letter for one,
 * such as capitals, full width, and an accent of its own, pass over what nobody sees, and take every kind of space for a space. Through
 * capitals into small letters, for one capital can have several of them.
 */
export function preparedText(text: string): string {
  const seen = text.replace(/\p{Default_Ignorable_Code_Point}/gu, '').normalize('NFKC').replace(/\p{Zs}/gu, ' ');
  return comparableText(seen.toUpperCase().toLowerCase().normalize('NFKC'));
}
