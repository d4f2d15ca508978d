import { App, CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsIotCaRegistration, AwsIotCaRegistrationProps, AwsIotCertificateMode, IotPlatform, JustInTimeProvisioning, KeyAlgorithm, KeyStorage, PemSource, PrivateIotCa } from '../../../src';
import { opensslOutput } from '../../support/openssl';
import { propertiesOf, stackOf, stackWithCa, statementsOf } from '../../support/stacks';

const TYPE = 'AWS::IoT::CACertificate';

function registered(props: Partial<AwsIotCaRegistrationProps> = {}): { stack: Stack; registration: AwsIotCaRegistration } {
  const { stack, ca } = stackWithCa();
  return { stack, registration: new AwsIotCaRegistration(stack, 'Registration', { ca, ...props }) };
}

/** A function that decides on certificates. */
function decide(stack: Stack): Function {
  return new Function(stack, 'Function', { runtime: Runtime.NODEJS_LATEST, handler: 'index.handler', code: Code.fromInline('exports.handler = () => {}') });
}

/** The types of the registration's resources that are retained. */
function retainedBelow(stack: Stack): string[] {
  return Object.entries<{ Type: string; DeletionPolicy?: string }>(Template.fromStack(stack).toJSON().Resources)
    .filter(([id, { DeletionPolicy }]) => id.startsWith('Registration') && DeletionPolicy === 'Retain')
    .map(([, resource]) => resource.Type).sort();
}

test('a registration of the fewest properties is by SNI, active, and takes the certificate of the CA and nothing else', () => {
  const { stack } = registered();
  expect(propertiesOf(stack, TYPE)).toEqual({
    CACertificatePem: { 'Fn::GetAtt': ['Ca1E0C8272', 'CertificatePem'] },
    CertificateMode: 'SNI_ONLY',
    Status: 'ACTIVE',
    AutoRegistrationStatus: 'DISABLE',
  });
  const template = Template.fromStack(stack);
  template.resourceCountIs('Custom::IotVerificationCertificate', 0);
  expect(Object.keys(template.toJSON().Resources).filter(id => id.includes('AwsIot'))).toEqual([]); // no function, no role
});

test('the mode DEFAULT fetches the code of the account and Region for the CA, and signs it', () => {
  const { stack, registration } = registered({
    mode: AwsIotCertificateMode.DEFAULT, generation: 2,
  });
  expect(propertiesOf(stack, 'Custom::AwsIotRegistrationCode')).toEqual({
    ServiceToken: { 'Fn::GetAtt': ['PrivateIotCaAwsIotRegistrarFunction4BBE35D6', 'Arn'] },
    ServiceTimeout: '1200',
    Endpoint: { 'Fn::Join': ['', ['iot.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] },
    CaCertificatePem: { 'Fn::GetAtt': ['Ca1E0C8272', 'CertificatePem'] },
    Generation: 2,
  });
  expect(propertiesOf(stack, 'Custom::IotVerificationCertificate')).toMatchObject({
    RegistrationCode: { 'Fn::GetAtt': ['RegistrationRegistrationCodeFC79E208', 'RegistrationCode'] },
    Platforms: ['aws-iot-core'],
    ValidityDays: 30,
    ClipToIssuer: true,
    Generation: 2,
  });
  expect(propertiesOf(stack, TYPE)).toMatchObject({
    CertificateMode: 'DEFAULT',
    VerificationCertificatePem: stack.resolve(registration.verificationCertificate!.certificatePem),
  });
});

test('the function may fetch the code and write its log, and nothing else', () => {
  const rights = statementsOf(registered({ mode: AwsIotCertificateMode.DEFAULT }).stack).filter(({ policy }) => policy.includes('AwsIot'));
  expect(rights.map(({ Action, Resource }) => ({ Action, Resource }))).toEqual([
    { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': ['PrivateIotCaAwsIotRegistrarLog8D769DCE', 'Arn'] } },
    { Action: 'iot:GetRegistrationCode', Resource: '*' },
  ]);
});

test('what AWS IoT knows the CA by is told', () => {
  const { stack, registration } = registered({ active: false, autoRegistration: true });
  expect(stack.resolve([registration.registeredCaId, registration.caCertificateId, registration.caCertificateArn]))
    .toEqual([{ Ref: 'Registration8466E9D0' }, { Ref: 'Registration8466E9D0' }, { 'Fn::GetAtt': ['Registration8466E9D0', 'Arn'] }]);
  expect(propertiesOf(stack, TYPE)).toMatchObject({ Status: 'INACTIVE', AutoRegistrationStatus: 'ENABLE' });
});

test.each(['by its property', 'afterwards'])('a registration that is retained %s keeps the role in which its devices are provisioned, with its rights', how => {
  const removalPolicy = how === 'afterwards' ? undefined : RemovalPolicy.RETAIN;
  const { stack, registration } = registered({ justInTimeProvisioning: JustInTimeProvisioning.forThings({ policyName: 'Devices' }), removalPolicy });
  if (!removalPolicy) {
    registration.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
  expect(retainedBelow(stack)).toEqual(['AWS::IAM::Policy', 'AWS::IAM::Role', TYPE]);
});

test.each(['before', 'after'])('a registration that is retained %s a function was added keeps the rule that calls it, and its permission', when => {
  const { stack, registration } = registered();
  const retain = () => registration.applyRemovalPolicy(RemovalPolicy.RETAIN);
  const add = () => registration.addJustInTimeRegistration(decide(stack));
  (when === 'before' ? [retain, add] : [add, retain]).forEach(act => act());
  expect(retainedBelow(stack)).toEqual([TYPE, 'AWS::IoT::TopicRule', 'AWS::Lambda::Permission']);
});

test('nothing of a registration is retained where nobody asked for it', () => {
  const { stack, registration } = registered();
  registration.addJustInTimeRegistration(decide(stack));
  expect(retainedBelow(stack)).toEqual([]);
});

test('the same CA is not registered twice in a stack', () => {
  const { stack, ca } = stackWithCa();
  new AwsIotCaRegistration(stack, 'Registration', { ca });
  expect(() => new AwsIotCaRegistration(stack, 'Again', { ca }))
    .toThrow('Stack/Again: ca must be registered only once in a stack, got Stack/Ca, which Stack/Registration already registers; use that registration');
});

describe('just-in-time registration', () => {
  test('sends a function what AWS IoT publishes of the CA\'s new certificates; only this rule may call it', () => {
    const { stack, registration } = registered();
    registration.addJustInTimeRegistration(decide(stack));
    expect(propertiesOf(stack, TYPE).AutoRegistrationStatus).toBe('ENABLE');
    expect(propertiesOf(stack, 'AWS::IoT::TopicRule').TopicRulePayload).toEqual({
      Description: 'Certificates that devices of the CA Stack/Registration first connect with',
      Sql: { 'Fn::Join': ['', ['SELECT * FROM \'$aws/events/certificates/registered/', { Ref: 'Registration8466E9D0' }, '\'']] },
      AwsIotSqlVersion: '2016-03-23',
      Actions: [{ Lambda: { FunctionArn: { 'Fn::GetAtt': ['Function76856677', 'Arn'] } } }],
    });
    expect(propertiesOf(stack, 'AWS::IoT::TopicRule').RuleName).toEqual({ 'Fn::Join': ['', ['PrivateIotCa_', { Ref: 'Registration8466E9D0' }]] });
    const [rule] = Object.keys(Template.fromStack(stack).findResources('AWS::IoT::TopicRule'));
    expect(propertiesOf(stack, 'AWS::Lambda::Permission')).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: { 'Fn::GetAtt': ['Function76856677', 'Arn'] },
      Principal: 'iot.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
      SourceArn: { 'Fn::GetAtt': [rule, 'Arn'] },
    });
  });

  test('is refused for a function of another Region', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-central-1' } });
    const fn = (region: string) => Function.fromFunctionArn(stack, `In-${region}`, `arn:aws:lambda:${region}:111111111111:function:decide`);
    const registration = new AwsIotCaRegistration(stack, 'Registration', { ca: new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } }) });
    expect(() => registration.addJustInTimeRegistration(fn('us-east-1')))
      .toThrow('Stack/Registration: fn must be in the Region of the registration, eu-central-1, got Stack/In-us-east-1 in us-east-1; use a function there');
    expect(() => registration.addJustInTimeRegistration(fn('eu-central-1'))).not.toThrow();
  });

  test('is refused where auto-registration is declined', () => {
    const { stack, registration } = registered({ autoRegistration: false });
    const fn = Function.fromFunctionName(stack, 'Function', 'function');
    expect(() => registration.addJustInTimeRegistration(fn))
      .toThrow('Stack/Registration: autoRegistration must be true for addJustInTimeRegistration, got false');
  });
});

describe('a CA of another Region or account', () => {
  const root = opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null', '-out', '-',
    '-subj', '/CN=Root', '-addext', 'keyUsage=critical,keyCertSign', '-days', '2']);

  test('can be registered by its certificate as a literal', () => {
    const stack = stackOf();
    new AwsIotCaRegistration(stack, 'Registration', { caCertificate: PemSource.inline(root) });
    expect(propertiesOf(stack, TYPE).CACertificatePem).toBe(root);
    Template.fromStack(stack).resourceCountIs('Custom::PrivateIotCa', 0);
  });

  test('is registered with a warning if its certificate has expired, as it would not be today', () => {
    jest.useFakeTimers({ now: Date.now() + 3 * 86_400_000 });
    const stack = stackOf();
    new AwsIotCaRegistration(stack, 'Registration', { caCertificate: PemSource.inline(root) });
    jest.useRealTimers();
    Annotations.fromStack(stack).hasWarning('/Stack/Registration', Match.stringLikeRegexp('caCertificate must be valid on .* AWS IoT Core registers only a CA that is valid'));
  });

  test('can be registered by its certificate as a parameter', () => {
    const stack = stackOf();
    new AwsIotCaRegistration(stack, 'Registration', { caCertificate: PemSource.inline(new CfnParameter(stack, 'CaCertificate').valueAsString) });
    expect(propertiesOf(stack, TYPE).CACertificatePem).toEqual({ Ref: 'CaCertificate' });
  });

  test('can be registered in another Region of the account by a reference across Regions, although its key is in a secret', () => {
    const app = new App();
    const stackIn = (id: string, region: string) => new Stack(app, id, { env: { account: '111111111111', region }, crossRegionReferences: true });
    const ca = new PrivateIotCa(stackIn('Home', 'eu-central-1'), 'Ca', { subject: { commonName: 'Root' } });
    const abroad = stackIn('Abroad', 'us-east-1');
    new AwsIotCaRegistration(abroad, 'Registration', { ca });
    app.synth();
    expect(JSON.stringify(propertiesOf(abroad, TYPE).CACertificatePem)).toContain('ExportsReader');
  });

  test('can be registered in the mode DEFAULT too, where its key is in KMS', () => {
    const app = new App();
    const home = new Stack(app, 'Home', { env: { account: '111111111111', region: 'eu-central-1' }, crossRegionReferences: true });
    const key = new Key(home, 'Key', { keySpec: KeySpec.RSA_2048, keyUsage: KeyUsage.SIGN_VERIFY });
    const ca = new PrivateIotCa(home, 'Ca', { subject: { commonName: 'Root' }, keyStorage: KeyStorage.kms({ key }) });
    const abroad = new Stack(app, 'Abroad', { env: { account: '111111111111', region: 'us-east-1' }, crossRegionReferences: true });
    new AwsIotCaRegistration(abroad, 'Registration', { ca, mode: AwsIotCertificateMode.DEFAULT });
    Template.fromStack(abroad).resourceCountIs('Custom::AwsIotRegistrationCode', 1);
  });

  test('is not registered in the mode DEFAULT where its key is in a secret, which is in one Region', () => {
    const app = new App();
    const ca = new PrivateIotCa(new Stack(app, 'Home', { env: { account: '111111111111', region: 'eu-central-1' } }), 'Ca', { subject: { commonName: 'Root' } });
    const abroad = new Stack(app, 'Abroad', { env: { account: '111111111111', region: 'us-east-1' } });
    expect(() => new AwsIotCaRegistration(abroad, 'Registration', { ca, mode: AwsIotCertificateMode.DEFAULT }))
      .toThrow('only a CA whose key is in KMS can be used from another account or Region');
  });

  test.each<[string, (stack: Stack) => Partial<AwsIotCaRegistrationProps>, string]>([
    ['two certificates', () => ({ caCertificate: PemSource.inline(root + root) }), 'caCertificate must hold one certificate, that of the CA that signs the devices\' certificates, got 2'],
    ['what is no certificate', () => ({ caCertificate: PemSource.inline('CA') }), 'caCertificate '],
    ['a certificate in a secret', stack => ({ caCertificate: PemSource.secret(Secret.fromSecretNameV2(stack, 'Secret', 'ca')) }),
      'caCertificate must be given with PemSource.inline(), file() or parameter()'],
    ['the mode DEFAULT by a certificate alone', () => ({ caCertificate: PemSource.inline(root), mode: AwsIotCertificateMode.DEFAULT }),
      'ca must be given for AwsIotCertificateMode.DEFAULT, because its key signs a verification certificate'],
    ['neither', () => ({}), 'either ca or caCertificate must be given, got neither'],
  ])('is refused with %s', (_, props, message) => {
    const stack = stackOf();
    expect(() => new AwsIotCaRegistration(stack, 'Registration', props(stack))).toThrow(`Stack/Registration: ${message}`);
  });
});

test.each<[string, Partial<AwsIotCaRegistrationProps>, string]>([
  ['both', { caCertificate: PemSource.inline('CA') }, 'either ca or caCertificate must be given, got both'],
  ['a generation of zero', { mode: AwsIotCertificateMode.DEFAULT, generation: 0 }, 'generation must be a whole number'],
  ['a removal policy that CloudFormation does not have for it', { removalPolicy: RemovalPolicy.SNAPSHOT }, 'removalPolicy must be DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE, got SNAPSHOT'],
  ['a generation where there is no code', { generation: 2 }, 'generation must be left out in the mode SNI_ONLY, which needs no registration code, got 2'],
])('a declaration with %s is refused', (_, props, message) => {
  expect(() => registered(props)).toThrow(`Stack/Registration: ${message}`);
});

test('a CA with a key that AWS IoT does not take is refused', () => {
  const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.ED25519 });
  expect(() => new AwsIotCaRegistration(stack, 'Registration', { ca })).toThrow(/^Stack\/Registration: keyAlgorithm of the CA must be one of RSA_2048.* for AWS IoT Core/);
});

test('requirements that the library can\'t check are named once', () => {
  const notice = Match.stringLikeRegexp('at most 10 CAs with the same subject');
  Annotations.fromStack(registered().stack).hasInfo('/Stack/Registration', notice);
  const { stack, ca } = stackWithCa({ platforms: [IotPlatform.AWS_IOT_CORE] });
  new AwsIotCaRegistration(stack, 'Registration', { ca });
  Annotations.fromStack(stack).hasNoInfo('/Stack/Registration', notice);
});
