import { readAssembly } from '../../../src/cli/local/assembly';
import { planStack, StackPlan } from '../../../src/cli/local/stack-plan';
import { StackState } from '../../../src/cli/local/state';
import { temporaryFolder, TemplateJson, writeAssembly } from '../../support/cli-assembly';
import { ca, device } from '../../support/cli-engine';

function plan(template: TemplateJson, previous?: Partial<StackState>): StackPlan {
  const [stack] = readAssembly(writeAssembly(temporaryFolder(), { Iot: { template } }));
  return planStack(stack, 'arn:stack', [], previous as StackState | undefined);
}

describe('a plan', () => {
  test('holds the resources that are deployed or replaced by stand-ins, in order, and counts the others', () => {
    const { resources, leftOut } = plan({
      Resources: { Device: device('d'), Ca: ca('1', {}, { Secret: { Ref: 'Key' } }), Key: { Type: 'AWS::SecretsManager::Secret' }, Role: { Type: 'AWS::IAM::Role' } },
    });
    expect(resources.map(({ logicalId, dependencies }) => [logicalId, dependencies])).toEqual([['Key', []], ['Ca', ['Key']], ['Device', ['Ca']]]);
    expect([...leftOut]).toEqual([['AWS::IAM::Role', 1]]);
  });

  test('names resources by the names of their author, if the CDK has them', () => {
    const at = (path: string): object => ca('1', { Metadata: { 'aws:cdk:path': path } });
    const { resources } = plan({ Resources: { Ca1A2B: at('Iot/Root/Ca/Resource/Default'), KeyB: at('Iot/Key/Resource'), Other: at('Else/Ca'), Plain: ca('2') } });
    expect(resources.map(({ name }) => name)).toEqual(['Root/Ca', 'Key', 'Other', 'Plain']);
  });

  test('accepts values that only the deployment will know', () => {
    expect(() => plan({
      Resources: { Ca: ca('1'), Device: device('d', {}, { First: { 'Fn::Select': [0, { 'Fn::Split': ['-', { Ref: 'Ca' }] }] }, Import: { 'Fn::ImportValue': 'x' } }) },
      Outputs: { Out: { Value: { 'Fn::GetAtt': ['Ca', 'Anything'] } } },
    })).not.toThrow();
  });

  test.each<[string, TemplateJson, string]>([
    ['resources depend on each other', { Resources: { A: ca('1', { DependsOn: 'B' }), B: ca('2', {}, { Of: { Ref: 'A' } }) } },
      'stack Iot: the resources A → B → A depend on each other'],
    ['resources depend on each other through what is left out',
      { Resources: { A: ca('1', { DependsOn: 'Role' }), Role: { Type: 'AWS::IAM::Role', Properties: { Of: { 'Fn::Sub': '${A.SerialNumber}' } } } } },
      'the resources A → Role → A depend on each other'],
    ['DependsOn names nobody', { Resources: { A: ca('1', { DependsOn: ['Nobody'] }) } },
      'stack Iot, resource A: DependsOn must name resources of the template, got "Nobody"'],
    ['a condition is missing', { Resources: { A: ca('1', { Condition: 'Nobody' }) } }, 'stack Iot, resource A: the template has no condition "Nobody"'],
    ['a property is null', { Resources: { A: ca('1', {}, { Subject: { CommonName: null } }) } },
      'stack Iot, resource A, property Subject.CommonName: null is not allowed in a template'],
    ['a property needs what is left out', { Resources: { A: ca('1', {}, { Role: { 'Fn::Sub': '${Role.Arn}' } }), Role: { Type: 'AWS::IAM::Role' } } },
      'stack Iot, resource A, property Role: Fn::Sub: it refers to Role (AWS::IAM::Role), which a local deployment leaves out'],
    ['a table\'s name needs what is left out',
      { Resources: { T: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: { Ref: 'Role' } } }, Role: { Type: 'AWS::IAM::Role' } } },
      'stack Iot, resource T, property TableName: Ref: it refers to Role'],
    ['an output refers to nobody', { Resources: {}, Outputs: { Out: { Value: { Ref: 'Nobody' } } } },
      'stack Iot, output Out: Ref: the template has no parameter or resource "Nobody"'],
  ])('is refused if %s', (_, template, message) => {
    expect(() => plan(template)).toThrow(message);
  });

  test('is refused where the type of a resource changes, as CloudFormation does', () => {
    const resource = { type: 'Custom::PrivateIotCa', name: 'Ca', physicalId: 'ca-1', properties: {}, attributes: {}, dependencies: [] };
    expect(() => plan({ Resources: { Ca: { Type: 'AWS::IAM::Role' } } }, { parameters: {}, resources: { Ca: resource } }))
      .toThrow('stack Iot, resource Ca: CloudFormation does not allow the type to change, from Custom::PrivateIotCa to AWS::IAM::Role');
  });
});
