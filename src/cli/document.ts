import { printable } from './cli-error';

/** The version of the format that `--json` writes. Within a version, members may be added, but none is removed and none changes. */
const VERSION = 1;

/** The schema of what `--json` writes. The package contains it in its folder schema/. */
export const DOCUMENT_SCHEMA = 'https://raw.githubusercontent.com/cdk-private-iot-ca/cdk-private-iot-ca/main/schema/command-line-v1.schema.json';

type DocumentedCommand = 'inspect' | 'lint' | 'export' | 'local' | 'renew' | 'revoke' | 'list' | 'reconcile' | 'crl' | 'diff' | 'fleet';

/** The one document that a command writes with `--json`: decisions/0018-command-line-for-machines.md. */
export function documentText(command: DocumentedCommand, members: object): string {
  return jsonText({ $schema: DOCUMENT_SCHEMA, version: VERSION, command, ...members });
}

/** A document that is written bit by bit, because the list that is its last member can be longer than the memory. */
export interface LongDocument {
  /** What comes before the first element. */
  readonly begin: string;
  /** @param isFirst whether no elements come before these */
  elements(elements: readonly object[], isFirst: boolean): string;
  /** @param isEmpty whether there were no elements */
  end(isEmpty: boolean): string;
}

/** A document whose last member is a long list. Written in bits, it is the same text as if `documentText` had made it. */
export function longDocument(command: DocumentedCommand, members: object, list: string): LongDocument {
  return {
    begin: documentText(command, { ...members, [list]: [] }).slice(0, -']\n}\n'.length),
    elements: (elements, isFirst) => elements.map((element, index) =>
      `${isFirst && index === 0 ? '' : ','}\n${jsonText(element).trimEnd().replace(/^/gm, '    ')}`).join(''),
    end: isEmpty => isEmpty ? ']\n}\n' : '\n  ]\n}\n',
  };
}

/** JSON that is safe for a terminal too: characters that a terminal would act on become escapes, which mean the same in JSON. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2).split('\n').map(printable).join('\n')}\n`;
}
