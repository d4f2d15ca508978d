import { printable } from './cli-error';

/** The version of the format that `--json` writes. Within a version, members may be added, but none is removed and none changes. */
const VERSION = 1;

/** The schema of what `--json` writes. The package contains it in its folder schema/. */
export const DOCUMENT_SCHEMA = 'https://raw.githubusercontent.com/cdk-private-iot-ca/cdk-private-iot-ca/main/schema/command-line-v1.schema.json';

/** The one document that a command writes with `--json`: decisions/0018-command-line-for-machines.md. */
export function documentText(command: 'inspect' | 'lint' | 'export' | 'local' | 'revoke' | 'crl', members: object): string {
  return jsonText({ $schema: DOCUMENT_SCHEMA, version: VERSION, command, ...members });
}

/** JSON that is safe for a terminal too: characters that a terminal would act on become escapes, which mean the same in JSON. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2).split('\n').map(printable).join('\n')}\n`;
}
