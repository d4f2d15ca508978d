import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outside } from '../../../src/cli/local/engine';
import { readGivenSecret } from '../../../src/cli/local/given-secrets';
import { runLocally } from '../../../src/cli/local/run';
import { silentProgress } from '../../../src/cli/terminal';
import { SecretValue } from '../../../src/issuing/ports';
import { temporaryFolder, TemplateJson, writeAssembly } from '../../support/cli-assembly';
import { ca } from '../../support/cli-engine';
import { filesBelow, generatedPath } from '../../support/cli-run';

const IMPORTED = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/ca-key-AbCdEf';

let out: string;
/** What each resource has read from the secret that its property `SecretArn` names. */
let seen: { [logicalId: string]: SecretValue | undefined };

beforeEach(() => {
  out = join(temporaryFolder(), 'local-out');
  seen = {};
});

/** Deploys with a lifecycle that issues nothing, but reads secrets; a resource with a property `Write` writes its secret first. */
async function deploy(template: TemplateJson, ...secrets: string[]): Promise<void> {
  await runLocally({
    app: writeAssembly(temporaryFolder(), { Iot: { template } }),
    out,
    parameters: [],
    secrets: secrets.map(readGivenSecret),
    stacks: [],
    progress: silentProgress,
    onStack: () => undefined,
  }, {
    ...outside,
    lifecycle: async ({ requestType, logicalResourceId, properties: { Name, SecretArn, Write }, physicalResourceId }, ports) => {
      if (requestType !== 'Delete' && Write !== undefined) {
        await ports.secrets.write(String(SecretArn), 'A1', String(Write), 'owner');
        await ports.secrets.makeCurrent(String(SecretArn), 'A1', 'owner');
      }
      if (requestType !== 'Delete') {
        seen[logicalResourceId] = await ports.secretValue(String(SecretArn));
      }
      return { physicalResourceId: requestType === 'Delete' ? physicalResourceId! : `id-${String(Name)}` };
    },
  });
}

function file(content: string | Buffer): string {
  const path = join(temporaryFolder(), 'secret');
  writeFileSync(path, content);
  return path;
}

const reading = (SecretArn: unknown, name = '1', more: object = {}): object => ca(name, {}, { SecretArn, ...more });

const PASSPHRASE = {
  Type: 'AWS::SecretsManager::Secret',
  Properties: { GenerateSecretString: { PasswordLength: 24, ExcludePunctuation: true } },
  Metadata: { 'aws:cdk:path': 'Iot/Passphrase/Resource' },
};

const passphrase = (name = '1'): TemplateJson => ({ Resources: { Ca: reading({ Ref: 'Passphrase' }, name), Passphrase: PASSPHRASE } });

describe('a secret that a local deployment reads', () => {
  test('holds the value from the command line, whether it is imported or declared, a string or bytes', async () => {
    const bytes = Buffer.concat([Buffer.from([0xff]), randomBytes(40)]);
    const template = { Resources: { Imported: reading(IMPORTED), Own: reading({ Ref: 'CaKey' }), CaKey: { Type: 'AWS::SecretsManager::Secret' } } };
    await deploy(template, `prod/ca-key=${file('a string')}`, `CaKey=${file(bytes)}`);
    expect(seen).toEqual({ Imported: 'a string', Own: bytes });
  });

  test('is kept nowhere', async () => {
    await deploy({ Resources: { Imported: reading(IMPORTED) } }, `${IMPORTED}=${file('very secret')}`);
    expect(JSON.stringify(filesBelow(out))).not.toContain('very secret');
    expect(existsSync(join(out, 'keys'))).toBe(false);
  });

  test.each<[string, TemplateJson, string]>([
    ['imported', { Resources: { Ca: reading(IMPORTED) } }, `the secret ${IMPORTED} is not given; pass --secret ${IMPORTED}=FILE`],
    ['imported by its name',
      { Resources: { Ca: reading({ 'Fn::Sub': 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:prod/ca-key' }) } },
      'the secret prod/ca-key is not given; pass --secret prod/ca-key=FILE'],
    ['declared, and empty', { Resources: { Ca: reading({ Ref: 'CaKey' }), CaKey: { ...PASSPHRASE, Properties: {}, Metadata: { 'aws:cdk:path': 'Iot/My Key/Resource' } } } },
      "the secret Iot/My Key is not given; pass --secret 'Iot/My Key=FILE'"],
  ])('must be given if it is %s, and the message says how', async (_, template, message) => {
    await expect(deploy(template)).rejects.toThrow(`stack Iot, resource Ca (Custom::PrivateIotCa): ${message}; the stack was rolled back`);
  });

  test('can be given as the message about it says', async () => {
    const template = { Resources: { Ca: reading({ 'Fn::Sub': 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:prod/ca-key' }) } };
    const message = await deploy(template).catch(error => String(error.message));
    const [, name] = /--secret (\S+)=FILE/.exec(message as string)!;
    await deploy(template, `${name}=${file('text')}`);
    expect(seen).toEqual({ Ca: 'text' });
  });

  test('holds the value that the deployment itself has written into it', async () => {
    await deploy({ Resources: { Ca: reading({ Ref: 'Key' }, '1', { Write: 'made here' }), Key: { Type: 'AWS::SecretsManager::Secret' } } });
    expect(seen).toEqual({ Ca: 'made here' });
  });

  test('named twice is refused before anything is written', async () => {
    await expect(deploy({ Resources: { Ca: reading(IMPORTED) } }, `a=${file('1')}`, `a=${file('2')}`)).rejects.toThrow('--secret a: this secret must be given only once');
    expect(existsSync(out)).toBe(false);
  });
});

describe('a secret whose value CloudFormation would generate', () => {
  const generated = (): string => join(generatedPath(join(out, 'keys'), 'Iot-Passphrase'), 'generated.txt');

  test('is generated once, into a file that only its owner can read', async () => {
    await deploy(passphrase());
    expect(seen.Ca).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(readFileSync(generated(), 'utf8')).toBe(seen.Ca);
    expect([join(out, 'keys'), dirname(generated()), generated()].map(path => (statSync(path).mode % 0o1000).toString(8)))
      .toEqual(['700', '700', '600']);
    expect(readFileSync(join(out, 'state.json'), 'utf8')).not.toContain(seen.Ca);
    const first = seen.Ca;
    await deploy(passphrase('2'));
    expect(seen.Ca).toBe(first);
  });

  test('is not generated for nobody', async () => {
    await deploy({ Resources: { Passphrase: PASSPHRASE } });
    expect(existsSync(join(out, 'keys'))).toBe(false);
  });

  test('is the given one, if one is given', async () => {
    await deploy(passphrase(), `Iot/Passphrase=${file('given')}`);
    expect(seen.Ca).toBe('given');
    expect(existsSync(generated())).toBe(false);
  });

  test('can be made of values that the template refers to', async () => {
    const declaration = { GenerateStringKey: 'password', SecretStringTemplate: { 'Fn::Sub': '{"stack":"${AWS::StackName}"}' } };
    await deploy({ Resources: { Ca: reading({ Ref: 'Passphrase' }), Passphrase: { ...PASSPHRASE, Properties: { GenerateSecretString: declaration } } } });
    expect(JSON.parse(String(seen.Ca))).toEqual({ stack: 'Iot', password: expect.stringMatching(/^.{32}$/) });
  });

  test('goes with its secret', async () => {
    await deploy(passphrase());
    await deploy({ Resources: {} });
    expect(existsSync(generatedPath(join(out, 'keys'), 'Iot-Passphrase'))).toBe(false);
  });

  test.each<[string, object, string]>([
    ['is declared wrongly', { PasswordLength: 2 }, 'the exclusions must leave at least one character'],
    ['needs what only AWS has', { ExcludeCharacters: { Ref: 'Role' } }, 'ExcludeCharacters: Ref: it refers to Role (AWS::IAM::Role), which a local deployment leaves out'],
  ])('and that %s is an error if a certificate needs it, and only then', async (_, GenerateSecretString, message) => {
    const resources = { Passphrase: { ...PASSPHRASE, Properties: { GenerateSecretString } }, Role: { Type: 'AWS::IAM::Role' } };
    await deploy({ Resources: resources });
    await expect(deploy({ Resources: { ...resources, Ca: reading({ Ref: 'Passphrase' }) } })).rejects.toThrow(message);
  });
});
