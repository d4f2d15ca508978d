import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConstraintKind, ConstraintList, limitsUnder, LimitedValidator } from '../../src/pki/constraint-limits';
import { RawGeneralName } from '../../src/pki/general-names';
import { whereInstalled } from '../support/second-opinions';
import { sections } from '../support/verifiers/chains';
import { columnIn, renderSection, Section, wordsOf } from '../support/verifiers/table';
import { Verifier, VERIFIERS } from '../support/verifiers/verifiers';

const FILE = join(__dirname, '..', '..', 'docs', 'verifiers.md');
/** Set to write the file in place of holding it against the verifiers. */
const UPDATE = process.env.UPDATE_VERIFIERS !== undefined;

const HEAD = `# Which validator refuses what

<!-- UPDATE_VERIFIERS=1 npx jest test/pki/verifier-table.test.ts writes this file; without the variable, the test holds it against the verifiers that are installed. -->

These tables show what general validators accept and refuse. Each verdict was measured, with the versions that the tables name. The column *this
library* shows what happens if you declare such a certificate or CA: the library *issues* or *takes* it, *warns* at synthesis, or **refuses** it. *lint
warns* means that only \`private-iot-ca lint\` warns. If a validator refuses a
certificate, the library does not issue it without a warning.
`;

const folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-verifier-table-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
let all: Section[];
/** The words of each installed verifier, section by section. */
const measured = new Map<string, string[][]>();

const isInstalled = new Map<Verifier, boolean>(VERIFIERS.map(verifier => [verifier, verifier.isInstalled()]));

beforeAll(async () => {
  all = await sections();
  for (const verifier of VERIFIERS.filter(each => isInstalled.get(each))) {
    measured.set(verifier.name, all.map(section => wordsOf(verifier, section, folder)));
  }
});

test('the table in docs/verifiers.md is what the installed verifiers say', () => {
  const text = [HEAD, ...all.map((section, index) => renderSection(section, VERIFIERS.map(verifier => {
    const [heading, kept] = columnIn(written, section, verifier.name);
    const words = measured.get(verifier.name)?.[index];
    return [words && UPDATE ? `${verifier.name} ${verifier.version()}` : heading, words ?? kept] as const;
  })))].join('\n');
  if (UPDATE) {
    writeFileSync(FILE, text);
  }
  expect(UPDATE ? text : written).toBe(text);
});

describe.each(VERIFIERS.map(verifier => [verifier.name, verifier] as const))('%s', (name, verifier) => {
  const { test: testVerifier } = whereInstalled(isInstalled.get(verifier)!, name, verifier.debian);

  testVerifier('refuses nothing that is issued or taken without a warning', () => {
    const refused = all.flatMap(({ rows }, section) => rows.filter(({ library }, row) =>
      (library === 'issues' || library === 'takes') && measured.get(name)![section][row].startsWith('**')).map(({ title }) => title));
    expect(refused).toEqual([]);
  });

  testVerifier('does under name constraints what the rules and warnings say of it', () => {
    expect(Object.fromEntries(all[0].rows.map(({ title }, row) => [title, measured.get(name)![0][row]]))).toEqual(
      Object.fromEntries(all[0].rows.map(({ title }) => [title, expectedWord(name as LimitedValidator, title)])));
  });
});

const SAMPLES: { readonly [K in ConstraintKind]: RawGeneralName } = {
  dns: { type: 'dns', value: 'a' },
  ipv4: { type: 'ip', value: Buffer.alloc(8) },
  ipv6: { type: 'ip', value: Buffer.alloc(32) },
  uri: { type: 'uri', value: 'a' },
  email: { type: 'email', value: 'a' },
  directory: { type: 'directory', value: Buffer.alloc(0) },
};

function expectedWord(validator: LimitedValidator, title: string): string {
  const [, list, kind, more] = /^(\w+) (\w+)(.*)$/.exec(title)!;
  const constraints = { permitted: [], excluded: [], [list as ConstraintList]: [SAMPLES[kind as ConstraintKind]] };
  const has = (effect: 'refuses' | 'passes over') => limitsUnder(constraints, more === '', limit => limit.validator === validator && limit.effect === effect).length > 0;
  return has('refuses') ? '**refuses**' : has('passes over') ? 'ignores' : 'enforces';
}
