import { X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { crashEverywhere } from '../support/crashes';
import { deviceProperties, Properties, request, SECRET, signedElsewhereProperties } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';
import { openssl, opensslOutput } from '../support/openssl';
import { CA_EXTENSIONS, derOf, OpensslCa, OpensslCas } from '../support/openssl-ca';

const cas = new OpensslCas();
const SUBORDINATE = ['basicConstraints=critical,CA:TRUE,pathlen:0', ...CA_EXTENSIONS.slice(1)];
const KMS_KEY = 'arn:aws:kms:eu-central-1:111111111111:key/0a1b';

let world: MemoryWorld;
let root: OpensslCa;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const create = (changes: Properties = {}) => handle(request('ca', 'Create', signedElsewhereProperties(changes)));
const update = (id: string, changes: Properties = {}) => handle(request('ca', 'Update', signedElsewhereProperties(changes), id));
/** What whoever holds the root does with the request. */
const signed = (requestPem: string, options: Parameters<OpensslCas['sign']>[3] = {}) => cas.sign(requestPem, root, '', { extensions: SUBORDINATE, ...options });
const device = (issuer: string) => handle(request('device', 'Create', deviceProperties(issuer)));

function newWorld(): MemoryWorld {
  world = new MemoryWorld();
  world.now = new Date(Date.now() + 60_000); // after whatever OpenSSL makes meanwhile
  return world;
}

beforeAll(() => {
  root = cas.root({ subject: '/O=Acme/CN=Offline Root' });
});

beforeEach(newWorld);

describe('a CA that waits for its certificate', () => {
  test('answers a request that OpenSSL verifies, and no certificate', async () => {
    const { data } = await create({ PathLength: '0', Subject: { Organization: 'Acme', CommonName: 'Acme Factory' } });
    const { stderr, stdout } = openssl(['req', '-noout', '-verify', '-text'], data!.CertificateSigningRequestPem!);
    expect(stderr).toContain('verify OK');
    expect(stdout).toMatch(/Subject: O = Acme, CN = Acme Factory/);
    expect(stdout).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(stdout).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
    expect(data!.CertificatePem).toMatch(/not signed yet/);
    expect(data!.CertificatePem).not.toMatch(/BEGIN/);
    expect(new Set(Object.keys(data!))).toEqual(new Set([
      'CertificatePem', 'SerialNumber', 'NotBefore', 'NotAfter', 'Sha256Fingerprint', 'Sha1Fingerprint', 'SubjectKeyIdentifier', 'CertificateSigningRequestPem',
    ]));
  });

  test('does not issue, and says what to do', async () => {
    const { physicalResourceId } = await create();
    const before = world.snapshot();
    await expect(device(physicalResourceId)).rejects.toThrow(`ca must have its certificate before it can issue, and ${physicalResourceId} is waiting for it: `
      + 'have certificateSigningRequestPem signed, and declare the result as signedCertificate');
    expect(world.snapshot()).toBe(before);
  });

  test('answers the same request to the byte, to a retry and to an update, although ECDSA signs differently each time', async () => {
    const event = request('ca', 'Create', signedElsewhereProperties());
    const created = await handle(event);
    expect(await handle(event)).toEqual(created);
    expect(await update(created.physicalResourceId, { Platforms: ['aws-iot-core'] })).toEqual(created);
    expect(await update(created.physicalResourceId, { SignedCertificatePem: '' })).toEqual(created);
  });

  test('has its key in KMS, if that is declared', async () => {
    world.hsmKeys.set(KMS_KEY, cas.key());
    const KeyStorage = { Type: 'Kms', KeyArn: KMS_KEY };
    await expect(create({ KeyStorage, HashAlgorithm: 'SHA-512' })).rejects.toThrow('hashAlgorithm must be SHA-256 under a CA with an EC_P256 key');
    expect(world.entries.size).toBe(0);
    const { physicalResourceId, data } = await create({ KeyStorage });
    await update(physicalResourceId, { KeyStorage, SignedCertificatePem: signed(data!.CertificateSigningRequestPem!) });
    const issued = await device(physicalResourceId);
    const between = new X509Certificate(world.entry(physicalResourceId)!.certificate!).toString();
    expect(cas.verify(issued.data!.CertificatePem, between, root.certificatePem)).toBe('certificate: OK');
    expect(world.versions.size).toBe(1); // that of the device
  });
});

describe('the certificate of its request', () => {
  test('makes the CA one that issues certificates that OpenSSL accepts, under the same id', async () => {
    const { physicalResourceId, data } = await create();
    const certificate = signed(data!.CertificateSigningRequestPem!);
    const active = await update(physicalResourceId, { SignedCertificatePem: certificate + root.certificatePem });
    const { CertificateSigningRequestPem } = data!;
    expect(active).toMatchObject({ physicalResourceId, data: { CertificatePem: certificate, CertificateSigningRequestPem } });
    expect(world.entry(physicalResourceId)).toMatchObject({ status: 'ISSUED', chain: derOf(root.certificatePem) });
    const issued = await device(physicalResourceId);
    expect(cas.verify(issued.data!.CertificatePem, certificate, root.certificatePem, ['-purpose', 'sslclient'])).toBe('certificate: OK');
    expect(await update(physicalResourceId, { SignedCertificatePem: certificate + root.certificatePem })).toEqual(active);
  });

  test('takes over when it is renewed, with the same id and key, and older certificates stay good', async () => {
    const { physicalResourceId, data } = await create();
    const csr = data!.CertificateSigningRequestPem!;
    const [first, renewed] = [signed(csr), signed(csr, { days: 4000 })];
    await update(physicalResourceId, { SignedCertificatePem: first });
    const issued = await device(physicalResourceId);
    const answer = await update(physicalResourceId, { SignedCertificatePem: renewed });
    expect(answer).toMatchObject({ physicalResourceId, data: { CertificatePem: renewed } });
    expect(cas.verify(issued.data!.CertificatePem, renewed, root.certificatePem)).toBe('certificate: OK');
    expect(world.versions.size).toBe(2);
    // A rollback of the renewal.
    expect((await update(physicalResourceId, { SignedCertificatePem: first })).data!.CertificatePem).toBe(first);
  });

  test('can have critical policies', async () => {
    const { physicalResourceId, data } = await create();
    const certificate = signed(data!.CertificateSigningRequestPem!, { extensions: [...SUBORDINATE, 'certificatePolicies=critical,1.2.3.4'] });
    await update(physicalResourceId, { SignedCertificatePem: certificate });
    const issued = await device(physicalResourceId);
    expect(cas.verify(issued.data!.CertificatePem, certificate, root.certificatePem)).toBe('certificate: OK');
  });

  test('can get the certificates above it later', async () => {
    const { physicalResourceId, data } = await create();
    const certificate = signed(data!.CertificateSigningRequestPem!);
    await update(physicalResourceId, { SignedCertificatePem: certificate });
    expect(world.entry(physicalResourceId)!.chain).toHaveLength(0);
    await update(physicalResourceId, { SignedCertificatePem: certificate + root.certificatePem });
    expect(world.entry(physicalResourceId)!.chain).toEqual(derOf(root.certificatePem));
  });

  test('is awaited again after a rollback, and comes back with the same bytes', async () => {
    const created = await create();
    const certificate = signed(created.data!.CertificateSigningRequestPem!);
    const active = await update(created.physicalResourceId, { SignedCertificatePem: certificate });
    expect(await update(created.physicalResourceId)).toEqual(created);
    await expect(device(created.physicalResourceId)).rejects.toThrow('ca must have its certificate before it can issue');
    expect(await update(created.physicalResourceId, { SignedCertificatePem: certificate })).toEqual(active);
  });
});

describe('the certificate for a waiting CA', () => {
  const CASES: [string, (requestPem: string) => string, string][] = [
    ['of another key', () => cas.below(root, { subject: '/CN=Acme IoT Root CA', extensions: SUBORDINATE }).certificatePem,
      'signedCertificate must certify the key of the certificate signing request, got a certificate for another key'],
    ['that is no CA\'s', csr => signed(csr, { extensions: ['basicConstraints=critical,CA:FALSE', 'subjectKeyIdentifier=hash'] }), 'signedCertificate must be a CA certificate'],
    ['that has expired', csr => signed(csr, { dates: ['20200101000000Z', '20210101000000Z'] }), 'got a certificate that is valid from 2020-01-01T00:00:00Z to 2021-01-01T00:00:00Z'],
    ['that is not valid yet', csr => signed(csr, { dates: ['21000101000000Z', '21010101000000Z'] }), 'got a certificate that is valid from 2100-01-01T00:00:00Z'],
    ['with another chain', csr => signed(csr) + cas.root().certificatePem, 'must be signed by the certificate that follows it (the CA\'s own comes first, the root last), got another order or another chain'],
    ['in the wrong order', csr => root.certificatePem + signed(csr), 'must be signed by the certificate that follows it'],
    ['with a critical extension that is unknown', csr => signed(csr, { extensions: [...SUBORDINATE, '1.3.6.1.4.1.99999.1=critical,ASN1:NULL'] }),
      'no critical extension that this library does not process, got 1.3.6.1.4.1.99999.1: '],
    ['without a subject key identifier, by the name of the rule', csr => signed(csr, { extensions: [...SUBORDINATE.slice(0, 2), 'subjectKeyIdentifier=none', 'authorityKeyIdentifier=keyid'] }),
      'rfc5280-ca-subject-key-identifier: a CA must have a subject key identifier; without it, wolfSSL and OpenSSL in strict mode refuse'],
    ['signed over SHA-1', csr => signed(csr, { more: ['-sha1'] }), 'signedCertificate must not be signed over SHA-1 or MD5'],
    ['without a key usage, which RFC 5280 wants in a CA', csr => signed(csr, { extensions: [SUBORDINATE[0], ...SUBORDINATE.slice(2)] }), 'rfc5280-ca-key-usage'],
    ['that is the request itself', csr => csr, 'signedCertificate must hold a certificate in PEM'],
    ['that is a private key, without showing it', () => root.privateKeyPem, 'signedCertificate must hold certificates only, got a private key (not shown)'],
    ['that has no room in the answer', csr => signed(csr, { extensions: [...SUBORDINATE, `nsComment=${'x'.repeat(2000)}`] }), 'at most 4096 are allowed'],
  ];
  test.each(CASES)('is refused (%s), and the CA goes on waiting with its key', async (_, certificate, message) => {
    const created = await create();
    const before = world.snapshot();
    const SignedCertificatePem = certificate(created.data!.CertificateSigningRequestPem!);
    const error = await update(created.physicalResourceId, { SignedCertificatePem }).catch(caught => caught);
    expect(error.message).toContain(message);
    expect(world.snapshot()).toBe(before);
    expect(await update(created.physicalResourceId)).toEqual(created);
  });

  test('is refused if its key is no longer in the secret', async () => {
    const { physicalResourceId, data } = await create();
    world.versions.clear();
    await expect(update(physicalResourceId, { SignedCertificatePem: signed(data!.CertificateSigningRequestPem!) }))
      .rejects.toThrow(/the secret \S+Ca-AbCdEf does not hold the key of the CA \(version [0-9A-F]{40}\); restore it/);
  });
});

describe('what a request of a CA asks for', () => {
  const [unlimited, limited] = ['critical,CA:TRUE', 'critical,CA:TRUE,pathlen:1']
    .map(basicConstraints => [`basicConstraints=${basicConstraints}`, ...SUBORDINATE.slice(1)]);
  const permitted = (domain: string) => [...SUBORDINATE, `nameConstraints=critical,permitted;DNS:${domain}`];
  const Extensions = { NameConstraints: { Permitted: { Dns: ['plant.example'] } } };

  test.each([
    ['a path length', { PathLength: '0' }, unlimited, 'signedCertificate must have a path length of at most 0, as pathLength says, got none'],
    ['a shorter path length', { PathLength: '0' }, limited, 'signedCertificate must have a path length of at most 0, as pathLength says, got 1'],
    ['name constraints', { Extensions }, SUBORDINATE, 'signedCertificate must have the declared name constraints, got none'],
    ['its own name constraints', { Extensions }, permitted('other.example'), 'signedCertificate must have the declared name constraints, got others'],
  ])('has to be granted by the CA that signs it: %s', async (_, properties, extensions, message) => {
    const { physicalResourceId, data } = await create(properties);
    const SignedCertificatePem = signed(data!.CertificateSigningRequestPem!, { extensions });
    await expect(update(physicalResourceId, { ...properties, SignedCertificatePem })).rejects.toThrow(message);
  });

  test('makes the CA active once it is granted', async () => {
    const properties = { PathLength: '1', Extensions };
    const { physicalResourceId, data } = await create(properties);
    const extensions = [limited[0], ...permitted('plant.example').slice(1)];
    const SignedCertificatePem = signed(data!.CertificateSigningRequestPem!, { extensions });
    expect((await update(physicalResourceId, { ...properties, SignedCertificatePem })).data!.CertificatePem).toBe(SignedCertificatePem);
  });
});

test('a request that does not fit into the answer is refused, and leaves neither a key nor anything to sign', async () => {
  const uri = Array.from({ length: 40 }, (_, index) => `plant-${index}.${'x'.repeat(50)}.example`);
  await expect(create({ Extensions: { NameConstraints: { Critical: 'true', Permitted: { Dns: uri } } } })).rejects.toThrow('at most 4096 are allowed');
  expect([...world.entries.values()].map(({ status }) => status)).toEqual(['WITHDRAWN']);
  expect(world.versions.size).toBe(0);
});

describe('the removal of a waiting CA', () => {
  test.each([['keeps the key where it is retained, and the same request is there when it is declared again', 'true'], ['lets the key go otherwise', 'false']])(
    '%s', async (_, RetainKey) => {
      const created = await create({ RetainKey });
      await handle(request('ca', 'Delete', signedElsewhereProperties({ RetainKey }), created.physicalResourceId));
      expect(world.versions.size).toBe(RetainKey === 'true' ? 1 : 0);
      world.now = new Date(world.now.getTime() + 1000);
      const again = await create({ RetainKey });
      expect(again.physicalResourceId).toBe(created.physicalResourceId);
      expect(again.data!.CertificateSigningRequestPem === created.data!.CertificateSigningRequestPem).toBe(RetainKey === 'true');
    });

  test('lets a declaration in another secret afterwards make a new key there', async () => {
    const created = await create();
    await handle(request('ca', 'Delete', signedElsewhereProperties(), created.physicalResourceId));
    world.now = new Date(world.now.getTime() + 1000);
    const KeyStorage = { Type: 'SecretsManager', SecretArn: `${SECRET}Other-AbCdEf` };
    const again = await create({ KeyStorage });
    expect(again.data!.CertificateSigningRequestPem).not.toBe(created.data!.CertificateSigningRequestPem);
    expect(world.entry(again.physicalResourceId)).toMatchObject({ status: 'REQUESTED', keyStorage: KeyStorage });
  });

  test('differs from that of an active CA, which is withdrawn, and issues again once it is declared again with its certificate', async () => {
    const { physicalResourceId, data } = await create();
    const certificate = signed(data!.CertificateSigningRequestPem!);
    const active = await update(physicalResourceId, { SignedCertificatePem: certificate });
    await handle(request('ca', 'Delete', signedElsewhereProperties({ SignedCertificatePem: certificate }), physicalResourceId));
    expect(world.issued()).toEqual([]);
    world.now = new Date(world.now.getTime() + 1000);
    expect(await create({ SignedCertificatePem: certificate })).toEqual(active);
    expect((await device(physicalResourceId)).data!.CertificatePem).toMatch(/^-----BEGIN/);
  });
});

describe('the next delivery, wherever the first one died,', () => {
  test('ends a creation with one key and one request', async () => {
    await crashEverywhere(async () => ({ world: newWorld(), event: request('ca', 'Create', signedElsewhereProperties()) }), ({ world: after, result, reserved }) => {
      const [entry, ...others] = [...after.entries.values()];
      expect(others).toEqual([]);
      expect(entry).toMatchObject({ status: 'REQUESTED', serialNumber: reserved[0] ?? entry.serialNumber });
      expect([...after.versions.keys()]).toEqual([expect.stringContaining(entry.serialNumber)]);
      expect(opensslOutput(['req', '-outform', 'DER'], result.data!.CertificateSigningRequestPem!).length).toBeGreaterThan(0);
    });
  });

  test('ends an activation with the declared certificate', async () => {
    await crashEverywhere(async () => {
      newWorld();
      const { physicalResourceId, data } = await create();
      return { world, event: request('ca', 'Update', signedElsewhereProperties({ SignedCertificatePem: signed(data!.CertificateSigningRequestPem!) }), physicalResourceId) };
    }, ({ world: after, event, result }) => {
      expect(result.data!.CertificatePem).toBe(event.properties.SignedCertificatePem);
      expect(after.issued()).toHaveLength(1);
    });
  });

  test('ends a rollback with a waiting CA', async () => {
    await crashEverywhere(async () => {
      newWorld();
      const { physicalResourceId, data } = await create();
      await update(physicalResourceId, { SignedCertificatePem: signed(data!.CertificateSigningRequestPem!) });
      return { world, event: request('ca', 'Update', signedElsewhereProperties(), physicalResourceId) };
    }, ({ world: after, result }) => {
      expect(after.entry(result.physicalResourceId)).toMatchObject({ status: 'REQUESTED' });
    });
  });

  test('ends a removal with nothing to sign and no key', async () => {
    await crashEverywhere(async () => {
      newWorld();
      const { physicalResourceId } = await create({ RetainKey: 'false' });
      return { world, event: request('ca', 'Delete', signedElsewhereProperties({ RetainKey: 'false' }), physicalResourceId) };
    }, ({ world: after, event }) => {
      expect(after.entry(event.physicalResourceId!)).toMatchObject({ status: 'WITHDRAWN' });
      expect(after.versions.size).toBe(0);
    });
  });
});
