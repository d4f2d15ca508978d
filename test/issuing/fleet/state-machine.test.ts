import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { DeviceCertificateFleet, FleetManifest, KeyAlgorithm, KeyRecipient, PrivateIotCa } from '../../../src';
import { DeviceResult, RefusedRow } from '../../../src/contract/fleet';
import { decryptCms } from '../../support/cms';
import { FleetCloud } from '../../support/fleet-cloud';
import { opensslRequest } from '../../support/foreign-ca';
import { MOTO_TIMEOUT } from '../../support/moto';

/** Thousands of rows through an emulator that answers one request at a time; milliseconds. */
const LONG = 1_200_000;

/** As many rows as the manifest has, of which every hundredth is wrong. */
const ROWS = Number(process.env.FLEET_ROWS ?? 10_000);
const WRONG = ROWS / 100;

const RECIPIENT = generateKeyPairSync('rsa', {
  modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const REQUEST = opensslRequest('/CN=sensor-00007');

let cloud: FleetCloud;
beforeAll(async () => {
  cloud = await FleetCloud.start();
}, MOTO_TIMEOUT);
afterAll(() => cloud.stop());

/** A row of the manifest: every hundredth has an ID that is a path, and the one of sensor-00007 has a request. */
function rowOf(index: number): object {
  const deviceId = `sensor-${String(index).padStart(5, '0')}`;
  return index % 100 === 50 ? { deviceId: `../${deviceId}` } : index === 7 ? { deviceId, certificateSigningRequest: REQUEST } : { deviceId };
}

function linesOf<T>(content: Buffer | undefined): T[] {
  return String(content).split('\n').filter(line => line !== '').map(line => JSON.parse(line));
}

test(`a run of the state machine gives each of ${ROWS} devices one certificate, although workers are killed and batches are delivered twice at once`, async () => {
  const manifests = await cloud.world.bucket();
  const manifest = Array.from({ length: ROWS }, (_, index) => `${JSON.stringify(rowOf(index))}\n`).join('');
  await cloud.upload(manifests, 'sensors.jsonl', manifest);
  const { stack, definition } = await cloud.deploy('Factory', each => {
    const ca = new PrivateIotCa(each, 'Ca', { subject: { commonName: 'Factory Root' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
    new DeviceCertificateFleet(each, 'Sensors', {
      ca,
      manifest: FleetManifest.fromBucket(Bucket.fromBucketName(each, 'Manifests', manifests), 'sensors.jsonl'),
      subject: { organization: 'Acme' },
      keyAlgorithm: KeyAlgorithm.EC_P256,
      keyRecipient: KeyRecipient.publicKey(RECIPIENT.publicKey),
      maxConcurrency: 2,
      runOnDeploy: false,
    });
  });
  const [{ physicalId: bucket }] = stack.resourcesOf('AWS::S3::Bucket');
  cloud.fault = (handler, index) => handler !== 'work' ? undefined : index === 2 ? 'killed' : index === 4 ? 'twice' : undefined;

  const first = await cloud.interpreter.run(definition, 'first');
  expect(first).toMatchObject({ status: 'SUCCEEDED', output: { rows: ROWS, issued: ROWS - WRONG, refused: WRONG, failedPieces: 0 } });
  const objects = await cloud.objects(bucket, cloud.folder);
  const devices = results(objects, 'first');
  expect(devices).toHaveLength(ROWS - WRONG);
  expect(new Set(devices.map(({ deviceId }) => deviceId)).size).toBe(ROWS - WRONG);
  expect(new Set(devices.map(({ serialNumber }) => serialNumber)).size).toBe(ROWS - WRONG);
  const refused = linesOf<RefusedRow>(objects.get('runs/first/refused.jsonl'));
  expect(refused).toHaveLength(WRONG);
  expect(refused[0]).toMatchObject({ line: 51, reason: expect.stringContaining('without slashes') });

  const keys = new Map<string, string>();
  for (const name of new Set(devices.flatMap(({ keyArchive }) => keyArchive ?? []))) {
    linesOf<{ serialNumber: string; privateKeyPem: string }>(decryptCms(objects.get(name.slice(cloud.folder.length + 1))!, RECIPIENT.privateKey))
      .forEach(({ serialNumber, privateKeyPem }) => keys.set(`${name} ${serialNumber}`, privateKeyPem));
  }
  for (const { deviceId, keyArchive, serialNumber, certificatePem } of devices) {
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.subject).toBe(`O=Acme\nCN=${deviceId}`);
    if (deviceId === 'sensor-00007') {
      expect(keyArchive).toBeUndefined();
    } else {
      expect(certificate.checkPrivateKey(createPrivateKey(keys.get(`${keyArchive} ${serialNumber}`)!))).toBe(true);
    }
  }
  const ca = new X509Certificate(stack.certificateOf('Ca').pem);
  for (const index of [0, 7, devices.length - 1]) {
    expect(new X509Certificate(devices[index].certificatePem).verify(ca.publicKey)).toBe(true);
  }

  // A second run, with one row that has changed and one that is new.
  const changed = manifest.replace('{"deviceId":"sensor-00001"}', '{"deviceId":"sensor-00001","dns":["sensor-1.acme.example"]}');
  await cloud.upload(manifests, 'sensors.jsonl', `${changed}{"deviceId":"gateway-1"}\n`);
  const second = await cloud.interpreter.run(definition, 'second');
  expect(second).toMatchObject({ status: 'SUCCEEDED', output: { issued: 1, replaced: 1, unchanged: ROWS - WRONG - 1, refused: WRONG } });
  const again = results(await cloud.objects(bucket, cloud.folder), 'second');
  expect(again.find(({ deviceId }) => deviceId === 'sensor-00002')).toEqual({ ...devices[2], outcome: 'unchanged' });

  for (const shown of [...cloud.payloads, ...cloud.logs]) {
    expect(shown).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE|MII[A-Za-z0-9+/]{20}/);
  }
}, LONG);

function results(objects: ReadonlyMap<string, Buffer>, run: string): DeviceResult[] {
  return [...objects.keys()].filter(name => name.startsWith(`runs/${run}/results/`)).sort().flatMap(name => linesOf<DeviceResult>(objects.get(name)));
}

test('a run of which too many batches fail ends as failed, with the reason of one of them, and a summary of the others', async () => {
  const manifests = await cloud.world.bucket();
  await cloud.upload(manifests, 'sensors.csv', `deviceId\n${Array.from({ length: 6 }, (_, index) => `sensor-${index}`).join('\n')}\n`);
  const { stack, definition } = await cloud.deploy('Failing', each => {
    const ca = new PrivateIotCa(each, 'Ca', { subject: { commonName: 'Root' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
    new DeviceCertificateFleet(each, 'Sensors', {
      ca,
      manifest: FleetManifest.fromBucket(Bucket.fromBucketName(each, 'Manifests', manifests), 'sensors.csv'),
      keyRecipient: KeyRecipient.publicKey(RECIPIENT.publicKey),
      keyAlgorithm: KeyAlgorithm.EC_P256,
      batchSize: 2,
      maxConcurrency: 1,
      runOnDeploy: false,
    });
  });
  cloud.fault = () => undefined;
  await cloud.emptyTable(stack.resourcesOf('AWS::DynamoDB::GlobalTable')[0].physicalId);
  // Without the waits of the retries, which are in the definition.
  const ended = await cloud.interpreter.run(definition.replace(/"MaxAttempts":\d+/g, '"MaxAttempts":0'), 'failing');
  const { status, error, cause } = ended;
  expect({ status, error }).toEqual({ status: 'FAILED', error: 'TooManyPiecesFailed' });
  expect(cause).toMatch(/^3 of 3 pieces failed or were not begun; one of them: ca must be a CA in this ledger/);
  const [{ physicalId: bucket }] = stack.resourcesOf('AWS::S3::Bucket');
  const summary = (await cloud.objects(bucket, cloud.folder)).get('runs/failing/summary.json');
  expect(JSON.parse(String(summary))).toMatchObject({ rows: 6, pieces: 3, issued: 0, failedPieces: 3 });
}, LONG);

test('a manifest that can\'t be read ends the run with the reason', async () => {
  const manifests = await cloud.world.bucket();
  await cloud.upload(manifests, 'sensors.csv', 'deviceId,colour\nsensor-1,red\n');
  const { definition } = await cloud.deploy('Unreadable', each => {
    const ca = new PrivateIotCa(each, 'Ca', { subject: { commonName: 'Root' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
    new DeviceCertificateFleet(each, 'Sensors', {
      ca, manifest: FleetManifest.fromBucket(Bucket.fromBucketName(each, 'Manifests', manifests), 'sensors.csv'), runOnDeploy: false,
    });
  });
  const { status, cause } = await cloud.interpreter.run(definition, 'unreadable');
  expect(status).toBe('FAILED');
  expect(cause).toContain('the header of the manifest must have no other columns than deviceId');
}, LONG);
