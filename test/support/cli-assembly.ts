import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A CloudFormation template, loosely: tests write wrong ones too. */
export type TemplateJson = { readonly [section: string]: unknown };

/** One stack of an assembly that a test writes. */
export interface StackJson {
  readonly template: TemplateJson;
  readonly stackName?: string;
  readonly displayName?: string;
  readonly dependencies?: readonly string[];
  readonly region?: string;
}

const made: string[] = [];

/** A folder that goes when the test file is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-cli-'));
  made.push(folder);
  return folder;
}

afterAll(() => made.splice(0).forEach(folder => rmSync(folder, { recursive: true, force: true })));

/** Writes a file and the folders above it. */
export function writeJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
}

/** Writes an assembly of the form that `cdk synth` gives it; the same folder can be written again. */
export function writeAssembly(folder: string, stacks: { readonly [artifactId: string]: StackJson }, more: object = {}): string {
  for (const [id, { template }] of Object.entries(stacks)) {
    writeJson(join(folder, `${id}.template.json`), template);
  }
  writeJson(join(folder, 'manifest.json'), {
    version: '55.0.0',
    artifacts: {
      ...Object.fromEntries(Object.entries(stacks).flatMap(([id, { stackName, displayName, dependencies = [], region = 'unknown-region' }]) => [
        [`${id}.assets`, { type: 'cdk:asset-manifest', properties: { file: `${id}.assets.json` } }],
        [id, {
          type: 'aws:cloudformation:stack',
          environment: `aws://unknown-account/${region}`,
          properties: { templateFile: `${id}.template.json`, stackName },
          dependencies: [`${id}.assets`, ...dependencies],
          displayName: displayName ?? id,
        }],
      ])),
      Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
      ...more,
    },
  });
  return folder;
}
