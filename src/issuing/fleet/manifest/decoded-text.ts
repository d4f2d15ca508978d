import { TextDecoder } from 'node:util';

/** The encodings of a manifest, by the mark at its beginning. https://www.unicode.org/faq/utf_bom.html */
const MARKED: readonly { readonly encoding: string; readonly mark: readonly number[] }[] = [
  { encoding: 'utf-16le', mark: [0xff, 0xfe] },
  { encoding: 'utf-16be', mark: [0xfe, 0xff] },
];

/**
 * Decodes a manifest in UTF-8 or, with a byte order mark, in UTF-16: spreadsheets write both. A mark at the beginning is no part of the text.
 *
 * @throws Error if the octets are in another encoding
 */
export async function* decodedText(octets: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let decoder: TextDecoder | undefined;
  let encoding = 'utf-8';
  let begin: Buffer = Buffer.alloc(0);
  const decode = (chunk: Uint8Array | undefined): string => {
    try {
      return decoder!.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw new Error(`the manifest must be text in UTF-8, or in UTF-16 with a byte order mark, got octets that are not ${encoding}; save it as UTF-8`);
    }
  };
  for await (const chunk of octets) {
    if (decoder) {
      yield visible(decode(chunk));
      continue;
    }
    begin = Buffer.concat([begin, chunk]);
    if (begin.length >= 2) {
      encoding = encodingOf(begin);
      decoder = new TextDecoder(encoding, { fatal: true });
      yield visible(decode(begin));
    }
  }
  decoder ??= new TextDecoder(encoding, { fatal: true });
  yield visible(decode(begin.length < 2 ? begin : undefined));
}

function encodingOf(begin: Buffer): string {
  return MARKED.find(({ mark }) => mark.every((octet, index) => begin[index] === octet))?.encoding ?? 'utf-8';
}

/** UTF-16 without a mark is valid UTF-8 as a rule, with a NUL beside each letter. */
function visible(text: string): string {
  if (text.includes('\0')) {
    throw new Error('the manifest must be text in UTF-8, or in UTF-16 with a byte order mark, got NUL characters; save it as UTF-8');
  }
  return text;
}
