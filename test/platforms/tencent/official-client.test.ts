import { CommonClient } from 'tencentcloud-sdk-nodejs-common';
import Sign from 'tencentcloud-sdk-nodejs-common/tencentcloud/common/sign';
import { API_KEY, StrictTencent } from './strict-tencent';
import { HttpApi } from '../../../src/platforms/registrar/http-api';
import { IotHubApi } from '../../../src/platforms/tencent/registrar/iot-hub-api';
import { tc3Request } from '../../../src/platforms/tencent/registrar/tc3-signature';
import { NO_DEADLINE } from '../../support/deadline';
import { PlatformRequest } from '../../support/https-platform';
import { routeHttpsTo } from '../../support/https-routing';
import { registeredCa } from '../../support/registered-ca';

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

/** Signs a request that was recorded as Tencent Cloud's own client does, at the same time. */
function theirSignature({ path, headers, body }: PlatformRequest): string {
  return Sign.sign3({
    url: `https://${headers.host}${path}`,
    payload: Buffer.from(body),
    timestamp: Number(headers['x-tc-timestamp']),
    service: 'iotcloud',
    ...API_KEY,
    multipart: false,
    boundary: '',
    headers: { 'Content-Type': headers['content-type']! },
  });
}

/** Signs it as it is signed here, but no more headers than their client signs. */
function ourSignature({ headers, body }: PlatformRequest): string {
  const { authorization } = tc3Request({
    endpoint: `https://${headers.host}`,
    service: 'iotcloud',
    action: String(headers['x-tc-action']),
    version: String(headers['x-tc-version']),
    region: String(headers['x-tc-region']),
    body,
    date: new Date(Number(headers['x-tc-timestamp']) * 1000),
  }, CREDENTIALS, ['content-type', 'host']).headers!;
  return authorization;
}

test('Tencent Cloud\'s own client makes the same requests, and signs them as they are signed here', async () => {
  const ca = await registeredCa();
  const verificationPem = await ca.prove(CODE);
  const api = new IotHubApi(new HttpApi(NO_DEADLINE), `https://${HOST}`, 'ap-guangzhou', CREDENTIALS);
  const content = { name: 'acme', caPem: ca.pem, verificationPem };
  await api.list();
  await api.create(content);
  await api.update(content);
  await api.delete('acme');
  server.addDevice('sensor-001', await ca.issue('sensor-001'));
  await api.device('PRODUCT001', 'sensor-001');
  await api.setEnabled('PRODUCT001', 'sensor-001', false);
  await api.setEnabled('PRODUCT001', 'sensor-001', true);
  server.received.forEach(request => expect(ourSignature(request)).toBe(theirSignature(request)));
  const [ours, actions] = [server.received.map(facts), server.actions];
  server.forget();

  const client = new CommonClient(HOST, '2021-04-08', { credential: CREDENTIALS, region: 'ap-guangzhou' });
  const parameters = { CertName: 'acme', CertText: ca.pem, VerifyCertText: verificationPem };
  await client.request('DescribePrivateCAs', {});
  await client.request('CreatePrivateCA', parameters);
  await client.request('UpdatePrivateCA', parameters);
  await client.request('DeletePrivateCA', { CertName: 'acme' });
  await client.request('DescribeDevice', { ProductId: 'PRODUCT001', DeviceName: 'sensor-001' });
  await client.request('UpdateDevicesEnableState', { ProductId: 'PRODUCT001', DeviceNames: ['sensor-001'], Status: 0 });
  await client.request('UpdateDevicesEnableState', { ProductId: 'PRODUCT001', DeviceNames: ['sensor-001'], Status: 1 });
  expect(server.received.map(facts)).toEqual(ours);
  expect(server.actions).toEqual(actions); // those whose signatures were accepted
  expect(actions).toEqual([
    'DescribePrivateCAs', 'CreatePrivateCA', 'UpdatePrivateCA', 'DeletePrivateCA', 'DescribeDevice', 'UpdateDevicesEnableState', 'UpdateDevicesEnableState',
  ]);
});
