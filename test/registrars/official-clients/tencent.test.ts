import { CommonClient } from 'tencentcloud-sdk-nodejs-common';
import { HttpApi } from '../../../src/registrars/http-api';
import { IotHubApi } from '../../../src/registrars/tencent/iot-hub-api';
import { PlatformRequest } from '../../support/https-platform';
import { routeHttpsTo } from '../../support/https-routing';
import { registeredCa } from '../../support/registered-ca';
import { API_KEY, StrictTencent } from '../../support/strict-tencent';

const HOST = 'iotcloud.tencentcloudapi.com';
const CODE = '7d0f2a5c91b34e6f';
const CREDENTIALS = { ...API_KEY, token: 'token-of-sts' };

const server = new StrictTencent();
beforeAll(async () => {
  await server.start();
  server.code = CODE;
  server.token = CREDENTIALS.token;
});
routeHttpsTo(server);
afterAll(() => server.stop());

/** What makes a request what it is. Which headers are signed, and the parameters of the media type, are for each client to choose. */
function facts({ method, path, query, headers, body }: PlatformRequest) {
  const named = ['host', 'x-tc-action', 'x-tc-version', 'x-tc-region', 'x-tc-token'].map(name => headers[name]);
  return { method, path, query: Object.fromEntries(query), headers: named, type: headers['content-type']!.split(';')[0], body: JSON.parse(body) };
}

test('Tencent Cloud\'s own client makes the same requests, and what judges our signatures takes its signatures too', async () => {
  const ca = await registeredCa();
  const verificationPem = await ca.prove(CODE);
  const api = new IotHubApi(new HttpApi(AbortSignal.timeout(20_000)), `https://${HOST}`, 'ap-guangzhou', CREDENTIALS);
  const content = { name: 'acme', caPem: ca.pem, verificationPem };
  await api.list();
  await api.create(content);
  await api.update(content);
  await api.delete('acme');
  const [ours, actions] = [server.received.map(facts), server.actions];
  server.forget();

  const client = new CommonClient(HOST, '2021-04-08', { credential: CREDENTIALS, region: 'ap-guangzhou' });
  const parameters = { CertName: 'acme', CertText: ca.pem, VerifyCertText: verificationPem };
  await client.request('DescribePrivateCAs', {});
  await client.request('CreatePrivateCA', parameters);
  await client.request('UpdatePrivateCA', parameters);
  await client.request('DeletePrivateCA', { CertName: 'acme' });
  expect(server.received.map(facts)).toEqual(ours);
  expect(server.actions).toEqual(actions); // those whose signatures were accepted
  expect(actions).toEqual(['DescribePrivateCAs', 'CreatePrivateCA', 'UpdatePrivateCA', 'DeletePrivateCA']);
});
