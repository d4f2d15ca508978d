import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DeviceResult } from '../../../src/contract/fleet';
import { certificateKey } from '../../../src/issuing/aws/ledger-keys';
import { BatchResult } from '../../../src/issuing/fleet/issue-devices';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { dynamoDb } from '../../support/aws-clients';
import { deviceRows, expectDevices, FleetWorld, outcomes } from '../../support/fleet-world';
import { opensslRequest } from '../../support/foreign-ca';
import { MOTO_TIMEOUT } from '../../support/moto';
import { certtool, opensslOutput, temporaryFiles } from '../../support/openssl';

const DAY = 86_400_000;
const file = temporaryFiles();

let world: FleetWorld;

beforeEach(async () => {
  world = await FleetWorld.start();
}, MOTO_TIMEOUT);

afterEach(() => world.proxy.stop());

const bytes = ({ devices }: BatchResult): string[] => devices.map(({ certificatePem }) => certificatePem);

describe('the devices of a batch', () => {
  test('get one certificate each, which OpenSSL and GnuTLS verify, with a key that is in an archive', async () => {
    const { devices, refused } = await world.issue(deviceRows(70));
    expect(refused).toEqual([]);
    expect(outcomes({ devices, refused })).toEqual(Array(70).fill('issued'));
    expect(devices.map(({ deviceId }) => deviceId)).toEqual(deviceRows(70).map(({ deviceId }) => deviceId));
    await expectDevices(world, 70);
    const keys = [...world.archives.values()].flat();
    for (const { certificatePem, deviceId, serialNumber, keyArchive, sha256Fingerprint } of devices) {
      const certificate = new X509Certificate(certificatePem);
      const key = world.archives.get(keyArchive!)!.find(each => each.serialNumber === serialNumber)!;
      expect(certificate.checkPrivateKey(createPrivateKey(key.privateKeyPem))).toBe(true);
      expect([certificate.subject, certificate.serialNumber, key.deviceId]).toEqual([`CN=${deviceId}`, serialNumber, deviceId]);
      expect(certificate.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(sha256Fingerprint);
    }
    expect(keys).toHaveLength(70);
    const { certificate } = (await world.ports().ledger(world.table).find(world.ca))!;
    const ca = file('ca.pem', new X509Certificate(certificate!).toString());
    const device = file('device.pem', devices[69].certificatePem);
    expect(opensslOutput(['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', ca, device])).toBe(`${device}: OK\n`);
    expect(certtool(['--verify', '--load-ca-certificate', ca, '--infile', device]).status).toBe(0);
  });

  test('keep the keys of their requests, and nothing is archived', async () => {
    const certificateSigningRequest = opensslRequest('/CN=sensor-000');
    const { devices } = await world.issue(deviceRows(1, { certificateSigningRequest }));
    const asked = opensslOutput(['req', '-pubkey', '-noout'], certificateSigningRequest);
    expect(new X509Certificate(devices[0].certificatePem).publicKey.export({ type: 'spki', format: 'pem' })).toBe(createPublicKey(asked).export({ type: 'spki', format: 'pem' }));
    expect(devices[0].keyArchive).toBeUndefined();
    expect(world.archives.size).toBe(0);
  });

  test('have the subject and the names of the fleet and of their rows', async () => {
    const fleet = world.fleet({ Subject: { Organization: 'Acme', Country: 'DE' }, Extensions: { SubjectAlternativeNames: { Dns: ['all.example'] } } });
    const [plain, named] = [deviceRows(1)[0], { ...deviceRows(2)[1], subject: { commonName: 'Pump 7', organization: 'Other' }, names: { dns: ['pump.example'], ip: ['192.0.2.7'] } }];
    const { devices } = await world.issue([plain, named], { fleet });
    const certificates = devices.map(({ certificatePem }) => new X509Certificate(certificatePem));
    expect(certificates.map(({ subject, subjectAltName }) => [subject, subjectAltName])).toEqual([
      ['C=DE\nO=Acme\nCN=sensor-000', 'DNS:all.example'], ['C=DE\nO=Other\nCN=Pump 7', 'DNS:all.example, DNS:pump.example, IP Address:192.0.2.7'],
    ]);
  });

  test('have the same certificates after another run, which issues only what is new, changed or was refused', async () => {
    const first = await world.issue([...deviceRows(3), { line: 5, deviceId: 'sensor-bad', names: { dns: ['no host'] } }]);
    expect(first.refused.map(({ line, reason }) => [line, reason.slice(0, 9)])).toEqual([[5, 'dns must ']]);
    const [one, two, three] = deviceRows(3);
    const second = await world.issue([three, { ...one, subject: { organization: 'Acme' } }, two, { line: 5, deviceId: 'sensor-bad' }, { line: 6, deviceId: 'sensor-new' }], { run: 'run-2' });
    expect(outcomes(second)).toEqual(['unchanged', 'replaced', 'unchanged', 'issued', 'issued']);
    expect([bytes(second)[0], bytes(second)[2]]).toEqual([bytes(first)[2], bytes(first)[1]]);
    await expectDevices(world, 6);
    const former = (await world.devices()).filter(({ deviceId }) => deviceId === 'sensor-000');
    expect(former.find(({ serialNumber }) => serialNumber === second.devices[1].serialNumber)!.replaces).toBe(first.devices[0].serialNumber);
    expect((await world.ports().ledger(world.table).find(former[0].identity))!.serialNumber).toBe(second.devices[1].serialNumber);
  });

  test('get other certificates with another generation, and the former ones again when it is taken back, however often', async () => {
    const generation = (Generation: string, run: string): Promise<BatchResult> =>
      world.issue(deviceRows(2), { fleet: world.fleet({ Generation }), run });
    const [first, second] = [await generation('1', 'run-1'), await generation('2', 'run-2')];
    const later = [];
    for (const [index, number] of ['1', '2', '3', '1', '2', '3'].entries()) {
      later.push(await generation(number, `run-${index + 3}`));
    }
    expect([second, ...later].map(outcomes).map(([one]) => one)).toEqual(['replaced', 'restored', 'restored', 'replaced', 'restored', 'restored', 'restored']);
    const [, , third] = later;
    expect(later.map(bytes)).toEqual([first, second, third, first, second, third].map(bytes));
    await expectDevices(world, 6);
    const ledger = world.ports().ledger(world.table);
    const latest = await Promise.all((await world.devices()).map(async ({ identity }) => (await ledger.find(identity))!.serialNumber));
    expect([...new Set(latest)].sort()).toEqual(third.devices.map(({ serialNumber }) => serialNumber).sort());
  });

  test('get a new certificate when a declaration comes back whose certificate was revoked meanwhile', async () => {
    const { devices: [{ serialNumber }] } = await world.issue(deviceRows(1));
    const changed = deviceRows(1, { subject: { organization: 'Acme' } });
    const second = await world.issue(changed, { run: 'run-2' });
    await revokeCertificate({ issuer: world.ca, serialNumber, reason: 'superseded', orderedBy: 'anna' }, world.ports().revocations(world.table), world.memory.now);
    const third = await world.issue(deviceRows(1), { run: 'run-3' });
    const fourth = await world.issue(changed, { run: 'run-4' });
    expect([third, fourth].map(outcomes)).toEqual([['replaced'], ['restored']]);
    expect(bytes(fourth)).toEqual(bytes(second));
    await revokeCertificate({ issuer: world.ca, serialNumber: third.devices[0].serialNumber, reason: 'superseded', orderedBy: 'anna' }, world.ports().revocations(world.table), world.memory.now);
    expect(outcomes(await world.issue(deviceRows(1), { run: 'run-5' }))).toEqual(['replaced']);
    await expectDevices(world, 4);
  });

  test('are renewed once within the declared time, by whichever run comes then', async () => {
    const fleet = world.fleet({}, { renewBeforeDays: 30 });
    const first = await world.issue(deviceRows(2), { fleet });
    world.memory.now = new Date(world.memory.now.getTime() + 334 * DAY);
    expect(outcomes(await world.issue(deviceRows(2), { fleet, run: 'early' }))).toEqual(['unchanged', 'unchanged']);
    world.memory.now = new Date(world.memory.now.getTime() + 2 * DAY);
    const second = await world.issue(deviceRows(2), { fleet, run: 'run-2' });
    const again = await world.issue(deviceRows(2), { fleet, run: 'run-2' });
    const third = await world.issue(deviceRows(2), { fleet, run: 'run-3' });
    expect([second, again, third].map(outcomes)).toEqual([['renewed', 'renewed'], ['renewed', 'renewed'], ['unchanged', 'unchanged']]);
    expect([bytes(again), bytes(third)]).toEqual([bytes(second), bytes(second)]);
    expect(new Date(second.devices[0].notAfter).getTime()).toBeGreaterThan(new Date(first.devices[0].notAfter).getTime() + 300 * DAY);
    await expectDevices(world, 4);
  });
});

describe('a row', () => {
  test.each([
    ['the request of another device', { certificateSigningRequest: () => opensslRequest('/CN=sensor-777') }, /that of the device "sensor-000", got one for the common name "sensor-777"/],
    ['a request with a forged signature', { certificateSigningRequest: () => forged(opensslRequest('/CN=sensor-000')) }, /certificateSigningRequest must/],
    ['a request that is none', { certificateSigningRequest: () => 'hello' }, /certificateSigningRequest must/],
    ['a common name that is too long', { subject: { commonName: 'a'.repeat(65) } }, /^commonName must be 1 to 64 /],
    ['the name of the CA', { subject: { commonName: 'Acme IoT Root CA' } }, /the certificate could pass for the CA/],
  ])('with %s is refused, and the others go on', async (_, bad, reason) => {
    const csr = (bad as { certificateSigningRequest?: () => string }).certificateSigningRequest;
    const [first, second] = deviceRows(2);
    const { devices, refused } = await world.issue([{ ...first, ...bad, certificateSigningRequest: csr?.() }, second]);
    expect(devices.map(({ deviceId }) => deviceId)).toEqual(['sensor-001']);
    expect(refused).toEqual([{ line: 2, deviceId: 'sensor-000', reason: expect.stringMatching(reason) }]);
  });

  test('with a request without a common name is issued for its own device', async () => {
    const { devices } = await world.issue(deviceRows(1, { certificateSigningRequest: opensslRequest('/O=Acme') }));
    expect(new X509Certificate(devices[0].certificatePem).subject).toBe('CN=sensor-000');
  });

  test('without a request is refused if nobody is declared to receive its key', async () => {
    const { refused } = await world.issue(deviceRows(1), { ports: { ...world.ports(), keyArchive: undefined } });
    expect(refused[0].reason).toMatch(/^certificateSigningRequest must be given, because the fleet has no recipient/);
  });

  test('whose certificate is revoked gets no other one unless it has changed', async () => {
    const { devices: [{ serialNumber }] } = await world.issue(deviceRows(1));
    await revokeCertificate({ issuer: world.ca, serialNumber, reason: 'keyCompromise', orderedBy: 'anna' }, world.ports().revocations(world.table), world.memory.now);
    expect((await world.issue(deviceRows(1), { run: 'run-2' })).refused[0].reason).toMatch(`the certificate ${serialNumber} of the device must not be revoked`);
    expect(outcomes(await world.issue(deviceRows(1, { subject: { organizationalUnit: 'repaired' } }), { run: 'run-3' }))).toEqual(['replaced']);
  });

  test('whose certificate was exchanged in the ledger is refused', async () => {
    const { devices: [mine, other] } = await world.issue(deviceRows(2));
    const octets = new X509Certificate(other.certificatePem).raw;
    await world.client.send(new UpdateItemCommand({
      TableName: world.table, Key: certificateKey({ issuer: world.ca, serialNumber: mine.serialNumber }), UpdateExpression: 'SET certificate = :other', ExpressionAttributeValues: { ':other': { B: octets } },
    }));
    expect((await world.issue(deviceRows(1), { run: 'run-2' })).refused[0].reason).toMatch(/must hold the certificate that was issued under serial number .*, got another one/);
  });
});

test('a CA that is retired issues for no fleet', async () => {
  await world.client.send(new UpdateItemCommand({
    TableName: world.table,
    Key: certificateKey((await world.ports().ledger(world.table).find(world.ca))!),
    UpdateExpression: 'SET retirement = :retired',
    ExpressionAttributeValues: { ':retired': { S: 'retired' } },
  }));
  await expect(world.issue(deviceRows(1))).rejects.toThrow(/retired/);
});

describe('a batch that is carried out more than once', () => {
  /** A client that does not outlast a worker: it retries nothing. */
  const worker = (): DynamoDBClient => dynamoDb(world.proxy.url, 1);

  test('at the same time makes one certificate for each device, and both answer it', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => world.issue(deviceRows(60))));
    expect(bytes(one)).toEqual(bytes(other));
    expect(outcomes(other)).toEqual(Array(60).fill('issued'));
    await expectDevices(world, 60);
    await expectKeysOf(one.devices);
  });

  test('by workers that die at each of their calls gives every device one certificate, with its key in the archive', async () => {
    world.proxy.reset();
    await world.issue(deviceRows(40), { fleet: world.fleet({}, { logicalResourceId: 'Counted' }) });
    const calls = world.proxy.calls.length;
    let results: BatchResult | undefined;
    for (let call = 0; call < calls; call++) {
      for (const when of ['before', 'after'] as const) {
        world.proxy.reset();
        world.proxy.faults = index => index === call ? { kind: 'crash', when } : undefined;
        await world.issue(deviceRows(40), { ports: world.ports(worker()) }).then(result => { results = result; }, () => undefined);
      }
    }
    world.proxy.reset();
    results = await world.issue(deviceRows(40));
    expect(outcomes(results)).toEqual(Array(40).fill('issued'));
    await expectDevices(world, 80);
    await expectKeysOf(results.devices);
  });

  test('under a throttled ledger goes on until all is issued', async () => {
    world.proxy.reset();
    world.proxy.faults = index => index % 3 === 1 ? { kind: 'throttled', when: 'before' } : undefined;
    expect(outcomes(await world.issue(deviceRows(120)))).toEqual(Array(120).fill('issued'));
    world.proxy.reset();
    await expectDevices(world, 120);
  });

  async function expectKeysOf(devices: readonly DeviceResult[]): Promise<void> {
    for (const { keyArchive, serialNumber, certificatePem } of devices) {
      const key = world.archives.get(keyArchive!)!.find(each => each.serialNumber === serialNumber)!;
      expect(new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(key.privateKeyPem))).toBe(true);
    }
  }
});

/** A request with another signature: OpenSSL says of it that the self-signature does not verify. */
function forged(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  der[der.length - 1] = 255 - der[der.length - 1];
  return der.toString('base64');
}
