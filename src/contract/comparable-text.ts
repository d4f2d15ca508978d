/** A text in small letters. Of ASCII alone, so that every character stays where it is, and as OpenSSL compares names. */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

/** A value of a name in the form in which it is compared: two are the same whatever their case and the number of their spaces (RFC 5280, section 7.1). */
export function comparableText(text: string): string {
  return foldCase(text.replace(/[\t-\r ]+/g, ' ').replace(/^ | $/g, ''));
}
