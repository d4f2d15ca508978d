import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { DeviceCertificate, HashAlgorithm, IotPlatform, KeyAlgorithm, KeyStorage, PrivateIotCa, PrivateIotCaAttributes, PrivateIotCaProps } from '../../../src';
import { opensslCa } from '../../support/foreign-ca';
import { LEDGER_ACTIONS, onlyVia, propertiesOf, stackOf, stackWithCa, statementsOf } from '../../support/stacks';

const TYPE = 'Custom::PrivateIotCa';
const PEM = opensslCa('Acme IoT Root CA').certificate;

const IMPORTED: PrivateIotCaAttributes = {
  caId: 'ca-0123456789abcdef0123456789abcdef',
  certificatePem: PEM,
  ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
  privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf',
};

test('a CA with the fewest properties is RSA-2048, valid for ten years, and signs leaves only', () => {
  const { stack } = stackWithCa();
  expect(propertiesOf(stack, TYPE)).toEqual({
    ServiceToken: { 'Fn::GetAtt': [expect.stringMatching(/^PrivateIotCaProviderFunction/), 'Arn'] },
    ServiceTimeout: '1200',
    LedgerTable: { Ref: expect.stringMatching(/^CaLedger/) },
    Subject: { CommonName: 'Acme IoT Root CA' },
    KeyAlgorithm: 'RSA_2048',
    HashAlgorithm: 'SHA-256',
    ValidityDays: 3650,
    PathLength: 0,
    Generation: 1,
    Platforms: [],
    KeyStorage: { Type: 'SecretsManager', SecretArn: { Ref: expect.stringMatching(/^CaPrivateKey/) } },
    RetainKey: true,
  });
});

test('a CA with all properties renders every one of them', () => {
  const stack = stackOf();
  new PrivateIotCa(stack, 'Ca', {
    subject: {
      commonName: 'Acme IoT Root CA',
      organization: 'Acme',
      organizationalUnit: 'Devices',
      country: 'CN',
      stateOrProvince: 'Zhejiang',
      locality: 'Hangzhou',
      serialNumber: 'CA-1',
      distinguishedNameQualifier: 'q',
    },
    keyAlgorithm: KeyAlgorithm.EC_P384,
    hashAlgorithm: HashAlgorithm.SHA_384,
    validity: Duration.days(7300),
    pathLength: 2,
    generation: 3,
    platforms: [IotPlatform.AWS_IOT_CORE, IotPlatform.AZURE_DPS],
    keyStorage: KeyStorage.secretsManager(),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  Template.fromStack(stack).hasResourceProperties(TYPE, {
    Subject: {
      CommonName: 'Acme IoT Root CA',
      Organization: 'Acme',
      OrganizationalUnit: 'Devices',
      Country: 'CN',
      StateOrProvince: 'Zhejiang',
      Locality: 'Hangzhou',
      SerialNumber: 'CA-1',
      DistinguishedNameQualifier: 'q',
    },
    KeyAlgorithm: 'EC_P384',
    HashAlgorithm: 'SHA-384',
    ValidityDays: 7300,
    PathLength: 2,
    Generation: 3,
    Platforms: ['aws-iot-core', 'azure-dps'],
    RetainKey: Match.absent(),
  });
});

test('the logical ids of a CA and its parts never change', () => {
  const { stack } = stackWithCa();
  expect(Object.keys(Template.fromStack(stack).toJSON().Resources).sort()).toEqual([
    'Ca1E0C8272',
    'CaLedger0A52F403',
    'CaPrivateKey3406A746',
    'PrivateIotCaProviderFunction8B248EC3',
    'PrivateIotCaProviderLog9E1B4072',
    'PrivateIotCaProviderLoggingBA78147A',
    'PrivateIotCaProviderOwnStack784B1F56',
    'PrivateIotCaProviderRightsOnStackCaDC4BAF94D43DB4658B3F88D6',
    'PrivateIotCaProviderRoleBEA645E4',
  ]);
});

test('key and ledger outlive the stack, and go only with a rollback of their own creation', () => {
  const { stack } = stackWithCa();
  for (const type of ['AWS::SecretsManager::Secret', 'AWS::DynamoDB::GlobalTable']) {
    Template.fromStack(stack).hasResource(type, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  }
});

test('key and ledger can be declared to go with the stack', () => {
  const { stack } = stackWithCa({ removalPolicy: RemovalPolicy.DESTROY });
  for (const type of ['AWS::SecretsManager::Secret', 'AWS::DynamoDB::GlobalTable']) {
    Template.fromStack(stack).hasResource(type, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  }
});

test('the ledger is paid by request, finds certificates by their ends, is encrypted by a key that other accounts can use, and can be restored to any point in time', () => {
  const { stack } = stackWithCa();
  Template.fromStack(stack).hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
    GlobalSecondaryIndexes: [{
      IndexName: 'Ends',
      KeySchema: [{ AttributeName: 'endingOf', KeyType: 'HASH' }, { AttributeName: 'endsAt', KeyType: 'RANGE' }],
      Projection: {
        ProjectionType: 'INCLUDE',
        NonKeyAttributes: ['identity', 'issuer', 'serialNumber', 'status', 'supersededBy', 'profile', 'subject', 'commonName', 'stackId', 'logicalResourceId', 'dueAt'],
      },
    }],
    SSESpecification: { SSEEnabled: false }, // by the key of DynamoDB itself, which every table has
    Replicas: [Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } })],
  });
});

test('the secret is empty at first: no template and no generator puts a value into it', () => {
  const { stack } = stackWithCa();
  const secret = propertiesOf(stack, 'AWS::SecretsManager::Secret');
  expect(secret).toEqual({ Description: 'Private key of the CA Stack/Ca' });
});

test('a customer key encrypts the secret, and the function can use it through Secrets Manager only', () => {
  const stack = stackOf();
  const encryptionKey = new Key(stack, 'Key');
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' }, keyStorage: KeyStorage.secretsManager({ encryptionKey }) });
  Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::Secret', {
    KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] },
  });
  const statement = statementsOf(stack).find(({ policy, Action }) => policy.includes('RightsOn') && String(Action).includes('kms:'));
  expect(statement?.Condition).toEqual(onlyVia('secretsmanager'));
});

test('the attributes are those of the resource, and the chain of a CA is the CA', () => {
  const { stack, ca } = stackWithCa();
  const attribute = (name: string) => ({ 'Fn::GetAtt': ['Ca1E0C8272', name] });
  expect(stack.resolve([ca.caId, ca.certificatePem, ca.certificateChainPem, ca.serialNumber, ca.notBefore, ca.notAfter,
    ca.sha256Fingerprint, ca.sha1Fingerprint, ca.subjectKeyIdentifier])).toEqual([
    { Ref: 'Ca1E0C8272' },
    ...['CertificatePem', 'CertificatePem', 'SerialNumber', 'NotBefore', 'NotAfter', 'Sha256Fingerprint', 'Sha1Fingerprint',
      'SubjectKeyIdentifier'].map(attribute),
  ]);
});

describe('a CA\'s method', () => {
  test('grantIssue lets a principal sign and record, and nothing more', () => {
    const { stack, ca } = stackWithCa();
    ca.grantIssue(new Role(stack, 'Role', { assumedBy: new AccountPrincipal('111111111111') }));
    expect(statementsOf(stack).filter(({ policy }) => policy.startsWith('RoleDefaultPolicy')).map(({ Action, Resource }) => ({ Action, Resource })))
      .toEqual([
        { Action: 'secretsmanager:GetSecretValue', Resource: { Ref: 'CaPrivateKey3406A746' } },
        { Action: LEDGER_ACTIONS, Resource: { 'Fn::GetAtt': ['CaLedger0A52F403', 'Arn'] } },
      ]);
  });

  test('grantReadPrivateKey lets a principal read the secret, and nothing more', () => {
    const { stack, ca } = stackWithCa();
    ca.grantReadPrivateKey(new Role(stack, 'Role', { assumedBy: new AccountPrincipal('111111111111') }));
    expect(statementsOf(stack).filter(({ policy }) => policy.startsWith('RoleDefaultPolicy')).map(({ Action, Resource }) => ({ Action, Resource })))
      .toEqual([{ Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], Resource: { Ref: 'CaPrivateKey3406A746' } }]);
  });
});

describe('a CA of another stack', () => {
  test('can be imported by its attributes, and issues by the rights on exactly these', () => {
    const stack = stackOf();
    const ca = PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Ca', IMPORTED);
    const device = ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' } });
    Template.fromStack(stack).hasResourceProperties('Custom::IotDeviceCertificate', {
      LedgerTable: 'Ledger',
      Issuer: 'ca-0123456789abcdef0123456789abcdef',
    });
    Template.fromStack(stack).resourceCountIs(TYPE, 0);
    Template.fromStack(stack).resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
    expect(statementsOf(stack).filter(({ policy }) => policy.includes('RightsOn')).map(({ Action, Resource }) => ({ Action, Resource }))).toEqual([
      { Action: 'secretsmanager:GetSecretValue', Resource: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf' },
      { Action: LEDGER_ACTIONS, Resource: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger' },
    ]);
    expect(stack.resolve(device.certificateChainPem)).toEqual({
      'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^CaDevice/), 'CertificatePem'] }, PEM]],
    });
  });

  test('can be used as it is: the stack that uses it has a function of its own, with rights on that CA', () => {
    const app = new App();
    const ca = new PrivateIotCa(stackOf(app, 'CaStack'), 'Ca', { subject: { commonName: 'Root' } });
    const devices = stackOf(app, 'Devices');
    ca.addDeviceCertificate('InCaStack', { subject: { commonName: 'a' } });
    new PrivateIotCa(devices, 'OtherCa', { subject: { commonName: 'Other' } });
    new DeviceCertificate(devices, 'Device', { ca, subject: { commonName: 'b' } });
    const template = Template.fromStack(devices);
    template.resourceCountIs('AWS::Lambda::Function', 1);
    template.hasResourceProperties('Custom::IotDeviceCertificate', { Issuer: { 'Fn::ImportValue': Match.stringLikeRegexp('CaStack') } });
    expect(Stack.of(ca).dependencies).toEqual([]);
  });
});

describe('a CA', () => {
  const cases: [string, Partial<PrivateIotCaProps>, string][] = [
    ['a removal policy for databases', { removalPolicy: RemovalPolicy.SNAPSHOT },
      'removalPolicy must be DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE, got SNAPSHOT, which is for databases and disks'],
    ['an empty common name', { subject: { commonName: '' } }, 'subject.commonName must be 1 to 64 characters long, got 0: ""'],
    ['a common name of 65 characters', { subject: { commonName: 'x'.repeat(65) } }, 'subject.commonName must be 1 to 64 characters long, got 65'],
    ['a common name with a line break', { subject: { commonName: 'a\nb' } }, 'subject.commonName must not contain control'],
    ['a common name with a direction override', { subject: { commonName: 'a\u202eb' } }, 'got "a\\u202eb"'],
    ['a common name that ends with a space', { subject: { commonName: 'a ' } }, 'subject.commonName must not begin or end with a space, got "a "'],
    ['a country of three letters', { subject: { commonName: 'a', country: 'CHN' } },
      'subject.country must be a country code of two upper-case letters (ISO 3166-1), got "CHN"'],
    ['a lower-case country', { subject: { commonName: 'a', country: 'cn' } }, 'subject.country must be a country code'],
    ['a serial number outside PrintableString', { subject: { commonName: 'a', serialNumber: 'a_b' } }, 'subject.serialNumber must consist of letters'],
    ['an organization of 65 characters', { subject: { commonName: 'a', organization: 'x'.repeat(65) } }, 'subject.organization must be 1 to 64'],
    ['a private key in place of a name',
      { subject: { commonName: '-----BEGIN PRIVATE KEY----- MIIE' } }, 'subject.commonName must not be a private key'],
    ['no validity', { validity: Duration.days(0) }, 'validity must be a whole number of days from 1 to 36500, got 0'],
    ['a validity with parts of a day', { validity: Duration.hours(36) }, 'validity must be a whole number of days from 1 to 36500, got 1.5'],
    ['a validity of more than a century', { validity: Duration.days(36501) }, 'validity must be a whole number of days from 1 to 36500'],
    ['a negative path length', { pathLength: -1 }, 'pathLength must be a whole number of CAs below this one from 0 to 10, got -1'],
    ['a generation of zero', { generation: 0 }, 'generation must be a whole number from 1 to 1000000, got 0'],
    ['a key that a platform does not take', { keyAlgorithm: KeyAlgorithm.EC_P256, platforms: [IotPlatform.ALIBABA_CLOUD_IOT] },
      'keyAlgorithm must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got "EC_P256"'],
  ];
  test.each(cases)('is refused for %s', (_, props, message) => {
    expect(() => stackWithCa(props)).toThrow('Stack/Ca: ');
    expect(() => stackWithCa(props)).toThrow(message);
  });

  test.each([
    ['account', { account: '222222222222', region: 'eu-central-1' }, 'ca must be in the account of the stack that uses it, 222222222222, got "111111111111"'],
    ['Region', { account: '111111111111', region: 'us-east-1' }, 'ca must be in the Region of the stack that uses it, us-east-1, got "eu-central-1"'],
  ])('is refused in another %s than the stack that uses it', (_, env, message) => {
    const app = new App();
    const ca = new PrivateIotCa(new Stack(app, 'CaStack', { env: { account: '111111111111', region: 'eu-central-1' } }), 'Ca', { subject: { commonName: 'Root' } });
    const devices = new Stack(app, 'Devices', { env, crossRegionReferences: true });
    expect(() => new DeviceCertificate(devices, 'Device', { ca, subject: { commonName: 'a' } })).toThrow(message);
  });

  test.each<[string, Partial<PrivateIotCaAttributes>, string]>([
    ['a private key in place of a certificate, without showing it', { certificatePem: '-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n' },
      'certificatePem must be PEM blocks with the label CERTIFICATE and nothing else, got (a private key, not shown)'],
    ['a certificate with a private key below it', { certificatePem: `${PEM}-----BEGIN EC PRIVATE KEY-----\nMIGH\n-----END EC PRIVATE KEY-----\n` },
      'certificatePem must be PEM blocks'],
    ['something else in place of an identity', { caId: 'Ca' }, 'caId must be the caId of a CA, ca- followed by 32 hexadecimal digits, got "Ca"'],
  ])('is refused if it is imported with %s', (_, attrs, message) => {
    expect(() => PrivateIotCa.fromPrivateIotCaAttributes(stackOf(), 'Ca', { ...IMPORTED, ...attrs })).toThrow(`Stack/Ca: ${message}`);
  });

  test('is refused if it is imported from another Region', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
    const ca = PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Ca', IMPORTED);
    expect(() => ca.addDeviceCertificate('Device', { subject: { commonName: 'a' } })).toThrow('ca must be in the Region of the stack that uses it, us-east-1');
  });

  test('is refused if it is one more in a stack than IAM lets one function have rights on', () => {
    const stack = stackOf();
    const declare = (n: number) => new PrivateIotCa(stack, `Ca${n}`, { subject: { commonName: `Root ${n}` } });
    for (let n = 1; n <= 12; n++) {
      declare(n);
    }
    expect(() => declare(13)).toThrow('a stack must use at most 12 CAs, because IAM limits the rights of its function, got Stack/Ca13 as CA number 13');
  });

  test('is refused if it is one more than an account of the platform can register', () => {
    const stack = stackOf();
    const declare = (n: number) => new PrivateIotCa(stack, `Ca${n}`, { subject: { commonName: `Root ${n}` }, platforms: [IotPlatform.TENCENT_IOT_HUB] });
    for (let n = 1; n <= 10; n++) {
      declare(n);
    }
    expect(() => declare(11)).toThrow('Stack/Ca11: platforms must name Tencent Cloud IoT Hub for at most 10 CAs, because an account can register '
      + 'no more, got 11; declare CAs for another account in another stack');
  });
});

test('a CA brings a notice at synthesis for requirements of a platform that the library can\'t check', () => {
  const { stack } = stackWithCa({ platforms: [IotPlatform.ALIBABA_CLOUD_IOT] });
  Annotations.fromStack(stack).hasInfo('/Stack/Ca', Match.stringLikeRegexp('Alibaba Cloud IoT Platform: .*China \\(Shanghai\\).*MQTT'));
});
