import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { lintCommand, LintOptions } from '../../src/cli/lint-command';
import { ALL_LINT_RULES } from '../../src/pki/lint/all-rules';
import { CRL_LINT_RULES } from '../../src/pki/lint/lint-crl';
import { toPem } from '../../src/pki/pem';
import { NOW, TestCa, testCa } from '../pki/fixtures';
import { build, CA, NOTHING } from '../pki/lint/certificate-builder';
import { buildCrl } from '../pki/lint/crl-builder';
import { testCrl } from '../pki/revocation/fixtures';
import { readJson } from '../support/cli-run';
import { CommandFolder } from '../support/command-folder';
import { complaintsOf } from '../support/json-schema';

const SCHEMA = readJson(resolve(__dirname, '..', '..', 'schema', 'command-line-v1.schema.json'));

let folder: CommandFolder;
let ca: TestCa;

beforeAll(async () => {
  folder = new CommandFolder();
  ca = await testCa();
  folder.write('ca.pem', toPem('CERTIFICATE', ca.certificate));
  folder.write('good.crl', await testCrl(ca));
  folder.write('bare.crl', buildCrl({ number: NOTHING }));
});

function lint(files: readonly string[], options: LintOptions = {}, now = NOW): { passed: boolean; said: string } {
  let passed = false;
  const said = folder.said(terminal => { passed = lintCommand(files.map(folder.path), options, terminal, now); });
  return { passed, said };
}

test('a list is checked with its signature where its CA is among the files', () => {
  expect(lint(['good.crl', 'ca.pem'])).toEqual({
    passed: true,
    said: expect.stringMatching(new RegExp(`\\ngood\\.crl\\n  no findings\\n  ${CRL_LINT_RULES.length} rules checked\\n\\n1 certificate, 1 revocation list: 0 errors, 0 warnings\\n$`)),
  });
});

test('a list without its CA says how the rest can be checked, and a list twice is checked once', () => {
  const { said } = lint(['good.crl', 'good.crl']);
  expect(said).toMatch(/^good\.crl\n {2}no findings\n {2}\d+ rules checked; to check those about the CA, add its certificate to the files\n\n1 revocation list: 0 errors, 0 warnings\n$/);
});

test('a list with an error fails the run, and one that is out of date only warns', () => {
  const { passed, said } = lint(['bare.crl'], {}, new Date('2026-06-01T00:00:00Z'));
  expect([passed, said]).toEqual([false, expect.stringMatching(/^ {2}error +rfc5280-crl-number +the list must have a number \(cRLNumber\) +RFC 5280, section 5\.2\.3$/m)]);
  expect(lint(['good.crl'], {}, new Date('2027-01-01T00:00:00Z'))).toEqual({
    passed: true, said: expect.stringMatching(/warning +rfc5280-crl-current +the list was to be replaced by 2026-03-08T12:00:00Z, and it is now 2027/),
  });
});

test('the CA is found by its key where the list names it otherwise, and by its name where its key has not signed', async () => {
  folder.write('renamed.pem', toPem('CERTIFICATE', build(CA))); // the same key, another name
  expect(lint(['good.crl', 'renamed.pem']).said).toContain('rfc5280-crl-issuer-name');
  const forged = await testCrl(ca);
  forged[forged.length - 1] += 1;
  folder.write('forged.crl.pem', toPem('X509 CRL', forged));
  expect(lint(['forged.crl.pem', 'ca.pem'])).toEqual({ passed: false, said: expect.stringContaining('the signature must be that of the CA, got one that does not verify') });
  const namesake = await testCa({ algorithm: 'RSA_2048' });
  folder.write('namesake.pem', toPem('CERTIFICATE', namesake.certificate));
  expect(lint(['good.crl', 'namesake.pem'])).toMatchObject({ passed: true, said: expect.stringContaining('to check those about the CA') });
});

test('a list that the parser of this library refuses is checked as far as it can be read, in PEM and in DER', () => {
  const odd = buildCrl({ innerSignature: Buffer.from('300a06082a8648ce3d040303', 'hex') }); // another algorithm inside than outside
  folder.write('odd.crl', odd);
  folder.write('odd.pem', toPem('X509 CRL', odd));
  ['odd.crl', 'odd.pem'].forEach(name => expect(lint([name])).toEqual({ passed: false, said: expect.stringContaining('rfc5280-crl-signature-fields') }));
  folder.write('broken.pem', toPem('X509 CRL', Buffer.from('3003020101', 'hex')));
  expect(lint(['broken.pem'])).toEqual({ passed: false, said: expect.stringMatching(/rfc5280-crl-der-encoding +this is not a revocation list in DER: /) });
});

test('the document has the lists beside the certificates, and counts their findings', () => {
  const document = JSON.parse(lint(['bare.crl', 'good.crl', 'ca.pem'], { json: true }).said);
  expect(complaintsOf(SCHEMA, document)).toBe('');
  expect(document).toMatchObject({ errors: expect.any(Number), certificates: [{ place: 'ca.pem' }] });
  expect(document.errors).toBeGreaterThan(0);
  expect(document.revocationLists).toEqual([
    expect.objectContaining({ place: 'bare.crl', issuer: 'CN=Acme CA', sha256Fingerprint: expect.any(String) }),
    { place: 'good.crl', issuer: 'CN=Acme IoT Root CA,O=Acme,C=CN', caFound: true, rulesChecked: CRL_LINT_RULES.length, findings: [], sha256Fingerprint: expect.any(String) },
  ]);
});

test('SARIF has the findings of lists, with the rules of both', () => {
  const { runs: [{ tool: { driver: { rules } }, results }] } = JSON.parse(lint(['bare.crl', 'ca.pem'], { sarif: true }, new Date('2026-06-01T00:00:00Z')).said);
  const [result] = results.filter(({ ruleId }: { ruleId: string }) => ruleId === 'rfc5280-crl-number');
  expect(rules[result.ruleIndex].id).toBe('rfc5280-crl-number');
  expect(result.locations[0].physicalLocation).toEqual({ artifactLocation: { uri: expect.stringMatching(/bare\.crl$/) }, region: { startLine: 1 } });
  expect(result.partialFingerprints).toEqual({ 'revocationListSha256/v1': createHash('sha256').update(readFileSync(folder.path('bare.crl'))).digest('hex') });
  expect(rules.every(({ id }: { id: string }) => ALL_LINT_RULES.some(rule => rule.id === id))).toBe(true);
});
