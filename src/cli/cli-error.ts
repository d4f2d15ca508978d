/** Something the user can mend. It is told on one line, with what and where, and without a stack trace. */
export class CliError extends Error {
  constructor(message: string) {
    super(onOneLine(message));
    this.name = 'CliError';
  }
}

/** What an error says, on one line and without what a terminal would act upon. */
export function messageOf(error: unknown): string {
  return onOneLine(error instanceof Error ? error.message : String(error));
}

const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text from a file or a template as a terminal may show it: what a terminal would act upon is written as an escape. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function onOneLine(text: string): string {
  return printable(text.split(/[\r\n]+/).map(line => line.trim()).filter(line => line !== '').join(' '));
}
