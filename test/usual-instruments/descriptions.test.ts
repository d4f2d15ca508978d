import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import {
  AwsIotCaRegistration, AwsIotThingPolicy, DeliveryFormat, JustInTimeProvisioning, KeyStorage, PrivateIotCa, SigningAlarm,
} from '../../src';
import { description } from '../../src/constructs/checks/description';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const OF_A_ROLE = /^[\t\n\r\x20-\x7e\xa1-\xff]{0,1000}$/;

/** Every kind of resource that has the path of its construct in its description, below a construct with this id. */
function descriptions(id: string): { type: string; text: string }[] {
  const stack = new Stack(new App(), 'S');
  const scope = new Construct(stack, id);
  const ca = new PrivateIotCa(scope, '物联网根CA', { subject: { commonName: '物联网根' }, keyStorage: KeyStorage.kms(), pathLength: 1 });
  const { policyName } = new AwsIotThingPolicy(scope, '策略');
  new AwsIotCaRegistration(scope, '注册', { ca, justInTimeProvisioning: JustInTimeProvisioning.forThings({ policyName }) });
  const other = new PrivateIotCa(scope, '🔑', { subject: { commonName: 'other' } });
  const fn = Function.fromFunctionAttributes(scope, '函数', {
    functionArn: 'arn:aws:lambda:eu-central-1:111111111111:function:f', sameEnvironment: true,
  });
  new AwsIotCaRegistration(scope, '注册2', { ca: other }).addJustInTimeRegistration(fn);
  new SigningAlarm(scope, '报警', { ca });
  other.addDeviceCertificate('传感器1', { subject: { commonName: 'pump-1' }, deliveryFormats: [DeliveryFormat.pkcs12()] });
  other.addDeviceCertificate('传感器2', { subject: { commonName: 'pump-2' }, keyStorage: KeyStorage.parameterStore() });
  const resources = Object.values<{ Type: string; Properties?: any }>(Template.fromStack(stack).toJSON().Resources);
  return resources.map(({ Type, Properties = {} }) => ({ type: Type, text: Properties.Description ?? Properties.TopicRulePayload?.Description }))
    .filter(({ text }) => text !== undefined);
}

test('AWS accepts the description of every resource, whatever characters the ids of constructs have', () => {
  const found = descriptions('工厂');
  for (const { text } of found.filter(({ type }) => ['AWS::IAM::Role', 'AWS::IAM::ManagedPolicy', 'AWS::IoT::TopicRule', 'AWS::Lambda::Function'].includes(type))) {
    expect(text).toMatch(OF_A_ROLE);
  }
  expect(found).toContainEqual({ type: 'AWS::IAM::Role', text: 'Provisions devices of the CA S/\\u5de5\\u5382/\\u6ce8\\u518c' });
  expect(found).toContainEqual({ type: 'AWS::SecretsManager::Secret', text: 'Private key of the CA S/工厂/🔑' });
});

test('AWS accepts the description even if ids make a long path', () => {
  const found = descriptions('x'.repeat(2_500));
  expect(found.filter(({ type }) => type === 'AWS::IAM::Role').every(({ text }) => OF_A_ROLE.test(text))).toBe(true);
  expect(found.filter(({ type }) => type === 'AWS::SecretsManager::Secret').every(({ text }) => text.length <= 2_048)).toBe(true);
  expect(found.filter(({ type }) => type === 'AWS::IoT::TopicRule').every(({ text }) => text.length <= 500)).toBe(true);
});

test('a description tells constructs apart whose ids AWS does not accept', () => {
  expect(description('role', 'of S/\u{1F511}\u0000')).toBe('of S/\\ud83d\\udd11\\u0000');
  expect(description('role', 'Bücher, naïve')).toBe('Bücher, naïve');
  expect(description('secret', 'a\u0007b\tc')).toBe('a\\u0007b\tc');
});
