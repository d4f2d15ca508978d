import { X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { beginPublication } from '../../src/issuing/revocation/publish-crls';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { caProperties, deviceProperties, Properties, request, requestedProperties, SECRET, verificationProperties } from '../support/events';
import { Gate, MemoryWorld } from '../support/memory-ports';
import { opensslOutput } from '../support/openssl';
import { OpensslCas } from '../support/openssl-ca';

const cas = new OpensslCas();
const MINUTE = 60_000;

let world: MemoryWorld;
let caId: string;

const handle = (event: LifecycleEvent, gate?: Gate) => handleLifecycleEvent(event, world.ports(gate));

/** A process that dies at an operation, before its effect. */
const dyingAt = (last: string): Gate => async (operation, effect) => operation === last ? new Promise(() => {}) : effect();

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', caProperties()))).physicalResourceId;
});

const createDevice = (changes: Properties = {}) => handle(request('device', 'Create', deviceProperties(caId, changes)));

describe('the certificate of a CA that publishes what is revoked', () => {
  const url = 'http://pki.acme.example/ca';
  const ocspUrl = 'http://ocsp.acme.example/';

  beforeEach(async () => {
    await beginPublication({ caId, table: 'ledger', life: 7 * 86_400_000, ocspUrl }, { url, partitions: 1 }, { owner: 'stack/Publication', requestId: 'create' }, {
      ...world.ports(), revocations: table => world.revocations(table), files: { replace: async ({ number }) => number },
    });
  });

  const shown = (pem: string) => opensslOutput(['x509', '-noout', '-ext', 'authorityInfoAccess,crlDistributionPoints,subjectAltName'], pem);

  test('names its list and its responder', async () => {
    const text = shown((await createDevice()).data!.CertificatePem!);
    expect(text.match(/URI:\S+/g)!.sort()).toEqual([`URI:${ocspUrl}`, `URI:${url}/1-0.crl`]);
    expect(text).toContain(`OCSP - URI:${ocspUrl}`);
  });

  test('names them beside what the declaration adds', async () => {
    const text = shown((await createDevice({ Extensions: { SubjectAlternativeNames: { Dns: ['sensor.example'] } } })).data!.CertificatePem!);
    expect(text).toMatch(/DNS:sensor\.example/);
    expect(text.match(/URI:\S+/g)!.sort()).toEqual([`URI:${ocspUrl}`, `URI:${url}/1-0.crl`]);
  });

  test('names neither if it proves possession of the key to a platform, because it is never revoked', async () => {
    const { data } = await handle(request('verification', 'Create', verificationProperties(caId)));
    expect(shown(data!.CertificatePem!)).not.toContain('URI');
  });
});

test('a certificate has the extensions that it declares, although it declares no names', async () => {
  const { data } = await createDevice({ Extensions: { CertificatePolicies: [{ Oid: '1.3.6.1.4.1.99999.1' }] } });
  expect(opensslOutput(['x509', '-noout', '-ext', 'certificatePolicies'], data!.CertificatePem)).toContain('Policy: 1.3.6.1.4.1.99999.1');
});

describe('a creation that the function did not end', () => {
  const event = () => request('device', 'Create', deviceProperties(caId));
  const reservations = () => [...world.entries.values()].filter(({ profile }) => profile === 'device');

  async function interrupted(): Promise<LifecycleEvent> {
    const created = event();
    void handle(created, dyingAt('write'));
    while (reservations().length === 0) {
      await new Promise(resolve => setImmediate(resolve));
    }
    return created;
  }

  test('ends with the serial number and the validity that it reserved less than an hour ago', async () => {
    const created = await interrupted();
    world.now = new Date(world.now.getTime() + 59 * MINUTE);
    const certificate = new X509Certificate((await handle(created)).data!.CertificatePem!);
    expect([certificate.serialNumber, certificate.validFrom]).toEqual([reservations()[0].serialNumber, 'Mar  1 11:00:00 2026 GMT']);
    expect(reservations()).toHaveLength(1);
  });

  test('reserves others after an hour, so that the certificate has its whole validity', async () => {
    const created = await interrupted();
    const [{ serialNumber }] = reservations();
    world.now = new Date(world.now.getTime() + 60 * MINUTE);
    const certificate = new X509Certificate((await handle(created)).data!.CertificatePem!);
    expect(certificate.validFrom).toBe('Mar  1 12:00:00 2026 GMT');
    expect(certificate.serialNumber).not.toBe(serialNumber);
  });
});

test.each(['Create', 'Delete'] as const)('a key whose certificate was never recorded is gone after the next request, a %s', async requestType => {
  const keys = () => [...world.versions.keys()].filter(key => key.includes('Device-'));
  void handle(request('device', 'Create', deviceProperties(caId)), dyingAt('advance'));
  while (keys().length === 0) {
    await new Promise(resolve => setImmediate(resolve));
  }
  const [first] = keys();
  world.now = new Date(world.now.getTime() + MINUTE);
  await handle({ ...request('device', requestType, deviceProperties(caId), requestType === 'Delete' ? 'iot-Device-ABCDEF' : undefined), requestId: 'next' });
  expect(keys()).not.toContain(first);
  expect(keys()).toHaveLength(requestType === 'Create' ? 1 : 0);
  const [{ status, withdrawnAt, withdrawnBy }] = [...world.entries.values()].filter(({ serialNumber }) => first.endsWith(serialNumber));
  expect({ status, withdrawnAt, withdrawnBy }).toEqual({ status: 'WITHDRAWN', withdrawnAt: '2026-03-01T12:01:00.000Z', withdrawnBy: 'next' });
});

test('a removal by an ID that CloudFormation has invented removes nothing if nothing can have been created', async () => {
  const before = world.snapshot();
  const removal = request('device', 'Delete', deviceProperties(caId, { Subject: {} }), 'iot-Device-ABCDEF');
  expect(await handle(removal)).toEqual({ physicalResourceId: 'iot-Device-ABCDEF', unfinished: undefined });
  expect(world.snapshot()).toBe(before);
});

describe('a request for a certificate may name', () => {
  const named = (subject: string, logicalResourceId: string) => handle({
    ...request('device', 'Create', requestedProperties(caId, { CertificateSigningRequest: cas.request(cas.key(), { subject }) })), logicalResourceId,
  });

  test('the code of a verification certificate, which no device has', async () => {
    await handle(request('verification', 'Create', verificationProperties(caId)));
    const { data } = await named('/CN=code-1', 'Sensor');
    expect(new X509Certificate(data!.CertificatePem!).subject).toBe('CN=code-1');
  });

  test('no device that is being made', async () => {
    await handle(request('device', 'Create', deviceProperties(caId, { KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Own-AbCdEf` } })));
    const [key, entry] = [...world.entries].find(([, { profile }]) => profile === 'device')!;
    world.entries.set(key, { ...entry, status: 'SIGNED' });
    await expect(named('/CN=sensor-001', 'Sensor')).rejects.toThrow('certificateSigningRequest must request a common name that no other living certificate of the CA has');
    world.entries.set(key, { ...entry, status: 'WITHDRAWN' });
    expect((await named('/CN=sensor-001', 'Sensor')).physicalResourceId).toMatch(/^device-/);
  });
});
