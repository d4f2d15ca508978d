/** How files of text begin that are not in UTF-8, or say that they are. https://www.unicode.org/faq/utf_bom.html */
const BYTE_ORDER_MARKS: readonly { readonly mark: Buffer; readonly decode: (octets: Buffer) => string }[] = [
  { mark: Buffer.from([0xef, 0xbb, 0xbf]), decode: octets => octets.toString('utf8') },
  { mark: Buffer.from([0xff, 0xfe]), decode: octets => octets.toString('utf16le') },
  { mark: Buffer.from([0xfe, 0xff]), decode: octets => Buffer.from(octets.subarray(0, octets.length - octets.length % 2)).swap16().toString('utf16le') },
];

/** The text in a file: UTF-8, or UTF-16 with a byte order mark, which is what `>` makes in PowerShell 5. */
export function textOfFile(content: Buffer): string {
  const found = BYTE_ORDER_MARKS.find(({ mark }) => content.subarray(0, mark.length).equals(mark));
  return found ? found.decode(content.subarray(found.mark.length)) : content.toString('utf8');
}
