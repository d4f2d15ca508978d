import { X509Certificate } from 'node:crypto';
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials';
import { DerivedAKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/DerivedAKSKSigner';
import { ACCESS_KEY, INSTANCE, OWN_HOST, PRIVATE_HOST, PROJECT, SECRET_KEY, SHARED_HOST, StrictHuawei } from './strict-huawei';
import { signingRegion } from '../../../src/platforms/huawei/contract';
import { InstanceApi } from '../../../src/platforms/huawei/registrar/instance-api';
import { InstanceCertificates } from '../../../src/platforms/huawei/registrar/instance-certificates';
import { InstanceDeviceCertificates } from '../../../src/platforms/huawei/registrar/instance-device-certificates';
import { InstanceDevices } from '../../../src/platforms/huawei/registrar/instance-devices';
import { signRequest } from '../../../src/platforms/huawei/registrar/sign-request';
import { HttpApi, HttpRequest } from '../../../src/platforms/registrar/http-api';
import { NO_DEADLINE } from '../../support/deadline';
import { PlatformRequest } from '../../support/https-platform';
import { routeHttpsTo } from '../../support/https-routing';
import { registeredCa } from '../../support/registered-ca';

const KEY = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY };

const server = new StrictHuawei();
beforeAll(() => server.start());
beforeEach(() => {
  server.forget();
  server.held.length = 0;
  server.fleet.forget();
});
routeHttpsTo(server);
afterAll(() => server.stop());

/** A client of IoTDA is not in npm; the core of all of Huawei Cloud's clients, with its signatures, is. */
function credentials(): BasicCredentials {
  const derived = new BasicCredentials().withAk(ACCESS_KEY).withSk(SECRET_KEY) as BasicCredentials;
  return Object.assign(derived, { regionId: 'cn-north-4', derivedAuthServiceName: 'iotdm' });
}

/** Signs a request that was recorded as Huawei Cloud's own client does, at the same time. */
function theirSignature({ method, path, query, headers, body }: PlatformRequest, isDerived: boolean): string {
  const [, signedNames] = /SignedHeaders=([^,]+)/.exec(headers.authorization!)!;
  const signed = Object.fromEntries(signedNames.split(';').filter(name => name !== 'x-sdk-date').map(name => [name, headers[name]]));
  const request = {
    endpoint: `https://${headers.host}${path}`,
    method,
    queryParams: Object.fromEntries(query),
    data: body === '' ? undefined : JSON.parse(body),
    headers: { ...signed, 'X-Sdk-Date': headers['x-sdk-date'] },
  };
  const { Authorization } = (isDerived ? DerivedAKSKSigner : AKSKSigner).sign(request, credentials()) as { Authorization: string };
  return Authorization;
}

test.each([
  ['that all share', SHARED_HOST, false],
  ['of an instance of its own', OWN_HOST, true],
  ['of another name', PRIVATE_HOST, true],
])('Huawei Cloud\'s own signer signs every request for the host %s as it is signed here', async (_, host, isDerived) => {
  const ca = await registeredCa();
  const authenticate = (request: HttpRequest): HttpRequest => signRequest(request, KEY, new Date(), signingRegion(host, 'cn-north-4'));
  const api = new InstanceApi(new HttpApi(NO_DEADLINE), { authenticate, secrets: [SECRET_KEY] }, {
    url: `https://${host}/v5/iot/${PROJECT}`, headers: { 'host': host, 'x-project-id': PROJECT, 'instance-id': INSTANCE }, appId: 'space-1',
  });
  const certificates = new InstanceCertificates(api);
  const { id, verifyCode } = await certificates.upload(ca.certificate, () => false, async () => undefined);
  await certificates.registrationsOf(ca.certificate);
  await certificates.show(id);
  await certificates.verify(id, new X509Certificate(await ca.prove(verifyCode)));
  await certificates.delete(id);
  const device = server.fleet.register('sensor-001', { appId: 'space-1' });
  const certificate = new X509Certificate(await ca.prove('sensor-001'));
  server.fleet.connect(device, certificate);
  const deviceCertificates = new InstanceDeviceCertificates(api);
  await deviceCertificates.setStatus((await deviceCertificates.find(certificate))!.id, 'INACTIVE');
  const devices = new InstanceDevices(api);
  await devices.setFrozen((await devices.withNodeId('sensor-001'))[0].id, true);
  expect(server.received.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET', 'POST', 'DELETE', 'GET', 'PUT', 'GET', 'GET', 'POST']);
  for (const request of server.received) {
    expect(request.headers.authorization).toBe(theirSignature(request, isDerived));
  }
});
