import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { DynamoDbRevocations } from '../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../src/issuing/aws/ledger-table';
import { HttpResponse } from '../../src/issuing/revocation/ocsp-http';
import { revokeCertificate } from '../../src/issuing/revocation/revoke-certificate';
import { awsCalls } from '../support/aws-clients';
import { Answer, Resource } from '../support/cloudformation';
import { CloudFormationFunction } from '../support/cloudformation-function';
import { lifecycle } from '../support/lifecycle';
import { openssl, opensslOutput, temporaryFiles } from '../support/openssl';

const set = lifecycle({}, 10);
const file = temporaryFiles();
const OCSP_PATH = '/ocsp/ca';
const OCSP_URL = `http://pki.acme.example${OCSP_PATH}`;
const SCHEDULE = { 'detail-type': 'Scheduled Event' };

let ca: Answer;
let secretArn: string;
let publisher: CloudFormationFunction;
let responder: CloudFormationFunction;

beforeEach(async () => {
  const bucket = `lists-${randomUUID()}`;
  await new S3Client({ endpoint: set.proxy.target.origin, forcePathStyle: true })
    .send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
  secretArn = (await set.stack.secretsManager.send(new CreateSecretCommand({ Name: `responder-${randomUUID()}` }))).ARN!;
  ca = await set.stack.create(await set.stack.ca());
  const common = { CA_ID: ca.PhysicalResourceId, LEDGER_TABLE: set.stack.table, OCSP_RESPONDER_SECRET: secretArn };
  const url = 'http://pki.acme.example/ca';
  publisher = await CloudFormationFunction.start(set.proxy.url, {
    ...common, CRL_BUCKET: bucket, CRL_URL: url, CRL_PARTITIONS: '1', CRL_LIFE_DAYS: '7', OCSP_URL,
  }, 10, { bundle: 'revocation', handler: 'publish' });
  responder = await CloudFormationFunction.start(set.proxy.url, { ...common, OCSP_PATH }, 1, { bundle: 'revocation', handler: 'ocsp' });
  const publication: Resource = {
    logicalId: 'Publication', type: 'Custom::IotRevocationPublication', properties: { CaId: ca.PhysicalResourceId, Url: url, OcspUrl: OCSP_URL },
  };
  const { lambda } = set.stack;
  set.stack.lambda = publisher;
  expect(await set.stack.create(publication)).toMatchObject({ Status: 'SUCCESS' });
  set.stack.lambda = lambda;
});

afterEach(async () => {
  await publisher?.stop();
  await responder?.stop();
});

const newDevice = async () => set.stack.create(await set.stack.device(ca.PhysicalResourceId));

async function revoke({ Data }: Answer): Promise<void> {
  const ledger = new DynamoDbRevocations(new LedgerTable(set.stack.dynamoDb, awsCalls(), set.stack.table));
  await revokeCertificate({ issuer: ca.PhysicalResourceId, serialNumber: Data!.SerialNumber, reason: 'keyCompromise', orderedBy: 'anna' }, ledger, new Date());
}

/** What OpenSSL asks about a device, as the API delivers it by POST or by GET. */
function asked(device: Answer, method: 'GET' | 'POST', ...options: string[]): { event: object; request: string } {
  const request = file('request.der', '');
  openssl(['ocsp', '-issuer', file('ca.pem', ca.Data!.CertificatePem), ...options, '-cert', file('device.pem', device.Data!.CertificatePem), '-reqout', request]);
  const base64 = opensslOutput(['base64', '-A', '-in', request]).trim();
  return {
    request,
    event: method === 'POST'
      ? { rawPath: OCSP_PATH, requestContext: { http: { method } }, headers: { 'content-type': 'application/ocsp-request' }, body: base64, isBase64Encoded: true }
      : { rawPath: `${OCSP_PATH}/${encodeURIComponent(base64)}`, requestContext: { http: { method } } },
  };
}

/** The answer of the function, and what OpenSSL says about it. */
async function answered(device: Answer, method: 'GET' | 'POST' = 'POST', nonce: 'nonce' | 'no_nonce' = 'no_nonce'): Promise<{ http: HttpResponse; said: string }> {
  const { event, request } = asked(device, method, `-${nonce}`);
  const { result, error } = await responder.invoke(event);
  expect(error).toBeUndefined();
  const http = result as HttpResponse;
  const caFile = file('ca.pem', ca.Data!.CertificatePem);
  // With a nonce, OpenSSL compares it with that of the request, and then names the certificate in no other way than its serial number.
  const about = nonce === 'nonce' ? ['-reqin', request, '-resp_text'] : ['-no_nonce', '-cert', file('device.pem', device.Data!.CertificatePem)];
  const { stdout, stderr } = openssl(['ocsp', '-respin', file('response.der', Buffer.from(http.body, 'base64')), '-issuer', caFile, '-CAfile', caFile, ...about]);
  return { http, said: `${stderr}${stdout}` };
}

test('a device names the responder of its CA, which tells OpenSSL whether the device is revoked', async () => {
  const device = await newDevice();
  expect(opensslOutput(['x509', '-noout', '-ocsp_uri'], device.Data!.CertificatePem)).toBe(`${OCSP_URL}\n`);
  expect((await answered(device)).said).toMatch(/Response verify OK\n[^]*: good\n/);
  await revoke(device);
  expect((await answered(device)).said).toMatch(/Response verify OK\n[^]*: revoked\n[^]*Reason: keyCompromise\n/);
});

test('an answer by GET without a nonce can be kept by the distribution, and one with a nonce can\'t', async () => {
  const device = await newDevice();
  const { http, said } = await answered(device, 'GET');
  expect(said).toMatch(/Response verify OK\n[^]*: good\n/);
  expect(http).toMatchObject({ statusCode: 200, headers: { 'Content-Type': 'application/ocsp-response', 'Cache-Control': expect.stringMatching(/^max-age=3[12]\d\d, public/) } });
  const live = await answered(device, 'GET', 'nonce');
  expect(live.http.headers['Cache-Control']).toBe('max-age=0, must-revalidate');
  expect(live.said).toMatch(/Cert Status: good[^]*OCSP Nonce/);
  expect(live.said).toContain('Response verify OK');
});

test('the responder stays until half of its time is over, and a value that is none is replaced by nobody', async () => {
  const value = () => set.stack.valueOf(secretArn);
  const first = await value();
  const certificate = JSON.parse(first).certificate;
  expect(opensslOutput(['x509', '-noout', '-text'], certificate)).toMatch(/Extended Key Usage: \n +OCSP Signing\n[^]*OCSP No Check/);
  await publisher.invoke(SCHEDULE);
  expect(await value()).toBe(first);
  await set.stack.secretsManager.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: 'something else' }));
  expect(await publisher.invoke(SCHEDULE)).toMatchObject({ message: expect.stringContaining('the secret of the OCSP responder must hold its key and its certificate') });
});

test('what is no request gets the protocol\'s error, and nothing of the key is ever said', async () => {
  const { result } = await responder.invoke({
    rawPath: OCSP_PATH, requestContext: { http: { method: 'POST' } }, headers: { 'content-type': 'application/ocsp-request' }, body: 'AAAA', isBase64Encoded: true,
  });
  expect((result as HttpResponse).body).toBe(Buffer.from('30030a0101', 'hex').toString('base64')); // malformedRequest
  const said = [...publisher.log, ...responder.log].join('\n');
  expect(said).not.toMatch(/PRIVATE KEY|BEGIN/);
});
