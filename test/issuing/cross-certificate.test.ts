import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { parseCertificate } from '../../src/pki/certificate';
import { readStructure } from '../../src/pki/certificate-structure';
import { OID } from '../../src/pki/object-identifiers';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { crashEverywhere } from '../support/crashes';
import {
  caProperties, crossProperties, deviceProperties, EXISTING_KEY, existingCaProperties, Properties, request, SECRET, signedElsewhereProperties,
} from '../support/events';
import { MemoryWorld } from '../support/memory-ports';
import { CA_EXTENSIONS, derOf, OpensslCas } from '../support/openssl-ca';
import { whereInstalled } from '../support/second-opinions';
import { VERIFIERS } from '../support/verifiers/verifiers';

const cas = new OpensslCas();
const OLD = { PathLength: '1' };
const NEXT = { LedgerTable: 'next', Subject: { CommonName: 'Acme IoT Root CA 2036' } };
const keyOf = (logicalId: string) => ({ KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}${logicalId}-AbCdEf` } });
const NAME_CONSTRAINTS = { Extensions: { NameConstraints: { Critical: 'true', Permitted: { Dns: ['acme.example'] }, Excluded: { Ip: ['10.0.0.0/8'] } } } };

let world: MemoryWorld;
let old: Ca;
let next: Ca;

interface Ca {
  readonly id: string;
  readonly pem: string;
  readonly fingerprint: string;
}

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const named = (event: LifecycleEvent, logicalResourceId: string): LifecycleEvent => ({ ...event, logicalResourceId });
const create = (changes: Properties = {}) => request('cross', 'Create', crossProperties(old.id, next.id, changes));
const device = (ca: Ca, LedgerTable: string, id = 'Device') => handle(named(request('device', 'Create', deviceProperties(ca.id, { LedgerTable, ...keyOf(id) })), id));
/** Certifies the old CA's key by the next CA. */
const backwards = () => named(request('cross', 'Create', crossProperties(next.id, old.id, { LedgerTable: 'next', SubjectCaLedgerTable: 'ledger' })), 'Backwards');

async function createCa(logicalId: string, properties: Properties): Promise<Ca> {
  const { physicalResourceId: id, data } = await handle(named(request('ca', 'Create', { ...properties, ...keyOf(logicalId) }), logicalId));
  return { id, pem: data!.CertificatePem, fingerprint: data!.Sha256Fingerprint };
}

async function prepare(oldChanges: Properties = {}, nextChanges: Properties = {}): Promise<void> {
  world = new MemoryWorld();
  world.now = new Date(Date.now() + 60_000);
  old = await createCa('Ca', caProperties({ ...OLD, ...oldChanges }));
  next = await createCa('Next', caProperties({ ...NEXT, PathLength: '0', ...nextChanges }));
}

beforeEach(() => prepare());

describe('a cross-certificate', () => {
  test('has the name, the key, the key identifier and the limits of its subject CA, and the other CA\'s signature', async () => {
    await prepare({}, NAME_CONSTRAINTS);
    const { physicalResourceId, data } = await handle(create());
    expect(physicalResourceId).toMatch(/^cross-[0-9a-f]{32}$/);
    const [cross, own, signer] = [data!.CertificatePem, next.pem, old.pem].map(pem => parseCertificate(derOf(pem)));
    const { subject, publicKey, keyIdentifier, pathLength, nameConstraints } = own;
    expect(cross).toMatchObject({ subject, publicKey, keyIdentifier, pathLength, nameConstraints, ca: true, crlSign: true });
    expect([cross.issuer, cross.authorityKeyIdentifier]).toEqual([signer.subject, signer.keyIdentifier]);
    const constraintsIn = (der: Buffer) => readStructure(der, []).extensions.find(({ oid }) => oid === OID.nameConstraints);
    expect(constraintsIn(cross.der)).toEqual(constraintsIn(own.der));
    expect(world.entry(physicalResourceId)).toMatchObject({ status: 'ISSUED', profile: 'cross', issuer: old.id, subject: 'CN=Acme IoT Root CA 2036' });
  });

  test.each([
    ['its signer', { ValidityDays: '100' }, { ValidityDays: '200' }, () => old],
    ['its subject CA', { ValidityDays: '200' }, { ValidityDays: '100' }, () => next],
  ])('ends with %s, if that ends first', async (_, oldChanges, nextChanges, first) => {
    await prepare(oldChanges, nextChanges);
    const { data } = await handle(create());
    expect(new X509Certificate(data!.CertificatePem).validTo).toBe(new X509Certificate(first().pem).validTo);
  });

  test('is issued once, and comes back as it was after a removal', async () => {
    const first = await handle(create());
    expect(await handle(create())).toEqual(first);
    expect(await handle(request('cross', 'Update', crossProperties(old.id, next.id, { Colour: 'blue' }), first.physicalResourceId))).toEqual(first);
    await handle(request('cross', 'Delete', crossProperties(old.id, next.id), first.physicalResourceId));
    expect(world.entry(first.physicalResourceId)!.status).toBe('WITHDRAWN');
    world.now = new Date(world.now.getTime() + 1000);
    expect(await handle(create())).toEqual(first);
    expect(world.issued().filter(({ profile }) => profile === 'cross')).toHaveLength(1);
  });

  test('stays as it is when its subject CA has left, and even when the ledger of that CA is gone', async () => {
    const first = await handle(create());
    world.ledgers.delete('next');
    expect(await handle(request('cross', 'Update', crossProperties(old.id, next.id, { Colour: 'blue' }), first.physicalResourceId))).toEqual(first);
  });

  test('has the key identifier and the extended key usages of a CA that OpenSSL made', async () => {
    const foreign = cas.root({
      subject: '/CN=Foreign', extensions: [...CA_EXTENSIONS.slice(0, 2), 'subjectKeyIdentifier=01:02:03:04', 'extendedKeyUsage=clientAuth'],
    });
    world.secretValues.set(EXISTING_KEY, foreign.privateKeyPem);
    const { physicalResourceId } = await handle(request('existing', 'Create', existingCaProperties({ LedgerTable: 'next', CertificatePem: foreign.certificatePem })));
    next = { id: physicalResourceId, pem: foreign.certificatePem, fingerprint: '' };
    const cross = parseCertificate(derOf((await handle(create())).data!.CertificatePem));
    expect([cross.keyIdentifier.toString('hex'), cross.extendedKeyUsages]).toEqual(['01020304', [OID.clientAuth]]);
    const { data } = await device(next, 'next');
    expect(cas.verify(data!.CertificatePem, (await handle(create())).data!.CertificatePem, old.pem)).toBe('certificate: OK');
  });

  test.each([['EC_P384', 'SHA-384'], ['RSA_2048', 'SHA-256'], ['ED25519', 'SHA-512']])('certifies a key of the algorithm %s', async (KeyAlgorithm, HashAlgorithm) => {
    await prepare({}, { KeyAlgorithm, HashAlgorithm });
    const { data } = await handle(create());
    expect(cas.verify((await device(next, 'next')).data!.CertificatePem, data!.CertificatePem, old.pem)).toBe('certificate: OK');
  });
});

test('a cross-certificate between CAs whose keys are in KMS has the signature of the module', async () => {
  const [oldKey, nextKey] = ['0a1b', '2c3d'].map(id => `arn:aws:kms:eu-central-1:111111111111:key/${id}`);
  [oldKey, nextKey].forEach(arn => world.hsmKeys.set(arn, cas.key()));
  const inKms = (KeyArn: string) => ({ KeyStorage: { Type: 'Kms', KeyArn } });
  const [first, second] = await Promise.all([
    handle(named(request('ca', 'Create', caProperties({ ...OLD, LedgerTable: 'kms', Subject: { CommonName: 'In KMS' }, ...inKms(oldKey) })), 'Kms')),
    handle(named(request('ca', 'Create', caProperties({ LedgerTable: 'kms-next', Subject: { CommonName: 'Next in KMS' }, ...inKms(nextKey) })), 'KmsNext')),
  ]);
  const { data } = await handle(request('cross', 'Create', crossProperties(first.physicalResourceId, second.physicalResourceId, {
    LedgerTable: 'kms', SubjectCaLedgerTable: 'kms-next', SubjectCaSha256Fingerprint: second.data!.Sha256Fingerprint,
  })));
  expect(cas.verify(data!.CertificatePem, '', first.data!.CertificatePem)).toBe('certificate: OK');
});

describe.each(VERIFIERS)('$name', verifier => {
  const { test: installed } = whereInstalled(verifier.isInstalled(), verifier.name, verifier.debian);
  const folder = mkdtempSync(join(tmpdir(), 'cross-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  installed('accepts the devices of two CAs by their own roots, and by another root through a cross-certificate', async () => {
    const oldest = await createCa('Oldest', caProperties({ LedgerTable: 'oldest', Subject: { CommonName: 'Oldest' } }));
    const [newDevice, oldDevice] = [await device(next, 'next', 'New'), await device(oldest, 'oldest', 'Old')].map(({ data }) => data!.CertificatePem);
    const forwards = await handle(create());
    const back = await handle(named(create({ SubjectCaId: oldest.id, SubjectCaLedgerTable: 'oldest' }), 'Backwards'));
    const [forwardsPem, backPem] = [forwards, back].map(({ data }) => data!.CertificatePem);
    expect(verifier.verify(folder, [
      [newDevice, next.pem], [newDevice, forwardsPem, old.pem], [oldDevice, oldest.pem], [oldDevice, backPem, old.pem],
    ], 'client')).toEqual(['OK', 'OK', 'OK', 'OK']);
  });
});

describe('a cross-certificate is refused, and nothing is written,', () => {
  const CASES: [string, () => LifecycleEvent | Promise<LifecycleEvent>, string][] = [
    ['if its signer has a path length of 0', backwards, 'the signing CA has a pathLength of 0'],
    ['for a CA that the ledger does not have', () => create({ SubjectCaId: `ca-${'0'.repeat(32)}` }), 'subjectCa must be a CA in this ledger'],
    ['for something that is no CA', async () => create({ SubjectCaId: (await device(next, 'next')).physicalResourceId }), 'subjectCa must be the caId of a CA'],
    ['for another certificate than the one whose fingerprint crossed', () => create({ SubjectCaSha256Fingerprint: old.fingerprint }),
      'the ledger next must hold the certificate whose SHA-256 fingerprint begins with'],
    ['for a CA of the signer\'s own name', async () => {
      next = await createCa('Namesake', caProperties({ LedgerTable: 'namesake', Subject: { CommonName: 'acme iot root ca' } }));
      return create({ SubjectCaLedgerTable: 'namesake' });
    }, 'subject must differ from those of the CA that signs'],
    ['for a CA that has no certificate yet', async () => {
      const waiting = await handle(named(request('ca', 'Create', signedElsewhereProperties({ LedgerTable: 'waiting', ...keyOf('Waiting') })), 'Waiting'));
      return create({ SubjectCaId: waiting.physicalResourceId, SubjectCaLedgerTable: 'waiting', SubjectCaSha256Fingerprint: '(not signed yet)' });
    }, 'subjectCa must have its certificate before another CA can certify its key'],
    ['for a CA whose certificate in the ledger another party has signed', () => {
      const { entries } = world.ledgers.get('next')!;
      const [key, entry] = [...entries].find(([, { identity }]) => identity === next.id)!;
      entries.set(key, { ...entry, certificate: derOf(cas.below(cas.root({ subject: '/CN=Acme' }), { subject: '/CN=acme' }).certificatePem) });
      return create();
    }, 'in its ledger'],
  ];

  test.each(CASES)('%s', async (_, event, complaint) => {
    const asked = await event();
    const before = world.issued('ledger').length + world.issued('next').length;
    await expect(handle(asked)).rejects.toThrow(complaint);
    expect(world.issued('ledger').length + world.issued('next').length).toBe(before);
  });
});

test('a cross-certificate is the same after a crash anywhere', async () => {
  const calls = await crashEverywhere(async () => {
    await prepare();
    return { world, event: create() };
  }, ({ result }) => expect(result.data!.CertificatePem).toContain('BEGIN CERTIFICATE'));
  expect(calls).toBeGreaterThan(5);
});
