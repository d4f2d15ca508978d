import { randomBytes } from 'node:crypto';
import {
  DeleteSecretCommand, DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SecretsManagerVersions } from '../../../src/issuing/aws/secrets-manager-versions';
import { awsCalls, makeSecret, secretsManager } from '../../support/aws-clients';
import { FaultProxy } from '../../support/fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

let proxy: FaultProxy;
let client: SecretsManagerClient;
let secrets: SecretsManagerVersions;
let arn: string;

beforeAll(async () => {
  proxy = await FaultProxy.start(await motoUrl());
  client = secretsManager(proxy.url);
}, MOTO_TIMEOUT);
beforeEach(async () => {
  proxy.reset();
  secrets = new SecretsManagerVersions(client, awsCalls());
  arn = await makeSecret(client);
  proxy.calls = [];
});
afterAll(() => proxy.stop());

const OWNER = '0'.repeat(32);
const labelOf = (version: string) => `certificate-${version}-of-${OWNER}`;
const serialNumber = () => randomBytes(20).toString('hex').toUpperCase();

async function labels(): Promise<{ [version: string]: string[] }> {
  const stages = (await client.send(new DescribeSecretCommand({ SecretId: arn }))).VersionIdsToStages ?? {};
  return Object.fromEntries(Object.entries(stages).map(([version, names]) => [version, [...names].sort()]));
}

/** What who names no version gets from AWS; moto would answer the first version then, so the label is named. */
async function currentValue(): Promise<string | undefined> {
  return (await client.send(new GetSecretValueCommand({ SecretId: arn, VersionStage: 'AWSCURRENT' }))).SecretString;
}

describe('a key in a secret', () => {
  test('is not there if the secret has no value', async () => {
    expect(await secrets.read(arn, serialNumber())).toBeUndefined();
  });

  test('is read back by its serial number', async () => {
    const [first, second] = [serialNumber(), serialNumber()];
    expect(await secrets.write(arn, first, 'key 1', OWNER)).toBe('key 1');
    expect(await secrets.write(arn, second, 'key 2', OWNER)).toBe('key 2');
    expect(await secrets.read(arn, first)).toBe('key 1');
    expect(await secrets.read(arn, second)).toBe('key 2');
    expect(await secrets.read(arn, serialNumber())).toBeUndefined();
  });

  test('has a label of its own, and takes the place of no other version', async () => {
    const [first, second] = [serialNumber(), serialNumber()];
    await secrets.write(arn, first, 'key 1', OWNER);
    await secrets.write(arn, second, 'key 2', OWNER);
    // Secrets Manager makes the first version of a secret the current one by itself.
    expect(await labels()).toEqual({ [first]: ['AWSCURRENT', labelOf(first)], [second]: [labelOf(second)] });
  });

  test('stays the first one when its version is written again', async () => {
    const version = serialNumber();
    await secrets.write(arn, version, 'key 1', OWNER);
    expect(await secrets.write(arn, version, 'key 2', OWNER)).toBe('key 1');
    expect(await secrets.write(arn, version, 'key 1', OWNER)).toBe('key 1');
    expect(await secrets.read(arn, version)).toBe('key 1');
  });

  test('is the same for both of two writes at the same time', async () => {
    const version = serialNumber();
    const standing = await Promise.all(['key 1', 'key 2'].map(value => secrets.write(arn, version, value, OWNER)));
    expect(standing[0]).toBe(standing[1]);
  });

  test('is waited for if it is there but not visible yet', async () => {
    const version = serialNumber();
    await secrets.write(arn, version, 'key 1', OWNER);
    const hidden = new SecretsManagerVersions(client, awsCalls());
    let looks = 0;
    jest.spyOn(client, 'send').mockImplementation((function (this: SecretsManagerClient, command: object, ...rest: unknown[]) {
      return command instanceof GetSecretValueCommand && looks++ < 2
        ? Promise.reject(Object.assign(new Error(), { name: 'ResourceNotFoundException' }))
        : Reflect.apply(SecretsManagerClient.prototype.send, this, [command, ...rest]);
    }) as never);
    await expect(hidden.write(arn, version, 'key 2', OWNER)).resolves.toBe('key 1');
    jest.restoreAllMocks();
    expect(looks).toBe(3);
  });
});

describe('the current key', () => {
  test('is the last one that was made current, back and forth', async () => {
    const [first, second] = [serialNumber(), serialNumber()];
    await secrets.write(arn, first, 'key 1', OWNER);
    await secrets.makeCurrent(arn, first, OWNER);
    await secrets.write(arn, second, 'key 2', OWNER);
    expect(await currentValue()).toBe('key 1');
    await secrets.makeCurrent(arn, second, OWNER);
    expect(await currentValue()).toBe('key 2');
    await secrets.makeCurrent(arn, first, OWNER);
    expect(await currentValue()).toBe('key 1');
    expect(await labels()).toEqual({ [first]: ['AWSCURRENT', labelOf(first)], [second]: ['AWSPREVIOUS', labelOf(second)] });
  });

  test('is only looked at if it is current already', async () => {
    const version = serialNumber();
    await secrets.write(arn, version, 'key 1', OWNER);
    proxy.calls = [];
    await secrets.makeCurrent(arn, version, OWNER);
    expect(proxy.calls.map(call => call.operation)).toEqual(['DescribeSecret']);
  });

  test('can be one of two that are made current at the same time', async () => {
    const versions = [serialNumber(), serialNumber(), serialNumber()];
    for (const version of versions) {
      await secrets.write(arn, version, `key ${version}`, OWNER);
    }
    await Promise.all(versions.map(version => secrets.makeCurrent(arn, version, OWNER)));
    expect(versions.map(version => `key ${version}`)).toContain(await currentValue());
  });

  test('that was let go and is declared again is kept again', async () => {
    const [first, second] = [serialNumber(), serialNumber()];
    await secrets.write(arn, first, 'key 1', OWNER);
    await secrets.write(arn, second, 'key 2', OWNER);
    await secrets.makeCurrent(arn, second, OWNER);
    await secrets.release(arn, first, OWNER);
    await secrets.makeCurrent(arn, first, OWNER);
    expect((await labels())[first]).toEqual(['AWSCURRENT', labelOf(first)]);
  });
});

describe('the release of a key', () => {
  test('takes its label away, and no other', async () => {
    const [first, second] = [serialNumber(), serialNumber()];
    await secrets.write(arn, first, 'key 1', OWNER);
    await secrets.write(arn, second, 'key 2', OWNER);
    await secrets.release(arn, second, OWNER);
    // AWS does not list a version without labels, and removes it some time later; moto lists it for ever.
    expect((await labels())[second] ?? []).toEqual([]);
    expect((await labels())[first]).toContain(labelOf(first));
  });

  test.each([
    ['a version twice', async () => {
      const version = serialNumber();
      await secrets.write(arn, version, 'key', OWNER);
      await secrets.release(arn, version, OWNER);
      return secrets.release(arn, version, OWNER);
    }],
    ['a version that never was', async () => secrets.release(arn, serialNumber(), OWNER)],
    ['a version of a secret that is gone', async () => {
      await client.send(new DeleteSecretCommand({ SecretId: arn, ForceDeleteWithoutRecovery: true }));
      return secrets.release(arn, serialNumber(), OWNER);
    }],
  ])('is no error: %s', async (_, release) => {
    await expect(release()).resolves.toBe(true);
  });

  test('is no error without the right to it, because CloudFormation may have taken it away, and differs from the release of a key that is gone', async () => {
    proxy.faults = () => ({ kind: 'denied', when: 'before' });
    await expect(secrets.release(arn, serialNumber(), OWNER)).resolves.toBe(false);
    expect(proxy.calls).toHaveLength(3); // it is not waited for as other rights are
  });

  test('is tried again if the right to it is denied once', async () => {
    const version = serialNumber();
    await secrets.write(arn, version, 'key', OWNER);
    let denials = 0;
    proxy.faults = (_, { operation }) => operation === 'UpdateSecretVersionStage' && denials++ === 0 ? { kind: 'denied', when: 'before' } : undefined;
    await secrets.release(arn, version, OWNER);
    expect(Object.values((await client.send(new DescribeSecretCommand({ SecretId: arn }))).VersionIdsToStages ?? {}).flat().join()).not.toContain('certificate-');
  });
});

describe('a secret that holds the key of another resource', () => {
  const OTHER = '1'.repeat(32);
  let version: string;
  beforeEach(async () => {
    version = serialNumber();
    await secrets.write(arn, version, 'key', OWNER);
  });

  test('takes none of this one, whose certificate is in whichever ledger', async () => {
    await expect(secrets.write(arn, serialNumber(), 'key 2', OTHER)).rejects.toThrow(
      `the secret ${arn} must hold only keys of this resource, got a key of another certificate; declare a separate secret`);
    expect(proxy.calls.filter(({ operation }) => operation === 'PutSecretValue')).toHaveLength(1);
  });

  test('keeps its current version, and its label', async () => {
    await expect(secrets.makeCurrent(arn, version, OTHER)).rejects.toThrow('got a key of another certificate');
    await secrets.release(arn, version, OTHER);
    expect(await labels()).toEqual({ [version]: ['AWSCURRENT', labelOf(version)] });
  });
});

describe('a secret', () => {
  test('is refused if it does not exist', async () => {
    const missing = `${arn}x`;
    await expect(secrets.write(missing, serialNumber(), 'key', OWNER)).rejects.toThrow(
      `secretsmanager:DescribeSecret on ${missing} failed: ResourceNotFoundException; it does not exist; restore it or deploy the stack that declares it`);
  });

  // moto takes a value for a secret that is scheduled for deletion, AWS does not; so its state is asked first.
  test('is refused for writing if it is scheduled for deletion', async () => {
    await client.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }));
    await expect(secrets.write(arn, serialNumber(), 'key', OWNER)).rejects.toThrow(`the secret ${arn} is scheduled for deletion and accepts no keys; restore it`);
  });

  test('is refused for reading if it is scheduled for deletion', async () => {
    const version = serialNumber();
    await secrets.write(arn, version, 'key', OWNER);
    await client.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }));
    await expect(secrets.read(arn, version)).rejects.toThrow(
      `secretsmanager:GetSecretValue on ${arn} failed: InvalidRequestException; it is scheduled for deletion, or managed by another service; restore it`);
  });

  // moto has no limit; AWS allows 20 labels, https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
  test('is refused for more keys than it can have labels, and the message says what to do', async () => {
    const stages = Array.from({ length: 19 }, (_, i) => labelOf(String(i)));
    await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: 'keys', VersionStages: [...stages, 'AWSCURRENT'] }));
    await expect(secrets.write(arn, serialNumber(), 'key', OWNER)).rejects.toThrow(
      /has 20 staging labels, and at most 20 are allowed, one for each retained key; remove the labels certificate-\.\.\. of keys/);
  });

  test('is never shown in an error about its key', async () => {
    proxy.faults = (_, { operation }) => operation === 'PutSecretValue' ? { kind: 'denied', when: 'before' } : undefined;
    const impatient = new SecretsManagerVersions(client, awsCalls(0));
    const failure = await impatient.write(arn, serialNumber(), 'very secret', OWNER).catch(error => error);
    expect(failure.message).toBe(`secretsmanager:PutSecretValue on ${arn} failed: AccessDeniedException; `
      + 'the role of the function must be allowed to perform this action and to use the key that encrypts the resource');
  });
});
