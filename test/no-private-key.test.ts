import { generateKeyPairSync } from 'node:crypto';
import { App, Aws, Lazy } from 'aws-cdk-lib';
import { PemSource, PrivateIotCa, PrivateIotCaProps } from '../src';
import { opensslCa } from './support/foreign-ca';
import { assertNoPrivateKey } from './support/secrecy';
import { stackOf, stackWithCa } from './support/stacks';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const DER = privateKey.export({ type: 'pkcs8', format: 'der' });
const SUBJECT = { commonName: 'sensor-001' };
const OWN = '1.3.6.1.4.1.99999.1';

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

describe('a private key is refused where it is declared, and not shown:', () => {
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
    ['a custom extension', device({ customExtensions: [{ oid: OWN, valueDerBase64: KEY }] })],
    ['the object identifier of a custom extension', device({ customExtensions: [{ oid: KEY, valueDerBase64: 'BQA=' }] })],
  ])('%s', (_, declare) => {
    refusal(declare);
  });
});

describe('a private key that no rule of a property sees is found before a template is written:', () => {
  const device = (options: object, caProps = {}) => () => synthesized(ca => ca.addDeviceCertificate('Sensor', { subject: SUBJECT, ...options }), caProps);
  const words = (where: string) => `${where} must not hold a private key (not shown); take it out of the declaration, and consider it disclosed`;

  test.each<[string, () => unknown, string]>([
    ['beside a token', device({ subject: { commonName: `${KEY}${Aws.REGION}` } }), 'Subject.CommonName'],
    ['made late', device({ subject: { commonName: Lazy.string({ produce: () => KEY }) } }), 'Subject.CommonName'],
    ['among names with a token', device({ subjectAlternativeNames: { dns: [KEY, Aws.REGION] } }), 'Extensions.SubjectAlternativeNames.Dns.0'],
    ['as the DER of an extension', device({ customExtensions: [{ oid: OWN, valueDerBase64: DER.toString('base64') }] }), 'Extensions.CustomExtensions.0.Value'],
    ['as base64 of its PEM', device({ customExtensions: [{ oid: OWN, valueDerBase64: Buffer.from(KEY).toString('base64') }] }),
      'Extensions.CustomExtensions.0.Value'],
    ['in SEC 1', device({ customExtensions: [{ oid: OWN, valueDerBase64: privateKey.export({ type: 'sec1', format: 'der' }).toString('base64') }] }),
      'Extensions.CustomExtensions.0.Value'],
    ['as a request that is made late', () => synthesized(ca =>
      ca.addDeviceCertificate('Sensor', {
        certificateSigningRequest: PemSource.inline(Lazy.string({ produce: () => KEY })), subject: { commonName: 'sensor-001' },
      })), 'CertificateSigningRequest'],
    ['as a signed certificate that is made late', () => synthesized(() => undefined, {
      signedElsewhere: true, signedCertificate: PemSource.inline(Lazy.string({ produce: () => KEY })),
    }), 'SignedCertificatePem'],
  ])('%s', (_, declare, where) => {
    expect(refusal(declare)).toContain(words(where));
  });

  test('and nothing else is taken for one', () => {
    expect(device({ customExtensions: [{ oid: OWN, valueDerBase64: Buffer.alloc(1000, 0x30).toString('base64') }] })).not.toThrow();
    expect(device({ subject: { commonName: 'A'.repeat(64) } })).not.toThrow();
  });
});
