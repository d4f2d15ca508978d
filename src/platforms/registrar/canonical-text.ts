/** Percent-encodes all but the unreserved characters of RFC 3986, section 2.3. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A time in ISO 8601 basic format, to the second, such as `20151212T121212Z`. */
export function basicTime(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, '');
}
