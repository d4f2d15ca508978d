import { createPrivateKey } from 'node:crypto';
import { KmsSigners } from '../../src/issuing/aws/kms-signers';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { Ports } from '../../src/issuing/ports';
import { signerOf } from '../../src/pki/signer';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { awsCalls, kmsOf } from '../support/aws-clients';
import { crashEverywhere } from '../support/crashes';
import { caProperties, deviceProperties, Properties, request, SECRET, verificationProperties } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';
import { opensslOutput } from '../support/openssl';
import { OpensslCas } from '../support/openssl-ca';
import { KeyState, StrictKey, StrictKms } from '../support/strict-kms';

const cas = new OpensslCas();
const KEY_ARN = 'arn:aws:kms:eu-central-1:111111111111:key/0a1b';
const inKms = (changes: Properties = {}, KeyArn = KEY_ARN) => caProperties({ KeyStorage: { Type: 'Kms', KeyArn }, ...changes });

let world: MemoryWorld;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());

function newWorld(): MemoryWorld {
  world = new MemoryWorld();
  world.now = new Date();
  world.hsmKeys.set(KEY_ARN, cas.key());
  return world;
}

beforeEach(newWorld);

test('a CA whose key is in KMS issues certificates that OpenSSL accepts, and its key is nowhere else', async () => {
  const { physicalResourceId, data } = await handle(request('ca', 'Create', inKms()));
  const device = await handle(request('device', 'Create', deviceProperties(physicalResourceId)));
  const verification = await handle(request('verification', 'Create', verificationProperties(physicalResourceId)));
  expect(cas.verify(device.data!.CertificatePem, '', data!.CertificatePem, ['-purpose', 'sslclient'])).toBe('certificate: OK');
  expect(cas.verify(verification.data!.CertificatePem, '', data!.CertificatePem)).toBe('certificate: OK');
  expect(world.versions.size).toBe(1); // that of the device
  expect(world.entry(physicalResourceId)).toMatchObject({ keyStorage: { Type: 'Kms', KeyArn: KEY_ARN } });
});

test('a CA whose key is in KMS has the certificate of one whose key is in a secret, but for the serial number and the signature', async () => {
  const declared = {
    Extensions: {
      NameConstraints: { Critical: 'true', Permitted: { Dns: ['plant.example'] } },
      CrlDistributionPoints: ['http://ca.example/ca.crl'],
      CertificatePolicies: [{ Oid: '1.3.6.1.4.1.99999.1' }],
      CustomExtensions: [{ Oid: '1.3.6.1.4.1.99999.2', Critical: 'false', Value: 'BQA=' }],
    },
  };
  const secret = await handle(request('ca', 'Create', caProperties(declared)));
  world.hsmKeys.set(KEY_ARN, [...world.versions.values()][0]);
  const kms = await handle({ ...request('ca', 'Create', inKms(declared)), logicalResourceId: 'KmsCa' });
  const shown = ({ data }: typeof kms) => opensslOutput(['x509', '-noout', '-text'], data!.CertificatePem)
    .replace(/Serial Number:\s+\S+/, '').replace(/Signature Value:[^]*$/, '');
  expect(shown(kms)).toBe(shown(secret));
  expect(shown(kms)).toMatch(/plant\.example[^]*1\.3\.6\.1\.4\.1\.99999\.2/);
  const of = (issuer: string) => handle({
    ...request('device', 'Create', deviceProperties(issuer, {
      KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Of${issuer}-AbCdEf` },
      Extensions: { SubjectAlternativeNames: { Dns: ['sensor-001.plant.example'] } },
    })),
    logicalResourceId: `Of${issuer}`,
  });
  const own = (text: string) => text.replace(/pub:[^]*?ASN1/, '').replace(/Subject Key Identifier:\s+\S+/, '');
  expect(own(shown(await of(kms.physicalResourceId)))).toBe(own(shown(await of(secret.physicalResourceId))));
});

test('a CA whose key is in KMS keeps that key for a new generation, its bytes in an update, and its key after a removal', async () => {
  const old = await handle(request('ca', 'Create', inKms()));
  expect(await handle(request('ca', 'Update', inKms({ Platforms: ['aws-iot-core'] }), old.physicalResourceId))).toEqual(old);
  const next = await handle(request('ca', 'Update', inKms({ Generation: '2' }), old.physicalResourceId));
  expect(next.data!.SubjectKeyIdentifier).toBe(old.data!.SubjectKeyIdentifier);
  expect(next.data!.SerialNumber).not.toBe(old.data!.SerialNumber);
  const operations: string[] = [];
  const ports = world.ports(async (operation, effect) => {
    operations.push(operation);
    return effect();
  });
  await handleLifecycleEvent(request('ca', 'Delete', inKms({ RetainKey: 'false' }), old.physicalResourceId), ports);
  expect(operations.filter(operation => !['resource', 'record', 'find'].includes(operation))).toEqual(['advance']);
  expect(await handle(request('ca', 'Update', inKms({ Generation: '2' }), next.physicalResourceId))).toEqual(next);
});

describe('a certificate of a CA whose key is in KMS', () => {
  test.each([
    ['a digest that KMS does not sign over with the key of the CA', () => inKms({ KeyAlgorithm: 'EC_P384', HashAlgorithm: 'SHA-256' }),
      'hashAlgorithm must be SHA-384 under a CA with an EC_P384 key in AWS KMS, got "SHA-256"'],
    ['an algorithm that KMS does not have', () => inKms({ KeyAlgorithm: 'ED25519' }), 'keyAlgorithm must be one of RSA_2048'],
    ['an alias, which can come to mean another key', () => inKms({}, 'arn:aws:kms:eu-central-1:111111111111:alias/iot'), 'keyStorage must be an ARN of kms'],
  ])('is refused for %s, before anything is written', async (_, declared, message) => {
    await expect(handle(request('ca', 'Create', declared()))).rejects.toThrow(message);
    expect(world.entries.size).toBe(0);
  });

  test('is refused before anything is written for a digest that KMS does not sign over with the key of the issuer', async () => {
    world.hsmKeys.set(KEY_ARN, cas.key(['ec', '-pkeyopt', 'ec_paramgen_curve:P-384']));
    const { physicalResourceId } = await handle(request('ca', 'Create', inKms({ KeyAlgorithm: 'EC_P384', HashAlgorithm: 'SHA-384' })));
    const before = world.snapshot();
    await expect(handle(request('device', 'Create', deviceProperties(physicalResourceId)))).rejects.toThrow('hashAlgorithm must be SHA-384 under a CA with an EC_P384 key');
    expect(world.snapshot()).toBe(before);
    await handle(request('device', 'Create', deviceProperties(physicalResourceId, { HashAlgorithm: 'SHA-384' })));
  });

  test('is refused for a key of another algorithm than the declared one, and leaves nothing to sign', async () => {
    await expect(handle(request('ca', 'Create', inKms({ KeyAlgorithm: 'RSA_2048' })))).rejects.toThrow(`the KMS key ${KEY_ARN} must hold a key of 2048 bits (RSA_2048), got "EC_P256"`);
    expect([...world.entries.values()].map(({ status }) => status)).toEqual(['WITHDRAWN']);
  });

  test('is refused if another key, or another kind of place, is under it', async () => {
    const { physicalResourceId } = await handle(request('ca', 'Create', inKms()));
    const other = `${KEY_ARN}2`;
    await expect(handle(request('ca', 'Update', inKms({}, other), physicalResourceId))).rejects.toThrow(`keyStorage must stay ${KEY_ARN}, where the key of this certificate is held, got ${other}`);
    const moved = await handle(request('ca', 'Update', caProperties({ KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Ca-AbCdEf` } }), physicalResourceId));
    expect(moved.physicalResourceId).not.toBe(physicalResourceId); // another kind of place is another CA
  });

  test('is refused if a module signs with another key than it shows', async () => {
    const { physicalResourceId } = await handle(request('ca', 'Create', inKms()));
    const [honest, other] = [signerOf(world.hsmKeys.get(KEY_ARN)!), signerOf(cas.key())];
    const ports: Ports = { ...world.ports(), hsm: async () => ({ publicKey: honest.publicKey, sign: other.sign }) };
    await expect(handleLifecycleEvent(request('device', 'Create', deviceProperties(physicalResourceId)), ports)).rejects.toThrow('does not verify with the issuer\'s public key');
    expect(world.issued()).toHaveLength(1);
  });
});

describe('KMS, as it is documented,', () => {
  let kms: StrictKms;
  let key: StrictKey;
  let caId: string;

  beforeAll(async () => {
    kms = await StrictKms.start();
  });
  beforeEach(async () => {
    kms.reset();
    key = kms.createKey('ECC_NIST_P256', { privateKey: createPrivateKey(cas.key()) });
    caId = (await deliver(request('ca', 'Create', inKms({}, key.arn)))).physicalResourceId;
  });
  afterAll(() => kms.stop());

  /** One invocation, with signers of its own. */
  function deliver(event: LifecycleEvent) {
    const signers = new KmsSigners(kmsOf(kms.url, 1), awsCalls(100));
    return handleLifecycleEvent(event, { ...world.ports(), hsm: keyArn => signers.signer(keyArn) });
  }

  test.each<[KeyState, RegExp]>([
    ['Disabled', /failed: DisabledException; the key is disabled; enable it \(kms:EnableKey\) and deploy again/],
    ['PendingDeletion', /the key is pending deletion; keep it \(kms:CancelKeyDeletion\)/],
    ['Unavailable', /the key is unavailable/],
  ])('has a key that is %s named with its state before anything is written, and issues once it is enabled again', async (state, words) => {
    key.state = state;
    const event = request('device', 'Create', deviceProperties(caId));
    const before = world.snapshot();
    const error = await deliver(event).catch(caught => caught);
    expect(error.message).toMatch(words);
    expect(error.message).toContain(`kms:GetPublicKey on ${key.arn}`);
    expect(world.snapshot()).toBe(before);
    key.state = 'Enabled';
    expect((await deliver({ ...event, requestId: 'next' })).data!.CertificatePem).toMatch(/^-----BEGIN CERTIFICATE/);
  });

  test('leaves no half of a certificate when a key is disabled meanwhile, and the next deployment issues', async () => {
    const keysBefore = [...world.versions];
    kms.faults = (_, { operation }) => {
      key.state = operation === 'Sign' ? 'Disabled' : 'Enabled';
      return undefined;
    };
    const event = request('device', 'Create', deviceProperties(caId));
    await expect(deliver(event)).rejects.toThrow(`kms:Sign on ${key.arn} failed: DisabledException`);
    expect([...world.entries.values()].map(({ status }) => status)).toEqual(['ISSUED', 'WITHDRAWN']);
    expect([...world.versions]).toEqual(keysBefore);
    kms.reset();
    key.state = 'Enabled';
    world.now = new Date(world.now.getTime() + 1000);
    const { data } = await deliver(request('device', 'Create', event.properties));
    expect(world.issued().map(({ serialNumber }) => serialNumber)).toContain(data!.SerialNumber);
  });

  test('is not asked for a signature for an unchanged certificate, but has to have the key that vouches for it', async () => {
    const event = request('device', 'Create', deviceProperties(caId));
    const created = await deliver(event);
    kms.reset();
    expect(await deliver(event)).toEqual(created);
    expect(await deliver(request('ca', 'Update', inKms({}, key.arn), caId))).toMatchObject({ physicalResourceId: caId });
    expect(new Set(kms.calls.map(({ operation }) => operation))).toEqual(new Set(['GetPublicKey']));
    key.state = 'PendingDeletion';
    await expect(deliver(request('device', 'Update', event.properties, created.physicalResourceId))).rejects.toThrow('the key is pending deletion');
  });
});

test.each(['ca', 'device'] as const)('a creation with a key in KMS ends in one certificate by the next delivery, wherever the first one dies (%s)', async kind => {
  const calls = await crashEverywhere(async () => {
    newWorld();
    const ca = request('ca', 'Create', inKms());
    return { world, event: kind === 'ca' ? ca : request('device', 'Create', deviceProperties((await handle(ca)).physicalResourceId)) };
  }, ({ world: after, result, reserved }) => {
    expect(after.issued()).toHaveLength(kind === 'ca' ? 1 : 2);
    expect(after.entries.size).toBe(kind === 'ca' ? 1 : 2);
    expect(reserved.length < after.entries.size || reserved.includes(result.data!.SerialNumber)).toBe(true);
  });
  expect(calls).toBeGreaterThan(4);
});
