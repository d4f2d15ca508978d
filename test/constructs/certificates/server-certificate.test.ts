import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  DeviceProfile, ExtendedKeyUsage, IotPlatform, KeyAlgorithm, PemSource, PrivateIotCaProps, ServerCertificate, ServerCertificateOptions,
} from '../../../src';
import { opensslRequest } from '../../support/foreign-ca';
import { attributeOf, logicalIds, propertiesOf, rightsOf, stackWithCa } from '../../support/stacks';

const TYPE = 'Custom::IotServerCertificate';
const DNS = { dns: ['broker.acme.example'] };

test('a server certificate with the fewest properties has a name that clients look for, and a secret of its own', () => {
  const { stack, ca } = stackWithCa();
  const server = new ServerCertificate(stack, 'Broker', { ca, subject: { commonName: 'broker' }, subjectAlternativeNames: DNS });
  expect(propertiesOf(stack, TYPE)).toEqual({
    ServiceToken: attributeOf('PrivateIotCaProviderFunction8B248EC3', 'Arn'),
    ServiceTimeout: '1200',
    LedgerTable: { Ref: 'CaLedger0A52F403' },
    Issuer: { Ref: 'Ca1E0C8272' },
    IssuerKeyIdentifier: attributeOf('Ca1E0C8272', 'SubjectKeyIdentifier'),
    Subject: { CommonName: 'broker' },
    KeyStorage: { Type: 'SecretsManager', SecretArn: { Ref: 'BrokerPrivateKeyCEC64F0A' } },
    KeyAlgorithm: 'RSA_2048',
    HashAlgorithm: 'SHA-256',
    ValidityDays: 365,
    ClipToIssuer: false,
    Generation: 1,
    Platforms: [],
    Extensions: { SubjectAlternativeNames: { Dns: ['broker.acme.example'] } },
  });
  expect(logicalIds(stack)[TYPE]).toEqual(['BrokerE1355FD6']);
  expect(stack.resolve(server.privateKeySecret.secretArn)).toEqual({ Ref: 'BrokerPrivateKeyCEC64F0A' });
  expect(rightsOf(stack, 'PrivateIotCaProviderKeys')).toEqual([expect.objectContaining({ Resource: { Ref: 'BrokerPrivateKeyCEC64F0A' } })]);
});

test('a gateway is a server and a client, and is not held to the platforms of devices', () => {
  const { stack, ca } = stackWithCa({ platforms: [IotPlatform.AZURE_DPS] });
  ca.addServerCertificate('Gateway', {
    subject: { commonName: 'a name that no device may have' },
    subjectAlternativeNames: { ip: ['10.0.0.1'] },
    extendedKeyUsages: [ExtendedKeyUsage.CLIENT_AUTH],
    validity: Duration.days(90),
    keyAlgorithm: KeyAlgorithm.EC_P256,
  });
  Template.fromStack(stack).hasResourceProperties(TYPE, { Extensions: { ExtendedKeyUsages: ['1.3.6.1.5.5.7.3.2'] }, Platforms: [], ValidityDays: 90 });
});

test('a server whose key is its own gets its names from the request', () => {
  const { stack, ca } = stackWithCa();
  const certificateSigningRequest = PemSource.inline(opensslRequest('/CN=broker', { extensions: ['subjectAltName = DNS:broker.acme.example'] }));
  ca.addServerCertificate('Broker', { certificateSigningRequest, allowedSubjectAlternativeNames: { dns: ['acme.example'] } });
  expect(propertiesOf(stack, TYPE)).toMatchObject({ AllowedNames: { Dns: ['acme.example'] } });
});

describe('a server without a name that clients look for is refused', () => {
  test.each<[string, Partial<ServerCertificateOptions>]>([
    ['none at all', {}],
    ['a mailbox', { subjectAlternativeNames: { email: ['ops@acme.example'] } }],
    ['an empty list', { subjectAlternativeNames: { dns: [] } }],
    ['a mailbox from its request', {
      subject: undefined,
      certificateSigningRequest: PemSource.inline(opensslRequest('/CN=broker')),
      allowedSubjectAlternativeNames: { email: ['acme.example'] },
    }],
  ])('with %s', (_, options) => {
    const { ca } = stackWithCa();
    expect(() => ca.addServerCertificate('Broker', { subject: { commonName: 'broker' }, ...options }))
      .toThrow('Stack/Ca/Broker: subjectAlternativeNames must hold a DNS name, an address or a URI, got none: clients look for the server\'s name there, '
        + 'and not in the common name (RFC 9525, section 6.3)');
  });
});

describe('a device of the profile DevID', () => {
  const declare = (subject: { commonName: string; serialNumber?: string }, profile?: DeviceProfile) => {
    const { stack, ca } = stackWithCa({ notAfter: new Date('9999-12-31T23:59:59Z') });
    ca.addDeviceCertificate('Sensor', { subject, profile, notAfter: new Date('9999-12-31T23:59:59Z') });
    return propertiesOf(stack, 'Custom::IotDeviceCertificate');
  };

  test('says so in its declaration, and has a serial number', () => {
    expect(declare({ commonName: 'sensor-001', serialNumber: 'A-0001' }, DeviceProfile.DEVID)).toMatchObject({
      Profile: 'devid', Subject: { SerialNumber: 'A-0001' }, NotAfter: '9999-12-31T23:59:59Z',
    });
    expect(() => declare({ commonName: 'sensor-001' }, DeviceProfile.DEVID))
      .toThrow('Stack/Ca/Sensor: subject.serialNumber must be given for DeviceProfile.DEVID (IEEE 802.1AR, section 8.6)');
  });

  test.each([undefined, DeviceProfile.TLS_CLIENT])('differs from one of the usual profile (%s), which is not rendered', profile => {
    expect(declare({ commonName: 'sensor-001' }, profile)).not.toHaveProperty('Profile');
  });
});

describe('a key on Ed25519', () => {
  const ED25519 = { keyAlgorithm: KeyAlgorithm.ED25519 };
  const allowed = (platform: IotPlatform) => `must be one of RSA_2048, RSA_3072, RSA_4096, EC_P256, EC_P384, EC_P521 for ${platform.platformName}, got "ED25519"`;
  const declare = (caProps: Partial<PrivateIotCaProps>) => stackWithCa(caProps).ca;
  const { AWS_IOT_CORE, AZURE_IOT_HUB, AZURE_DPS, HUAWEI_IOTDA, TENCENT_IOT_HUB, ALIBABA_CLOUD_IOT, GENERIC } = IotPlatform;
  const platforms = [AWS_IOT_CORE, AZURE_IOT_HUB, AZURE_DPS, HUAWEI_IOTDA, TENCENT_IOT_HUB];

  test.each(platforms)('is refused with the platform\'s name for CAs, devices and proofs: %s', platform => {
    expect(() => declare({ ...ED25519, platforms: [platform] })).toThrow(`Stack/Ca: keyAlgorithm ${allowed(platform)}`);
    expect(() => declare({ platforms: [platform] }).addDeviceCertificate('Sensor', { subject: { commonName: 'a' }, ...ED25519 }))
      .toThrow(`Stack/Ca/Sensor: keyAlgorithm ${allowed(platform)}`);
    const registrationCode = '0123456789abcdef'.repeat(4);
    expect(() => declare(ED25519).addVerificationCertificate('Proof', { registrationCode, platform }))
      .toThrow(`Stack/Ca/Proof: keyAlgorithm of the CA ${allowed(platform)}`);
    expect(() => declare({}).addVerificationCertificate('Proof', { registrationCode, platform, ...ED25519 }))
      .toThrow(`Stack/Ca/Proof: keyAlgorithm ${allowed(platform)}`);
  });

  test('is refused for a CA on Alibaba Cloud, which takes RSA only', () => {
    expect(() => declare({ ...ED25519, platforms: [ALIBABA_CLOUD_IOT] }))
      .toThrow('Stack/Ca: keyAlgorithm must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got "ED25519"');
  });

  test('is accepted for brokers that the user runs', () => {
    const ca = declare({ ...ED25519, platforms: [GENERIC] });
    ca.addDeviceCertificate('Sensor', { subject: { commonName: 'a' }, ...ED25519 });
    expect(propertiesOf(ca.stack, 'Custom::IotDeviceCertificate').KeyAlgorithm).toBe('ED25519');
  });
});
