import { resolve, resolveCondition, Unavailable, Value } from '../../../src/cli/local/intrinsics';
import { parseParameter } from '../../../src/cli/local/parameters';
import { StackScope } from '../../../src/cli/local/stack-scope';
import { parseTemplate } from '../../../src/cli/local/template';

const TEMPLATE = parseTemplate('template.json', {
  Parameters: { Name: { Type: 'String' }, List: { Type: 'CommaDelimitedList' }, Stored: { Type: 'AWS::SSM::Parameter::Value<String>' } },
  Mappings: { Sizes: { local: { small: 1, other: ['a', 'b'], none: { 'Fn::Join': ['', ['a', 'b']] } } } },
  Conditions: {
    Yes: { 'Fn::Equals': [{ Ref: 'Name' }, 'sensor'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    Circle: { 'Fn::And': [{ Condition: 'Circle' }, { Condition: 'Yes' }] },
    Resource: { 'Fn::Equals': [{ Ref: 'Ca' }, 'ca-1'] },
  },
  Resources: {
    Ca: { Type: 'Custom::PrivateIotCa' },
    Absent: { Type: 'Custom::PrivateIotCa', Condition: 'No' },
    Role: { Type: 'AWS::IAM::Role' },
    constructor: { Type: 'AWS::IAM::Role' },
  },
});

function scope(): StackScope {
  return new StackScope({
    stackName: 'Iot',
    stackId: 'arn:stack',
    template: TEMPLATE,
    parameters: { Name: 'sensor', List: 'a, b' },
    resource: id => id === 'Ca' ? { physicalId: 'ca-1', attributes: { SerialNumber: 'A1' } } : undefined,
    exported: name => name === 'Shared' ? 'shared value' : undefined,
    stackOutput: (stack, output, region = 'eu-central-1') => stack === 'Root' && output === 'CaId' && region === 'eu-central-1' ? 'ca-9' : undefined,
  });
}

function evaluate(expression: unknown): Value | symbol {
  return resolve(expression, scope(), 'here');
}

describe('an expression', () => {
  test.each<[unknown, unknown]>([
    ['text', 'text'],
    [{ a: [1, true, { b: 'c' }] }, { a: [1, true, { b: 'c' }] }],
    [{ Ref: 'Name', Other: 1 }, { Ref: 'Name', Other: 1 }],
    [{ Ref: 'Name' }, 'sensor'],
    [{ Ref: 'List' }, ['a', 'b']],
    [{ Ref: 'Ca' }, 'ca-1'],
    [{ Ref: 'AWS::AccountId' }, '000000000000'],
    [{ Ref: 'AWS::Region' }, 'local'],
    [{ Ref: 'AWS::Partition' }, 'aws'],
    [{ Ref: 'AWS::StackName' }, 'Iot'],
    [{ Ref: 'AWS::StackId' }, 'arn:stack'],
    [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    [{ a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
    [{ 'Fn::GetAtt': ['Ca', 'SerialNumber'] }, 'A1'],
    [{ 'Fn::GetAtt': 'Ca.SerialNumber' }, 'A1'],
    [{ 'Fn::Join': ['-', ['a', 1, { Ref: 'Name' }]] }, 'a-1-sensor'],
    [{ 'Fn::Join': [',', { Ref: 'List' }] }, 'a,b'],
    [{ 'Fn::Sub': 'x ${Name} ${Ca} ${Ca.SerialNumber} ${AWS::Region} ${!Name}' }, 'x sensor ca-1 A1 local ${Name}'],
    [{ 'Fn::Sub': ['${Name}/${Mine}', { Mine: { 'Fn::Base64': 'a' }, Name: 'other' }] }, 'other/YQ=='],
    [{ 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    [{ 'Fn::Select': [0, { 'Fn::Split': [':', 'arn:aws'] }] }, 'arn'],
    [{ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 1],
    [{ 'Fn::FindInMap': ['Sizes', 'local', 'other'] }, ['a', 'b']],
    [{ 'Fn::FindInMap': ['Sizes', 'mars', 'small', { DefaultValue: 7 }] }, 7],
    [{ 'Fn::If': ['Yes', 'then', { 'Fn::GetAtt': ['Role', 'Arn'] }] }, 'then'],
    [{ 'Fn::If': ['No', { Ref: 'Absent' }, 'else'] }, 'else'],
    [{ 'Fn::ImportValue': { 'Fn::Sub': 'Shared' } }, 'shared value'],
    [{ 'Fn::GetStackOutput': { StackName: 'Root', OutputName: 'CaId' } }, 'ca-9'],
    [{ 'Fn::GetStackOutput': { StackName: 'Root', OutputName: 'CaId', Region: { Ref: 'AWS::Region' } } }, 'ca-9'],
    [{ 'Fn::GetStackOutput': { StackName: 'Root', OutputName: 'CaId', Region: 'eu-central-1', RoleArn: 'arn:aws:iam::111111111111:role/reader' } }, 'ca-9'],
  ])('%j evaluates to %j', (expression, expected) => {
    expect(evaluate(expression)).toEqual(expected);
  });

  test.each<[unknown, string]>([
    [null, 'here: null is not allowed in a template'],
    [{ a: { b: [null] } }, 'here.a.b[0]: null is not allowed'],
    [{ Ref: 'Nobody' }, 'here: Ref: the template has no parameter or resource "Nobody"'],
    [{ Ref: 'toString' }, 'the template has no parameter or resource "toString"'],
    [{ Ref: ['Ca'] }, 'here: Ref: must be a name'],
    [{ Ref: 'Absent' }, 'refers to Absent, which does not exist because its condition No is false'],
    [{ 'Fn::GetAtt': ['Ca', 'Pem'] }, 'here: Fn::GetAtt: Ca has no attribute "Pem"; it has SerialNumber'],
    [{ 'Fn::GetAtt': 'Ca' }, 'here: Fn::GetAtt: must be a list of 2 values'],
    [{ 'Fn::Join': ['-', 'a'] }, 'here: Fn::Join: must be a list'],
    [{ 'Fn::Join': ['-', [['a']]] }, 'here: Fn::Join: must be a string, got a list'],
    [{ 'Fn::Sub': '${List}' }, 'here: Fn::Sub: must be a string, got a list'],
    [{ 'Fn::Sub': '${Nobody}' }, 'has no parameter or resource "Nobody"'],
    [{ 'Fn::Select': [2, ['a', 'b']] }, 'here: Fn::Select: the index must be a whole number from 0 to 1, got "2"'],
    [{ 'Fn::Split': ['', 'a'] }, 'here: Fn::Split: the delimiter must not be empty'],
    [{ 'Fn::FindInMap': ['Sizes', 'mars', 'small'] }, 'here: Fn::FindInMap: the template has no mapping Sizes.mars.small'],
    [{ 'Fn::FindInMap': ['Sizes', 'local', 'none'] },
      'here: Fn::FindInMap: the mapping Sizes.local.none must hold a string or a list of strings, because CloudFormation does not allow functions in mappings'],
    [{ 'Fn::If': ['Nobody', 1, 2] }, 'here: Fn::If: the template has no condition "Nobody"'],
    [{ 'Fn::If': ['Circle', 1, 2] }, 'stack Iot, condition Circle: refers to itself'],
    [{ 'Fn::ImportValue': 'Nobody' }, 'here: Fn::ImportValue: no stack that is deployed here exports "Nobody"'],
    [{ 'Fn::GetStackOutput': { StackName: 'Root', OutputName: 'No' } }, 'no stack Root with an output No is deployed here'],
    [{ 'Fn::Join': ['', []], 'Other': 1 }, 'here: Fn::Join must be the only member of its map'],
  ])('%j can\'t be evaluated', (expression, message) => {
    expect(() => evaluate(expression)).toThrow(message);
    expect(() => evaluate(expression)).not.toThrow(Unavailable);
  });

  test.each<[unknown, string]>([
    [{ Ref: 'Role' }, 'it refers to Role (AWS::IAM::Role), which a local deployment leaves out'],
    [{ 'Fn::Sub': '${constructor.Arn}' }, 'it refers to constructor (AWS::IAM::Role)'],
    [{ Ref: 'Stored' }, 'it refers to the parameter Stored, whose value is kept in the Systems Manager Parameter Store; give it with --parameters Iot:Stored=VALUE'],
    [{ 'Fn::GetAZs': '' }, "Fn::GetAZs can't be evaluated by a local deployment"],
    ['{{resolve:ssm:/name}}', 'it holds a dynamic reference'],
    [{ 'Fn::GetStackOutput': { StackName: 'Root', OutputName: 'CaId', Region: 'eu-west-1' } }, 'it reads the output CaId of a stack Root in the Region eu-west-1, which is not deployed here'],
  ])('%j is known to AWS only', (expression, reason) => {
    expect(() => evaluate(expression)).toThrow(Unavailable);
    expect(() => evaluate(expression)).toThrow(reason);
  });
});

describe('a condition', () => {
  test.each<[unknown, boolean]>([
    [{ Condition: 'Yes' }, true],
    [{ Condition: 'No' }, false],
    [{ 'Fn::Equals': [1, '1'] }, true],
    [{ 'Fn::Equals': [{ Ref: 'List' }, ['a', 'b']] }, true],
    [{ 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Equals': ['a', 'a'] }] }, true],
    [{ 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] }, true],
    [{ 'Fn::Or': [{ Condition: 'No' }, { Condition: 'No' }] }, false],
    [{ 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }, true],
    ['true', true],
  ])('%j is %s', (expression, expected) => {
    expect(resolveCondition(expression, scope(), 'here')).toBe(expected);
  });

  test.each<[unknown, string]>([
    ['yes', 'here: must be true or false'],
    [{ 'Fn::And': [{ Condition: 'Yes' }] }, 'here: Fn::And: must be a list of 2 to 10 values'],
    [{ Condition: 'Nobody' }, 'the template has no condition "Nobody"'],
  ])('is refused as %j', (expression, message) => {
    expect(() => resolveCondition(expression, scope(), 'here')).toThrow(message);
  });

  test('can\'t refer to a resource', () => {
    expect(() => scope().condition('Resource', 'here')).toThrow('stack Iot, condition Resource: Fn::Equals: Ref: must not refer to a resource, got Ca');
  });
});

test('an error in the declaration of a parameter names the wrong member', () => {
  expect(() => parseParameter({ Type: 'String', MaxLength: 'long' }, 'f: Parameters.Code')).toThrow('f: Parameters.Code.MaxLength must be a number');
  expect(() => parseParameter({}, 'f: Parameters.Code')).toThrow('f: Parameters.Code.Type must be a string');
});
