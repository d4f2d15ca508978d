import { RowValues } from './row-of';

/** The values on a line of a manifest, or what is wrong with the line. */
export type NumberedValues =
  | { readonly line: number; readonly values: RowValues; readonly refused?: undefined }
  | { readonly line: number; readonly refused: string };

/** The longest row, in characters: a certificate signing request has 16 kB at most. */
export const MAX_ROW = 65_536;

export function tooLong(line: number): string {
  return `a row must have at most ${MAX_ROW} characters, and the one on line ${line} has more`;
}
