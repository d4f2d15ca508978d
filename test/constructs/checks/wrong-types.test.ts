import { App, Aws, CfnParameter, Duration, Fn, Lazy, SecretValue, Stack, Token } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import * as library from '../../../src';
import {
  DeviceCertificate, ExistingCaProps, HashAlgorithm, IotPlatform, KeyAlgorithm, KeyStorage, KmsKeyStorageOptions, PemSource, PrivateIotCa,
  PrivateIotCaProps,
} from '../../../src';
import { opensslCa, opensslRequest } from '../../support/foreign-ca';
import { PublicFunction, publicFunctions, ValueType } from '../../support/public-api';
import { objectsIn, RIGHT_CALLS, RightCall } from '../../support/right-calls';
import { propertiesOf, stackOf } from '../../support/stacks';

// What JavaScript, and languages that do not know the types of TypeScript, can give: for every parameter and property that the types
// of the source have, values of every other type.

const SECRET = 'MC4CAQAwBQYDK2VwBCIEIIrqWdmMBS0dNE2FFmEHAXqCvYGdBkUbyUWbpm1UGkcp';

/** Values of no class of the libraries. */
const PLAIN: { readonly [name: string]: unknown } = {
  'a string': 'EC_P256',
  'a private key': `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`,
  'a number': 5,
  'no number': NaN,
  'true': true,
  'null': null,
  'undefined': undefined,
  'an empty list': [],
  'a list of a string': ['EC_P256'],
  'a list with nothing in it': [undefined],
  'a map': {},
  'a map of a string': { name: 'x' },
  'a class': KeyAlgorithm,
  'a token that is not encoded': Lazy.any({ produce: () => 'x' }),
  'a symbol': Symbol('x'),
  'a big integer': 5n,
};


/** A parameter or a property, however deep: what a message calls it, and how a value gets there. */
interface Place {
  readonly name: string;
  readonly type: ValueType;
  /** @param right what is given for the parameter otherwise */
  readonly put: (value: unknown, right: unknown) => unknown;
}

/** The place itself, and those within it. */
function placesIn(place: Place): Place[] {
  const { name, type, put } = place;
  const within = (suffix: string, of: ValueType, wrap: (value: unknown) => unknown): Place[] =>
    placesIn({ name: name + suffix, type: of, put: (value, right) => put(wrap(value), right) });
  return [
    place,
    ...type.kind === 'list' ? within('[0]', type.of!, value => [value]) : [],
    ...type.kind === 'map' && type.of!.kind !== 'anything' ? within('["x"]', type.of!, value => ({ x: value })) : [],
    ...Object.entries(type.properties ?? {}).flatMap(([property, of]) => within(`.${property}`, of, value => ({ ...textsOf(type), [property]: value }))),
  ];
}

/** What a struct has to have, where it is texts. */
function textsOf({ properties = {} }: ValueType): object {
  return Object.fromEntries(Object.entries(properties).filter(([, { optional, kind }]) => !optional && kind === 'text').map(([name]) => [name, 'x']));
}

/** The places of a parameter. Those of a struct, such as `props`, are called as its properties are. */
function placesOf({ name, type }: PublicFunction['parameters'][number]): Place[] {
  const whole = { name, type, put: (value: unknown) => value };
  const properties = Object.entries(type.properties ?? {});
  return type.kind !== 'struct' || name === 'subject' || name === 'others' ? placesIn(whole) : [
    { ...whole, name: '' },
    ...properties.flatMap(([property, of]) =>
      placesIn({ name: property, type: of, put: (value, right) => ({ ...right as object, [property]: value }) })),
  ];
}

/** Whether TypeScript would take a value. */
function belongs(value: unknown, type: ValueType, classes: readonly string[] = []): boolean {
  if (value === undefined) {
    return type.optional;
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  switch (type.kind) {
    case 'anything': return true;
    case 'text': return typeof value === 'string';
    case 'number': return typeof value === 'number';
    case 'flag': return typeof value === 'boolean';
    case 'enumeration': return type.values!.includes(value as string | number);
    case 'object': return classes.includes(type.name === 'IConstruct' ? 'Construct' : type.name);
    case 'list': return Array.isArray(value) && value.every(each => belongs(each, type.of!));
    case 'map': return Token.isUnresolved(value) ? type.of!.kind === 'anything' : isObject && Object.values(value).every(each => belongs(each, type.of!));
    case 'struct': return isObject && !Construct.isConstruct(value) && (Object.keys(value).length === 0 || Object.keys(type.properties!).some(name => name in value))
      && Object.entries(type.properties!).every(([name, of]) => belongs((value as { [name: string]: unknown })[name], of));
  }
}

/** Without what a thousand apps that are never deployed need not have: copies of the bundles, and where each resource was declared. */
const LEAN = { 'aws:cdk:disable-asset-staging': true, 'aws:cdk:disable-creation-stack-traces': true };

const FUNCTIONS = publicFunctions().filter(({ parameters }) => parameters.length > 0);

let calls = 0;

/** Calls a function rightly but for one parameter: what it throws, and where it says that it is wrong. */
function called(fn: PublicFunction, stack: Stack, right: RightCall, wrong?: { readonly parameter: string; readonly value: unknown }) {
  const [, isNew, className, method] = /^(new )?(\w+)(?:[.#](\w+))?\(\)$/.exec(fn.name)!;
  const id = `X${calls++}`;
  const given: { [name: string]: unknown } = { scope: stack, id, ...right.args, ...wrong && { [wrong.parameter]: wrong.value } };
  const all = fn.parameters.map(({ name }) => given[name]);
  const { self } = right;
  const selfPath = self && 'node' in self ? self.node.path : `${stack.node.path}/Ca`;
  const where = fn.parameters.some(({ name }) => name === 'id') ? `${self ? selfPath : stack.node.path}/${id}`
    : self ? selfPath : fn.name.replace(/^new (\w+).*/, '$1');
  try {
    const owner = (library as any)[className];
    isNew ? Reflect.construct(owner, all) : (self ?? owner)[method](...all);
    return { where };
  } catch (error) {
    return { where, error: error as Error };
  }
}

/** What is wrong with the answer to a value that is of another type, or of the right one. */
function faults({ where, error }: ReturnType<typeof called>, place: Place, isRight: boolean): string[] {
  if (!error) {
    return isRight ? [] : ['is accepted'];
  }
  return [
    ...error.constructor === Error || isRight && error.name !== 'TypeError' && error.name !== 'RangeError' ? [] : [`ends in a ${error.constructor.name}: ${error.message}`],
    ...error.message.includes(SECRET) ? ['shows the private key'] : [],
    ...isRight || error.message.startsWith(`${where}: `) ? [] : [`does not name ${where}: ${error.message}`],
    ...isRight || error.message.includes(place.name) ? [] : [`does not name the property: ${error.message}`],
  ];
}

test.each<[string, object, string]>([
  ['a string for an algorithm', { keyAlgorithm: 'EC_P256' }, 'keyAlgorithm must be a KeyAlgorithm, such as KeyAlgorithm.EC_P256, got a string "EC_P256"'],
  ['a class for an object of it', { keyAlgorithm: KeyAlgorithm }, 'keyAlgorithm must be a KeyAlgorithm, such as KeyAlgorithm.EC_P256, got a class or a function'],
  ['a string for a number', { generation: '2' }, 'generation must be a number, got a string "2"'],
  ['a number that is out of bounds', { generation: 1_000_001 }, 'generation must be a whole number from 1 to 1000000, got 1000001'],
  ['days for a Duration', { validity: 3650 }, 'validity must be a Duration, such as Duration.days(30), got 3650'],
  ['a Duration for a date', { notAfter: Duration.days(30) }, 'notAfter must be a Date, got an object of the class Duration'],
  ['one for a list', { platforms: IotPlatform.GENERIC },
    'platforms must be a list in which each item is an IotPlatform, such as IotPlatform.AWS_IOT_CORE, got an object of the class IotPlatform'],
  ['nothing in a list', { platforms: [IotPlatform.GENERIC, undefined] }, 'platforms[1] must be given: an IotPlatform, such as IotPlatform.AWS_IOT_CORE'],
  ['null', { pathLength: null }, 'pathLength must be a number, got null'],
  ['a number for a string', { subject: { commonName: 5 } }, 'subject.commonName must be a string, got 5'],
  ['a value of no enumeration', { hashAlgorithm: 'SHA256' }, 'hashAlgorithm must be a HashAlgorithm, one of SHA_256, SHA_384, SHA_512, got a string "SHA256"'],
  ['a misspelt name in a map', { nameConstraints: { permit: { dns: [] } } }, 'nameConstraints must be a NameConstraints, a map of permitted, excluded, critical, got a map of "permit"'],
  ['two letters that are swapped', { pathLenght: 1 }, '"pathLenght" is not a property; did you mean pathLength?'],
  ['a letter that is missing', { keyAlgoritm: KeyAlgorithm.EC_P256 }, '"keyAlgoritm" is not a property; did you mean keyAlgorithm?'],
  ['a name as other languages write it', { path_length: 1 }, '"path_length" is not a property; did you mean pathLength?'],
  ['a name as CloudFormation writes it', { subject: { CommonName: 'Root' } }, '"subject.CommonName" is not a property; did you mean commonName?'],
  ['a misspelt name in a map that has another one', { nameConstraints: { permited: { dns: ['a.example'] }, critical: true } },
    '"nameConstraints.permited" is not a property; did you mean permitted?'],
  ['a misspelt name in a map in a list', { certificatePolicies: [{ oid: '1.2.3', cpsURI: 'https://acme.example' }] },
    '"certificatePolicies[0].cpsURI" is not a property; did you mean cpsUri?'],
  ['a name that a map in a map does not have', { nameConstraints: { permitted: { dns: ['a.example'], ipAddresses: ['10.0.0.0/8'] } } },
    '"nameConstraints.permitted.ipAddresses" is not a property; nameConstraints.permitted must be a NameSubtrees, a map of dns, ip, uri, email, directory'],
  ['a SecretValue where none can be', { keyStorage: SecretValue.secretsManager('ca-key') }, 'keyStorage must be a KeyStorage, such as KeyStorage.secretsManager(), got a SecretValue'],
  ['a token where it must be known', { keyAlgorithm: Aws.REGION }, 'keyAlgorithm must be a KeyAlgorithm, such as KeyAlgorithm.EC_P256, got a token in a string'],
  ['a token that is not encoded', { subject: { commonName: Fn.getAtt('A', 'B') } },
    'subject.commonName must be a string, got a token that is not encoded; see Token.asString(), Token.asNumber() and Token.asList()'],
  ['a stack, which has a method of tokens', { issuer: stackOf() }, `issuer must be a CA, such as new PrivateIotCa(), got an object of the class ${Stack.name}`],
])('an error names the kind of %s', (_, props, message) => {
  expect(() => new PrivateIotCa(stackOf(), 'Ca', { subject: { commonName: 'Root' }, ...props } as PrivateIotCaProps)).toThrow(new Error(`Stack/Ca: ${message}`));
});

describe('an error for a string in the place of an object', () => {
  const { certificate } = opensslCa('Acme');
  const existing = (props: object) => () => PrivateIotCa.fromExistingCa(stackOf(), 'Ca', { certificate: PemSource.inline(certificate), ...props } as ExistingCaProps);
  const wayOut = 'store the value in AWS Secrets Manager, and refer to the secret by name with Secret.fromSecretNameV2(), or by ARN with Secret.fromSecretCompleteArn()';

  test.each([['a private key', PLAIN['a private key']], ['the ARN of a secret', 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf']])(
    'says how a key is given, with %s for it', (_, privateKey) => {
      expect(existing({ privateKey })).toThrow(new Error('Stack/Ca: privateKey must be an ISecret of aws-secretsmanager, such as Secret.fromSecretNameV2(), '
        + `got a string (not shown); ${wayOut}`));
    });

  test('says how a secret is given, with a SecretValue for it', () => {
    expect(existing({ privateKey: SecretValue.secretsManager('ca-key') })).toThrow(new Error('Stack/Ca: privateKey must be an ISecret of aws-secretsmanager, '
      + `such as Secret.fromSecretNameV2(), got a SecretValue; ${wayOut}`));
  });

  test('says how a passphrase is given, and shows none', () => {
    expect(existing({ passphrase: 'correct horse' })).toThrow(new Error('Stack/Ca: passphrase must be an ISecret of aws-secretsmanager, such as '
      + `Secret.fromSecretNameV2(), got a string (not shown); ${wayOut}`));
  });

  test('says how a certificate and a request are given', () => {
    expect(existing({ certificate: 'ca.pem' })).toThrow(new Error('Stack/Ca: certificate must be a PemSource, such as PemSource.file(), got a string "ca.pem"; '
      + 'for a string in PEM, use PemSource.inline(); for the path of a file, use PemSource.file()'));
    expect(() => new DeviceCertificate(stackOf(), 'Sensor', { ca: new PrivateIotCa(stackOf(), 'Ca', { subject: { commonName: 'Root' } }), certificateSigningRequest: opensslRequest('/CN=sensor') as unknown as PemSource }))
      .toThrow('; for a string in PEM, use PemSource.inline(); for the path of a file, use PemSource.file()');
  });
});

describe('an unknown property', () => {
  const props = { subject: { commonName: 'Root' } };
  const declare = (more: object) => new PrivateIotCa(stackOf(), 'Ca', { ...props, ...more } as PrivateIotCaProps);

  test.each<[string, object]>([
    ['is that of a subclass, which hands over all of its own', { department: 'Pumps', costCenter: 5, keys: ['a'], id: 'x', ca: 'y', tags: {} }],
    ['is near to one that is given too', { subjects: ['a'], platform: 'mine', platforms: [IotPlatform.GENERIC] }],
    ['has no value', { pathLenght: undefined }],
  ])('is accepted if it %s', (_, more) => {
    expect(() => declare(more)).not.toThrow();
  });

  test.each([
    ['constraints', 'nameConstraints'], ['san', 'subjectAlternativeNames'], ['subject_alt_names', 'subjectAlternativeNames'], ['pathLenConstraint', 'pathLength'],
    ['validityDays', 'validity'], ['keyType', 'keyAlgorithm'], ['parent', 'issuer'],
  ])('is refused if other tools call a property so: %s', (name, property) => {
    expect(() => declare({ [name]: 'x' })).toThrow(new Error(`Stack/Ca: "${name}" is not a property; did you mean ${property}?`));
  });

  test('is not accepted in place of all the known ones', () => {
    expect(() => new PrivateIotCa(stackOf(), 'Ca', undefined as unknown as PrivateIotCaProps)).toThrow(new Error('Stack/Ca: properties must be given, with subject'));
  });

  test('is refused in every public struct if its name is near to a property', () => {
    const accepted = FUNCTIONS.flatMap(fn => fn.parameters.filter(({ type }) => type.kind === 'struct').flatMap(parameter => {
      const stack = stackOf();
      const right = RIGHT_CALLS[fn.name](objectsIn(stack), stack);
      return Object.keys(parameter.type.properties!).filter(property => property.length > 2).flatMap(property => {
        const { [property]: value = 'x', ...others } = (right.args?.[parameter.name] ?? {}) as { [name: string]: unknown };
        const misspelt = `${property.slice(0, -2)}${property.at(-1)}${property.at(-2)}_`;
        const { error } = called(fn, stack, right, { parameter: parameter.name, value: { ...others, [misspelt]: value } });
        return error?.message.includes(`${misspelt}" is not a property; did you mean ${property}?`) ? [] : [`${fn.name} ${misspelt}: ${error?.message}`];
      });
    }));
    expect(accepted).toEqual([]);
  });
});

test('an error of a function names it', () => {
  const key = Key.fromKeyArn(stackOf(), 'Key', 'arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab');
  expect(() => KeyStorage.kms(key as KmsKeyStorageOptions))
    .toThrow('KeyStorage.kms(): properties must be a map of key, pendingWindow, got an object of the class ');
});

test('encoded tokens are accepted in place of strings, numbers, lists and a digest', () => {
  const stack = stackOf();
  const parameter = (id: string, type: string) => new CfnParameter(stack, id, { type, default: '1' });
  new PrivateIotCa(stack, 'Ca', {
    subject: { commonName: parameter('Name', 'String').valueAsString },
    hashAlgorithm: parameter('Digest', 'String').valueAsString as HashAlgorithm,
    validity: Duration.days(parameter('Days', 'Number').valueAsNumber),
    generation: parameter('Generation', 'Number').valueAsNumber,
    crlDistributionPoints: parameter('Urls', 'CommaDelimitedList').valueAsList,
  });
  expect(propertiesOf(stack, 'Custom::PrivateIotCa')).toMatchObject({
    Subject: { CommonName: { Ref: 'Name' } },
    HashAlgorithm: { Ref: 'Digest' },
    ValidityDays: { Ref: 'Days' },
    Generation: { Ref: 'Generation' },
    Extensions: { CrlDistributionPoints: { Ref: 'Urls' } },
  });
});

test('every public function with a parameter is called below', () => {
  expect(Object.keys(RIGHT_CALLS).sort()).toEqual(FUNCTIONS.map(({ name }) => name).sort());
});

describe.each(FUNCTIONS.map(fn => [fn.name, fn] as const))('%s', (name, fn) => {
  const own = fn.parameters.filter(parameter => parameter.name !== 'id' && !(parameter.name === 'scope' && fn.parameters.some(each => each.name === 'id')));
  const isRefused = name.endsWith('#applyRemovalPolicy()') && !/Registration|AwsIotThing/.test(name);

  test(isRefused ? 'is refused in any case' : 'takes what is right', () => {
    const stack = stackOf();
    const { error } = called(fn, stack, RIGHT_CALLS[name](objectsIn(stack), stack));
    expect(error?.message).toEqual(isRefused ? expect.stringContaining('applyRemovalPolicy must not be called') : undefined);
  });

  test.each(own.flatMap(parameter => placesOf(parameter).map(place => [place.name || parameter.name, parameter.name, place] as const)))(
    'has an error about %s that says what is wrong with a value of another type', (_, parameter, place) => {
      const stack = stackOf(new App({ context: LEAN }));
      const given = objectsIn(stack);
      const right = RIGHT_CALLS[name](given, stack);
      const values = [
        ...Object.entries(PLAIN).map(([what, value]) => ({ what, value, of: [] as string[] })),
        ...Object.entries(given).map(([what, { value, of }]) => ({ what, value: value as unknown, of })),
      ];
      const found = values.flatMap(({ what, value, of }) => {
        const wrong = { parameter, value: place.put(value, right.args?.[parameter]) };
        return faults(called(fn, stack, right, wrong), isRefused ? { ...place, name: 'applyRemovalPolicy' } : place, belongs(value, place.type, of))
          .map(fault => `${what} ${fault}`);
      });
      expect(found).toEqual([]);
    });
});

test.each(['addDeviceCertificate', 'addServerCertificate', 'addVerificationCertificate', 'addCaCertificate', 'addCrossCertificate'] as const)('%s without an id says that it is missing', add => {
  const ca = new PrivateIotCa(stackOf(), 'Ca', { subject: { commonName: 'Root' } });
  expect(() => (ca[add] as unknown as (options: object) => void)({ subject: { commonName: 'a' } }))
    .toThrow(`${ca.node.path}: id must be a string, given as the first argument, before the options, got a map`);
});
