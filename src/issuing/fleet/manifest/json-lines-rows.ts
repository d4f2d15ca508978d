import { MAX_ROW, NumberedValues, tooLong } from './numbered-values';
import { isMap } from '../../../contract/json-map';

/** Reads a manifest in JSON Lines: an object on each line. Empty lines are passed over. */
export async function* jsonLinesRows(text: AsyncIterable<string>): AsyncIterable<NumberedValues> {
  let line = 0;
  for await (const content of linesOf(text)) {
    line += 1;
    if (content === undefined) {
      yield { line, refused: tooLong(line) };
    } else if (content.trim() !== '') {
      yield valuesOn(line, content);
    }
  }
}

function valuesOn(line: number, content: string): NumberedValues {
  try {
    const values: unknown = JSON.parse(content);
    return isMap(values) ? { line, values } : { line, refused: 'a row must be a JSON object such as {"deviceId":"sensor-001"}' };
  } catch { // the message of JSON.parse shows a part of the line, which may be a secret
    return { line, refused: 'a row must be one JSON object on one line, such as {"deviceId":"sensor-001"}, got a line that is no JSON' };
  }
}

/** The lines of a text without their ends; `undefined` for a line that is too long. */
async function* linesOf(text: AsyncIterable<string>): AsyncIterable<string | undefined> {
  let rest = '';
  let overflows = false;
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      yield overflows || line.length > MAX_ROW ? undefined : line;
      overflows = false;
    }
    if (rest.length > MAX_ROW) {
      [rest, overflows] = ['', true];
    }
  }
  if (overflows || rest !== '') {
    yield overflows ? undefined : rest;
  }
}
