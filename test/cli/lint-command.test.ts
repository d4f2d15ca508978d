import 'reflect-metadata';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { lintCommand, LintOptions } from '../../src/cli/lint-command';
import { silentProgress } from '../../src/cli/terminal';
import { ALL_LINT_RULES } from '../../src/pki/lint/all-rules';
import { LINT_RULES, rulesFor } from '../../src/pki/lint/lint';
import { toPem } from '../../src/pki/pem';
import { PLATFORM_IDS } from '../../src/platforms/registry';
import { CA_SUBJECT, NOW, testCa, TestCa, testCertificate } from '../pki/fixtures';
import { build, DEVICE, name } from '../pki/lint/certificate-builder';
import { temporaryFolder, writeAssembly } from '../support/cli-assembly';
import { foreignCertificate } from '../support/cli-certificates';
import { cli, cliError, cliOk } from '../support/cli-run';
import { iotTemplate } from '../support/cli-templates';

let folder: string;
let ca: TestCa;
let caFile: string;
let deviceFile: string;

/** Writes a file and answers its path. */
function file(path: string, content: string | Buffer): string {
  const absolute = join(folder, path);
  writeFileSync(absolute, content);
  return absolute;
}

const pem = (der: Buffer) => toPem('CERTIFICATE', der);

/** What is said of files at a time. */
function lintAt(now: Date, files: readonly string[], options: LintOptions = {}): { passed: boolean; said: string } {
  let said = '';
  const passed = lintCommand(files, options, { progress: silentProgress, print: text => { said += text; }, warn: () => undefined }, now);
  return { passed, said };
}

beforeAll(async () => {
  folder = temporaryFolder();
  ca = await testCa({ pathLength: 0 });
  caFile = file('ca.pem', pem(ca.certificate));
  deviceFile = file('device.pem', pem(await testCertificate(ca.issuer)));
});

describe('certificates of this library', () => {
  test('pass, with the number of rules that were checked', () => {
    const number = rulesFor({ platforms: [] }).length;
    const { passed, said } = lintAt(NOW, [deviceFile]);
    expect(passed).toBe(true);
    expect(said).toBe(`${deviceFile}\n  no findings\n  ${number} rules checked; to check those about the issuer, add its certificate to the files\n\n1 certificate: 0 errors, 0 warnings\n`);
  });

  test('are checked against their CA, in whatever order they are given, in PEM or DER', async () => {
    const all = LINT_RULES.filter(({ id }) => !id.startsWith('platform-')).length;
    const der = file('ca.der', ca.certificate);
    const both = file('both.pem', pem(await testCertificate(ca.issuer)) + pem(ca.certificate));
    for (const files of [[deviceFile, caFile], [caFile, deviceFile], [der, deviceFile], [both]]) {
      const { passed, said } = lintAt(NOW, files);
      expect(passed).toBe(true);
      expect(said.match(new RegExp(`^  ${all} rules checked$`, 'gm'))).toHaveLength(2);
    }
  });

  test('of a local deployment pass from its outputs, each once', async () => {
    const app = writeAssembly(temporaryFolder(), { Iot: { template: iotTemplate({ caKey: 'RSA_2048', devices: ['sensor-001'] }) } });
    const out = join(temporaryFolder(), 'out');
    await cliOk('local', '--app', app, '--out', out);
    const platforms = ['alibaba-cloud-iot', 'aws-iot-core', 'azure-dps', 'generic'];
    const said = await cliOk('lint', join(out, 'outputs.json'), ...platforms.flatMap(platform => ['--platform', platform]));
    expect(said.match(/^Iot\.\w+( \(\d of \d\))?$/gm)).toEqual(['Iot.CaCertificate', 'Iot.VerificationCertificate', 'Iot.Device0CertificatePem']);
    expect(said).toMatch(/\n3 certificates: 0 errors, 0 warnings\n$/);
  });
});

describe('a certificate with an error', () => {
  test('is shown in a table, with exit code 1 and without the line of an error', async () => {
    const bad = file('bad.pem', pem(build({ ...DEVICE, subject: name(['2.5.4.6', 'de'], ['2.5.4.3', 'a']) })));
    const { code, stdout, stderr } = await cli('lint', bad);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toContain([
      '  severity  rule                           message                                                                           source',
      '  error     rfc5280-country-name           C of the subject must be a code of two upper-case letters (ISO 3166-1), got "de"  RFC 5280, appendix A.1',
      '  error     rfc5280-attribute-string-type  C of the subject must be PrintableString, got UTF8String                          RFC 5280, appendix A.1',
    ].join('\n'));
    expect(stdout).toMatch(/\n1 certificate: 2 errors, 0 warnings\n$/);
  });

  test('that is a warning has exit code 0', async () => {
    const warned = file('warned.pem', pem((await testCa({ algorithm: 'EC_P521', validity: { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2100-01-01T00:00:00Z') } })).certificate));
    expect(await cliOk('lint', warned)).toMatch(/warning {3}stack-p521 .*\n.*\n\n1 certificate: 0 errors, 1 warning\n$/);
  });

  test('can have the error only in relation to its CA: it outlives the CA', async () => {
    const issuer = { ...ca.issuer, validity: undefined, pathLength: undefined };
    const late = await testCertificate(issuer, { validity: { notBefore: NOW, notAfter: new Date('2046-01-01T00:00:00Z') } });
    const path = file('late.pem', pem(late));
    expect(lintAt(NOW, [path]).passed).toBe(true);
    expect(lintAt(NOW, [path, caFile])).toMatchObject({ passed: false, said: expect.stringMatching(/error +rfc5280-outlives-issuer +the validity must end by 2036-/) });
  });

  test('can have the error only in relation to its CA: the name was encoded anew, and the signature says whose it is', async () => {
    const utf8 = { ...CA_SUBJECT, commonName: 'Acme_CA' };
    const root = await testCa({ subject: utf8 });
    const renamed = { ...root.issuer, name: Buffer.from(root.issuer.name) };
    renamed.name[renamed.name.indexOf('Acme_CA') - 2] = 0x14; // TeletexString
    const path = file('renamed.pem', pem(await testCertificate(renamed)));
    const { passed, said } = lintAt(NOW, [path, file('root.pem', pem(root.certificate))]);
    expect(passed).toBe(false);
    expect(said).toMatch(/error +rfc5280-issuer-name-encoding +the name of the issuer must have the same octets/);
  });

  test('is not blamed on a CA of the same name that did not sign it', async () => {
    const other = await testCa({ algorithm: 'RSA_2048' });
    const { passed, said } = lintAt(NOW, [deviceFile, file('other.pem', pem(other.certificate))]);
    expect(passed).toBe(true);
    expect(said.match(/to check those about the issuer, add its certificate/g)).toHaveLength(1);
  });

  test('has it by the clock too', () => {
    expect(lintAt(new Date('2040-01-01'), [caFile]).said).toMatch(/warning +rfc5280-validity-current +the certificate expired/);
    expect(lintAt(new Date('2040-01-01'), [caFile], { platform: ['aws-iot-core'] })).toMatchObject({ passed: false });
  });

  test('of another origin can\'t control a terminal', async () => {
    const { pem: evil } = await foreignCertificate({ name: 'C=a\u001b[2Jb\u202ec', extensions: [new x509.BasicConstraintsExtension(true, 0, true)] });
    const { said } = lintAt(NOW, [file('evil.pem', evil)]);
    expect(said).toContain('\\u001b[2Jb\\u202ec');
    expect(said).not.toMatch(/[\u001b\u202e]/);
  });

  test.each<[string, Buffer]>([
    ['a certificate in no DER', Buffer.from('3005040300ffff', 'hex')],
    ['nothing that OpenSSL reads', Buffer.from('hello')],
  ])('because it is %s in PEM has that one finding', async (_, der) => {
    const { code, stdout } = await cli('lint', file('damaged.pem', pem(der)));
    expect(code).toBe(1);
    expect(stdout).toMatch(/error +rfc5280-der-encoding +this is not a certificate in DER: .*\n.*\n\n1 certificate: 1 error, 0 warnings\n$/);
  });
});

describe('the rules of a platform', () => {
  test('are checked if it is named, once or several times', async () => {
    expect(lintAt(NOW, [caFile, deviceFile]).passed).toBe(true);
    expect(lintAt(NOW, [caFile, deviceFile], { platform: ['aws-iot-core'] }).passed).toBe(true);
    const { passed, said } = lintAt(NOW, [caFile, deviceFile], { platform: ['aws-iot-core', 'alibaba-cloud-iot', 'azure-dps'] });
    expect(passed).toBe(false);
    expect(said).toMatch(/error +platform-alibaba-cloud-iot-ca-key +the key of a CA must be .* got EC P-256 +https:\/\/www\.alibabacloud\.com/);
    expect(said).toMatch(/error +platform-alibaba-cloud-iot-signature-key +a device certificate must be signed with a key of RSA/);
    expect(said).toMatch(/error +platform-azure-dps-device-common-name +subject\.commonName must be letters, .* got "sensor_001@plant"/);
    expect(await cli('lint', caFile, '--platform', 'azure-dps', '--platform', 'alibaba-cloud-iot')).toMatchObject({ code: 1, stderr: '' });
    expect(await cli('lint', '--platform', 'azure-dps', caFile)).toMatchObject({ code: 0, stderr: '' });
  });

  test('that is unknown are an error that names the known platforms', async () => {
    expect(await cliError('lint', '--platform', 'aws', caFile)).toBe(`error: --platform must be one of ${PLATFORM_IDS.join(', ')}, got "aws"`);
    expect(await cliError('lint', '--platform', 'alibaba-iot', caFile))
      .toContain('got "alibaba-iot", which is the name of an export kit; the name of the platform is alibaba-cloud-iot');
  });
});

describe('a private key', () => {
  test.each(['pkcs8', 'sec1'] as const)('in a file (%s) is passed over and never shown', type => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const text = privateKey.export({ type, format: 'pem' }).toString();
    const { passed, said } = lintAt(NOW, [file('key.pem', text + pem(ca.certificate)), file('key.der', privateKey.export({ type, format: 'der' }))]);
    expect(passed).toBe(true);
    expect(said.match(/key\.(pem \(1 of 2\)|der)\n {2}a private key, which is not checked and not shown\n/g)).toHaveLength(2);
    expect(said).not.toContain('PRIVATE');
    expect(said).not.toContain(text.split('\n')[1]);
  });

  test('alone is an error', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const path = file('alone.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    expect(await cliError('lint', path)).toBe(`error: ${path}: there is no certificate and no revocation list to check`);
  });
});

test('--list shows every rule with its source and its subject', async () => {
  const said = await cliOk('lint', '--list');
  expect(said.trimEnd().split('\n')).toHaveLength(1 + ALL_LINT_RULES.length);
  for (const { id, severity, checks, source } of ALL_LINT_RULES) {
    expect(said).toMatch(new RegExp(`^${[id, severity, checks, source].map(text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join(' {2,}')}$`, 'm'));
  }
});

test.each<[string, string | undefined, string]>([
  ['no file', undefined, 'lint needs a file with certificates or revocation lists, or --list'],
  ['an empty file', ' ', 'the file is empty'],
  ['another file', 'hello', 'this is not a certificate (X.509 in DER)'],
  ['a request', '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----', 'holds a certificate request'],
  ['outputs without certificates', '{"Iot": {"Url": "x"}}', 'no output holds a certificate'],
])('%s is reported in one line', async (_, content, expected) => {
  expect(await cliError('lint', ...content === undefined ? [] : [file('other', content)])).toContain(expected);
});
