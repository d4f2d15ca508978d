import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnDomainConfiguration } from 'aws-cdk-lib/aws-iot';
import { AwsIotClientCertificateValidation, AwsIotClientCertificateValidationProps, AwsIotFailureMode, PrivateIotCa } from '../../../src';

const SUBJECT = { commonName: 'Acme IoT Root CA' };
const ENV = { account: '111111111111', region: 'eu-central-1' };

function declared(props: Partial<AwsIotClientCertificateValidationProps> = {}, region = ENV.region) {
  const stack = new Stack(new App(), 'Iot', { env: { ...ENV, region } });
  const root = new PrivateIotCa(stack, 'Root', { subject: SUBJECT, pathLength: 1 });
  const factory = new PrivateIotCa(stack, 'Factory', { subject: { commonName: 'Factory' }, issuer: root });
  const validation = new AwsIotClientCertificateValidation(stack, 'Validation', { cas: [factory, root], ...props });
  return { stack, root, validation };
}

const domain = (stack: Stack, authenticationType?: string, id = 'Domain') =>
  new CfnDomainConfiguration(stack, id, { serviceType: 'DATA', authenticationType, applicationProtocol: 'SECURE_MQTT' });

function variables(template: Template): { [name: string]: unknown } {
  const [{ Properties }] = Object.values(template.findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.validate' } }));
  return Properties.Environment.Variables;
}

test('by default, clients are refused on failure, answers are used again for ten seconds, and other issuers count for nothing', () => {
  const { stack } = declared();
  expect(variables(Template.fromStack(stack))).toMatchObject({ ON_FAILURE: 'closed', CACHE_SECONDS: '10', ACCEPT_OTHER_ISSUERS: 'false' });
});

test('what is declared reaches the function, with the CAs and their ledgers', () => {
  const { stack } = declared({ failureMode: AwsIotFailureMode.OPEN, resultsCacheTtl: Duration.minutes(1), acceptOtherIssuers: true });
  const { CAS, ...others } = variables(Template.fromStack(stack));
  expect(others).toEqual({ STACK_ID: { Ref: 'AWS::StackId' }, ON_FAILURE: 'open', CACHE_SECONDS: '60', ACCEPT_OTHER_ISSUERS: 'true' });
  const parts = (CAS as { 'Fn::Join': [string, (string | { Ref: string })[]] })['Fn::Join'][1];
  const json = parts.map(part => typeof part === 'string' ? part : part.Ref.replace(/[0-9A-F]{8}$/, '')).join('');
  expect(JSON.parse(json)).toEqual([{ caId: 'Factory', table: 'FactoryLedger' }, { caId: 'Root', table: 'RootLedger' }]);
});

test('the function can look certificates and revocations up in the ledgers of the CAs, and nothing else', () => {
  const { stack } = declared();
  const statements = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Validation'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement).filter(({ Action }) => ![Action].flat()[0].startsWith('logs:'));
  expect(statements).toEqual([{
    Action: 'dynamodb:GetItem',
    Effect: 'Allow',
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['identity#*', 'issuer#*', 'revoked#*'] } },
    Resource: [{ 'Fn::GetAtt': [expect.stringMatching(/^FactoryLedger/), 'Arn'] }, { 'Fn::GetAtt': [expect.stringMatching(/^RootLedger/), 'Arn'] }],
  }]);
});

test('a domain configuration asks the function, which AWS IoT of this account may invoke before', () => {
  const { stack, validation } = declared();
  validation.attachTo(domain(stack, 'AWS_X509'));
  const template = Template.fromStack(stack);
  const [[permission, { Properties }]] = Object.entries(template.findResources('AWS::Lambda::Permission'));
  const [target] = Object.keys(template.findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.validate' } }));
  expect(Properties).toEqual({
    Action: 'lambda:InvokeFunction',
    FunctionName: { 'Fn::GetAtt': [target, 'Arn'] },
    Principal: 'iot.amazonaws.com',
    SourceAccount: '111111111111',
    SourceArn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iot:eu-central-1:111111111111:domainconfiguration/*']] },
  });
  template.hasResource('AWS::IoT::DomainConfiguration', {
    Properties: { AuthenticationType: 'AWS_X509', ClientCertificateConfig: { ClientCertificateCallbackArn: { 'Fn::GetAtt': [target, 'Arn'] } } },
    DependsOn: [permission],
  });
});

test.each([undefined, 'DEFAULT', 'CUSTOM_AUTH'])('a domain configuration with the authentication type %s is refused, because it would not ask', type => {
  const { stack, validation } = declared();
  expect(() => validation.attachTo(domain(stack, type))).toThrow('Iot/Validation: authenticationType of Iot/Domain must be AWS_X509, or AWS IoT Core would not ask about certificates, got ');
});

test('an authentication type that is known only at deployment is taken', () => {
  const { stack, validation } = declared();
  validation.attachTo(domain(stack, new CfnParameter(stack, 'Type').valueAsString));
  Template.fromStack(stack).resourceCountIs('AWS::IoT::DomainConfiguration', 1);
});

test('AWS GovCloud (US) is refused, where AWS IoT Core does not ask', () => {
  expect(() => declared({}, 'us-gov-west-1')).toThrow('Iot/Validation: the stack must be in a Region outside AWS GovCloud (US)');
  const stack = new Stack(new App(), 'Anywhere');
  new AwsIotClientCertificateValidation(stack, 'Validation', { cas: [new PrivateIotCa(stack, 'Ca', { subject: SUBJECT })] });
});

test('a CA of another Region is read there, by the ARN of its ledger', () => {
  const app = new App();
  const ca = PrivateIotCa.fromKeptCa(new Stack(app, 'Pki', { env: ENV }), 'Ca', {
    caId: `ca-${'0'.repeat(32)}`,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
    privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf',
  });
  const stack = new Stack(app, 'Devices', { env: { ...ENV, region: 'us-east-1' } });
  new AwsIotClientCertificateValidation(stack, 'Validation', { cas: [ca] });
  expect(JSON.stringify(variables(Template.fromStack(stack)).CAS)).toContain('arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger');
});

test.each([[0, 'got 0'], [11, 'got 11']])('%d CAs are refused', (number, got) => {
  const stack = new Stack(new App(), 'Iot');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: SUBJECT });
  expect(() => new AwsIotClientCertificateValidation(stack, 'Validation', { cas: Array(number).fill(ca) })).toThrow(`Iot/Validation: cas must hold 1 to 10 CAs, ${got}`);
});

test.each([[Duration.seconds(3_601), '3601'], [Duration.millis(500), '0.5']])('a cache of %s is refused', (resultsCacheTtl, got) => {
  expect(() => declared({ resultsCacheTtl })).toThrow(`Iot/Validation: resultsCacheTtl must be 0 to 3600 whole seconds, got ${got}`);
});
