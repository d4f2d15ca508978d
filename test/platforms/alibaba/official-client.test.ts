import OpenApi, { $OpenApiUtil } from '@alicloud/openapi-core';
import { ACCESS_KEY, INSTANCE, StrictApsara } from './strict-apsara';
import { MqttApi } from '../../../src/platforms/alibaba/registrar/mqtt-api';
import { HttpApi } from '../../../src/platforms/registrar/http-api';
import { NO_DEADLINE } from '../../support/deadline';
import { PlatformRequest } from '../../support/https-platform';
import { registeredCa } from '../../support/registered-ca';

const CREDENTIALS = { ...ACCESS_KEY, securityToken: 'token-of-sts' };

const server = new StrictApsara();
beforeAll(async () => {
  await server.start();
  server.securityToken = CREDENTIALS.securityToken;
});
afterAll(() => server.stop());

function facts({ method, path, query, headers, body }: PlatformRequest) {
  const named = ['host', 'x-acs-action', 'x-acs-version', 'x-acs-security-token', 'x-acs-content-sha256'].map(name => headers[name]);
  return { method, path, query: Object.fromEntries(query), headers: named, body };
}

/** Signs a request that was recorded as Alibaba Cloud's own client does, at the same time and with the same nonce. */
function theirSignature({ method, path, query, headers }: PlatformRequest): string {
  const signed = Object.fromEntries(Object.entries(headers).filter(([name]) => name === 'host' || name.startsWith('x-acs-')));
  const request = { method, pathname: path, query: Object.fromEntries(query), headers: signed };
  return $OpenApiUtil.default.getAuthorization(request as never, 'ACS3-HMAC-SHA256', String(headers['x-acs-content-sha256']),
    ACCESS_KEY.accessKeyId, ACCESS_KEY.accessKeySecret);
}

test('Alibaba Cloud\'s own client makes the same requests, and signs them as they are signed here', async () => {
  const ca = await registeredCa();
  const { host } = new URL(server.url);
  const api = new MqttApi(new HttpApi(NO_DEADLINE, server.trustedCas), server.url, CREDENTIALS, INSTANCE);
  const verification = await ca.prove(await api.registerCode());
  const { sn } = await api.register('acme', ca.pem, verification);
  await api.find('no fingerprint');
  const device = await ca.issue('sensor-001');
  server.connect(device);
  const id = { caSn: sn, deviceSn: device.serialNumber.toLowerCase() };
  await api.isDeviceActive(id);
  await api.deactivateDevice(id);
  await api.activateDevice(id);
  await api.deactivate(sn);
  await api.activate(sn);
  await api.delete(sn);
  const ours = server.received;
  ours.forEach(request => expect(request.headers.authorization).toBe(theirSignature(request)));
  const { code: present, actions } = server;
  server.forget();

  const client = new OpenApi(new $OpenApiUtil.Config({ ...CREDENTIALS, endpoint: host, protocol: 'HTTPS', ca: server.trustedCas, type: 'sts' }));
  const call = (action: string, method: string, query: { [name: string]: string }) => client.callApi(new $OpenApiUtil.Params({
    action, method, version: '2020-04-20', protocol: 'HTTPS', authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json', pathname: '/',
  }), new $OpenApiUtil.OpenApiRequest({ query: { ...query, MqttInstanceId: INSTANCE } }), {} as never);
  await call('GetRegisterCode', 'GET', {});
  server.code = present;
  await call('RegisterCaCertificate', 'POST', { CaName: 'acme', CaContent: ca.pem, VerificationContent: verification });
  await call('ListCaCertificate', 'GET', { PageNo: '1', PageSize: '20' });
  server.connect(device);
  const parameters = { CaSn: sn, DeviceSn: device.serialNumber.toLowerCase() };
  await call('GetDeviceCertificate', 'GET', parameters);
  await call('InactivateDeviceCertificate', 'POST', parameters);
  await call('ActiveDeviceCertificate', 'POST', parameters);
  await call('InactivateCaCertificate', 'POST', { Sn: sn });
  await call('ActiveCaCertificate', 'POST', { Sn: sn });
  await call('DeleteCaCertificate', 'POST', { Sn: sn });
  expect(server.received.map(facts)).toEqual(ours.map(facts));
  expect(server.actions).toEqual(actions);
});
