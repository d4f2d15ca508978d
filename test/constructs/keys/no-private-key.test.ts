import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Aws, Lazy, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsIotCaRegistration, PemSource, PrivateIotCa, PrivateIotCaProps, SubjectRule } from '../../../src';
import { opensslCa, opensslRequest } from '../../support/foreign-ca';
import { assertNoPrivateKey } from '../../support/secrecy';
import { stackOf, stackWithCa } from '../../support/stacks';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const DER = privateKey.export({ type: 'pkcs8', format: 'der' });
const ENCRYPTED = privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'secret' });
const SUBJECT = { commonName: 'sensor-001' };
const OWN = '1.3.6.1.4.1.99999.1';
const ATTRIBUTES = {
  caId: 'ca-0123456789abcdef0123456789abcdef',
  certificatePem: opensslCa('a').certificate,
  ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
  privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Key-AbCdEf',
};

/** What synthesis says when it refuses; fails where it doesn't, or where the message shows any of the key. */
function refusal(declare: () => unknown): string {
  const messages: string[] = [];
  try {
    declare();
  } catch (error) {
    messages.push((error as Error).message, String((error as Error).stack).split('\n    at ')[0]);
  }
  expect(messages).not.toEqual([]);
  assertNoPrivateKey(messages.map(message => message.replace(/PRIVATE KEY/g, '')), [KEY]);
  return messages[0];
}

/** A stack with a CA, synthesized once more has been declared. */
function synthesized(declare: (ca: PrivateIotCa) => void, caProps: Partial<PrivateIotCaProps> = {}): void {
  const { stack, ca } = stackWithCa({ allowedCustomExtensions: [OWN], pathLength: 1, ...caProps });
  declare(ca);
  (stack.node.root as App).synth();
}

describe('a private key is refused in a declaration, and not shown,', () => {
  const device = (options: object) => () => synthesized(ca => ca.addDeviceCertificate('Sensor', { subject: SUBJECT, ...options }));
  const inline = (text: string) => PemSource.inline(text);

  test.each<[string, () => unknown]>([
    ['subject', () => synthesized(() => undefined, { subject: { commonName: KEY } })],
    ['subject of a device', device({ subject: { commonName: 'a', organization: KEY } })],
    ['registrationCode', () => synthesized(ca => ca.addVerificationCertificate('Proof', { registrationCode: KEY }))],
    ['certificateSigningRequest', () => synthesized(ca => ca.addDeviceCertificate('Sensor', { certificateSigningRequest: inline(KEY) }))],
    ['certificateSigningRequest, as base64 of DER', () => synthesized(ca =>
      ca.addDeviceCertificate('Sensor', { certificateSigningRequest: inline(DER.toString('base64')) }))],
    ['certificateSigningRequest of a CA', () => synthesized(ca => ca.addCaCertificate('Below', { certificateSigningRequest: inline(KEY) }))],
    ['certificateSigningRequest with other dashes and spaces, as an editor makes them',
      () => inline(KEY.replaceAll('-----', '\u2014\u2014').replaceAll('PRIVATE KEY', 'PRIVATE\u00a0KEY'))],
    ['certificateSigningRequest as PuTTY writes it',
      () => inline(`PuTTY-User-Key-File-3: ecdsa-sha2-nistp256\nPrivate-Lines: 1\n${KEY.split('\n')[1]}`)],
    ['certificate', () => PrivateIotCa.fromExistingCa(stackOf(), 'Ca', { certificate: inline(KEY) })],
    ['certificate and key in one text', () => PrivateIotCa.fromExistingCa(stackOf(), 'Ca', { certificate: inline(`${opensslCa('a').certificate}${KEY}`) })],
    ['signedCertificate', () => synthesized(() => undefined, { signedElsewhere: true, signedCertificate: inline(KEY) })],
    ['DNS names', device({ subjectAlternativeNames: { dns: [KEY] } })],
    ['URIs', device({ subjectAlternativeNames: { uri: [KEY] } })],
    ['mailboxes', device({ subjectAlternativeNames: { email: [KEY] } })],
    ['addresses', device({ subjectAlternativeNames: { ip: [KEY] } })],
    ['directory names', device({ subjectAlternativeNames: { directory: [{ commonName: KEY }] } })],
    ['URLs', device({ ocspUrls: [KEY] })],
    ['policies', device({ certificatePolicies: [{ oid: KEY }] })],
    ['name constraints', () => synthesized(() => undefined, { nameConstraints: { permitted: { dns: [KEY] } } })],
    ['the ARN of the ledger of an imported CA, which CDK reads too', () => PrivateIotCa.fromPrivateIotCaAttributes(stackOf(), 'Ca', {
      ...ATTRIBUTES, ledgerTableArn: KEY,
    })],
    ['the ARN of the ledger of an imported CA, in base64', () => PrivateIotCa.fromPrivateIotCaAttributes(stackOf(), 'Ca', {
      ...ATTRIBUTES, ledgerTableArn: DER.toString('base64'),
    })],
    ['the ARN of the ledger of a kept CA', () => PrivateIotCa.fromKeptCa(stackOf(), 'Ca', { ...ATTRIBUTES, ledgerTableArn: DER.toString('hex') })],
    ['the ARN of the secret of a kept CA', () => PrivateIotCa.fromKeptCa(stackOf(), 'Ca', { ...ATTRIBUTES, privateKeySecretArn: DER.toString('hex') })],
    ['the ARN of the passphrase of an imported CA', () => PrivateIotCa.fromPrivateIotCaAttributes(stackOf(), 'Ca', {
      ...ATTRIBUTES, passphraseSecretArn: JSON.stringify(privateKey.export({ format: 'jwk' })),
    })],
    ['a custom extension', device({ customExtensions: [{ oid: OWN, valueDerBase64: KEY }] })],
    ['the object identifier of a custom extension', device({ customExtensions: [{ oid: KEY, valueDerBase64: 'BQA=' }] })],
  ])('such as %s', (_, declare) => {
    refusal(declare);
  });
});

describe('a private key that no rule of a property sees is found before a template is written,', () => {
  const device = (options: object, caProps = {}) => () => synthesized(ca => ca.addDeviceCertificate('Sensor', { subject: SUBJECT, ...options }), caProps);
  const words = (where: string) => `${where} must not hold a private key (not shown); take it out of the declaration, and consider it disclosed`;

  test.each<[string, () => unknown, string]>([
    ['beside a token', device({ subject: { commonName: `${KEY}${Aws.REGION}` } }), 'Subject.CommonName'],
    ['made late', device({ subject: { commonName: Lazy.string({ produce: () => KEY }) } }), 'Subject.CommonName'],
    ['among names with a token', device({ subjectAlternativeNames: { dns: [KEY, Aws.REGION] } }), 'Extensions.SubjectAlternativeNames.Dns.0'],
    ['as the DER of an extension', device({ customExtensions: [{ oid: OWN, valueDerBase64: DER.toString('base64') }] }), 'Extensions.CustomExtensions.0.Value'],
    ['as base64 of its PEM', device({ customExtensions: [{ oid: OWN, valueDerBase64: Buffer.from(KEY).toString('base64') }] }),
      'Extensions.CustomExtensions.0.Value'],
    ['as base64 of its PEM in UTF-16', device({ customExtensions: [{ oid: OWN, valueDerBase64: Buffer.from(KEY, 'utf16le').toString('base64') }] }),
      'Extensions.CustomExtensions.0.Value'],
    ['encrypted', device({ customExtensions: [{ oid: OWN, valueDerBase64: ENCRYPTED.toString('base64') }] }), 'Extensions.CustomExtensions.0.Value'],
    ['in SEC 1', device({ customExtensions: [{ oid: OWN, valueDerBase64: privateKey.export({ type: 'sec1', format: 'der' }).toString('base64') }] }),
      'Extensions.CustomExtensions.0.Value'],
    ['as a request that is made late', () => synthesized(ca =>
      ca.addDeviceCertificate('Sensor', {
        certificateSigningRequest: PemSource.inline(Lazy.string({ produce: () => KEY })), subject: { commonName: 'sensor-001' },
      })), 'CertificateSigningRequest'],
    ['as a signed certificate that is made late', () => synthesized(() => undefined, {
      signedElsewhere: true, signedCertificate: PemSource.inline(Lazy.string({ produce: () => KEY })),
    }), 'SignedCertificatePem'],
  ])('such as %s', (_, declare, where) => {
    expect(refusal(declare)).toContain(words(where));
  });

  test('a string that is not a private key is not taken for one', () => {
    expect(device({ customExtensions: [{ oid: OWN, valueDerBase64: Buffer.alloc(1000, 0x30).toString('base64') }] })).not.toThrow();
    expect(device({ subject: { commonName: 'A'.repeat(64) } })).not.toThrow();
  });
});

describe('a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'files-'));
  const file = (content: string | Buffer): PemSource => {
    const path = join(directory, 'file');
    writeFileSync(path, content);
    return PemSource.file(path);
  };

  test.each<[string, string | Buffer]>([
    ['PEM', KEY],
    ['PEM in UTF-16 with a byte order mark', Buffer.from(`\ufeff${KEY}`, 'utf16le')],
    ['PEM in UTF-16 without a byte order mark', Buffer.from(KEY, 'utf16le')],
    ['PEM in UTF-32', Buffer.from(Array.from(KEY, character => `${character}\0\0\0`).join(''), 'latin1')],
    ['DER', DER],
    ['DER of PKCS#8, encrypted', ENCRYPTED],
    ['DER of SEC 1', privateKey.export({ type: 'sec1', format: 'der' })],
    ['DER of PKCS#1', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'der' })],
    ['base64 of DER', DER.toString('base64')],
    ['JSON (RFC 7517)', JSON.stringify(privateKey.export({ format: 'jwk' }))],
    ['DER of a certificate with the key behind it', Buffer.concat([new X509Certificate(opensslCa('a').certificate).raw, DER])],
  ])('that is a private key is refused, and not shown: %s', (_, content) => {
    expect(refusal(() => file(content))).toMatch(/^PemSource\.file\(\): path must be a file with .* and no private key, got ".*", which contains a private key \(not shown\);/);
  });
});

describe('text around a certificate or a request does not get into a template, because it can be anything,', () => {
  const { certificate } = opensslCa('a');
  const around = `my key:\n${KEY.split('\n').slice(1, -2).join('\n')}\n${certificate}and again: ${DER.toString('base64')}`;
  const template = (declare: (stack: Stack) => void): string => {
    const stack = stackOf();
    declare(stack);
    return JSON.stringify((stack.node.root as App).synth().getStackByName(stack.stackName).template);
  };
  const pieces = [DER.toString('base64').slice(60, 90), 'my key', 'and again'];

  test.each<[string, (stack: Stack) => void]>([
    ['an existing CA', stack => PrivateIotCa.fromExistingCa(stack, 'Ca', {
      certificate: PemSource.inline(around), privateKey: Secret.fromSecretNameV2(stack, 'Key', 'ca-key'),
    })],
    ['a CA that AWS IoT Core is given', stack => new AwsIotCaRegistration(stack, 'Registration', { caCertificate: PemSource.inline(around) })],
  ])('in %s', (_, declare) => {
    const written = template(declare);
    expect(written).toContain(certificate.split('\n')[1]);
    pieces.forEach(piece => expect(written).not.toContain(piece));
  });

  test('in the attributes of a CA of another stack, which must be nothing else', () => {
    expect(refusal(() => PrivateIotCa.fromPrivateIotCaAttributes(stackOf(), 'Ca', {
      ...ATTRIBUTES, certificatePem: around,
    }))).toContain('certificatePem must be PEM blocks with the label CERTIFICATE and nothing else, got (a private key, not shown)');
  });

  test('in a request', () => {
    const request = opensslRequest('/CN=sensor-001');
    const written = template(stack => new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme' } })
      .addDeviceCertificate('Sensor', { certificateSigningRequest: PemSource.inline(around.replace(certificate, request)), allowedSubject: SubjectRule.commonName('sensor-*') }));
    expect(written).toContain(request.split('\n')[1]);
    pieces.forEach(piece => expect(written).not.toContain(piece));
  });
});
