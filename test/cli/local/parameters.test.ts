import { parameterValues, parseGivenParameter, parseParameter, referencedValue } from '../../../src/cli/local/parameters';

function valueOf(declaration: object, given?: string, previous?: string): string {
  return parameterValues('Iot', new Map([['Code', parseParameter({ Type: 'String', ...declaration }, 'template: Code')]]), {
    given: given === undefined ? {} : { Code: given },
    assembly: {},
    previous: previous === undefined ? {} : { Code: previous },
  }).Code;
}

describe('the value of a parameter', () => {
  test('is the one that is given, else the previous one, else the default', () => {
    expect(valueOf({ Default: 'c' }, 'a', 'b')).toBe('a');
    expect(valueOf({ Default: 'c' }, undefined, 'b')).toBe('b');
    expect(valueOf({ Default: 'c' })).toBe('c');
    expect(valueOf({ Default: 'c' }, '')).toBe('');
    expect(valueOf({ Type: 'Number', Default: 5 })).toBe('5');
  });

  test('has to come from somewhere', () => {
    expect(() => valueOf({})).toThrow('stack Iot, parameter Code: must have a value; give it with --parameters Iot:Code=VALUE');
  });

  test.each<[object, string, string]>([
    [{ AllowedPattern: '[0-9a-f]{4}' }, '12345', 'must match the pattern [0-9a-f]{4}, got "12345"'],
    [{ AllowedPattern: 'a|b' }, 'ab', 'must match the pattern a|b'],
    [{ AllowedValues: ['x', 'y'] }, 'z', 'must be one of x, y, got "z"'],
    [{ AllowedValues: [1, 2] }, '3', 'must be one of 1, 2'],
    [{ MinLength: 2 }, 'a', 'must have a length of at least 2, got "a"'],
    [{ MaxLength: '3' }, 'abcd', 'must have a length of at most 3'],
    [{ MinLength: 2, MaxLength: 3 }, 'a', 'must have a length of at least 2 and at most 3'],
    [{ Type: 'Number' }, '5 days', 'must be a number, got "5 days"'],
    [{ Type: 'Number' }, '', 'must be a number'],
    [{ Type: 'Number', MinValue: 0 }, '-1', 'must be a number of at least 0, got "-1"'],
    [{ Type: 'Number', MinValue: 1, MaxValue: 9 }, '10', 'must be a number of at least 1 and at most 9, got "10"'],
    [{ Type: 'CommaDelimitedList', AllowedValues: ['a', 'b'] }, 'a, c', 'must be one of a, b, got "a, c"'],
    [{ Type: 'List<Number>' }, '1,x', 'must be a number'],
    [{ AllowedPattern: 'a', ConstraintDescription: 'the code of the console' }, 'b', 'got "b" (the code of the console)'],
    [{ AllowedPattern: '(' }, 'b', 'stack Iot, parameter Code: must match the pattern (, which is not a regular expression that can be checked here'],
    [{ AllowedPattern: 'a' }, '\u001b[2J', 'got "\\u001b[2J"'],
  ])('declared as %j can\'t be %j', (declaration, value, message) => {
    expect(() => valueOf(declaration, value)).toThrow(message);
    expect(() => valueOf(declaration, undefined, value)).toThrow(message);
    expect(() => valueOf({ ...declaration, Default: value })).toThrow(message);
  });

  test.each([
    ['String', `${'a'.repeat(50)}!`],
    ['CommaDelimitedList', [...Array.from({ length: 500 }, () => 'a'.repeat(7)), `${'a'.repeat(50)}!`].join(',')],
  ])('of type %s whose pattern could not be matched in a lifetime is an error after a second', (Type, value) => {
    const begin = performance.now();
    expect(() => valueOf({ Type, AllowedPattern: '(a+)+' }, value)).toThrow('stack Iot, parameter Code: must match the pattern (a+)+, which takes more than '
      + '1000 ms to check; write the AllowedPattern without nested repetitions such as (a+)+, got "aaaaa');
    expect(performance.now() - begin).toBeLessThan(30_000);
  });

  test.each<[object, string]>([
    [{ Type: 'Number' }, '-1.5e3'],
    [{ Type: 'Number', MinValue: 0 }, '0'],
    [{ Type: 'CommaDelimitedList', AllowedPattern: '[a-z]' }, 'a, b,c'],
    [{ Type: 'AWS::EC2::VPC::Id' }, 'vpc-1'],
  ])('declared as %j can be %j', (declaration, value) => {
    expect(valueOf(declaration, value)).toBe(value);
  });

  test('comes from the assembly if nobody gives it', () => {
    const declarations = new Map([['Code', parseParameter({ Type: 'String', Default: 'c' }, 'template: Code')]]);
    const sources = { given: {}, assembly: { Code: 'a' }, previous: { Code: 'b' } };
    expect(parameterValues('Iot', declarations, sources)).toEqual({ Code: 'a' });
    expect(parameterValues('Iot', declarations, { ...sources, given: { Code: 'g' } })).toEqual({ Code: 'g' });
  });

  describe('that is kept in the Parameter Store', () => {
    const stored = { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a/name', AllowedPattern: '/[a-z/]+', MaxLength: 9 };

    test('is the one that is given, now or before, whatever its name', () => {
      expect(valueOf(stored, 'What the entry holds')).toBe('What the entry holds');
      expect(valueOf(stored, undefined, 'What the entry holds')).toBe('What the entry holds');
      expect(valueOf(stored, 'new', 'old')).toBe('new');
    });

    test('is not known by its name, even if that is the default or comes from the assembly', () => {
      expect(valueOf(stored)).toBeUndefined();
      const declarations = new Map([['Code', parseParameter({ ...stored, Default: undefined }, 'template: Code')]]);
      expect(parameterValues('Iot', declarations, { given: {}, assembly: { Code: '/b' }, previous: {} })).toEqual({});
      expect(() => valueOf({ ...stored, Default: undefined })).toThrow('stack Iot, parameter Code: must have a value');
    });

    test.each(['AWS::SSM::Parameter::Value<List<String>>', 'AWS::SSM::Parameter::Value<CommaDelimitedList>'])('as %s is a list', Type => {
      expect(referencedValue(parseParameter({ Type }, ''), 'a, b')).toEqual(['a', 'b']);
    });
  });

  test('that is a secret is not shown in an error', () => {
    expect(() => valueOf({ NoEcho: true, MaxLength: 3 }, 'password')).toThrow(/must have a length of at most 3$/);
  });

  test('of a list type is a list', () => {
    expect(referencedValue(parseParameter({ Type: 'CommaDelimitedList' }, ''), 'a, b')).toEqual(['a', 'b']);
    expect(referencedValue(parseParameter({ Type: 'String' }, ''), 'a, b')).toBe('a, b');
  });
});

describe('a parameter on the command line', () => {
  test.each([
    ['Code=1', { name: 'Code', value: '1' }],
    ['Iot:Code=a:b=c', { stack: 'Iot', name: 'Code', value: 'a:b=c' }],
    ['Prod/Iot:Code=', { stack: 'Prod/Iot', name: 'Code', value: '' }],
    ['Code=two\nlines', { name: 'Code', value: 'two\nlines' }],
  ])('can be written as %j', (text, expected) => {
    expect(parseGivenParameter(text)).toEqual({ stack: undefined, ...expected });
  });

  test.each(['Code', '=1', 'a b=1', ':Code=1', ''])('can\'t be written as %j', text => {
    expect(() => parseGivenParameter(text)).toThrow('--parameters: must be of the form NAME=VALUE or STACK:NAME=VALUE');
  });

  test('is not shown if it is refused', () => {
    expect(() => parseGivenParameter('no_name=secret')).toThrow(/got "no_name"=…$/);
  });
});
