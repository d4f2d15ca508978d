import { X509Certificate } from 'node:crypto';
import { IotDpsClient } from '@azure/arm-deviceprovisioningservices';
import { IotHubClient } from '@azure/arm-iothub';
import { azure, ca, DPS, HUB, nameOf, remove, upload, useAzure, verify } from './asked-azure';
import { RESOURCE_GROUP, SUBSCRIPTION } from './strict-azure';
import { AZURE_SERVICES } from '../../../src/platforms/azure/contract';
import { PlatformRequest } from '../../support/https-platform';

useAzure();

/** What makes a request what it is. Etags and codes are others each time: that they are there, and of what form, is what counts. */
function facts({ method, path, query, headers, body }: PlatformRequest) {
  const parsed = body === '' ? undefined : JSON.parse(body);
  return {
    method,
    path,
    query: Object.fromEntries(query),
    contentType: body === '' ? undefined : headers['content-type'],
    accept: headers.accept,
    token: /^Bearer \S+$/.test(String(headers.authorization)),
    ifMatch: headers['if-match'] !== undefined,
    body: parsed?.certificate ? { certificate: new X509Certificate(Buffer.from(parsed.certificate, 'base64')).issuer } : parsed,
  };
}

const requests = (): PlatformRequest[] => azure.received.filter(({ path }) => !path.endsWith('/token'));
const byOperation = () => Object.fromEntries(requests().map(request => [`${request.method} ${request.path.split('/').at(-1)}`, facts(request)]));

/** A certificate as both clients answer it. */
interface Answered {
  readonly etag?: string;
  readonly properties?: { readonly isVerified?: boolean; readonly verificationCode?: string };
}

/** The operations on the certificates of a service, by Azure's client for it. */
interface OfficialClient {
  upload(name: string, certificate: Buffer): Promise<Answered>;
  generateVerificationCode(name: string, etag: string): Promise<Answered>;
  verify(name: string, etag: string, proof: Buffer): Promise<Answered>;
  get(name: string): Promise<Answered>;
  delete(name: string, etag: string): Promise<unknown>;
}

const options = () => ({ endpoint: azure.url, tlsOptions: { ca: azure.trustedCas }, retryOptions: { maxRetries: 0 } });
const credential = (token: string) => ({ getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) });

function provisioningService(token: string): OfficialClient {
  const { apiVersion } = AZURE_SERVICES['azure-dps'];
  const { dpsCertificate } = new IotDpsClient(credential(token), SUBSCRIPTION, { ...options(), apiVersion });
  return {
    upload: (name, certificate) => dpsCertificate.createOrUpdate(RESOURCE_GROUP, 'dps-1', name, { properties: { certificate } }),
    generateVerificationCode: (name, etag) => dpsCertificate.generateVerificationCode(name, etag, RESOURCE_GROUP, 'dps-1'),
    verify: (name, etag, proof) => dpsCertificate.verifyCertificate(name, etag, RESOURCE_GROUP, 'dps-1', { certificate: proof.toString('base64') }),
    get: name => dpsCertificate.get(name, RESOURCE_GROUP, 'dps-1'),
    delete: (name, etag) => dpsCertificate.delete(RESOURCE_GROUP, 'dps-1', name, etag),
  };
}

function iotHub(token: string): OfficialClient {
  const { apiVersion } = AZURE_SERVICES['azure-iot-hub'];
  const { certificates } = new IotHubClient(credential(token), SUBSCRIPTION, { ...options(), apiVersion });
  return {
    upload: (name, certificate) => certificates.createOrUpdate(RESOURCE_GROUP, 'hub-1', name, { properties: { certificate: certificate.toString('base64') } }),
    generateVerificationCode: (name, etag) => certificates.generateVerificationCode(RESOURCE_GROUP, 'hub-1', name, etag),
    verify: (name, etag, proof) => certificates.verify(RESOURCE_GROUP, 'hub-1', name, etag, { certificate: proof.toString('base64') }),
    get: name => certificates.get(RESOURCE_GROUP, 'hub-1', name),
    delete: (name, etag) => certificates.delete(RESOURCE_GROUP, 'hub-1', name, etag),
  };
}

test.each([
  ['a provisioning service', DPS, { Service: 'azure-dps', ServiceName: 'dps-1' }, provisioningService],
  ['an IoT hub', HUB, { Service: 'azure-iot-hub', ServiceName: 'hub-1' }, iotHub],
])('Azure\'s own client makes the same requests for the certificates of %s', async (_, service, properties, officialClient) => {
  const uploaded = await upload(properties);
  await verify(uploaded, properties);
  await remove(uploaded.physicalResourceId, properties);
  const ours = byOperation();
  const [, token] = /^Bearer (.*)$/.exec(requests()[0].headers.authorization!)!;
  azure.received = [];

  const client = officialClient(token);
  const name = nameOf(ca);
  const { etag } = await client.upload(name, ca.certificate.raw);
  const { etag: withCode, properties: code } = await client.generateVerificationCode(name, etag!);
  const verified = await client.verify(name, withCode!, new X509Certificate(await ca.prove(code!.verificationCode!)).raw);
  expect(verified.properties!.isVerified).toBe(true);
  await client.get(name);
  await client.delete(name, verified.etag!);
  expect(azure.names(service)).toEqual([]);

  const theirs = byOperation();
  expect(ours).toEqual(theirs);
  expect(Object.keys(theirs).sort()).toEqual([`DELETE ${name}`, `GET ${name}`, 'POST generateVerificationCode', 'POST verify', `PUT ${name}`]);
});
