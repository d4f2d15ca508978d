import { azure, carryOver, issued, order, revoke, useAzureDevices } from './carried-to-azure';
import { PlatformRequest } from '../../support/https-platform';

useAzureDevices();

/** What makes a request what it is. An etag is another each time: that it is there, and whether it has quotes, is what counts. */
function facts({ method, path, query, headers, body }: PlatformRequest): unknown[] {
  const etag = headers['if-match'] === undefined ? 'no etag' : /^".+"$/.test(headers['if-match']) ? 'an etag in quotes' : 'an etag';
  return [method, path, Object.fromEntries(query), etag, body === '' ? undefined : headers['content-type'], azure.entra.scopeOf({ headers } as PlatformRequest)];
}

/** Recorded from azure-iothub 1.16.6 and azure-iot-provisioning-service 1.11.2, which did the same to the server of these tests. */
test('Azure\'s own clients make the same requests', async () => {
  const device = await issued('sensor-001');
  azure.hub.register('sensor-001');
  await order(device, 'certificateHold');
  await carryOver('azure-iot-hub', [device]);
  await carryOver('azure-dps', [device]);
  await revoke('azure-dps', device, 'removeFromCRL');

  const json = 'application/json; charset=utf-8';
  const hub = (...rest: unknown[]) => ['/devices/sensor-001', { 'api-version': '2021-04-12' }, ...rest, 'https://iothubs.azure.net/.default'];
  const dps = (...rest: unknown[]) => ['/enrollments/sensor-001', { 'api-version': '2021-10-01' }, ...rest, 'https://azure-devices-provisioning.net/.default'];
  expect(azure.received.filter(({ path }) => !path.endsWith('/token')).map(facts)).toEqual([
    ['GET', ...hub('no etag', undefined)],
    ['PUT', ...hub('an etag in quotes', json)],
    ['GET', ...dps('no etag', undefined)],
    ['PUT', ...dps('no etag', json)],
    ['GET', ...dps('no etag', undefined)],
    ['DELETE', ...dps('an etag', undefined)],
  ]);
});

test('what an IoT hub and a provisioning service keep of a revocation has a form that stays', async () => {
  const device = await issued('sensor-001');
  azure.hub.register('sensor-001');
  await order(device);
  await carryOver('azure-iot-hub', [device]);
  await carryOver('azure-dps', [device]);
  const { SerialNumber } = device.Data!;
  expect(azure.hub.devices.get('sensor-001')!.statusReason).toBe(`cdk-private-iot-ca: certificate ${SerialNumber} is revoked`);
  expect(azure.dps.find('sensor-001')!.optionalDeviceInformation).toEqual({ privateIotCa: { revokedCertificate: SerialNumber, enrollment: 'made' } });
});
