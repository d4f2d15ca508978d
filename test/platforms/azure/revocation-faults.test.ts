import { azure, carryOver, certificateOf, changes, checkReach, issued, logged, order, secret, useAzureDevices } from './carried-to-azure';
import { AzureServiceName } from '../../../src/platforms/azure/contract';
import { Answer } from '../../support/cloudformation';

useAzureDevices();

const SERVICES: [AzureServiceName, string][] = [['azure-iot-hub', 'devices/sensor-001'], ['azure-dps', 'enrollments/sensor-001']];
const TOKEN_CALL = 'POST v2.0/token';

/** A device that is registered with the hub, and has a revoked certificate. */
async function revoked(): Promise<Answer> {
  const device = await issued('sensor-001');
  azure.hub.register('sensor-001');
  await order(device);
  return device;
}

const isRefused = (service: AzureServiceName, device: Answer): boolean =>
  !(service === 'azure-dps' ? azure.dps.provisions('sensor-001', certificateOf(device)) : azure.hub.connects('sensor-001', certificateOf(device)));

describe.each(SERVICES)('a fault of %s', (service, record) => {
  test.each(['throttled', 'unavailable', 'lost'] as const)('of every call, which was %s once, leads to the same end', async fault => {
    const device = await revoked();
    azure.fault = (_, again) => again === 0 ? fault : undefined;
    expect(await carryOver(service, [device])).toEqual({ batchItemFailures: [] });
    expect(isRefused(service, device)).toBe(true);
    expect(logged('INFO')).toHaveLength(1);
  });

  test('such as one that does not pass has the message delivered again, and says so', async () => {
    const device = await revoked();
    azure.fault = call => call === `PUT ${record}` ? 'unavailable' : undefined;
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(azure.endAfter(() => azure.count(`PUT ${record}`) > 1));
    expect(await carryOver(service, [device])).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(logged('ERROR')).toEqual([expect.stringContaining('the change of sensor-001 failed: HTTP status 503, until the time ran out; it is tried again')]);
    timeout.mockRestore();
  });

  test('such as an answer of something else is not taken for a device that is not there', async () => {
    const device = await revoked();
    azure.instead = call => call === `GET ${record}` ? { status: 404, body: '<html>Not here</html>' } : undefined;
    expect(await carryOver(service, [device])).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(changes()).toEqual([]);
    expect(logged('ERROR')).toEqual([expect.stringContaining('refused the request for sensor-001: 404; the service must exist in the declared cloud')]);
  });

  test('such as a record without an etag changes nothing', async () => {
    const device = await revoked();
    azure.dps.enroll('sensor-001', [certificateOf(device)]);
    azure.instead = call => {
      const { etag, ...shown } = (service === 'azure-dps' ? azure.dps.find('sensor-001') : azure.hub.devices.get('sensor-001'))!;
      return call === `GET ${record}` ? { status: 200, body: shown } : undefined;
    };
    expect(await carryOver(service, [device])).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(changes()).toEqual([]);
  });
});

describe('another change at the same time', () => {
  test('of a device is kept, and the device is disabled all the same', async () => {
    const device = await revoked();
    azure.meanwhile = (call, again) => call.startsWith('PUT') && again === 0 && azure.hub.change('sensor-001', { deviceScope: 'ms-azure-iot-edge://new-1' });
    await carryOver('azure-iot-hub', [device]);
    expect(azure.hub.devices.get('sensor-001')).toMatchObject({ status: 'disabled', deviceScope: 'ms-azure-iot-edge://new-1' });
    expect(changes()).toHaveLength(2);
  });

  test('of a device such as its deletion is no fault', async () => {
    const device = await revoked();
    azure.meanwhile = call => call.startsWith('PUT') && azure.hub.devices.clear();
    expect(await carryOver('azure-iot-hub', [device])).toEqual({ batchItemFailures: [] });
    expect(azure.hub.devices.size).toBe(0);
  });

  test('such as an enrollment that somebody makes in between is not replaced', async () => {
    const [device, renewed] = [await revoked(), await issued('sensor-001', 'Renewed')];
    await order(renewed);
    azure.meanwhile = call => call.startsWith('PUT') && azure.dps.enroll('sensor-001', [certificateOf(renewed)]);
    expect(await carryOver('azure-dps', [device])).toEqual({ batchItemFailures: [] });
    expect(azure.dps.provisions('sensor-001', certificateOf(renewed))).toBe(true);
  });

  test('such as the deletion of an enrollment whose hold has ended is no fault', async () => {
    const device = await issued('sensor-001');
    await order(device, 'certificateHold');
    await carryOver('azure-dps', [device]);
    await order(device, 'removeFromCRL');
    azure.meanwhile = call => call.startsWith('DELETE') && azure.dps.enrollments.clear();
    expect(await carryOver('azure-dps', [device])).toEqual({ batchItemFailures: [] });
  });

  test.each(SERVICES)('such as another invocation for the same certificate leaves one result at %s', async service => {
    const device = await revoked();
    const results = await Promise.all(Array.from({ length: 3 }, () => carryOver(service, [device])));
    expect(results).toEqual(Array(3).fill({ batchItemFailures: [] }));
    expect(isRefused(service, device)).toBe(true);
  });

  test('again and again ends the attempts, with the words of Azure', async () => {
    const device = await revoked();
    azure.meanwhile = call => call.startsWith('PUT') && azure.hub.change('sensor-001');
    expect(await carryOver('azure-iot-hub', [device])).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(changes()).toHaveLength(5);
    expect(logged('ERROR')).toEqual([expect.stringContaining('refused the change of sensor-001: 412 "ErrorCode:PreconditionFailed;Device version did not match')]);
  });
});

describe('an error names the way out', () => {
  test.each(SERVICES)('if the service principal has no role at %s', async service => {
    const device = await revoked();
    azure.hub.roleAssigned = azure.dps.roleAssigned = false;
    expect(await carryOver(service, [device])).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(logged('ERROR')).toEqual([expect.stringMatching(new RegExp('refused the request for sensor-001: 403 .*; assign the service principal the role '
      + 'IoT Hub Registry Contributor on the IoT hub, or Device Provisioning Service Data Contributor on the provisioning service, whose network access'))]);
  });

  test.each(SERVICES)('if the token is for something else than %s', async service => {
    const device = await revoked();
    azure.meanwhile = () => [...azure.entra.tokens.keys()].forEach(token => azure.entra.tokens.set(token, 'https://management.azure.com/.default'));
    expect(await carryOver(service, [device])).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(logged('ERROR')).toEqual([expect.stringMatching(/: 401 .*Unauthorized.*; assign the service principal the role/)]);
  });

  test.each([
    ['AADSTS7000222', 'the client secret has expired'],
    ['AADSTS500011', 'the tenant does not know the service: cloud must be the cloud of the tenant'],
  ])('if the service principal can\'t sign in: %s', async (code, wayOut) => {
    const device = await revoked();
    azure.entra.error = code;
    await expect(carryOver('azure-iot-hub', [device])).rejects.toThrow(wayOut);
    expect(azure.calls).toEqual([TOKEN_CALL]);
  });

  test('if the secret lacks a member', async () => {
    const device = await revoked();
    delete secret.tenantId;
    await expect(carryOver('azure-iot-hub', [device])).rejects.toThrow('credentials must be a secret with the JSON members tenantId, clientId, clientSecret, got');
  });
});

test('keys that Azure shows for a device are shown nowhere, even if Azure repeats them in a refusal', async () => {
  const device = await issued('sensor-001');
  const primaryKey = Buffer.from('the primary key of sensor-001!!').toString('base64');
  azure.hub.register('sensor-001', { symmetricKey: { primaryKey, secondaryKey: null } });
  await order(device);
  azure.instead = call => call.startsWith('PUT') ? { status: 400, body: { Message: `ErrorCode:ArgumentInvalid;${primaryKey}` } } : undefined;
  await carryOver('azure-iot-hub', [device]);
  expect(logged('ERROR')).toEqual([expect.stringContaining('400 "ErrorCode:ArgumentInvalid;(not shown)"')]);
  expect(jest.mocked(console.log).mock.calls.join()).not.toContain(primaryKey.slice(0, 16));
});

describe.each(SERVICES)('the check at the deployment for %s', (service, record) => {
  const looked = `GET ${record.replace('sensor-001', 'private-iot-ca-check')}`;

  test('looks for a device that is not there', async () => {
    await checkReach(service);
    expect(azure.calls).toEqual([TOKEN_CALL, looked]);
  });

  test('fails with Microsoft\'s code and the way out if the client secret is wrong', async () => {
    secret.clientSecret = 'another-secret';
    await expect(checkReach(service)).rejects.toThrow(
      'credentials must be those of a service principal that can sign in, got AADSTS7000215 from Microsoft Entra; clientSecret must be the value of a client secret');
  });

  test('fails with Azure\'s words and the way out if the role is missing', async () => {
    azure.instead = call => call === looked ? { status: 401, body: { Message: 'Unauthorized' } } : undefined;
    await expect(checkReach(service)).rejects.toThrow(/refused the request for private-iot-ca-check: 401 "Unauthorized"; assign the service principal the role /);
  });
});

test('the check at the deployment does not take a hub that does not exist for one without the device', async () => {
  azure.instead = call => call.startsWith('GET devices/') ? { status: 404, body: { Message: 'ErrorCode:IotHubNotFound;hub-1 not found' } } : undefined;
  await expect(checkReach('azure-iot-hub')).rejects.toThrow(/IotHubNotFound.*; the service must exist in the declared cloud/);
});
