/**
 * The anchor of a heading, as GitHub makes it: small letters, no punctuation, hyphens for spaces. The site makes the same, so that a
 * link works in both places.
 */
export function headingAnchor(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replace(/ /g, '-');
}
