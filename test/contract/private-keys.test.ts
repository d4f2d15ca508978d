import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, KeyObject, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdsPrivateKey, isPrivateKey } from '../../src/contract/private-keys';
import { quote } from '../../src/contract/rules';
import { opensslCa, opensslRequest } from '../support/foreign-ca';
import { processorTime } from '../support/processor-time';
import { Random } from '../support/random';
import { seedOf } from '../support/seed';

const PAIRS = {
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  'Ed25519': generateKeyPairSync('ed25519'),
  'RSA': generateKeyPairSync('rsa', { modulusLength: 2048 }),
};
const EC = PAIRS['P-256'].privateKey;
const KEYS = Object.entries<{ privateKey: KeyObject; publicKey: KeyObject }>(PAIRS);

const encrypted = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'secret' });
const DER: [string, Buffer][] = [
  ...KEYS.map(([name, { privateKey }]): [string, Buffer] => [`PKCS#8 of ${name}`, privateKey.export({ type: 'pkcs8', format: 'der' })]),
  ['PKCS#8, encrypted', encrypted(EC)],
  ['SEC 1', EC.export({ type: 'sec1', format: 'der' })],
  ['PKCS#1', PAIRS.RSA.privateKey.export({ type: 'pkcs1', format: 'der' })],
  ['PKCS#8 that is cut off', EC.export({ type: 'pkcs8', format: 'der' }).subarray(0, 70)],
];

const element = (tag: number, contents: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag, 0x82, Math.floor(contents.length / 256), contents.length % 256]), contents]);
const utf8String = (text: string): Buffer => element(0x0c, Buffer.from(text));
const lines = (text: string, length: number) => text.replace(new RegExp(`.{1,${length}}`, 'g'), '$&\n');
const pem = (der: Buffer, label: string) => `-----BEGIN ${label}-----\n${lines(der.toString('base64'), 64)}-----END ${label}-----\n`;

const WRITTEN: [string, (der: Buffer) => string][] = [
  ['base64', der => der.toString('base64')],
  ['base64 in a string', der => `my key: ${der.toString('base64')}, do not lose it`],
  ['base64 after a letter, which shifts it', der => `x${der.toString('base64')}`],
  ['base64 in short lines', der => `key:\n${lines(der.toString('base64'), 20)}`],
  ['base64 in JSON in JSON', der => JSON.stringify(JSON.stringify({ key: lines(der.toString('base64'), 64) }))],
  ['base64 in a URL', der => `https://example.com/?key=${encodeURIComponent(der.toString('base64'))}`],
  ['base64url in a URN', der => `urn:x:${der.toString('base64url')}`],
  ['hexadecimal digits', der => der.toString('hex')],
  ['hexadecimal digits in a string', der => `feed${der.toString('hex').toUpperCase()}!`],
  ['hexadecimal digits with colons', der => der.toString('hex').replace(/..(?=.)/g, '$&:')],
  ['hexadecimal digits of C', der => der.toString('hex').replace(/../g, '0x$&, ')],
  ['the block of a certificate', der => pem(der, 'CERTIFICATE')],
  ['PEM in one line', der => pem(der, 'PRIVATE KEY').replaceAll('\n', '')],
  ['base64 of PEM', der => Buffer.from(pem(der, 'PRIVATE KEY')).toString('base64')],
  ['base64 of PEM in UTF-16', der => Buffer.from(pem(der, 'PRIVATE KEY'), 'utf16le').toString('base64')],
  ['base64 of base64 of PEM', der => Buffer.from(Buffer.from(pem(der, 'PRIVATE KEY')).toString('base64')).toString('base64')],
  ['base64 with a space of no width behind each character', der => [...der.toString('base64')].join('\u200b')],
  ['PEM with joiners in its label', der => pem(der, 'PRIVATE\u2060 KEY')],
  ['UTF-16 that was read as another encoding', der => Buffer.from(der.toString('base64'), 'utf16le').toString('latin1')],
  ['base64 of an OCTET STRING', der => element(0x04, der).toString('base64')],
  ['base64 of a UTF8String of base64', der => utf8String(der.toString('base64')).toString('base64')],
  ['base64 of a UTF8String of hexadecimal digits', der => utf8String(der.toString('hex')).toString('base64')],
  ['base64 of a certificate with the key behind it', der => Buffer.concat([new X509Certificate(opensslCa('a').certificate).raw, der]).toString('base64')],
];

describe('a private key is found, and not quoted,', () => {
  test.each(WRITTEN)('as %s', (_, write) => {
    const missed = DER.filter(([, der]) => !holdsPrivateKey(write(der))).map(([form]) => form);
    expect(missed).toEqual([]);
    DER.forEach(([, der]) => expect(quote(write(der))).toBe('(a private key, not shown)'));
  });

  test.each<[string, () => string]>([
    ['a JSON Web Key', () => JSON.stringify(EC.export({ format: 'jwk' }))],
    ['a JSON Web Key in JSON', () => JSON.stringify({ key: JSON.stringify(EC.export({ format: 'jwk' }), undefined, 2) })],
    ['a JSON Web Key as Python prints it', () => JSON.stringify(EC.export({ format: 'jwk' })).replaceAll('"', '\'')],
    ['XML of .NET', () => {
      const { n, e, d } = PAIRS.RSA.privateKey.export({ format: 'jwk' });
      return `<RSAKeyValue><Modulus>${n}</Modulus><Exponent>${e}</Exponent><D>${Buffer.from(d!, 'base64url').toString('base64')}</D></RSAKeyValue>`;
    }],
    ['what OpenSSL prints of a key on a curve', () => execFileSync('openssl', ['pkey', '-text', '-noout'], { input: EC.export({ type: 'pkcs8', format: 'pem' }), encoding: 'utf8' })],
    ['what OpenSSL prints of an RSA key', () =>
      execFileSync('openssl', ['pkey', '-text', '-noout'], { input: PAIRS.RSA.privateKey.export({ type: 'pkcs8', format: 'pem' }), encoding: 'utf8' })],
    ['base64 of a JSON Web Key', () => Buffer.from(JSON.stringify(EC.export({ format: 'jwk' }))).toString('base64')],
    ['PEM of OpenSSL\'s older encryption', () => EC.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' }).toString()],
    ['base64 of what ssh-keygen writes, without its label', () => {
      const file = join(mkdtempSync(join(tmpdir(), 'ssh-')), 'key');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
      return readFileSync(file, 'latin1').replace(/-----.*-----/g, '');
    }],
  ])('as %s', (_, write) => {
    expect(holdsPrivateKey(write())).toBe(true);
    expect(quote(write())).toBe('(a private key, not shown)');
  });
});

describe('a string without a private key', () => {
  const { certificate } = opensslCa('a');
  const octets = new X509Certificate(certificate).raw;

  test.each<[string, string[]]>([
    ['certificates', [certificate, octets.toString('base64'), octets.toString('hex'), new X509Certificate(certificate).fingerprint256]],
    ['requests', [opensslRequest('/CN=sensor-001')]],
    ['public keys', KEYS.flatMap(([, { publicKey }]) => [
      publicKey.export({ type: 'spki', format: 'pem' }).toString(), publicKey.export({ type: 'spki', format: 'der' }).toString('hex'),
      JSON.stringify(publicKey.export({ format: 'jwk' })),
    ])],
    ['public keys of PKCS#1', [PAIRS.RSA.publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64')]],
    ['a DigestInfo, which has a digest where an encrypted key has its octets',
      [Buffer.from(`3031300d060960864801650304020105000420${'ab'.repeat(32)}`, 'hex').toString('base64')]],
    ['ARNs, and names that CloudFormation generates', [
      'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaPrivateKey3406A746-AbCdEfGhIjKl-MnOpQr',
      'PrivateIotCaProviderRightsOnSCa55D6721AD43DB465AED563FD',
    ]],
    ['a program that reads keys', ['if (!pem.startsWith("-----BEGIN PRIVATE KEY-----")) {\n  refuseWhatIsNoPrivateKey(pem);\n}',
      'const { kty, d } = JSON.parse(await read("d")); // "kty" and "d" of RFC 7517']],
  ])('is not taken for one: %s', (_, texts) => {
    expect(texts.filter(text => holdsPrivateKey(text))).toEqual([]);
  });

  test.each([
    'https://docs.acme.example/formats/openssh-key-v1',
    'see openssh-key-v1 and PuTTY-User-Key-File for the forms of keys that we take',
    Buffer.from('the form is called openssh-key-v1, as in its PROTOCOL.key').toString('base64'),
    'urn:acme:MyCompany/devices/pumps/north/sensor-0000001/firmware',
    'https://acme.example/Manufacturer-of-pumps-and-valves-for-the-north-of-the-land',
    'MBedded-controllers-of-the-second-generation-with-TLS',
    'MIcrocontrollers/of/the/second/generation/with/TLS/in/hardware',
    'dns:Meters-and-gateways-of-the-third-generation.acme.example',
  ])('is shown if it only looks like one: %s', text => {
    expect([isPrivateKey(text), holdsPrivateKey(text)]).toEqual([false, false]);
    expect(quote(text)).toBe(JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text));
  });

  test('is not shown if it is base64 of other DER, because that can be an unknown form of key', () => {
    const pkcs12 = element(0x30, Buffer.concat([Buffer.from('020103', 'hex'), element(0x30, Buffer.alloc(300, 1))])); // how RFC 7292, section 4, begins a PFX
    for (const der of [octets, pkcs12, ...KEYS.map(([, { publicKey }]) => publicKey.export({ type: 'spki', format: 'der' }))]) {
      for (const encoding of ['base64', 'base64url'] as const) {
        expect(quote(`https://acme.example/?x=${der.toString(encoding)}`)).toBe('(base64 of DER, not shown, because it may be a private key)');
      }
    }
  });

  test('is not taken for one if it is random octets, in base64, base64url and hexadecimal digits', () => {
    const random = new Random(seedOf('PRIVATE_KEYS_SEED'));
    const found = Array.from({ length: 4_000 }, (_, index) => random.octets(32 + index % 500))
      .flatMap(bytes => [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex'), `id:${bytes.toString('hex')}`])
      .filter(text => holdsPrivateKey(text));
    expect(found).toEqual([]);
  });
});

test('strings that are made to be read slowly take no longer than others of their length', () => {
  const hostile = ['\\', 'A', '0', '%30', 'BEGIN PRIVATE KEY ', 'BEGIN PRIVATE KEY\nA-b: c\n', '"kty""d":', '-', 'MDAw', '0x:'].map(piece => piece.repeat(65_536 / piece.length));
  // Quadratic would be 65,536 times as much work for each character: seconds, where the work itself takes milliseconds.
  expect(hostile.filter(text => processorTime(() => holdsPrivateKey(text)) > 1_000).map(text => text.slice(0, 20))).toEqual([]);
});
