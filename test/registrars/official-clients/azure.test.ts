import { X509Certificate } from 'node:crypto';
import { IotDpsClient } from '@azure/arm-deviceprovisioningservices';
import { AZURE_SERVICES } from '../../../src/contract/azure';
import { azure, ca, DPS, nameOf, remove, upload, useAzure, verify } from '../../support/asked-azure';
import { PlatformRequest } from '../../support/https-platform';
import { RESOURCE_GROUP, SUBSCRIPTION } from '../../support/strict-azure';

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

test('Azure\'s own client makes the same requests for the certificates of a provisioning service', async () => {
  const uploaded = await upload();
  await verify(uploaded);
  await remove(uploaded.physicalResourceId);
  const ours = new Map(requests().map(request => [`${request.method} ${request.path.split('/').at(-1)}`, facts(request)]));
  const [, token] = /^Bearer (.*)$/.exec(requests()[0].headers.authorization!)!;
  azure.received = [];

  const client = new IotDpsClient({ getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) }, SUBSCRIPTION, {
    endpoint: azure.url, apiVersion: AZURE_SERVICES['azure-dps'].apiVersion, tlsOptions: { ca: azure.trustedCas }, retryOptions: { maxRetries: 0 },
  });
  const name = nameOf(ca);
  const { dpsCertificate } = client;
  const { etag } = await dpsCertificate.createOrUpdate(RESOURCE_GROUP, 'dps-1', name, { properties: { certificate: ca.certificate.raw } });
  const { etag: withCode, properties } = await dpsCertificate.generateVerificationCode(name, etag!, RESOURCE_GROUP, 'dps-1');
  const proof = new X509Certificate(await ca.prove(properties!.verificationCode!)).raw.toString('base64');
  const verified = await dpsCertificate.verifyCertificate(name, withCode!, RESOURCE_GROUP, 'dps-1', { certificate: proof });
  expect(verified.properties!.isVerified).toBe(true);
  await dpsCertificate.get(name, RESOURCE_GROUP, 'dps-1');
  await dpsCertificate.delete(RESOURCE_GROUP, 'dps-1', name, verified.etag!);
  expect(azure.names(DPS)).toEqual([]);

  const theirs = new Map(requests().map(request => [`${request.method} ${request.path.split('/').at(-1)}`, facts(request)]));
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  expect([...theirs.keys()].sort()).toEqual([`DELETE ${name}`, `GET ${name}`, 'POST generateVerificationCode', 'POST verify', `PUT ${name}`]);
});
