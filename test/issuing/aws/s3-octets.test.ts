import { randomBytes, randomUUID } from 'node:crypto';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { S3Octets } from '../../../src/issuing/aws/s3-octets';
import { awsCalls } from '../../support/aws-clients';
import { FaultProxy } from '../../support/fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

let proxy: FaultProxy;
let client: S3Client;
beforeAll(async () => {
  proxy = await FaultProxy.start(await motoUrl());
  client = new S3Client({ endpoint: proxy.url, region: 'us-east-1', forcePathStyle: true, maxAttempts: 3 });
}, MOTO_TIMEOUT);
beforeEach(() => proxy.reset());
afterAll(() => proxy.stop());

async function bucketWith(content: Buffer, versioned = false): Promise<{ Bucket: string; Key: string }> {
  const [Bucket, Key] = [`manifests-${randomUUID()}`, 'sensors.csv'];
  await client.send(new CreateBucketCommand({ Bucket }));
  if (versioned) {
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  }
  await client.send(new PutObjectCommand({ Bucket, Key, Body: content }));
  proxy.reset();
  return { Bucket, Key };
}

async function all(octets: S3Octets): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of octets.read()) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const LARGE = randomBytes(20 * 1024 * 1024 + 1);

describe('the octets of an object', () => {
  test('are read from the first to the last, in portions, and the version is known', async () => {
    const octets = new S3Octets(client, awsCalls(), await bucketWith(LARGE, true));
    expect((await all(octets)).equals(LARGE)).toBe(true);
    expect(octets.version).toMatch(/^[\w-]{20,}$/);
    expect(proxy.calls.length).toBe(1 + 3);
  });

  test('are complete although a connection breaks in the middle', async () => {
    const place = await bucketWith(LARGE);
    proxy.faults = index => index === 2 ? { kind: 'reset', when: 'after' } : undefined;
    expect((await all(new S3Octets(client, awsCalls(), place))).equals(LARGE)).toBe(true);
  });

  test('are those of the version that was there first, if the object is replaced meanwhile', async () => {
    const place = await bucketWith(LARGE, true);
    const reading = new S3Octets(client, awsCalls(), place).read()[Symbol.asyncIterator]();
    const chunks = [(await reading.next()).value];
    await client.send(new PutObjectCommand({ ...place, Body: 'others' }));
    for (let next = await reading.next(); !next.done; next = await reading.next()) {
      chunks.push(next.value);
    }
    expect(Buffer.concat(chunks).equals(LARGE)).toBe(true);
  });

  test('are none if the object is empty', async () => {
    expect(await all(new S3Octets(client, awsCalls(), await bucketWith(Buffer.alloc(0))))).toHaveLength(0);
  });

  test('are missed with the place at which they must be', async () => {
    const { Bucket } = await bucketWith(Buffer.from('deviceId\n'));
    await expect(all(new S3Octets(client, awsCalls(), { Bucket, Key: 'sensors' }))).rejects.toThrow(`the manifest must be at s3://${Bucket}/sensors, where nothing is`);
  });
});
