import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PrivateIotCa } from '../../../src';
import { issuingStack } from '../../support/full-stack';
import { stackOf, statementsOf } from '../../support/stacks';

test('one function stands behind all certificates of a stack', () => {
  const template = Template.fromStack(issuingStack());
  template.resourceCountIs('AWS::Lambda::Function', 1);
  template.resourceCountIs('AWS::IAM::Role', 1);
  template.resourceCountIs('AWS::Logs::LogGroup', 1);
});

test('the function runs on arm64, on the newest runtime of its Region, and logs to a group of its own', () => {
  Template.fromStack(issuingStack()).hasResourceProperties('AWS::Lambda::Function', {
    Architectures: ['arm64'],
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Timeout: 300,
    LoggingConfig: { LogGroup: { Ref: 'PrivateIotCaProviderLog9E1B4072' } },
  });
});

test('the environment tells the function its own stack, and the logical ids of the CAs in it, and nothing else', () => {
  const [fn] = Object.values(Template.fromStack(issuingStack()).findResources('AWS::Lambda::Function'));
  expect(fn.Properties.Environment).toEqual({
    Variables: {
      STACK_ID: { Ref: 'AWS::StackId' },
      CERTIFICATE_AUTHORITIES: 'Ca1E0C8272,InKms463CB13C,Below8C0B4BC0,Awaited7A17AF18,Existing4CC9759F',
    },
  });
});

describe('the rights of the function', () => {
  const ofProvider = () => statementsOf(issuingStack()).filter(({ policy }) => policy.startsWith('PrivateIotCaProvider'));
  const actions = () => [...new Set(ofProvider().flatMap(({ Action }) => Action))].sort();

  test('are on single resources: a wildcard is only for the parameters below a path of the stack or of a certificate', () => {
    const wide = ofProvider().filter(({ Action, Resource }) => JSON.stringify([Action, Resource]).includes('*'));
    const paths = wide.map(({ Action, Resource }) => [String(Action), [...JSON.stringify(Resource).matchAll(/":(parameter\/[^"]*)"/g)].map(([, path]) => path).join()]);
    expect(paths.sort()).toEqual([
      ['ssm:AddTagsToResource,ssm:RemoveTagsFromResource', 'parameter//iot/sensor-003/*,parameter/iot/sensor-003/*'],
      ['ssm:AddTagsToResource,ssm:RemoveTagsFromResource', 'parameter//private-iot-ca/Stack/*,parameter/private-iot-ca/Stack/*'],
      ['ssm:DeleteParameter,ssm:GetParameter,ssm:PutParameter', 'parameter/iot/sensor-003/*'],
      ['ssm:DeleteParameter,ssm:GetParameter,ssm:PutParameter', 'parameter/private-iot-ca/Stack/*'],
    ]);
  });

  test('are these and no more: it can tag and delete only the parameters that it makes', () => {
    expect(actions()).toEqual([
      'cloudformation:ListStackResources',
      'dynamodb:ConditionCheckItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'kms:Decrypt',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GetPublicKey',
      'kms:Sign',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
      'ssm:AddTagsToResource',
      'ssm:DeleteParameter',
      'ssm:GetParameter',
      'ssm:PutParameter',
      'ssm:RemoveTagsFromResource',
    ]);
  });

  test('to sign are on the signing key alone, which it can use for nothing else', () => {
    const onSigningKey = ofProvider().filter(({ Resource }) => JSON.stringify(Resource).includes('SigningKey'));
    expect(onSigningKey).toEqual([expect.objectContaining({ Action: ['kms:GetPublicKey', 'kms:Sign'], Resource: { 'Fn::GetAtt': [expect.any(String), 'Arn'] } })]);
    expect(ofProvider().filter(({ Action }) => String(Action).includes('kms:Sign'))).toEqual(onSigningKey);
  });

  test('on a key that encrypts are through the service for which it encrypts', () => {
    const byKey = ofProvider().filter(({ Action }) => /kms:(De|En|Gen)/.test(String(Action)));
    expect(byKey.length).toBeGreaterThan(2);
    byKey.forEach(({ Condition }) => expect(JSON.stringify(Condition)).toMatch(/"kms:ViaService":.*(secretsmanager|ssm)/));
  });

  test('on secrets of others are to read them', () => {
    const others = ofProvider().filter(({ Resource }) => /ExistingKey|ExistingPassphrase|Request|Pkcs12Passphrase|Pkcs12LegacyPassphrase/.test(JSON.stringify(Resource)));
    expect(others.length).toBeGreaterThanOrEqual(2);
    others.forEach(({ Action }) => expect(Action).toBe('secretsmanager:GetSecretValue'));
  });

  test('come from inline and customer policies only: no managed policy of AWS is attached', () => {
    const [role] = Object.values(Template.fromStack(issuingStack()).findResources('AWS::IAM::Role'));
    expect(role.Properties.ManagedPolicyArns).toBeUndefined();
  });

  test('on one CA are in a policy of its own, so that they last until that CA is removed', () => {
    const policies = statementsOf(issuingStack()).filter(({ policy }) => /RightsOn.*(Ca|InKms|Below|Awaited|Existing)[0-9A-F]{24}$/.test(policy)).map(({ policy }) => policy);
    expect(new Set(policies).size).toBe(5);
  });
});

test('every certificate waits for the policies with the rights it needs', () => {
  const resources = Template.fromStack(issuingStack()).toJSON().Resources as Record<string, { Type: string; DependsOn?: string[] }>;
  const waits = Object.entries(resources).filter(([, { Type }]) => /^Custom::.*Iot/.test(Type))
    .map(([id, { DependsOn = [] }]) => [id.slice(0, -8), ...DependsOn.map(each => /Provider(Keys|OwnStack|Parameters|(?:RightsOn|Reads)Stack[A-Za-z]*?)[0-9A-F]+$/.exec(each)?.[1])]);
  expect(Object.fromEntries(waits.map(([id, ...on]) => [id, on]))).toEqual({
    Ca: ['OwnStack', 'RightsOnStackCa'],
    InKms: ['OwnStack', 'RightsOnStackInKms'],
    Below: ['OwnStack', 'RightsOnStackBelow', 'RightsOnStackCa'],
    Awaited: ['OwnStack', 'RightsOnStackAwaited'],
    Existing: ['OwnStack', 'RightsOnStackExisting'],
    CaVerification: ['OwnStack', 'RightsOnStackCa'],
    CaElsewhere: ['OwnStack', 'RightsOnStackCa'],
    CaInKms: ['OwnStack', 'ReadsStackInKms', 'RightsOnStackCa'],
    CaSensor: ['Keys', 'OwnStack', 'RightsOnStackCa'],
    CaBroker: ['Keys', 'OwnStack', 'RightsOnStackCa'],
    InKmsSensor: ['OwnStack', 'Parameters', 'RightsOnStackInKms'],
    BelowSensor: ['OwnStack', 'RightsOnStackBelow', 'RightsOnStackBelowSensor'],
    ExistingSensor: ['Keys', 'OwnStack', 'RightsOnStackExisting'],
  });
});

test('stacks of an app have a function each, since a service token can\'t cross Regions', () => {
  const app = new App();
  for (const id of ['One', 'Two']) {
    new PrivateIotCa(stackOf(app, id), 'Ca', { subject: { commonName: id } });
  }
  const functions = app.synth().stacks.map(({ template }) => Object.values<{ Type: string }>(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function').length);
  expect(functions).toEqual([1, 1]);
});
