const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The characters to which terminals give two columns: East Asian Wide and Fullwidth (UAX #11), and emoji. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Emoji_Presentation}\u3000-\u303e\u30a0-\u30ff\uff01-\uff60\uffe0-\uffe6]/u;

/** The narrow forms of some of these characters. */
const HALFWIDTH = /[\uff61-\uffdc]/;

const ZERO = /^[\p{M}\p{Cf}]+$/u;

/** The number of columns that a string takes on a terminal. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) {
    return text.length;
  }
  return [...GRAPHEMES.segment(text)].reduce((sum, { segment }) => sum + widthOf(segment), 0);
}

function widthOf(grapheme: string): number {
  return ZERO.test(grapheme) ? 0 : WIDE.test(grapheme) && !HALFWIDTH.test(grapheme) ? 2 : 1;
}

/** The width of the longest word. */
export function longestWord(text: string): number {
  return text.split(/[ \n]/).reduce((longest, word) => Math.max(longest, displayWidth(word)), 0);
}

/**
 * Wraps a string into lines of at most the given number of columns. It breaks the text only at spaces, because a path, a serial number or an
 * address must be copied as a whole. If such a word is too long, the terminal wraps it.
 */
export function wrapped(text: string, columns: number): string[] {
  return text.split('\n').flatMap(line => {
    const lines: string[] = [];
    let [current, ...words] = displayWidth(line) <= columns ? [line] : line.split(' ');
    for (const word of words) {
      if (displayWidth(current) + 1 + displayWidth(word) <= columns) {
        current += ` ${word}`;
      } else {
        lines.push(current);
        current = word;
      }
    }
    return [...lines, current];
  });
}

/** Pads a string with spaces at its end up to a number of columns. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}
