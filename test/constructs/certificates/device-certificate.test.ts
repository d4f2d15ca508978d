import { CfnParameter, Duration, Lazy, RemovalPolicy } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { DeviceCertificate, DeviceCertificateOptions, HashAlgorithm, IotPlatform, KeyAlgorithm, KeyStorage, PrivateIotCaProps } from '../../../src';
import { propertiesOf, stackWithCa, statementsOf } from '../../support/stacks';

const TYPE = 'Custom::IotDeviceCertificate';
const SUBJECT = { commonName: 'sensor-001' };

test('a device certificate with the fewest properties is RSA-2048, valid for a year, with a secret of its own', () => {
  const { stack, ca } = stackWithCa();
  new DeviceCertificate(stack, 'Sensor', { ca, subject: SUBJECT });
  expect(propertiesOf(stack, TYPE)).toEqual({
    ServiceToken: { 'Fn::GetAtt': ['PrivateIotCaProviderFunction8B248EC3', 'Arn'] },
    ServiceTimeout: '1200',
    LedgerTable: { Ref: 'CaLedger0A52F403' },
    Issuer: { Ref: 'Ca1E0C8272' },
    IssuerKeyIdentifier: { 'Fn::GetAtt': ['Ca1E0C8272', 'SubjectKeyIdentifier'] },
    Subject: { CommonName: 'sensor-001' },
    KeyStorage: { Type: 'SecretsManager', SecretArn: { Ref: 'SensorPrivateKey3D889321' } },
    KeyAlgorithm: 'RSA_2048',
    HashAlgorithm: 'SHA-256',
    ValidityDays: 365,
    ClipToIssuer: false,
    Generation: 1,
    Platforms: [],
  });
});

test('a device certificate with all properties renders every one of them', () => {
  const { stack, ca } = stackWithCa();
  ca.addDeviceCertificate('Sensor', {
    subject: { ...SUBJECT, organization: 'Acme' },
    keyAlgorithm: KeyAlgorithm.EC_P256,
    hashAlgorithm: HashAlgorithm.SHA_384,
    validity: Duration.days(9999),
    clipToIssuer: true,
    keyStorage: KeyStorage.secretsManager(),
    platforms: [IotPlatform.HUAWEI_IOTDA],
    generation: 4,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Template.fromStack(stack).hasResourceProperties(TYPE, {
    Subject: { CommonName: 'sensor-001', Organization: 'Acme' },
    KeyAlgorithm: 'EC_P256',
    HashAlgorithm: 'SHA-384',
    ValidityDays: 9999,
    ClipToIssuer: true,
    Generation: 4,
    Platforms: ['huawei-iotda'],
  });
  Template.fromStack(stack).hasResource('AWS::SecretsManager::Secret', {
    Properties: { Description: 'Private key of Stack/Ca/Sensor' },
    DeletionPolicy: 'Retain',
  });
});

test('the secret of a device goes with the device', () => {
  const { stack, ca } = stackWithCa();
  ca.addDeviceCertificate('Sensor', { subject: SUBJECT });
  Template.fromStack(stack).hasResource('AWS::SecretsManager::Secret', {
    Properties: { Description: 'Private key of Stack/Ca/Sensor' },
    DeletionPolicy: 'Delete',
  });
});

test('the platforms of the CA apply to its devices, unless a device has its own', () => {
  const { stack, ca } = stackWithCa({ platforms: [IotPlatform.AZURE_DPS] });
  ca.addDeviceCertificate('A', { subject: SUBJECT });
  ca.addDeviceCertificate('B', { subject: { commonName: 'with spaces' }, platforms: [] });
  Template.fromStack(stack).hasResourceProperties(TYPE, { Subject: { CommonName: 'sensor-001' }, Platforms: ['azure-dps'] });
  Template.fromStack(stack).hasResourceProperties(TYPE, { Subject: { CommonName: 'with spaces' }, Platforms: [] });
});

test('a device certificate is made only after the rights to sign and to keep its key, and the function can keep that key and no other', () => {
  const { stack, ca } = stackWithCa();
  ca.addDeviceCertificate('Sensor', { subject: SUBJECT });
  Template.fromStack(stack).hasResource(TYPE, {
    DependsOn: [
      'PrivateIotCaProviderKeys0F3D707D3', 'PrivateIotCaProviderOwnStack784B1F56', 'PrivateIotCaProviderRightsOnStackCaDC4BAF94D43DB4658B3F88D6',
    ],
  });
  expect(statementsOf(stack).filter(({ policy }) => policy.includes('Keys')).map(({ Action, Resource }) => ({ Action, Resource }))).toEqual([{
    Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
    Resource: { Ref: 'CaSensorPrivateKeyAA8A64D3' },
  }]);
});

test('the rights on many keys are spread over policies that stay below their size limit', () => {
  const { stack, ca } = stackWithCa();
  for (let n = 0; n < 100; n++) {
    ca.addDeviceCertificate(`TemperatureSensorOfLineSeven${n}`, { subject: { commonName: `sensor-${n}` } });
  }
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
  expect(policies).toHaveLength(3);
  for (const { Properties: { PolicyDocument } } of policies) {
    const characters = JSON.stringify(PolicyDocument).replace(/\{"Ref":"([^"]*)"\}/g,
      '"arn:aws-us-gov:secretsmanager:us-gov-west-1:111111111111:secret:$1-abcdefghijkl-AbCdEf"').length;
    expect(characters).toBeLessThan(6144); // IAM, "IAM and AWS STS quotas": characters in a managed policy
  }
});

test('grantReadPrivateKey lets a principal read the key of this device, and nothing more', () => {
  const { stack, ca } = stackWithCa();
  const device = ca.addDeviceCertificate('Sensor', { subject: SUBJECT });
  device.grantReadPrivateKey(new Role(stack, 'Role', { assumedBy: new AccountPrincipal('111111111111') }));
  expect(statementsOf(stack).filter(({ policy }) => policy.startsWith('RoleDefaultPolicy')).map(({ Action, Resource }) => ({ Action, Resource })))
    .toEqual([{ Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], Resource: { Ref: 'CaSensorPrivateKeyAA8A64D3' } }]);
});

test('values that are known only at deployment are left to the function to check', () => {
  const { stack, ca } = stackWithCa({ platforms: [IotPlatform.AZURE_DPS] });
  const name = new CfnParameter(stack, 'Name').valueAsString;
  const days = Duration.days(Lazy.number({ produce: () => 99999 }));
  ca.addDeviceCertificate('Sensor', { subject: { commonName: `sensor ${name}` }, validity: days });
  Template.fromStack(stack).hasResourceProperties(TYPE, { Subject: { CommonName: { 'Fn::Join': ['', ['sensor ', { Ref: 'Name' }]] } }, ValidityDays: 99999 });
});

describe('a common name in topics', () => {
  const UNFIT = ['victim/x', 'a+', '#', '$SYS'];
  const warned = (platforms: IotPlatform[], commonName: string) => {
    const { stack, ca } = stackWithCa({ platforms });
    ca.addDeviceCertificate('Sensor', { subject: { commonName } });
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('common-name-in-topics')).map(({ entry }) => entry.data);
  };

  test.each(UNFIT)('brings a warning if no platform is declared: %s', commonName => {
    expect(warned([], commonName)).toEqual([
      `subject.commonName should be text without / + # and control characters, and without a leading $, got "${commonName}": `
      + 'a broker that grants topics by the common name gives such a device the topics of others; declare `platforms` if the device never connects to such a broker '
      + '[ack: cdk-private-iot-ca:common-name-in-topics]',
    ]);
    expect(warned([IotPlatform.HUAWEI_IOTDA], commonName)).toEqual([]);
  });

  test('brings none otherwise', () => {
    expect(warned([], 'Press 7: a.b_c-d$')).toEqual([]);
    expect(warned([], Lazy.string({ produce: () => 'a/b' }))).toEqual([]);
  });

  test.each([IotPlatform.MOSQUITTO, IotPlatform.EMQX, IotPlatform.HIVEMQ, IotPlatform.VERNEMQ, IotPlatform.THINGSBOARD])('is refused for %s', platform => {
    UNFIT.forEach(commonName => expect(() => warned([platform], commonName)).toThrow(
      `Stack/Ca/Sensor: subject.commonName must be text without / + # and control characters, and without a leading $ for ${platform}, got "${commonName}"`));
    expect(warned([platform], 'Press 7: a.b_c-d$')).toEqual([]);
  });
});

test('a device of Cumulocity is refused with a common name that can be no device identifier there', () => {
  const { ca } = stackWithCa({ platforms: [IotPlatform.CUMULOCITY] });
  const add = (commonName: string) => ca.addDeviceCertificate(commonName, { subject: { commonName } });
  for (const commonName of ['myinvalid:name', 'pump#1', 'pump/1', 'pump+1', 'a;b', 'ü']) {
    expect(() => add(commonName)).toThrow(
      `subject.commonName must be letters, digits, spaces and ' = ( ) , - . ? % * _ ! @ (the device identifier) for Cumulocity, got "${commonName}"`);
  }
  ['a b', 'ABC_1', 'a=b(c),d-e.f?g%h*i!j@k\'l'].forEach(add);
});

describe('a device certificate', () => {
  const cases: [string, Partial<DeviceCertificateOptions>, Partial<PrivateIotCaProps>, string][] = [
    ['a common name of 65 characters', { subject: { commonName: 'x'.repeat(65) } }, {}, 'subject.commonName must be 1 to 64 characters long, got 65'],
    ['a wrong attribute beside a token', { subject: { commonName: Lazy.string({ produce: () => 'a' }), country: 'china' } }, {},
      'subject.country must be a country code'],
    ['a common name that the platform does not take', { platforms: [IotPlatform.AZURE_DPS], subject: { commonName: 'sensor 1' } }, {},
      'subject.commonName must be letters, digits and - . _ : with a letter, a digit or - at the end (the registration ID) '
      + 'for Azure IoT Hub Device Provisioning Service, got "sensor 1"'],
    ['a CA with a key that the platform does not take', { platforms: [IotPlatform.ALIBABA_CLOUD_IOT] }, { keyAlgorithm: KeyAlgorithm.EC_P256 },
      'keyAlgorithm of the CA must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got "EC_P256"'],
    ['a validity longer than the CA\'s', { validity: Duration.days(3651) }, {},
      'validity must be shorter than the 3650 days of the CA, which is issued first, got 3651 days; declare a shorter validity, or set clipToIssuer'],
    ['a validity with parts of a day', { validity: Duration.minutes(90) }, {}, 'validity must be a whole number of days from 1 to 36500, got 0.0625'],
    ['a generation of zero', { generation: 0 }, {}, 'generation must be a whole number'],
    ['a weak digest', { hashAlgorithm: 'SHA-1' as HashAlgorithm }, {}, 'hashAlgorithm must be a HashAlgorithm, one of SHA_256, SHA_384, SHA_512, got a string "SHA-1"'],
    ['the validity of the CA, which is made first', { validity: Duration.days(3650) }, {}, 'validity must be shorter than the 3650 days of the CA'],
  ];
  test.each(cases)('is refused for %s', (_, options, caProps, message) => {
    const { ca } = stackWithCa(caProps);
    expect(() => ca.addDeviceCertificate('Sensor', { subject: SUBJECT, ...options })).toThrow(`Stack/Ca/Sensor: ${message}`);
  });
});
