import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAssembly } from '../../../src/cli/local/assembly';
import { declaredSecrets, GivenSecrets, readGivenSecret } from '../../../src/cli/local/given-secrets';
import { temporaryFolder, writeAssembly } from '../../support/cli-assembly';

const IMPORTED = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/ca-key-AbCdEf';

function file(content: string | Buffer): string {
  const path = join(temporaryFolder(), 'secret');
  writeFileSync(path, content);
  return path;
}

describe('a secret on the command line', () => {
  test.each([
    ['a string', 'a pass phrase, ünïcode and all\n'],
    ['a PEM file', '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n'],
  ])('is %s, to the byte', (_, content) => {
    expect(readGivenSecret(`Key=${file(content)}`)).toEqual({ name: 'Key', value: content });
  });

  test.each([
    ['no UTF-8', Buffer.from([0x30, 0x82, 0x01, 0x00])],
    ['no text', Buffer.from('a\0b')],
    ['as long as a secret can be', Buffer.concat([Buffer.from([0xff]), randomBytes(65_535)])],
  ])('is bytes if the file is %s', (_, content) => {
    expect(readGivenSecret(`Key=${file(content)}`)).toEqual({ name: 'Key', value: content });
  });

  test.each(['Key', '=file', 'Key=', '', '-----BEGIN PRIVATE KEY-----\nMHcCAQEEIK0=\n-----END PRIVATE KEY-----'])('as %j is refused, and not shown', argument => {
    expect(() => readGivenSecret(argument)).toThrow(/^--secret: must be of the form NAME=FILE, where NAME is [^=]*; the given argument is not shown$/);
  });

  test.each([
    ['is not there', 'hunter2', 'there is no such file'],
    ['is a key by mistake', `-----BEGIN PRIVATE KEY-----\n${'M'.repeat(2000)}`, "it can't be read (ENAMETOOLONG)"],
    ['is a folder', temporaryFolder(), 'this is a folder'],
  ])('whose file %s is refused, and the path, which can be the secret, is not shown', (_, path, reason) => {
    expect(() => readGivenSecret(`Key=${path}`)).toThrow(new Error(
      `--secret Key: ${reason}; the text after the equals sign must be the path of a file (not shown)`));
  });

  test.each([[0, ''], [65_537, 'very secret'.padEnd(65_537, '.')]])('of %i bytes is refused', (bytes, content) => {
    expect(() => readGivenSecret(`Key=${file(content)}`)).toThrow(new Error(
      `--secret Key: the file must hold 1 to 65536 bytes, got ${bytes}; a secret in AWS can't hold anything else`));
  });
});

describe('given secrets', () => {
  function given(...names: string[]): GivenSecrets {
    const secret = (path: string, more: object = {}): object => ({ Type: 'AWS::SecretsManager::Secret', Metadata: { 'aws:cdk:path': path }, Properties: more });
    const stacks = readAssembly(writeAssembly(temporaryFolder(), {
      Iot: { template: { Resources: { CaKey1A2B: secret('Iot/Ca/Key/Resource', { Name: 'acme-ca-key' }), Plain: { Type: 'AWS::SecretsManager::Secret' } } } },
      Other: { template: { Resources: { CaKey1A2B: secret('Prod/Other/Ca/Key/Resource') } }, displayName: 'Prod/Other' },
    }));
    const secrets = new GivenSecrets(names.map(name => ({ name, value: `value of ${name}` })), declaredSecrets(stacks));
    ['Iot/CaKey1A2B', 'Iot/Plain', 'Other/CaKey1A2B'].forEach(id => secrets.bind(id, local(`${id.replace('/', '-')}-1a2b3c`)));
    return secrets;
  }

  const local = (name: string): string => `arn:aws:secretsmanager:local:000000000000:secret:${name}`;

  test.each([
    ['the path of its construct', 'Iot/Ca/Key', local('Iot-CaKey1A2B-1a2b3c')],
    ['the path of its construct in a stage', 'Prod/Other/Ca/Key', local('Other-CaKey1A2B-1a2b3c')],
    ['the name in its template', 'acme-ca-key', local('Iot-CaKey1A2B-1a2b3c')],
    ['its logical id', 'Plain', local('Iot-Plain-1a2b3c')],
    ['its ARN of the local deployment', local('Iot-Plain-1a2b3c'), local('Iot-Plain-1a2b3c')],
    ['its name in the local deployment', 'Other-CaKey1A2B', local('Other-CaKey1A2B-1a2b3c')],
    ['the name that the app imports it by', 'prod/ca-key', local('prod/ca-key')],
    ['its whole ARN', IMPORTED, IMPORTED],
    ['its ARN without the six characters', IMPORTED.slice(0, -7), IMPORTED],
    ['its whole ARN, where the app knows only a part', IMPORTED, IMPORTED.slice(0, -7)],
    ['its name', 'prod/ca-key', IMPORTED],
    ['its name with the six characters', 'prod/ca-key-AbCdEf', IMPORTED],
  ])('are found by %s', (_, name, arn) => {
    expect(given('something-else', name).valueOf(arn)).toBe(`value of ${name}`);
  });

  test.each([
    ['another name', 'ca-key', IMPORTED],
    ['a name that begins as theirs', 'prod/ca', IMPORTED],
    ['an ARN of another Region', IMPORTED.replace('eu-west-1', 'eu-west-3'), IMPORTED],
    ['an ARN of another account', IMPORTED.replace('123456789012', '210987654321'), IMPORTED],
    ['a name that it has with another word behind it', 'acme-ca', local('acme-ca-backup')],
    ['the logical id of another one', 'Plain', local('Other-Plain-1a2b3c')],
  ])('are not found by %s', (_, name, arn) => {
    expect(given(name).valueOf(arn)).toBeUndefined();
  });

  test('are the one that is named most exactly', () => {
    expect(given('acme-ca', 'acme-ca-backup').valueOf(IMPORTED.replace('prod/ca-key-AbCdEf', 'acme-ca-backup'))).toBe('value of acme-ca-backup');
    expect(given('prod/ca-key', IMPORTED).valueOf(IMPORTED)).toBe(`value of ${IMPORTED}`);
  });

  test('have to match one secret each', () => {
    expect(() => given('CaKey1A2B')).toThrow(new Error('--secret CaKey1A2B: must identify one secret, but is a name of Iot/Ca/Key and Prod/Other/Ca/Key'));
    expect(() => given('Plain', 'Iot-Plain')).toThrow('--secret Iot-Plain: this secret must be given only once');
    expect(() => given('x', 'x')).toThrow('--secret x: this secret must be given only once');
  });

  test('have the name that their author gave them, or their ARN', () => {
    expect([local('Iot-CaKey1A2B-1a2b3c'), local('Iot-Plain-1a2b3c'), local('prod/ca-key'), IMPORTED].map(arn => given().nameOf(arn)))
      .toEqual(['Iot/Ca/Key', 'Plain', 'prod/ca-key', IMPORTED]);
  });
});
