import { createPublicKey, verify } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localDisk } from '../../../src/cli/disk';
import { DirectoryKmsKeys } from '../../../src/cli/local/directory-kms-keys';
import { StateStore } from '../../../src/cli/local/state-store';
import { KMS_KEY_ALGORITHM_NAMES, KMS_KEY_SPECS } from '../../../src/contract/kms';
import { keyAlgorithmOfPublicKey } from '../../../src/pki/keys';
import { CA_KEYS } from '../../pki/fixtures';
import { temporaryFolder } from '../../support/cli-assembly';

const ARN = 'arn:aws:kms:local:000000000000:key/Iot-CaKey';
const DATA = Buffer.from('what is to be signed');

let folder: string;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, 'keys', 'kms', 'Iot-CaKey.pem');
});

/** The keys as another run finds them. */
function keys(): DirectoryKmsKeys {
  return new DirectoryKmsKeys(StateStore.open(folder, localDisk), localDisk);
}

/** Declares a key, and saves that as a deployment does. */
function declare(keyAlgorithm: typeof KMS_KEY_ALGORITHM_NAMES[number]): string {
  const store = StateStore.open(folder, localDisk);
  const declared = new DirectoryKmsKeys(store, localDisk).declare(ARN, keyAlgorithm);
  store.save();
  return declared;
}

describe('the files that stand in for keys in KMS', () => {
  test.each(KMS_KEY_ALGORITHM_NAMES.filter(name => !name.startsWith('RSA_4') && !name.startsWith('RSA_3')))('sign by %s as KMS does', async algorithm => {
    declare(algorithm);
    const signer = await keys().signer(ARN);
    expect(keyAlgorithmOfPublicKey(signer.publicKey)).toBe(algorithm);
    const publicKey = createPublicKey({ key: signer.publicKey, format: 'der', type: 'spki' });
    for (const hash of KMS_KEY_SPECS[algorithm]!.hashAlgorithms) {
      expect(verify(hash.replace('-', ''), DATA, publicKey, await signer.sign(DATA, hash))).toBe(true);
    }
  });

  test('are made when they are used for the first time, and are the same key from then on', async () => {
    expect(declare('EC_P256')).toBe(file);
    expect(existsSync(file)).toBe(false);
    const first = await keys().signer(ARN);
    expect((await keys().signer(ARN)).publicKey).toEqual(first.publicKey);
    declare('EC_P256');
    expect((await keys().signer(ARN)).publicKey).toEqual(first.publicKey);
    expect(createPublicKey(readFileSync(file)).export({ type: 'spki', format: 'der' })).toEqual(first.publicKey);
  });

  test('can be read by their owner only, in folders that only their owner can enter', async () => {
    declare('EC_P256');
    await keys().signer(ARN);
    expect([['keys'], ['keys', 'kms'], ['keys', 'kms', 'Iot-CaKey.pem']].map(path => (statSync(join(folder, ...path)).mode % 0o1000).toString(8)))
      .toEqual(['700', '700', '600']);
    expect(readdirSync(join(folder, 'keys', 'kms'))).toEqual(['Iot-CaKey.pem']);
    expect(readFileSync(join(folder, 'state.json'), 'utf8')).not.toContain('PRIVATE');
  });

  test('are taken as they are where a run was stopped between the file and the state', async () => {
    declare('EC_P256');
    const state = readFileSync(join(folder, 'state.json'));
    const first = await keys().signer(ARN);
    writeFileSync(join(folder, 'state.json'), state);
    expect((await keys().signer(ARN)).publicKey).toEqual(first.publicKey);
  });

  test('refuse the digests that KMS would refuse', async () => {
    declare('EC_P256');
    await expect((await keys().signer(ARN)).sign(DATA, 'SHA-512')).rejects.toThrow(
      'hashAlgorithm must be SHA-256 under a CA with an EC_P256 key in AWS KMS, got "SHA-512"');
  });

  test('keep the algorithm they were declared with', () => {
    declare('EC_P256');
    expect(() => declare('RSA_2048')).toThrow(`the key ${ARN} was created as EC_P256, and CloudFormation does not allow the KeySpec of a key to change, got RSA_2048`);
  });

  test('are not replaced silently: a file that is gone, is another key or is no key is an error', async () => {
    declare('EC_P256');
    await keys().signer(ARN);
    for (const other of [CA_KEYS.EC_P256, CA_KEYS.EC_P384]) {
      writeFileSync(file, other);
      await expect(keys().signer(ARN)).rejects.toThrow(`${file}: this is not the key that stands in for ${ARN}; restore the file`);
    }
    writeFileSync(file, 'a secret that is no key');
    const failure: Error = await keys().signer(ARN).catch(error => error);
    expect(failure.message).toContain('the private key must be PKCS#8');
    expect(failure.message).not.toContain('secret that');
    rmSync(file);
    await expect(keys().signer(ARN)).rejects.toThrow(`${file}: this key file no longer exists; restore it`);
    expect(existsSync(file)).toBe(false);
  });

  test('go with the key, and leave the files of other keys', async () => {
    declare('EC_P256');
    await keys().signer(ARN);
    const store = StateStore.open(folder, localDisk);
    const all = new DirectoryKmsKeys(store, localDisk);
    const other = ARN.replace('CaKey', 'OtherKey');
    all.declare(other, 'EC_P256');
    await all.signer(other);
    all.remove(ARN);
    store.save();
    expect(readdirSync(join(folder, 'keys', 'kms'))).toEqual(['Iot-OtherKey.pem']);
    await expect(keys().signer(ARN)).rejects.toThrow('must be declared for signing (KeyUsage SIGN_VERIFY) in a stack that is deployed here');
  });

  test.each([
    'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    'arn:aws:kms:local:000000000000:key/../../other',
    'arn:aws:kms:local:000000000000:key/',
    'alias/ca',
  ])('are never outside of the directory, and never a key of AWS: %s', async arn => {
    const message = 'the KMS key must belong to this local deployment (arn:aws:kms:local:000000000000:key/…), because a key in AWS can\'t be used locally, '
      + `got ${JSON.stringify(arn)}`;
    await expect(keys().signer(arn)).rejects.toThrow(message);
    expect(() => keys().declare(arn, 'EC_P256')).toThrow(message);
    expect(existsSync(join(folder, 'keys'))).toBe(false);
  });

  test.each([{ [ARN]: { keyAlgorithm: 'DSA' } }, { [ARN]: {} }, { [ARN]: { keyAlgorithm: 'EC_P256', publicKey: 1 } }, []])(
    'are refused where state.json does not describe them: %j', kmsKeys => {
      writeFileSync(join(folder, 'state.json'), JSON.stringify({ version: 3, stacks: {}, ledgers: {}, secrets: {}, kmsKeys }));
      expect(keys).toThrow('its kmsKeys are not in the form that a local deployment writes');
    });
});
