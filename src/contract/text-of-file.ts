const utf8 = (octets: Buffer): string => octets.toString('utf8');
const utf16le = (octets: Buffer): string => octets.toString('utf16le');
const utf16be = (octets: Buffer): string => Buffer.from(octets.subarray(0, octets.length - octets.length % 2)).swap16().toString('utf16le');

/** The marks at the beginning of text files that are not in UTF-8, or that declare UTF-8. https://www.unicode.org/faq/utf_bom.html */
const BYTE_ORDER_MARKS: readonly { readonly mark: Buffer; readonly decode: (octets: Buffer) => string }[] = [
  { mark: Buffer.from([0xef, 0xbb, 0xbf]), decode: utf8 },
  { mark: Buffer.from([0xff, 0xfe]), decode: utf16le },
  { mark: Buffer.from([0xfe, 0xff]), decode: utf16be },
];

/** Decodes a string file in UTF-8 or UTF-16, with or without a byte order mark. `>` in PowerShell 5 writes UTF-16. */
export function textOfFile(content: Buffer): string {
  const found = BYTE_ORDER_MARKS.find(({ mark }) => content.subarray(0, mark.length).equals(mark));
  return found ? found.decode(content.subarray(found.mark.length)) : decoderOf(content)(content);
}

/** UTF-16 that begins with an ASCII character has a zero in one of the first two octets. UTF-8 and DER have none there. */
function decoderOf([first, second]: Buffer): (octets: Buffer) => string {
  return first > 0 && second === 0 ? utf16le : first === 0 && second > 0 ? utf16be : utf8;
}
