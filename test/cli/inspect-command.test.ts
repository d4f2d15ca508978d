import 'reflect-metadata';
import { generateKeyPairSync, KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { inspectCommand } from '../../src/cli/inspect-command';
import { silentProgress } from '../../src/cli/terminal';
import { temporaryFolder, writeAssembly } from '../support/cli-assembly';
import { ForeignCertificate, foreignCertificate } from '../support/cli-certificates';
import { cliError, cliOk, ledgerOf } from '../support/cli-run';
import { iotTemplate } from '../support/cli-templates';

let folder: string;
let root: ForeignCertificate;
let leaf: ForeignCertificate;

beforeAll(async () => {
  folder = temporaryFolder();
  root = await foreignCertificate({
    name: 'CN=Root',
    extensions: [new x509.BasicConstraintsExtension(true, 0, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)],
  });
  leaf = await foreignCertificate({ name: 'CN=Leaf', signer: root });
});

/** Writes a file and answers its path. */
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What is said of files at a time. */
async function inspectAt(now: string, ...files: string[]): Promise<string> {
  let said = '';
  inspectCommand(files, {}, { progress: silentProgress, print: text => { said += text; }, warn: () => undefined }, new Date(now));
  return said;
}

function keyText(key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8', more: object = {}): string {
  return key.export({ type, format: 'pem', ...more } as never).toString();
}

describe('a certificate', () => {
  test('of this library is shown with everything that a platform asks about', async () => {
    const app = writeAssembly(temporaryFolder(), { Iot: { template: iotTemplate({ caKey: 'RSA_2048' }) } });
    const out = join(temporaryFolder(), 'out');
    await cliOk('local', '--app', app, '--out', out);
    const said = await cliOk('inspect', join(out, 'outputs.json'));
    const { entries } = ledgerOf(out, 'Iot-Ledger');
    const ca = Object.values<{ profile: string; serialNumber: string }>(entries).find(({ profile }) => profile === 'ca')!;
    expect(said).toMatch(new RegExp([
      'Iot\\.CaCertificate',
      '  subject {19}CN=Acme IoT Root CA,O=Acme',
      '  issuer {20}itself \\(self-signed\\)',
      `  serial number {13}${ca.serialNumber}`,
      '  key {23}RSA 2048 bits',
      '  signature {17}RSA \\(PKCS#1 v1\\.5\\) with SHA-256',
      '  valid from {16}\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC',
      '  valid until {15}\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC \\(36\\d\\d days left\\)',
      '  CA {24}yes, .*',
      '  key usage {17}.*certificate signing, CRL signing',
      '  subject key identifier {4}([0-9a-f]{40})',
      '  (authority key identifier {2}\\1\\n  )?SHA-256 fingerprint {7}[0-9a-f]{64} \\(the certificateId in AWS IoT\\)',
      '  SHA-1 fingerprint {9}[0-9a-f]{40}',
      '  public key SHA-256 {8}[0-9a-f]{64}',
    ].join('\n')));
    expect(said).toMatch(/Iot\.Device0CertificatePem\n {2}subject +CN=sensor-001\n {2}issuer +CN=Acme IoT Root CA,O=Acme\n/);
    expect(said).toMatch(/key +EC P-256\n {2}signature +RSA \(PKCS#1 v1\.5\) with SHA-256/);
    expect(said).toMatch(/CA +no\n/);
    expect(said).toMatch(/extended key usage +TLS client authentication\n/);
    expect(said).toContain('Iot.Device0CertificateChain (2 of 2)');
    expect(said).toContain('  sensor-001\n    signed by Acme IoT Root CA, signature verified\n      signed by itself, signature verified\n');
  });

  test.each([
    ['2025-12-31T12:00:00Z', 'not yet valid: in less than a day'],
    ['2025-12-01T00:00:00Z', 'not yet valid: in 31 days'],
    ['2026-12-31T00:00:00Z', '1 day left'],
    ['2027-01-01T00:00:00.999Z', 'less than a day left'],
    ['2027-01-01T00:00:01Z', 'expired less than a day ago'],
    ['2027-01-03T00:00:00Z', 'expired 2 days ago'],
  ])('at %s is %s', async (now, expected) => {
    expect(await inspectAt(now, file('root.pem', root.pem))).toContain(`valid until               2027-01-01 00:00:00 UTC (${expected})`);
  });

  test('is read from PEM with text around it, with CRLF and a byte order mark, and from DER', async () => {
    const expected = (await inspectAt('2026-06-01', file('a.pem', root.pem))).split('\n').slice(1);
    for (const content of [root.der, `\ufeffSubject: Root\r\n${root.pem.replace(/\n/g, '\r\n')}more text`, Buffer.from(`\ufeff${root.pem}`, 'utf16le')]) {
      expect((await inspectAt('2026-06-01', file('b', content))).split('\n').slice(1)).toEqual(expected);
    }
  });

  test('shows path length, alternative names, usages and signatures of every kind', async () => {
    const certificate = await foreignCertificate({
      name: 'C=DE+O=Acme\\, Inc., 2.5.4.5=12, CN=über',
      rsa: { scheme: 'RSA-PSS', hash: 'SHA-512' },
      extensions: [
        new x509.BasicConstraintsExtension(true, 3, true),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'iot.example' }, { type: 'ip', value: '192.0.2.1' }]),
        new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1', '1.2.3.4']),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature + x509.KeyUsageFlags.keyAgreement, true),
      ],
    });
    const said = await inspectAt('2026-06-01', file('other.pem', certificate.pem));
    expect(said).toMatch(/subject +CN=über,serialNumber=12,(C=DE\+O=Acme\\, Inc\.|O=Acme\\, Inc\.\+C=DE)\n/);
    expect(said).toMatch(/serial number +01AB\n/);
    expect(said).toMatch(/signature +RSA \(PSS\) with SHA-512\n/);
    expect(said).toMatch(/CA +yes, path length 3\n/);
    expect(said).toMatch(/key usage +digital signature, key agreement\n/);
    expect(said).toMatch(/extended key usage +TLS server authentication, 1\.2\.3\.4\n/);
    expect(said).toMatch(/alternative names +dns:iot\.example, ip:192\.0\.2\.1\n/);
  });

  test('can\'t control a terminal', async () => {
    const certificate = await foreignCertificate({ name: 'CN=a\u001b[2Jb\u202ec' });
    const said = await inspectAt('2026-06-01', file('evil.pem', certificate.pem), file('root.pem', root.pem));
    expect(said).toContain('CN=a\\u001b[2Jb\\u202ec');
    expect(said).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('several certificates', () => {
  test('are shown as far as they can be read, even if Node.js does not know the algorithm of a key', async () => {
    const algorithm = Buffer.from('06072a8648ce3d0201', 'hex'); // id-ecPublicKey
    const odd = Buffer.from(root.der);
    odd[odd.indexOf(algorithm) + algorithm.length - 1] = 0x7f;
    const said = await inspectAt('2026-06-01', file('odd.cer', odd), file('leaf.pem', leaf.pem));
    expect(said).toMatch(/odd\.cer\n {2}subject +CN=Root\n/);
    expect(said).toMatch(/ {2}key +a key of 1\.2\.840\.10045\.2\.127, which can't be read here\n/);
    expect(said).toMatch(/leaf\.pem\n {2}subject +CN=Leaf\n/);
  });

  test('of hundreds of CAs with one name are chained by their key identifiers', async () => {
    const identified = async (n: number) => foreignCertificate({
      name: 'CN=Root', extensions: [new x509.BasicConstraintsExtension(true), new x509.SubjectKeyIdentifierExtension(n.toString(16).padStart(40, '0'))],
    });
    const cas = await Promise.all(Array.from({ length: 200 }, (_, n) => identified(n)));
    const device = await foreignCertificate({ name: 'CN=Device', signer: cas[150], extensions: [new x509.AuthorityKeyIdentifierExtension((150).toString(16).padStart(40, '0'))] });
    const said = await inspectAt('2026-06-01', file('all.pem', [...cas, device].map(({ pem }) => pem).join('')));
    expect(said).toContain('  Device\n    signed by Root, signature verified\n      signed by itself, signature verified\n');
  });

  test('are put in order, with verified signatures, in whatever order they were given', async () => {
    const other = await foreignCertificate({ name: 'CN=Alone' });
    const said = await inspectAt('2026-06-01', file('root.pem', root.pem), file('both.pem', leaf.pem + root.pem), file('alone.pem', other.pem));
    expect(said).toContain([
      'chain',
      '  Leaf', '    signed by Root, signature verified', '      signed by itself, signature verified',
      '  Alone', '    signed by itself, signature verified', '',
    ].join('\n'));
  });

  test('are shown with a note if an issuer is missing or is another one of the same name', async () => {
    const impostor = await foreignCertificate({ name: 'CN=Root' });
    const orphan = await foreignCertificate({ name: 'CN=Orphan', signer: { ...root, name: 'CN=Nobody' } });
    const said = await inspectAt('2026-06-01', file('leaf.pem', leaf.pem), file('impostor.pem', impostor.pem), file('orphan.pem', orphan.pem));
    expect(said).toContain('  Leaf\n    names Root as its issuer, but the key of the certificate given here did not sign it\n');
    expect(said).toContain('  Orphan\n    signed by CN=Nobody, which is not among these files\n');
  });
});

describe('a private key', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

  test.each<[string, string | Buffer, RegExp]>([
    ['PKCS#8', keyText(ec), /private key +EC P-384 \(the key itself is not shown\)\n {2}public key SHA-256 +[0-9a-f]{64}\n/],
    ['PKCS#1', keyText(rsa, 'pkcs1'), /private key +RSA 2048 bits/],
    ['SEC 1 with parameters', `-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n${keyText(ec, 'sec1')}`, /private key +EC P-384/],
    ['DER', ec.export({ type: 'pkcs8', format: 'der' }), /private key +EC P-384/],
    ['encrypted PKCS#8', keyText(ec, 'pkcs8', { cipher: 'aes-256-cbc', passphrase: 'x' }), /private key +encrypted, and not shown/],
    ['encrypted PKCS#1', keyText(rsa, 'pkcs1', { cipher: 'aes-256-cbc', passphrase: 'x' }), /private key +encrypted, and not shown/],
  ])('in %s is reported and never shown', async (_, content, expected) => {
    const said = await inspectAt('2026-06-01', file('key', content));
    expect(said).toMatch(expected);
    expect(said).not.toContain('PRIVATE');
    expect(said.length).toBeLessThan(300);
  });

  test('that is damaged is an error that shows nothing of it', async () => {
    const text = keyText(ec);
    const damaged = text.replace(/\n[\w+/]{20}/, `\n${'A'.repeat(20)}`);
    const error = await cliError('inspect', file('key.pem', damaged));
    expect(error).toMatch(/key\.pem: the private key can't be read \(not shown\)$/);
    expect(error).not.toContain(text.split('\n')[2].slice(0, 10));
  });
});

describe('a file that can\'t be read', () => {
  test.each<[string, string | Buffer | (() => string), string]>([
    ['is empty', ' \n', 'the file is empty'],
    ['is no certificate', 'hello', 'this is not a certificate (X.509 in DER)'],
    ['is random octets', Buffer.from([0x30, 0x82, 1, 1, 0, 0]), 'this is not a certificate'],
    ['is cut off', () => root.pem.slice(0, 200), 'PEM block 1 (CERTIFICATE) has no END line'],
    ['has no beginning', () => root.pem.split('\n').slice(1).join('\n') + root.pem, 'PEM block 1 (CERTIFICATE) has no BEGIN line'],
    ['ends as something else', () => root.pem.replace('END CERTIFICATE', 'END X509 CRL'), 'PEM block 1 begins as CERTIFICATE and ends as X509 CRL'],
    ['is not base64', () => root.pem.replace(/\n(\w)/, '\n*$1'), 'PEM block 1 (CERTIFICATE) is not base64'],
    ['begins twice', () => `-----BEGIN CERTIFICATE-----\n${root.pem}`, 'PEM block 1 (CERTIFICATE) has no END line'],
    ['has an empty block', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', 'PEM block 1 (CERTIFICATE) is empty'],
    ['has a damaged second certificate', () => `${root.pem}-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----`, '(2 of 2): this is not a certificate'],
    ['is a request', '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----', 'holds a certificate request, but this command reads only certificates, private keys, revocation lists and OCSP responses; openssl req -noout -text shows a request'],
    ['is other JSON', '{"a": 1}', 'must map the name of each stack to a map of its outputs'],
    ['has no certificate in its outputs', '{"Iot": {"Url": "x"}}', 'no output holds a certificate'],
  ])('because it %s is reported in one line', async (_, content, expected) => {
    const path = file('bad', typeof content === 'function' ? content() : content);
    const error = await cliError('inspect', file('good.pem', root.pem), path);
    expect(error).toContain(`error: ${path}`);
    expect(error).toContain(expected);
  });

  test('because it is not there, or is a folder, is reported in one line', async () => {
    expect(await cliError('inspect', join(folder, 'nobody.pem'))).toContain('nobody.pem: there is no such file');
    expect(await cliError('inspect', folder)).toContain(`${folder}: this is a folder`);
  });
});
