import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { KeyAlgorithm, PrivateIotCa } from '../src';
import { stackOf, stackWithCa, statementsOf } from './support/stacks';

/** Everything the library has, in one stack. */
function fullStack() {
  const { stack, ca } = stackWithCa();
  ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' });
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } });
  new PrivateIotCa(stack, 'SecondCa', { subject: { commonName: 'Second' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  return stack;
}

test('one function stands behind all certificates of a stack', () => {
  const template = Template.fromStack(fullStack());
  template.resourceCountIs('AWS::Lambda::Function', 1);
  template.resourceCountIs('AWS::IAM::Role', 1);
  template.resourceCountIs('AWS::Logs::LogGroup', 1);
});

test('the function is on arm64, on the newest runtime of its Region, and logs to a group of its own', () => {
  Template.fromStack(fullStack()).hasResourceProperties('AWS::Lambda::Function', {
    Architectures: ['arm64'],
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Timeout: 300,
    LoggingConfig: { LogGroup: { Ref: 'PrivateIotCaProviderLog9E1B4072' } },
  });
});

test('the function is told nothing by its environment', () => {
  const [fn] = Object.values(Template.fromStack(fullStack()).findResources('AWS::Lambda::Function'));
  expect(fn.Properties.Environment).toBeUndefined();
});

describe('the rights of the function', () => {
  test('are on single resources of the stack: no statement has a wildcard', () => {
    for (const { Action, Resource } of statementsOf(fullStack())) {
      expect(JSON.stringify({ Action, Resource })).not.toContain('*');
    }
  });

  test('are read and write of keys and ledgers: no statement lets it delete or manage anything', () => {
    const actions = new Set(statementsOf(fullStack()).flatMap(({ Action }) => Action));
    expect([...actions].sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
    ]);
  });

  test('come from inline and customer policies only: no managed policy of AWS is attached', () => {
    const [role] = Object.values(Template.fromStack(fullStack()).findResources('AWS::IAM::Role'));
    expect(role.Properties.ManagedPolicyArns).toBeUndefined();
  });

  test('on one CA are in a policy of its own, so that they last until that CA is removed', () => {
    const policies = statementsOf(fullStack()).filter(({ policy }) => policy.includes('RightsOn')).map(({ policy }) => policy);
    expect(new Set(policies).size).toBe(2);
  });
});

test('every certificate waits for the policies with the rights it needs', () => {
  const resources = Template.fromStack(fullStack()).toJSON().Resources as Record<string, { Type: string; DependsOn?: string[] }>;
  for (const { Type, DependsOn } of Object.values(resources).filter(resource => resource.Type.startsWith('Custom::'))) {
    expect(DependsOn?.some(id => id.includes('RightsOn'))).toBe(true);
    expect(DependsOn?.some(id => id.includes('ProviderKeys'))).toBe(Type === 'Custom::IotDeviceCertificate');
  }
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
