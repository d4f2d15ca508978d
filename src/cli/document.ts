import { printable } from './cli-error';

/** The version of the form of what `--json` writes. Members may be added within a version; none goes, and none changes. */
const VERSION = 1;

/** The schema of what `--json` writes, which the package has in its folder schema/. */
export const DOCUMENT_SCHEMA = 'https://raw.githubusercontent.com/cdk-private-iot-ca/cdk-private-iot-ca/main/schema/command-line-v1.schema.json';

/** The one document that a command writes with `--json`: decisions/0018-command-line-for-machines.md. */
export function documentText(command: 'inspect' | 'lint' | 'export' | 'local', members: object): string {
  return jsonText({ $schema: DOCUMENT_SCHEMA, version: VERSION, command, ...members });
}

/** JSON that a terminal can be shown too: what it would act upon is an escape, which is the same in JSON. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2).split('\n').map(printable).join('\n')}\n`;
}
