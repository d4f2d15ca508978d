import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnParameter, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import {
  DeliveryFormat, DeviceCertificate, DeviceCertificateOptions, DeviceProfile, IotPlatform, KeyAlgorithm, KeyStorage, PemSource, SubjectRule,
} from '../../../src';
import { readCertificationRequest } from '../../../src/pki/certification-request';
import { opensslRequest } from '../../support/foreign-ca';
import { opensslOutput } from '../../support/openssl';
import { attributeOf, logicalIds, onlyVia, propertiesOf, rightsOf, stackWithCa } from '../../support/stacks';

const TYPE = 'Custom::IotDeviceCertificate';
const REQUEST = opensslRequest('/O=Acme/serialNumber=A-0001/CN=sensor-001', { extensions: ['subjectAltName = DNS:sensor-001.acme.example'] });

function requested(options: Partial<DeviceCertificateOptions> = {}): { stack: Stack; device: DeviceCertificate } {
  const { stack, ca } = stackWithCa();
  return { stack, device: ca.addDeviceCertificate('Sensor', { certificateSigningRequest: PemSource.inline(REQUEST), ...options }) };
}

test('a certificate from a request has the key and the subject of the request, and nothing is kept here', () => {
  const { stack, device } = requested();
  expect(propertiesOf(stack, TYPE)).toEqual({
    ServiceToken: attributeOf('PrivateIotCaProviderFunction8B248EC3', 'Arn'),
    ServiceTimeout: '1200',
    LedgerTable: { Ref: 'CaLedger0A52F403' },
    Issuer: { Ref: 'Ca1E0C8272' },
    IssuerKeyIdentifier: { 'Fn::GetAtt': ['Ca1E0C8272', 'SubjectKeyIdentifier'] },
    CertificateSigningRequest: REQUEST,
    HashAlgorithm: 'SHA-256',
    ValidityDays: 365,
    ClipToIssuer: false,
    Generation: 1,
    Platforms: [],
  });
  expect(logicalIds(stack)).toEqual({
    'AWS::SecretsManager::Secret': ['CaPrivateKey3406A746'], // of the CA
    'AWS::DynamoDB::GlobalTable': ['CaLedger0A52F403'],
    'Custom::PrivateIotCa': ['Ca1E0C8272'],
    'Custom::IotDeviceCertificate': ['CaSensor35986622'],
  });
  expect(() => device.privateKeySecret).toThrow('got a certificate whose key belongs to a request and is not held here');
  expect(rightsOf(stack, 'PrivateIotCaProviderKeys')).toEqual([]);
  expect(stack.resolve(device.ignoredRequests)).toEqual(attributeOf('CaSensor35986622', 'IgnoredRequests'));
});

test('the subject can be another one, and names that the request asks for can be allowed', () => {
  const { stack } = requested({
    subject: { commonName: 'sensor-7' },
    allowedSubjectAlternativeNames: { dns: ['acme.example'], ip: ['10.0.0.0/8'], uri: ['urn:acme:'], email: ['acme.example'], directory: [{ organization: 'Acme' }] },
  });
  expect(propertiesOf(stack, TYPE)).toMatchObject({
    Subject: { CommonName: 'sensor-7' },
    AllowedNames: { Dns: ['acme.example'], Ip: ['10.0.0.0/8'], Uri: ['urn:acme:'], Email: ['acme.example'], Directory: [{ Organization: 'Acme' }] },
  });
});

describe('a request', () => {
  const allowedSubject = SubjectRule.commonName('sensor-*');
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-request-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const der = (): Buffer => Buffer.from(REQUEST.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const given = (source: PemSource) => propertiesOf(requested({ certificateSigningRequest: source }).stack, TYPE).CertificateSigningRequest;

  test('can come from a file in PEM', () => {
    expect(given(PemSource.file(file('request.pem', REQUEST)))).toBe(REQUEST);
  });

  test('can come from a file in UTF-16, as PowerShell writes it', () => {
    expect(given(PemSource.file(file('utf16.pem', Buffer.from(`\ufeff${REQUEST}`, 'utf16le'))))).toBe(REQUEST);
  });

  test('can come from a file in DER, which is in the template as base64', () => {
    expect(given(PemSource.file(file('request.der', der())))).toBe(der().toString('base64'));
  });

  test('can come as base64 of DER', () => {
    expect(given(PemSource.inline(der().toString('base64')))).toBe(der().toString('base64'));
  });

  test('can come from a parameter of the template, which is checked at deployment', () => {
    const { stack, ca } = stackWithCa();
    ca.addDeviceCertificate('Sensor', { certificateSigningRequest: PemSource.inline(new CfnParameter(stack, 'Request').valueAsString), allowedSubject });
    expect(propertiesOf(stack, TYPE).CertificateSigningRequest).toEqual({ Ref: 'Request' });
  });

  test('can come from the Parameter Store', () => {
    const { stack, ca } = stackWithCa();
    const parameter = StringParameter.fromStringParameterName(stack, 'Request', '/iot/requests/sensor-001');
    ca.addDeviceCertificate('Sensor', { certificateSigningRequest: PemSource.parameter(parameter), allowedSubject });
    expect(propertiesOf(stack, TYPE).CertificateSigningRequest).toEqual({ Ref: 'RequestParameter' });
  });

  test('can come from a secret, which the function can read, and nothing else', () => {
    const { stack, ca } = stackWithCa();
    const encryptionKey = new Key(stack, 'Key');
    ca.addDeviceCertificate('Sensor', { certificateSigningRequest: PemSource.secret(new Secret(stack, 'Request', { encryptionKey })), allowedSubject });
    expect(propertiesOf(stack, TYPE).CertificateSigningRequestSecretArn).toEqual({ Ref: 'Request4BE5F30C' });
    expect(propertiesOf(stack, TYPE)).not.toHaveProperty('CertificateSigningRequest');
    expect(rightsOf(stack, 'PrivateIotCaProviderKeys')).toEqual([
      { Action: 'secretsmanager:GetSecretValue', Resource: { Ref: 'Request4BE5F30C' } },
      {
        Action: 'kms:Decrypt',
        Resource: attributeOf('Key961B73FD', 'Arn'),
        Condition: onlyVia('secretsmanager'),
      },
    ]);
  });

  test('can\'t come from a file that is not there', () => {
    expect(() => PemSource.file('nope.pem')).toThrow(new Error('PemSource.file(): path must be a readable file, got "nope.pem" (ENOENT); it is relative to the working directory, '
      + `${process.cwd()}: for a file next to the program, use join(__dirname, …)`));
    expect(() => PemSource.file(__dirname)).toThrow(/^PemSource.file\(\): path must be a readable file, got ".*, which is a folder; it is relative to/);
    expect(() => PemSource.file('/dev/null')).toThrow('in PEM or DER, got "/dev/null", which is empty');
    expect(() => PemSource.file('-----BEGIN PRIVATE KEY-----\nMC4=\n')).toThrow(/got \(a private key, not shown\) \(ENOENT\); (?!.*MC4)/);
  });

  describe('can\'t come from a file with a private key, which is named, and whose key is not shown,', () => {
    const key = opensslOutput(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
    const derKey = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
    test.each<[string, string, string | Buffer]>([
      ['PEM', 'key.pem', key],
      ['PEM after a request', 'both.pem', REQUEST + key],
      ['DER', 'key.der', derKey],
      ['base64 of DER', 'key.b64', derKey.toString('base64')],
    ])('such as %s', (_, name, content) => {
      const path = file(name, content);
      expect(() => PemSource.file(path)).toThrow(new Error('PemSource.file(): path must be a file with a certificate or a certificate signing request and no private key, '
        + `got ${JSON.stringify(path)}, which contains a private key (not shown); give a file that contains only the certificate or the request, and store the key in AWS Secrets Manager`));
    });
  });

  test('can\'t come from a string with a private key, which is not shown', () => {
    const key = opensslOutput(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
    expect(() => PemSource.inline(key)).toThrow(new Error('PemSource.inline(): text must be a certificate or a certificate signing request without a private key, '
      + 'got a string that contains a private key (not shown); remove the key from the program, consider it disclosed, and store a new key in AWS Secrets Manager'));
  });
});

describe('a request that is known at synthesis', () => {
  const damaged = REQUEST.replace(/.{8}\n-----END/, text => `AAAAAAA=${text.slice(8)}`);
  test.each<[string, string]>([
    ['no request', 'request'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
    ['a damaged one', damaged],
    ['a short RSA key', opensslRequest('/CN=a', { newKey: ['rsa:1024'] })],
    ['a curve that is not of NIST', opensslRequest('/CN=a', { newKey: ['ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'] })],
  ])('is refused in the words of the function for %s', (_, text) => {
    let words = '';
    try {
      readCertificationRequest(text);
    } catch (error) {
      words = (error as Error).message;
    }
    expect(words).toMatch(/^certificateSigningRequest/);
    expect(() => requested({ certificateSigningRequest: PemSource.inline(text) })).toThrow(new Error(`Stack/Ca/Sensor: ${words}`));
  });

  test.each<[string, string, Partial<DeviceCertificateOptions>, string]>([
    ['without a common name', '/O=Acme', {}, 'subject.commonName must be 1 to 64 characters long, got 0: ""'],
    ['with a common name that the platform does not take', '/CN=sensor 1', { platforms: [IotPlatform.AZURE_DPS] },
      'subject.commonName must be letters, digits and - . _ : with a letter, a digit or - at the end (the registration ID) '
      + 'for Azure IoT Hub Device Provisioning Service, got "sensor 1"'],
    ['without a serial number for a DevID', '/CN=sensor-001', { profile: DeviceProfile.DEVID },
      'subject.serialNumber must be given for DeviceProfile.DEVID (IEEE 802.1AR, section 8.6)'],
  ])('is refused in the words of the function for a subject %s', (_, subject, options, message) => {
    expect(() => requested({ certificateSigningRequest: PemSource.inline(opensslRequest(subject)), ...options })).toThrow(`Stack/Ca/Sensor: ${message}`);
  });

  test('is accepted with a declared subject in place of its own', () => {
    expect(() => requested({ certificateSigningRequest: PemSource.inline(opensslRequest('/O=Acme')), subject: { commonName: 'a' } })).not.toThrow();
    expect(() => requested({ profile: DeviceProfile.DEVID })).not.toThrow();
  });
});

describe('a certificate from a request', () => {
  test.each<[string, Partial<DeviceCertificateOptions>]>([
    ['keyAlgorithm', { keyAlgorithm: KeyAlgorithm.EC_P256 }],
    ['keyStorage', { keyStorage: KeyStorage.secretsManager() }],
    ['deliveryFormats', { deliveryFormats: [DeliveryFormat.combinedPem()] }],
  ])('can\'t be declared with %s', (property, options) => {
    expect(() => requested(options))
      .toThrow(`Stack/Ca/Sensor: ${property} must be left out if certificateSigningRequest is given, because the private key of a request is not held here`);
  });

  test('has no secret that could be read', () => {
    const { stack, device } = requested();
    expect(() => device.grantReadPrivateKey(new Role(stack, 'Role', { assumedBy: new AccountPrincipal('111111111111') })))
      .toThrow('Stack/Ca/Sensor: grantReadPrivateKey is not available for a certificate that is made from a request, because its key is not held here');
  });

  test.each<[string, Partial<DeviceCertificateOptions>, string]>([
    ['neither a request nor a subject', {}, 'subject must be given if there is no certificateSigningRequest to take it from'],
    ['allowed names without a request', { subject: { commonName: 'a' }, allowedSubjectAlternativeNames: { dns: ['acme.example'] } },
      'allowedSubjectAlternativeNames must be left out if there is no certificateSigningRequest'],
  ])('can\'t be declared with %s', (_, options, message) => {
    expect(() => requested({ certificateSigningRequest: undefined, ...options })).toThrow(`Stack/Ca/Sensor: ${message}`);
  });

  test.each<[string, object, string]>([
    ['no rule', {}, 'allowedSubjectAlternativeNames must hold 1 to 50 names, got 0'],
    ['an address that is no network', { ip: ['10.0.0.1'] }, 'allowedSubjectAlternativeNames.ip must be a network such as 10.0.0.0/8'],
    ['a host with a dot before it', { dns: ['.acme.example'] }, 'allowedSubjectAlternativeNames.dns must be a domain in lower case'],
  ])('can\'t be declared with %s among allowed names', (_, allowedSubjectAlternativeNames, message) => {
    expect(() => requested({ allowedSubjectAlternativeNames })).toThrow(`Stack/Ca/Sensor: ${message}`);
  });

  test('differs from one without a request, whose missing names are not known', () => {
    const { ca } = stackWithCa();
    expect(() => ca.addDeviceCertificate('Sensor', { subject: { commonName: 'a' } }).ignoredRequests)
      .toThrow('Stack/Ca/Sensor: ignoredRequests is available only for a certificate that is made from a certificateSigningRequest');
  });
});
