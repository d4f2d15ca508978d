import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { localDisk } from '../../../src/cli/disk';
import { DirectorySecretVersions } from '../../../src/cli/local/directory-secret-versions';
import { StateStore } from '../../../src/cli/local/state-store';
import { temporaryFolder } from '../../support/cli-assembly';

const ARN = 'arn:aws:secretsmanager:local:000000000000:secret:Iot-CaKey';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

function secrets(): DirectorySecretVersions {
  return new DirectorySecretVersions(StateStore.open(folder, localDisk), localDisk);
}

describe('the secrets of a directory', () => {
  test('have no version before one is written, and keep the first value of each', async () => {
    expect(await secrets().read(ARN, 'A1')).toBeUndefined();
    expect(await secrets().write(ARN, 'A1', 'one', 'owner')).toBe('one');
    expect(await secrets().write(ARN, 'A1', 'two', 'owner')).toBe('one');
    expect(await secrets().read(ARN, 'A1')).toBe('one');
  });

  test('are files that only their owner can read, in folders that only their owner can enter', async () => {
    mkdirSync(join(folder, 'keys'));
    chmodSync(join(folder, 'keys'), 0o755);
    await secrets().write(ARN, 'A1', '-----BEGIN PRIVATE KEY-----', 'owner');
    expect([['keys'], ['keys', 'Iot-CaKey'], ['keys', 'Iot-CaKey', 'A1.pem']].map(path => (statSync(join(folder, ...path)).mode % 0o1000).toString(8)))
      .toEqual(['700', '700', '600']);
    expect(readdirSync(join(folder, 'keys', 'Iot-CaKey'))).toEqual(['A1.pem']);
  });

  test('are named after their contents: keys in PEM, and PKCS#12 or DER in base64', async () => {
    await secrets().write(ARN, 'A1', '-----BEGIN PRIVATE KEY-----', 'owner');
    await secrets().write(ARN, 'A2', 'MAA=', 'owner');
    expect(readdirSync(join(folder, 'keys', 'Iot-CaKey')).sort()).toEqual(['A1.pem', 'A2.base64']);
    expect(secrets().versionsOf(ARN).ids).toEqual(['A1', 'A2']);
    expect(secrets().versionFile(ARN, 'A2')).toBe(join(folder, 'keys', 'Iot-CaKey', 'A2.base64'));
    await secrets().release(ARN, 'A2');
    expect(readdirSync(join(folder, 'keys', 'Iot-CaKey'))).toEqual(['A1.pem']);
    await secrets().write(ARN, 'A3', 'MAA=', 'owner');
    secrets().removeSecret(ARN);
    expect(existsSync(join(folder, 'keys', 'Iot-CaKey'))).toBe(false);
  });

  test('remember which version is the current one, and keep it as long as the secret is there', async () => {
    await secrets().write(ARN, 'A1', 'one', 'owner');
    await secrets().write(ARN, 'A2', 'two', 'owner');
    expect(await secrets().readCurrent(ARN)).toBeUndefined();
    await secrets().makeCurrent(ARN, 'A2', 'owner');
    expect(await secrets().readCurrent(ARN)).toBe('two');
    await secrets().release(ARN, 'A1');
    expect(await secrets().readCurrent(ARN)).toBe('two');
    expect(await secrets().read(ARN, 'A1')).toBeUndefined();
    await secrets().release(ARN, 'A2');
    expect(await secrets().readCurrent(ARN)).toBe('two');
    secrets().removeSecret(ARN);
    expect(await secrets().readCurrent(ARN)).toBeUndefined();
    expect(await secrets().read(ARN, 'A2')).toBeUndefined();
  });

  test.each([
    ['arn:aws:secretsmanager:eu-west-1:123456789012:secret:Iot-CaKey', 'A1', 'must belong to this local deployment'],
    ['arn:aws:secretsmanager:local:000000000000:secret:../../other', 'A1', 'must belong to this local deployment'],
    ['arn:aws:secretsmanager:local:000000000000:secret:', 'A1', 'must belong to this local deployment'],
    [ARN, '../A1', 'must consist of letters, digits and hyphens'],
  ])('are never outside of the directory: %s, version %s', async (arn, version, message) => {
    await expect(secrets().write(arn, version, 'one', 'owner')).rejects.toThrow(message);
    await expect(secrets().read(arn, version)).rejects.toThrow(message);
    expect(existsSync(join(folder, 'keys'))).toBe(false);
  });
});
