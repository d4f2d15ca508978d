import { X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { splitCertificates } from '../../src/pki/certificate-list';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { crashEverywhere } from '../support/crashes';
import { caProperties, deviceProperties, Properties, request, subordinateProperties } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';
import { opensslOutput } from '../support/openssl';
import { OpensslCas } from '../support/openssl-ca';

const cas = new OpensslCas();
const TABLES = ['factory-1', 'factory-2', 'factory-3'];

let world: MemoryWorld;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
/** Each CA is a resource of its own, whose logical id is the name of its table. */
const ofTable = (table: string, event: LifecycleEvent): LifecycleEvent => ({ ...event, logicalResourceId: table });

async function createRoot(changes: Properties = {}): Promise<{ id: string; pem: string }> {
  const { physicalResourceId, data } = await handle(request('ca', 'Create', caProperties({ PathLength: '3', ...changes })));
  return { id: physicalResourceId, pem: data!.CertificatePem };
}

async function createBelow(issuer: string, table: string, changes: Properties = {}): Promise<{ id: string; pem: string }> {
  const { physicalResourceId, data } = await handle(ofTable(table, request('subordinate', 'Create', subordinateProperties(issuer, table, changes))));
  return { id: physicalResourceId, pem: data!.CertificatePem };
}

const later = () => {
  world.now = new Date(world.now.getTime() + 1000);
};

beforeEach(() => {
  world = new MemoryWorld();
  world.now = new Date();
});

describe.each([1, 2, 3])('a device below %i subordinate CAs', depth => {
  test('has a chain that OpenSSL accepts, and each CA of it is in its issuer\'s ledger and in its own', async () => {
    const root = await createRoot({ KeyAlgorithm: 'EC_P384', HashAlgorithm: 'SHA-384' });
    const between: { id: string; pem: string; table: string }[] = [];
    for (let level = 0; level < depth; level++) {
      const above = between.at(-1) ?? { id: root.id, table: 'ledger' };
      const ca = await createBelow(above.id, TABLES[level], {
        IssuerLedgerTable: above.table, PathLength: String(2 - level), ValidityDays: String(1825 - level), KeyAlgorithm: level === 1 ? 'ED25519' : 'EC_P256',
      });
      expect(world.entry(ca.id, above.table)).toMatchObject({ status: 'ISSUED', issuer: above.id });
      const copy = { ...world.entry(ca.id, above.table), reservedBy: expect.any(String), issuerLedgerTable: above.table };
      expect(world.entry(ca.id, TABLES[level])).toEqual(copy);
      between.push({ ...ca, table: TABLES[level] });
    }
    const last = between.at(-1)!;
    const { data, physicalResourceId } = await handle(request('device', 'Create', deviceProperties(last.id, { LedgerTable: last.table })));
    expect([...world.ledgers].filter(([, { current }]) => current.has(physicalResourceId)).map(([table]) => table)).toEqual([last.table]);
    expect(cas.verify(data!.CertificatePem, between.map(({ pem }) => pem).join(''), root.pem, ['-purpose', 'sslclient'])).toBe('certificate: OK');
    const chain = [...between.slice(0, -1).reverse().map(({ pem }) => pem), root.pem].map(pem => new X509Certificate(pem).raw);
    expect(splitCertificates(world.entry(last.id, last.table)!.chain!)).toEqual(chain);
  });
});

test('a subordinate CA names its issuer\'s key, and OpenSSL refuses a CA for which a path length of 0 leaves no room', async () => {
  const root = await createRoot({ PathLength: '1' });
  const below = await createBelow(root.id, 'factory-1');
  const [own, authority] = [[root.pem, 'subjectKeyIdentifier'], [below.pem, 'authorityKeyIdentifier']]
    .map(([pem, extension]) => /([0-9A-F]{2}:){19}[0-9A-F]{2}/.exec(opensslOutput(['x509', '-noout', '-ext', extension], pem))![0]);
  expect(authority).toBe(own);
  expect(opensslOutput(['x509', '-noout', '-ext', 'basicConstraints'], below.pem)).toContain('CA:TRUE, pathlen:0');
});

describe('a subordinate CA', () => {
  const constraints = (Permitted: Properties) => ({ Extensions: { NameConstraints: { Critical: 'true', Permitted } } });
  const names = (SubjectAlternativeNames: Properties) => ({ Extensions: { SubjectAlternativeNames } });

  /** What is asked of a CA below a root, and why it is refused. */
  const CASES: [string, Properties, Properties, (below: string) => LifecycleEvent, string][] = [
    ['a CA below one with a path length of 0', {}, { PathLength: '0' },
      below => ofTable('factory-2', request('subordinate', 'Create', subordinateProperties(below, 'factory-2', { IssuerLedgerTable: 'factory-1', ValidityDays: '30' }))),
      'the signing CA has a pathLength of 0'],
    ['a path length that its issuer leaves no room for', {}, { PathLength: '1' },
      below => ofTable('factory-2', request('subordinate', 'Create', subordinateProperties(below, 'factory-2', { IssuerLedgerTable: 'factory-1', PathLength: '1', ValidityDays: '30' }))),
      'pathLength must be 0 below a CA with a pathLength of 1, got 1'],
    ['a name that the CA does not permit', {}, constraints({ Dns: ['plant.example'] }),
      below => request('device', 'Create', deviceProperties(below, { LedgerTable: 'factory-1', ...names({ Dns: ['other.example'] }) })),
      'the CA\'s name constraints do not permit dns:"other.example"; they permit only dns:"plant.example"'],
    ['a name that the root does not permit', constraints({ Ip: ['10.0.0.0/8'] }), {},
      below => request('device', 'Create', deviceProperties(below, { LedgerTable: 'factory-1', ...names({ Ip: ['192.168.0.1'] }) })),
      'the CA\'s name constraints do not permit ip:192.168.0.1; they permit only ip:10.0.0.0/255.0.0.0'],
    ['a subject that the root does not permit', constraints({ Directory: [{ Organization: 'Acme' }] }), { Subject: { Organization: 'Acme', CommonName: 'Factory' } },
      below => request('device', 'Create', deviceProperties(below, { LedgerTable: 'factory-1' })),
      'the CA\'s name constraints do not permit directory:"CN=sensor-001"'],
    ['a device that outlives the CA', {}, { ValidityDays: '30' },
      below => request('device', 'Create', deviceProperties(below, { LedgerTable: 'factory-1', ValidityDays: '31' })),
      'shorten validity, or set clipToIssuer'],
    ['a CA that outlives its issuer', {}, { PathLength: '1', ValidityDays: '30' },
      below => ofTable('factory-2', request('subordinate', 'Create', subordinateProperties(below, 'factory-2', { IssuerLedgerTable: 'factory-1', ValidityDays: '31' }))),
      'shorten validity, or set clipToIssuer'],
    ['a CA that is looked for in the wrong ledger', {}, {},
      below => request('device', 'Create', deviceProperties(below, { LedgerTable: 'factory-9' })), 'ca must be a CA in this ledger'],
  ];
  test.each(CASES)('is refused before anything is written, for %s', async (_, ofRoot, ofBelow, event, message) => {
    const root = await createRoot(ofRoot);
    const below = await createBelow(root.id, 'factory-1', ofBelow);
    const before = world.snapshot();
    await expect(handle(event(below.id))).rejects.toThrow(message);
    expect(world.snapshot()).toBe(before);
  });
});

test('the name constraints of a root make OpenSSL refuse the names they exclude, and accept those they permit', async () => {
  const root = await createRoot({ Extensions: { NameConstraints: { Critical: 'true', Permitted: { Dns: ['plant.example'] } } } });
  const below = await createBelow(root.id, 'factory-1');
  const { data } = await handle(request('device', 'Create', deviceProperties(below.id, {
    LedgerTable: 'factory-1', Extensions: { SubjectAlternativeNames: { Dns: ['press.plant.example'] } },
  })));
  expect(cas.verify(data!.CertificatePem, below.pem, root.pem)).toBe('certificate: OK');
  const { privateKeyPem } = { privateKeyPem: [...world.versions].find(([name]) => name.includes('factory-1'))![1] };
  const beside = cas.below({ certificatePem: below.pem, privateKeyPem }, {
    subject: '/CN=sensor', extensions: ['subjectAltName=DNS:other.example', 'authorityKeyIdentifier=keyid'],
  });
  expect(cas.verify(beside.certificatePem, below.pem, root.pem)).toContain('permitted subtree violation');
});

test('a subordinate CA has the same bytes after an update that changes nothing, is a new CA after a change, and has its old bytes after a rollback', async () => {
  const root = await createRoot();
  const properties = subordinateProperties(root.id, 'factory-1');
  const old = await handle(request('subordinate', 'Create', properties));
  expect(await handle(request('subordinate', 'Update', properties, old.physicalResourceId))).toEqual(old);
  const next = await handle(request('subordinate', 'Update', { ...properties, Generation: '2' }, old.physicalResourceId));
  expect(next.physicalResourceId).not.toBe(old.physicalResourceId);
  expect(await handle(request('subordinate', 'Update', properties, next.physicalResourceId))).toEqual(old);
  await handle(request('subordinate', 'Delete', { ...properties, Generation: '2', RetainKey: 'false' }, next.physicalResourceId));
  for (const table of ['ledger', 'factory-1']) {
    expect(world.entry(next.physicalResourceId, table)).toMatchObject({ status: 'WITHDRAWN' });
    expect(world.entry(old.physicalResourceId, table)).toMatchObject({ status: 'ISSUED' });
  }
  const { data } = await handle(request('device', 'Create', deviceProperties(old.physicalResourceId, { LedgerTable: 'factory-1' })));
  expect(cas.verify(data!.CertificatePem, old.data!.CertificatePem, root.pem)).toBe('certificate: OK');
});

test('a CA that was removed and is declared again comes back with its bytes, in both ledgers', async () => {
  const root = await createRoot();
  const properties = subordinateProperties(root.id, 'factory-1');
  const old = await handle(request('subordinate', 'Create', properties));
  await handle(request('subordinate', 'Delete', properties, old.physicalResourceId));
  later();
  expect(await handle(request('subordinate', 'Create', properties))).toEqual(old);
  expect(world.entry(old.physicalResourceId, 'factory-1')).toMatchObject({ status: 'ISSUED' });
});

describe('a removal', () => {
  const ORDERS = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
  test.each(ORDERS.flatMap(order => ['none', 'ledger', 'factory-1'].map(gone => [order, gone] as const)))(
    'in the order %j succeeds if this ledger is gone: %s', async (order, gone) => {
      const root = await createRoot({ RetainKey: 'false' });
      const below = await createBelow(root.id, 'factory-1', { RetainKey: 'false' });
      const device = deviceProperties(below.id, { LedgerTable: 'factory-1' });
      const { physicalResourceId } = await handle(request('device', 'Create', device));
      const removals = [
        request('ca', 'Delete', caProperties({ PathLength: '3', RetainKey: 'false' }), root.id),
        ofTable('factory-1', request('subordinate', 'Delete', subordinateProperties(root.id, 'factory-1', { RetainKey: 'false' }), below.id)),
        request('device', 'Delete', device, physicalResourceId),
      ];
      if (gone !== 'none') {
        world.goneTables.add(gone);
      }
      for (const index of order) {
        expect(await handle(removals[index])).toEqual({ physicalResourceId: removals[index].physicalResourceId });
      }
      world.goneTables.clear();
      const left = ['ledger', 'factory-1'].filter(table => table !== gone).flatMap(table => world.issued(table));
      expect(left).toEqual([]);
      // Only what is recorded nowhere any more can't be let go.
      expect(world.versions.size).toBe(gone === 'none' ? 0 : 1);
    });

  test('before anything was recorded stops a creation that is still running, in both ledgers', async () => {
    const root = await createRoot();
    const event = ofTable('factory-1', request('subordinate', 'Create', subordinateProperties(root.id, 'factory-1')));
    let removed = false;
    const gate = async <T>(operation: string, effect: () => T): Promise<T> => {
      if (operation === 'write' && !removed) {
        removed = true;
        await handle(ofTable('factory-1', request('subordinate', 'Delete', event.properties, 'Iot-Factory-1ABCDEF')));
      }
      return effect();
    };
    await expect(handleLifecycleEvent(event, world.ports(gate))).rejects.toThrow('a later request for this resource has begun');
    expect(world.issued('factory-1')).toEqual([]);
    expect(world.issued()).toHaveLength(1);
    expect(world.versions.size).toBe(1);
  });
});

describe('the next delivery, wherever the first one died,', () => {
  const prepared = async () => {
    world = new MemoryWorld();
    world.now = new Date();
    return createRoot();
  };

  test('ends a creation with one certificate, which is in both ledgers', async () => {
    const calls = await crashEverywhere(async () => {
      const root = await prepared();
      return { world, event: request('subordinate', 'Create', subordinateProperties(root.id, 'factory-1')) };
    }, ({ world: after, reserved, result }) => {
      const certificate = new X509Certificate(result.data!.CertificatePem).raw;
      for (const table of ['ledger', 'factory-1']) {
        expect(after.entry(result.physicalResourceId, table)).toMatchObject({ status: 'ISSUED', certificate });
      }
      expect(after.ledgers.get('factory-1')!.entries.size).toBe(1);
      expect(after.entries.size).toBe(2);
      expect(reserved.length === 1 || reserved.includes(result.data!.SerialNumber)).toBe(true);
      expect(after.versions.size).toBe(2);
    });
    expect(calls).toBeGreaterThan(9);
  });

  test('ends a removal with nothing issued in either ledger, and no key', async () => {
    await crashEverywhere(async () => {
      const root = await prepared();
      const properties = subordinateProperties(root.id, 'factory-1', { RetainKey: 'false' });
      const { physicalResourceId } = await handle(request('subordinate', 'Create', properties));
      return { world, event: request('subordinate', 'Delete', properties, physicalResourceId) };
    }, ({ world: after, event }) => {
      for (const table of ['ledger', 'factory-1']) {
        expect(after.entry(event.physicalResourceId!, table)).toMatchObject({ status: 'WITHDRAWN' });
      }
      expect(after.versions.size).toBe(1);
    });
  });

  test('ends a replacement with the new certificate, and a rollback with the old one', async () => {
    await crashEverywhere(async () => {
      const root = await prepared();
      const { physicalResourceId } = await handle(request('subordinate', 'Create', subordinateProperties(root.id, 'factory-1')));
      return { world, event: request('subordinate', 'Update', subordinateProperties(root.id, 'factory-1', { Generation: '2' }), physicalResourceId) };
    }, async ({ world: after, event, result }) => {
      const back = { ...event, requestId: 'rollback', properties: { ...event.properties, Generation: '1' }, physicalResourceId: result.physicalResourceId };
      const rolledBack = await handleLifecycleEvent(back, after.ports());
      expect(rolledBack.physicalResourceId).toBe(event.physicalResourceId);
      expect(after.entry(event.physicalResourceId!, 'factory-1')!.certificate).toEqual(new X509Certificate(rolledBack.data!.CertificatePem).raw);
    });
  });
});
