import { createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { GetPublicKeyCommand, KeySpec, KMSClient } from '@aws-sdk/client-kms';
import { HASH_ALGORITHM_NAMES, HashAlgorithmName } from '../../../src/contract/key-algorithms';
import { defaultHashForKms, KMS_KEY_ALGORITHM_NAMES, KMS_KEY_SPECS } from '../../../src/contract/kms';
import { KmsSigners } from '../../../src/issuing/aws/kms-signers';
import { parseCertificate, verifyCertificate } from '../../../src/pki/certificate';
import { objectIdentifier, sequence, setOfOne, utf8String } from '../../../src/pki/der';
import { toPem } from '../../../src/pki/pem';
import { Signer } from '../../../src/pki/signer';
import { CA_KEYS, NOW, testCa, testCertificate } from '../../pki/fixtures';
import { awsCalls, kmsOf, makeSigningKey } from '../../support/aws-clients';
import { NO_DEADLINE } from '../../support/deadline';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';
import { openssl, temporaryFiles } from '../../support/openssl';
import { KeyState, StrictKey, StrictKms } from '../../support/strict-kms';

const REGION = 'eu-central-1';
const file = temporaryFiles();
let kms: StrictKms;

beforeAll(async () => {
  kms = await StrictKms.start();
});
beforeEach(() => kms.reset());
afterAll(() => kms.stop());

function signers(patience = 500, maxAttempts = 10, signal = NO_DEADLINE): KmsSigners {
  return new KmsSigners(kmsOf(kms.url, maxAttempts), awsCalls(patience, signal));
}

/** A key of the strict module, with the material of a test key, since making an RSA key takes long. */
function keyOf(algorithm: keyof typeof CA_KEYS, region = REGION): StrictKey {
  return kms.createKey(KMS_KEY_SPECS[algorithm]!.keySpec, { region, privateKey: createPrivateKey(CA_KEYS[algorithm]) });
}

function nodeVerify(hash: HashAlgorithmName, data: Buffer, signer: Signer, signature: Buffer): boolean {
  return verify(hash.replace('-', '').toLowerCase(), data, createPublicKey({ key: signer.publicKey, format: 'der', type: 'spki' }), signature);
}

/** Issues a CA and a device certificate, and has OpenSSL verify both strictly. */
async function expectVerifies(signer: Signer, hash: HashAlgorithmName, subject?: Buffer): Promise<void> {
  const ca = await testCa({ signer, hash, subject });
  const device = await testCertificate(ca.issuer, { hash });
  for (const certificate of [ca.certificate, device]) {
    verifyCertificate(parseCertificate(certificate), signer.publicKey);
  }
  const [caFile, deviceFile] = [ca.certificate, device].map((der, index) => file(`${index}.pem`, toPem('CERTIFICATE', der)));
  const { stdout, stderr } = openssl(['verify', '-x509_strict', '-check_ss_sig', '-attime', String(NOW.getTime() / 1000), '-CAfile', caFile, caFile, deviceFile]);
  expect({ stdout, stderr }).toEqual({ stdout: `${caFile}: OK\n${deviceFile}: OK\n`, stderr: '' });
}

describe('a CA whose key is in KMS (moto)', () => {
  let client: KMSClient;
  let clients: (region: string) => KMSClient;
  beforeAll(async () => {
    clients = kmsOf(await motoUrl());
    client = clients(REGION);
  }, MOTO_TIMEOUT);

  test.each(KMS_KEY_ALGORITHM_NAMES)('issues certificates by %s that verify with the public key that KMS returns', async algorithm => {
    const { keySpec, hashAlgorithms } = KMS_KEY_SPECS[algorithm]!;
    const arn = await makeSigningKey(client, keySpec as KeySpec);
    const signer = await new KmsSigners(clients, awsCalls()).signer(arn);
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: arn }));
    expect(signer.publicKey).toEqual(Buffer.from(PublicKey!));
    for (const hash of hashAlgorithms) {
      await expectVerifies(signer, hash);
    }
  });

  test('is found in the Region of its ARN, whichever Region the function is in', async () => {
    const arn = await makeSigningKey(clients('ap-southeast-2'), 'ECC_NIST_P256');
    expect(arn).toContain(':ap-southeast-2:');
    await expectVerifies(await new KmsSigners(clients, awsCalls()).signer(arn), 'SHA-256');
  });
});

describe('a signature of the strict module', () => {
  /** A name that alone is half of what KMS takes; a certificate that a CA signs for itself has it twice. */
  const longName = sequence(...Array.from({ length: 36 }, (_, index) =>
    setOfOne(sequence(objectIdentifier('2.5.4.11'), utf8String(`unit ${String(index).padEnd(55, '.')}`)))));

  test.each(KMS_KEY_ALGORITHM_NAMES)('by %s verifies, over every digest KMS has for it, whether KMS makes the digest or is sent it', async algorithm => {
    const signer = await signers().signer(keyOf(algorithm).arn);
    for (const hash of KMS_KEY_SPECS[algorithm]!.hashAlgorithms) {
      kms.calls = [];
      await expectVerifies(signer, hash);
      await expectVerifies(signer, hash, longName);
      expect(kms.calls.map(({ input }) => input.MessageType)).toEqual(['RAW', 'RAW', 'DIGEST', 'RAW']);
    }
  });

  test('is over the whole message up to 4,096 octets, and over its digest from 4,097 on', async () => {
    const signer = await signers().signer(keyOf('EC_P384').arn);
    for (const [length, type, sent] of [[1, 'RAW', 1], [4096, 'RAW', 4096], [4097, 'DIGEST', 48]] as const) {
      kms.calls = [];
      const data = Buffer.alloc(length, 'tbs');
      expect(nodeVerify('SHA-384', data, signer, await signer.sign(data, 'SHA-384'))).toBe(true);
      expect(kms.calls[0].input).toMatchObject({ MessageType: type, SigningAlgorithm: 'ECDSA_SHA_384' });
      expect(Buffer.from(kms.calls[0].input.Message, 'base64')).toHaveLength(sent);
    }
  });

  test.each<[string, (r: Buffer, s: Buffer) => boolean]>([
    ['r and s have a leading zero octet, for their highest bit is set', (r, s) => r.length === 33 && s.length === 33],
    ['r and s have their highest bit clear', (r, s) => r.length === 32 && s.length === 32],
    ['r is short', r => r.length <= 31],
    ['s is short', (_, s) => s.length <= 31],
  ])('verifies if %s', async (_, wanted) => {
    kms.accepted = signature => {
      const rLength = signature[3];
      return wanted(signature.subarray(4, 4 + rLength), signature.subarray(6 + rLength));
    };
    await expectVerifies(await signers().signer(keyOf('EC_P256').arn), 'SHA-256');
    expect(kms.signatures).toHaveLength(2);
  });
});

test('a signature needs only the rights to get the public key and to sign: the key is asked for once, and nothing else is called', async () => {
  const { arn } = keyOf('EC_P256');
  const all = signers();
  const [signer, again] = await Promise.all([all.signer(arn), all.signer(arn)]);
  expect(again).toBe(signer);
  await signer.sign(Buffer.from('a'), 'SHA-256');
  await (await all.signer(arn)).sign(Buffer.from('b'), 'SHA-256');
  expect(kms.calls.map(({ operation }) => operation)).toEqual(['GetPublicKey', 'Sign', 'Sign']);
});

test('a signature comes from the key in the Region of its ARN', async () => {
  const all = signers();
  for (const region of ['eu-central-1', 'us-gov-west-1', 'cn-north-1']) {
    await (await all.signer(keyOf('EC_P256', region).arn)).sign(Buffer.from('a'), 'SHA-256');
  }
  expect(kms.calls.map(({ region }) => region)).toEqual(['eu-central-1', 'eu-central-1', 'us-gov-west-1', 'us-gov-west-1', 'cn-north-1', 'cn-north-1']);
});

test('a signature comes from a multi-Region key where it has a replica, with the same key, and the key is unknown elsewhere', async () => {
  const [region, other] = ['eu-central-1', 'us-east-1'];
  const options = { id: 'mrk-1234abcd12ab34cd56ef1234567890ab', privateKey: createPrivateKey(CA_KEYS.EC_P256) };
  const [primary, replica] = [region, other].map(each => kms.createKey('ECC_NIST_P256', { ...options, region: each }));
  const all = signers(100);
  await expectVerifies(await all.signer(replica.arn), 'SHA-256');
  expect((await all.signer(replica.arn)).publicKey).toEqual((await all.signer(primary.arn)).publicKey);
  await expect(all.signer(primary.arn.replace(region, 'sa-east-1'))).rejects.toThrow('NotFoundException; the key does not exist in the account and the Region of its ARN');
});

describe('a key on a curve, with which KMS signs over one digest,', () => {
  const CASES = KMS_KEY_ALGORITHM_NAMES.flatMap(algorithm => HASH_ALGORITHM_NAMES
    .filter(hash => !KMS_KEY_SPECS[algorithm]!.hashAlgorithms.includes(hash))
    .map(hash => [algorithm, hash, defaultHashForKms(algorithm)] as const));

  test.each(CASES)('is refused before KMS is asked: %s with %s', async (algorithm, hash, only) => {
    const signer = await signers().signer(keyOf(algorithm).arn);
    await expect(signer.sign(Buffer.from('a'), hash)).rejects.toThrow(
      `hashAlgorithm must be ${only} under a CA with an ${algorithm} key in AWS KMS, got "${hash}"`);
    expect(kms.signatures).toEqual([]);
  });
});

describe('a key that can\'t sign certificates', () => {
  test.each<[string, string, RegExp]>([
    ['ECC_NIST_P256', 'KEY_AGREEMENT', /must be a signing key \(KeyUsage SIGN_VERIFY\), got "KEY_AGREEMENT"; name another key$/],
    ['RSA_2048', 'ENCRYPT_DECRYPT', /must be a signing key \(KeyUsage SIGN_VERIFY\), got "ENCRYPT_DECRYPT"; name another key$/],
    ['ECC_SECG_P256K1', 'SIGN_VERIFY', /must have one of the KeySpecs RSA_2048, .*, ECC_NIST_P521, got "ECC_SECG_P256K1"; name another key$/],
    ['ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', /must have one of the KeySpecs RSA_2048, .*, got "ECC_NIST_EDWARDS25519"; name another key$/],
    ['SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT', /failed: UnsupportedOperationException; the key must be an asymmetric signing key \(KeyUsage SIGN_VERIFY\)$/],
  ])('is refused by its name: %s for %s', async (keySpec, keyUsage, expected) => {
    const { arn } = kms.createKey(keySpec, { keyUsage });
    const failure: Error = await signers().signer(arn).catch(error => error);
    expect(failure.message).toMatch(expected);
    expect(failure.message).toContain(arn);
  });

  test.each(['alias/ca', 'arn:aws:kms:eu-central-1:111122223333:alias/ca', '1234abcd-12ab-34cd-56ef-1234567890ab', 'arn:aws:s3:::bucket', ''])(
    'is refused if %j is not the ARN of a key', async name => {
      await expect(async () => signers().signer(name)).rejects.toThrow(`the KMS key must be named by its ARN, arn:aws:kms:Region:account:key/..., got ${JSON.stringify(name)}`);
      expect(kms.calls).toEqual([]);
    });
});

describe('a key in a state in which it does not sign', () => {
  const STATES: readonly [KeyState, string, string][] = [
    ['Disabled', 'DisabledException', 'the key is disabled; enable it (kms:EnableKey) and deploy again'],
    ['PendingDeletion', 'KMSInvalidStateException', 'the key is pending deletion; keep it (kms:CancelKeyDeletion), enable it (kms:EnableKey) and deploy again'],
    ['PendingImport', 'KMSInvalidStateException', 'the key is pending import; import its key material (kms:ImportKeyMaterial) and deploy again'],
    ['Unavailable', 'KMSInvalidStateException', 'the key is unavailable; connect its key store (kms:ConnectCustomKeyStore) and deploy again'],
    ['Creating', 'KMSInvalidStateException', 'the key is still being changed by KMS; deploy again in a moment'],
    ['Updating', 'KMSInvalidStateException', 'the key is still being changed by KMS; deploy again in a moment'],
    ['PendingReplicaDeletion', 'KMSInvalidStateException', 'the key is pending the deletion of its replicas; name a key that is not being deleted'],
  ];

  test.each(STATES)('is refused with its name, its state and the way out: %s', async (state, error, words) => {
    const key = keyOf('EC_P256');
    const all = signers();
    const signer = await all.signer(key.arn);
    key.state = state;
    await expect(signer.sign(Buffer.from('a'), 'SHA-256')).rejects.toHaveProperty('message', `kms:Sign on ${key.arn} failed: ${error}; ${words}`);
    await expect(signers().signer(key.arn)).rejects.toHaveProperty('message', `kms:GetPublicKey on ${key.arn} failed: ${error}; ${words}`);
    expect(kms.signatures).toEqual([]);
  });

  test('is refused as pending deletion, although KMS calls it disabled', async () => {
    const key = Object.assign(keyOf('EC_P256'), { state: 'PendingDeletion', pendingDeletionAs: 'DisabledException' });
    await expect(signers().signer(key.arn)).rejects.toThrow(/DisabledException; the key is pending deletion; keep it \(kms:CancelKeyDeletion\)/);
  });

  test('can be used by the same invocation once it is enabled again', async () => {
    const key = Object.assign(keyOf('EC_P256'), { state: 'Disabled' });
    const all = signers();
    await expect(all.signer(key.arn)).rejects.toThrow(/disabled/);
    key.state = 'Enabled';
    await expectVerifies(await all.signer(key.arn), 'SHA-256');
  });
});

describe('a fault of KMS or of the network', () => {
  const DATA = Buffer.from('what is to be signed');

  test.each([
    ['ThrottlingException', 'before', 2], ['KMSInternalException', 'before', 3], ['KMSInternalException', 'after', 3],
    ['DependencyTimeoutException', 'before', 3], ['KeyUnavailableException', 'before', 3], ['reset', 'before', 3], ['reset', 'after', 3],
    ['AccessDeniedException', 'before', 2], ['NotFoundException', 'before', 2],
  ] as const)('does not keep a certificate from being signed if it comes several times: %s, %s the effect', async (error, when, times) => {
    const { arn } = keyOf('EC_P256');
    const signer = await signers(10_000).signer(arn);
    kms.calls = [];
    kms.faults = index => index < times ? { error, when } : undefined;
    expect(nodeVerify('SHA-256', DATA, signer, await signer.sign(DATA, 'SHA-256'))).toBe(true);
    expect(kms.calls).toHaveLength(times + 1);
  });

  test.each<[string, string]>([
    ['ThrottlingException', 'the account makes too many KMS calls at a time; deploy again later, or have the quota raised'],
    ['KMSInternalException', 'KMS had an internal fault; deploy again'],
    ['DependencyTimeoutException', 'KMS had an internal fault; deploy again'],
    ['KeyUnavailableException', 'KMS had an internal fault; deploy again'],
    ['AccessDeniedException', 'the role of the function and the policy of the key must both allow this action; if the key belongs to a CA in another account, '
      + 'grantIssue(new AccountPrincipal(…)) of the CA, in the CA\'s own stack, grants this account access'],
    ['NotFoundException', 'the key does not exist in the account and the Region of its ARN; a deleted key can\'t be restored'],
    ['InvalidKeyUsageException', 'the key must be a signing key (KeyUsage SIGN_VERIFY) with a suitable algorithm'],
  ])('that does not end is reported with the action, the key and the way out, and nothing of it is quoted: %s', async (error, words) => {
    const { arn } = keyOf('EC_P256');
    const signer = await signers(100, 2).signer(arn);
    kms.faults = () => ({ error, when: 'before' });
    await expect(signer.sign(DATA, 'SHA-256')).rejects.toHaveProperty('message', `kms:Sign on ${arn} failed: ${error}; ${words}`);
    await expect(signers(100, 1).signer(arn)).rejects.toHaveProperty('message', `kms:GetPublicKey on ${arn} failed: ${error}; ${words}`);
  });

  test.each(['ThrottlingException', 'KMSInternalException', 'AccessDeniedException', 'reset'])(
    'that does not end is ended by the deadline, with a message that names the action: %s', async error => {
      const { arn } = keyOf('EC_P256');
      const deadline = new AbortController();
      const signer = await signers(60_000, 10, deadline.signal).signer(arn);
      kms.calls = [];
      kms.faults = index => {
        if (index === 2) {
          deadline.abort();
        }
        return { error, when: 'before' };
      };
      await expect(signer.sign(DATA, 'SHA-256')).rejects.toThrow(`kms:Sign on ${arn} failed: `);
      expect(kms.calls).toHaveLength(3);
    });
});
