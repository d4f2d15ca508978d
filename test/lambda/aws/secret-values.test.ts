import { randomBytes, randomUUID } from 'node:crypto';
import { CreateSecretCommand, DeleteSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { byRegion } from '../../../src/lambda/aws/by-region';
import { SecretValues } from '../../../src/lambda/aws/secret-values';
import { awsCalls, makeSecret } from '../../support/aws-clients';
import { FaultProxy } from '../../support/fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

let proxy: FaultProxy;
let clientIn: (region: string) => SecretsManagerClient;
let made: string[];
let values: SecretValues;

beforeAll(async () => {
  proxy = await FaultProxy.start(await motoUrl());
}, MOTO_TIMEOUT);
beforeEach(() => {
  proxy.reset();
  made = [];
  clientIn = byRegion(region => {
    made.push(region);
    return new SecretsManagerClient({ endpoint: proxy.url, region, maxAttempts: 10 });
  });
  values = new SecretValues(clientIn, awsCalls(), 'eu-central-1');
});
afterAll(() => proxy.stop());

async function secret(value: { SecretString: string } | { SecretBinary: Buffer }, region = 'eu-central-1'): Promise<string> {
  return (await clientIn(region).send(new CreateSecretCommand({ Name: `given-${randomUUID()}`, ...value }))).ARN!;
}

describe('the value of a secret', () => {
  test('is the string that was put into it', async () => {
    const text = 'a pass phrase, ünïcode and all\n';
    expect(await values.read(await secret({ SecretString: text }))).toBe(text);
  });

  test('is the bytes that were put into it', async () => {
    const bytes = randomBytes(300);
    const value = await values.read(await secret({ SecretBinary: bytes }));
    expect(Buffer.isBuffer(value)).toBe(true);
    expect(value).toEqual(bytes);
  });

  test('is the current one', async () => {
    const arn = await secret({ SecretString: 'old' });
    await clientIn('eu-central-1').send(new PutSecretValueCommand({ SecretId: arn, SecretString: 'new' }));
    expect(await values.read(arn)).toBe('new');
  });

  test('is read by an ARN without the six characters at its end', async () => {
    const arn = await secret({ SecretString: 'text' });
    expect(await values.read(arn.slice(0, -'-AbCdEf'.length))).toBe('text');
  });

  test('is read in the Region that its ARN names, by one client for each', async () => {
    const [here, there] = [await secret({ SecretString: 'here' }), await secret({ SecretString: 'there' }, 'ap-southeast-2')];
    expect(there).toContain(':ap-southeast-2:');
    expect([await values.read(here), await values.read(there), await values.read(there)]).toEqual(['here', 'there', 'there']);
    expect(made).toEqual(['eu-central-1', 'ap-southeast-2']);
  });

  test('is read by its name, which may end as the ARN of another one: a hyphen and six characters', async () => {
    const name = `${randomUUID()}-secret`;
    const { ARN } = await clientIn('eu-central-1').send(new CreateSecretCommand({ Name: name, SecretString: 'of the name' }));
    expect(ARN).toMatch(new RegExp(`${name}-......$`));
    const before = proxy.calls.length;
    expect(await values.read(name)).toBe('of the name');
    expect(JSON.parse(proxy.calls[before].body)).toEqual({ SecretId: name });
  });

  test.each(['reset', 'serverError', 'throttled', 'denied'] as const)('is read although a call met %s', async kind => {
    const arn = await secret({ SecretString: 'text' });
    const before = proxy.calls.length;
    proxy.faults = index => index === before ? { kind, when: 'before' } : undefined;
    expect(await values.read(arn)).toBe('text');
    expect(proxy.calls).toHaveLength(before + 2);
  });
});

describe('a secret', () => {
  test.each(['my secret', '', 'arn:aws:ssm:eu-central-1:123456789012:parameter/a', 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:'])(
    'is refused by %j, which is neither an ARN nor a name of a secret', async arn => {
      await expect(values.read(arn)).rejects.toThrow(`a secret must be identified by its ARN or its name, got ${JSON.stringify(arn)}`);
      expect(proxy.calls).toEqual([]);
    });

  test('is refused if it does not exist, or if nothing was put into it', async () => {
    const missing = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:missing-AbCdEf';
    const empty = await makeSecret(clientIn('eu-central-1'));
    for (const arn of [missing, empty]) {
      await expect(values.read(arn)).rejects.toThrow(
        `the secret ${arn} does not exist or has no value yet; store the value in it and deploy again`);
    }
  });

  test('is refused if it is scheduled for deletion', async () => {
    const arn = await secret({ SecretString: 'text' });
    await clientIn('eu-central-1').send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }));
    await expect(values.read(arn)).rejects.toThrow(
      `secretsmanager:GetSecretValue on ${arn} failed: InvalidRequestException; it is scheduled for deletion, or managed by another service; restore it`);
  });

  test('is refused without the right to read it', async () => {
    const arn = await secret({ SecretString: 'text' });
    proxy.faults = () => ({ kind: 'denied', when: 'before' });
    await expect(new SecretValues(clientIn, awsCalls(0), 'eu-central-1').read(arn)).rejects.toThrow(
      `secretsmanager:GetSecretValue on ${arn} failed: AccessDeniedException; `
      + 'the role of the function must be allowed to perform this action and to use the key that encrypts the resource');
  });

  // moto encrypts nothing.
  test('is refused if the KMS key does not decrypt it', async () => {
    const arn = await secret({ SecretString: 'text' });
    jest.spyOn(clientIn('eu-central-1'), 'send').mockImplementation((() =>
      Promise.reject(Object.assign(new Error('no, with the value in it'), { name: 'DecryptionFailure' }))) as never);
    const failure = await values.read(arn).catch(error => error);
    expect(failure.message).toBe(`secretsmanager:GetSecretValue on ${arn} failed: DecryptionFailure; `
      + 'the KMS key that encrypts the resource must be enabled, and the role of the function must be allowed to use it');
  });
});
