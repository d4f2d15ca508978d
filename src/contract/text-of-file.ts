const utf8 = (octets: Buffer): string => octets.toString('utf8');
const utf16le = (octets: Buffer): string => octets.toString('utf16le');
const utf16be = (octets: Buffer): string => Buffer.from(octets.subarray(0, octets.length - octets.length % 2)).swap16().toString('utf16le');

/** How files of text begin that are not in UTF-8, or say that they are. https://www.unicode.org/faq/utf_bom.html */
const BYTE_ORDER_MARKS: readonly { readonly mark: Buffer; readonly decode: (octets: Buffer) => string }[] = [
  { mark: Buffer.from([0xef, 0xbb, 0xbf]), decode: utf8 },
  { mark: Buffer.from([0xff, 0xfe]), decode: utf16le },
  { mark: Buffer.from([0xfe, 0xff]), decode: utf16be },
];

/** The text in a file: UTF-8, or UTF-16, which is what `>` makes in PowerShell 5, with a byte order mark or without one. */
export function textOfFile(content: Buffer): string {
  const found = BYTE_ORDER_MARKS.find(({ mark }) => content.subarray(0, mark.length).equals(mark));
  return found ? found.decode(content.subarray(found.mark.length)) : decoderOf(content)(content);
}

/** UTF-16 that begins with a character of ASCII has a zero in one of the first two octets, which neither UTF-8 nor DER has. */
function decoderOf([first, second]: Buffer): (octets: Buffer) => string {
  return first > 0 && second === 0 ? utf16le : first === 0 && second > 0 ? utf16be : utf8;
}
