import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sarifLog } from '../../src/cli/lint/sarif';
import { lintCertificate, rulesFor } from '../../src/pki/lint/lint';
import { toPem } from '../../src/pki/pem';
import { build, CA, DEVICE, name } from '../pki/lint/certificate-builder';
import { temporaryFolder, writeAssembly } from '../support/cli-assembly';
import { cli, cliOk } from '../support/cli-run';
import { iotTemplate } from '../support/cli-templates';
import { complaintsOf } from '../support/json-schema';

const TEXT = { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } }, additionalProperties: false };
const LEVEL = { enum: ['none', 'note', 'warning', 'error'] };

/**
 * What SARIF 2.1.0 demands of the parts that are written here, each by its section: 3.13 sarifLog, 3.14 run, 3.18 tool,
 * 3.19 toolComponent, 3.49 reportingDescriptor, 3.27 result, 3.28 location, 3.29 physicalLocation, 3.4 artifactLocation,
 * 3.30 region, 3.33 logicalLocation. No object has other members.
 */
const SARIF = closed({
  $schema: { type: 'string', format: 'uri' },
  version: { const: '2.1.0' },
  runs: list(closed({
    tool: closed({
      driver: closed({
        name: { type: 'string' },
        semanticVersion: { type: 'string', pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+' },
        informationUri: { type: 'string', format: 'uri' },
        rules: { ...list(closed({ id: { type: 'string' }, shortDescription: TEXT, help: TEXT, helpUri: { type: 'string', format: 'uri' }, defaultConfiguration: closed({ level: LEVEL }, ['level']) }, ['id'])), uniqueItems: true },
      }, ['name']),
    }, ['driver']),
    results: list(closed({
      ruleId: { type: 'string' },
      ruleIndex: { type: 'integer', minimum: 0 },
      level: LEVEL,
      message: TEXT,
      locations: list(closed({
        physicalLocation: closed({
          artifactLocation: closed({ uri: { type: 'string', format: 'uri-reference' } }, ['uri']),
          region: closed({ startLine: { type: 'integer', minimum: 1 } }, ['startLine']),
        }, ['artifactLocation']),
        logicalLocations: list(closed({ fullyQualifiedName: { type: 'string' } }, [])),
      }, [])),
      partialFingerprints: { type: 'object', additionalProperties: { type: 'string' } },
    }, ['message'])),
  }, ['tool'])),
}, ['version', 'runs']);

function closed(properties: object, required: string[]): object {
  return { type: 'object', properties, required, additionalProperties: false };
}

function list(items: object): object {
  return { type: 'array', items };
}

const BAD = build({ ...DEVICE, subject: name(['2.5.4.6', 'de'], ['2.5.4.3', 'a']) });
const pem = (der: Buffer) => toPem('CERTIFICATE', der);

/** What `lint --sarif` writes of files, checked by the standard. */
async function sarif(code: number, ...args: string[]): Promise<ReturnType<typeof JSON.parse>> {
  const result = await cli('lint', ...args, '--sarif');
  expect([result.code, result.stderr]).toEqual([code, '']);
  const log = JSON.parse(result.stdout);
  expect(complaintsOf(SARIF, log)).toBe('');
  return log.runs[0];
}

test('every finding names its rule, its level, and the line of the file on which its certificate begins', async () => {
  const file = join(temporaryFolder(), 'two certificates.pem');
  writeFileSync(file, `a line before\n${pem(build(CA))}${pem(BAD)}`);
  const { tool: { driver: { rules } }, results } = await sarif(1, file);
  const found = lintCertificate(BAD, { platforms: [], now: new Date() }).filter(({ severity }) => severity === 'error');
  const errors = results.filter(({ level }: { level: string }) => level === 'error');
  expect(errors.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(expect.arrayContaining(found.map(({ rule }) => rule)));
  for (const { ruleId, ruleIndex } of results) {
    expect(rules[ruleIndex].id).toBe(ruleId);
  }
  const { physicalLocation: { artifactLocation: { uri }, region: { startLine } } } = errors[0].locations[0];
  expect(fileURLToPath(uri)).toBe(file);
  expect(startLine).toBe(2 + pem(build(CA)).trimEnd().split('\n').length);
});

test('the rules are those that were checked, with their subjects and their sources', async () => {
  const file = join(temporaryFolder(), 'ca.pem');
  writeFileSync(file, pem(build(CA)));
  const { tool: { driver: { rules } } } = await sarif(0, file, '--platform', 'aws-iot-core');
  const checked = rulesFor({ platforms: ['aws-iot-core'] });
  expect(rules.map(({ id }: { id: string }) => id)).toEqual(checked.map(({ id }) => id));
  expect(rules[0]).toEqual({
    id: checked[0].id,
    shortDescription: { text: checked[0].checks },
    help: { text: expect.stringContaining(checked[0].source) },
    defaultConfiguration: { level: checked[0].severity },
  });
  expect(rules.some(({ helpUri }: { helpUri?: string }) => helpUri?.startsWith('https://'))).toBe(true);
});

test('a relative path stays relative, and standard input has no file', () => {
  const finding = { rule: 'rfc5280-version', severity: 'error', source: 'RFC 5280', message: 'must be 3' } as const;
  const log = (file: string) => {
    const certificates = [{ title: 'a title', file, der: BAD, rules: [], signerFound: false, findings: [finding] }];
    return JSON.parse(sarifLog({ certificates, revocationLists: [], privateKeys: [] })).runs[0].results[0].locations[0];
  };
  expect(log('pem/Größe 1.pem').physicalLocation.artifactLocation.uri).toBe('pem/Gr%C3%B6%C3%9Fe%201.pem');
  expect(log('-')).toEqual({ logicalLocations: [{ fullyQualifiedName: 'a title' }] });
});

test('certificates of this library have no results', async () => {
  const out = join(temporaryFolder(), 'out');
  await cliOk('local', '--app', writeAssembly(temporaryFolder(), { Iot: { template: iotTemplate() } }), '--out', out);
  expect((await sarif(0, join(out, 'outputs.json'))).results).toEqual([]);
});
