import { azure, carryOver, certificateOf, changes, checkAll, issued, logged, order, revoke, signedCa, useAzureDevices } from './carried-to-azure';
import { Answer } from '../../support/cloudformation';

useAzureDevices();

const DPS = 'azure-dps';
const { dps } = azure;

const provisions = (id: string, device: Answer): boolean => dps.provisions(id, certificateOf(device));
const markOf = ({ Data }: Answer, enrollment: string) => ({ privateIotCa: { revokedCertificate: Data!.SerialNumber, enrollment } });

describe('a device of an enrollment group', () => {
  test('is not provisioned any more once its certificate is revoked, and the other devices of the group are', async () => {
    const [device, other] = [await issued('sensor-001'), await issued('sensor-002', 'Other')];
    expect(provisions('sensor-001', device)).toBe(true);
    await revoke(DPS, device);
    expect([provisions('sensor-001', device), provisions('sensor-002', other)]).toEqual([false, true]);
    expect(dps.find('sensor-001')).toMatchObject({
      registrationId: 'sensor-001',
      provisioningStatus: 'disabled',
      attestation: { type: 'x509', x509: { clientCertificates: { primary: { info: { sha1Thumbprint: certificateOf(device).fingerprint.replaceAll(':', '') } } } } },
      optionalDeviceInformation: markOf(device, 'made'),
    });
    expect(logged('INFO')).toEqual(['Azure: created a disabled enrollment for the device sensor-001']);
  });

  test('gets one disabled enrollment: a second delivery and the checks that follow change nothing', async () => {
    const device = await issued('sensor-001');
    await order(device);
    await carryOver(DPS, [device, device]);
    await checkAll(DPS);
    expect(changes()).toEqual(['PUT enrollments/sensor-001']);
  });

  test('is provisioned again when a hold ends, and no enrollment is left', async () => {
    const device = await issued('sensor-001');
    await revoke(DPS, device, 'certificateHold');
    expect(provisions('sensor-001', device)).toBe(false);
    await revoke(DPS, device, 'removeFromCRL');
    expect(provisions('sensor-001', device)).toBe(true);
    expect(dps.enrollments.size).toBe(0);
    expect(logged('INFO')).toEqual(expect.arrayContaining(['Azure: deleted the disabled enrollment for the device sensor-001']));
  });

  test('is not provisioned while all its certificates are on hold, and is again when one of the holds ends', async () => {
    const [first, second] = [await issued('sensor-001'), await issued('sensor-001', 'Second')];
    await revoke(DPS, first, 'certificateHold');
    await revoke(DPS, second, 'certificateHold');
    expect([provisions('sensor-001', first), provisions('sensor-001', second)]).toEqual([false, false]);
    await revoke(DPS, first, 'removeFromCRL');
    expect(provisions('sensor-001', first)).toBe(true);
    expect(dps.enrollments.size).toBe(0);
  });

  test('is not provisioned when a hold ends, but another certificate is revoked for good', async () => {
    const [held, revoked] = [await issued('sensor-001'), await issued('sensor-001', 'Second')];
    await revoke(DPS, held, 'certificateHold');
    await revoke(DPS, revoked);
    await revoke(DPS, held, 'removeFromCRL');
    expect(provisions('sensor-001', revoked)).toBe(false);
  });

  test('stays disabled when the hold becomes a revocation for good', async () => {
    const device = await issued('sensor-001');
    await revoke(DPS, device, 'certificateHold');
    await revoke(DPS, device);
    expect(provisions('sensor-001', device)).toBe(false);
  });

  test('that has another certificate is still provisioned: the log says what to do', async () => {
    const [device, renewed] = [await issued('sensor-001'), await issued('sensor-001', 'Renewed')];
    await revoke(DPS, device);
    expect(provisions('sensor-001', renewed)).toBe(true);
    expect(changes()).toEqual([]);
    expect(logged('WARN')).toEqual(['Azure IoT Hub Device Provisioning Service dps-1: the device sensor-001 may still be provisioned, because it has another certificate, '
      + 'which a disabled enrollment would refuse as well; to have the revoked one refused, create an individual enrollment with the other one']);
  });
});

describe('a device with an individual enrollment', () => {
  test('is not provisioned any more once its certificate is revoked, and everything else about the enrollment stays as it was', async () => {
    const device = await issued('Sensor-001');
    const others = {
      deviceId: 'factory-1',
      allocationPolicy: 'static',
      iotHubs: ['hub-1.azure-devices.net'],
      optionalDeviceInformation: { line: '7' },
      reprovisionPolicy: { updateHubAssignment: true, migrateDeviceData: false },
      capabilities: { iotEdge: true },
    };
    dps.enroll('sensor-001', [certificateOf(device)], others);
    const { etag, ...before } = dps.find('sensor-001')!;
    await issued('Sensor-001', 'Renewed');
    await revoke(DPS, device, 'certificateHold');
    expect(provisions('sensor-001', device)).toBe(false);
    expect(dps.find('sensor-001')).toEqual({
      ...before, etag: expect.any(String), provisioningStatus: 'disabled', optionalDeviceInformation: { line: '7', ...markOf(device, 'disabled') },
    });
    expect(logged('INFO')).toEqual(['Azure: disabled the enrollment of the device Sensor-001']);
    await revoke(DPS, device, 'removeFromCRL');
    expect(dps.find('sensor-001')).toEqual({ ...before, etag: expect.any(String) });
  });

  test('for another certificate, or for none, is left alone', async () => {
    const [device, other] = [await issued('sensor-001'), await issued('sensor-001', 'Other')];
    dps.enroll('sensor-001', [certificateOf(other)]);
    await revoke(DPS, device);
    expect(provisions('sensor-001', other)).toBe(true);
    dps.enroll('sensor-001', []);
    await revoke(DPS, other, 'certificateHold');
    await revoke(DPS, other, 'removeFromCRL');
    expect(changes()).toEqual([]);
    expect(logged('WARN')).toEqual([]);
  });

  test('for two certificates is disabled while both are on hold, and only then', async () => {
    const [first, second] = [await issued('sensor-001'), await issued('sensor-001', 'Second')];
    dps.enroll('sensor-001', [certificateOf(first), certificateOf(second)]);
    await revoke(DPS, first, 'certificateHold');
    expect(provisions('sensor-001', second)).toBe(true);
    await revoke(DPS, second, 'certificateHold');
    expect([provisions('sensor-001', first), provisions('sensor-001', second)]).toEqual([false, false]);
    await revoke(DPS, first, 'removeFromCRL');
    expect(provisions('sensor-001', first)).toBe(true);
    expect(dps.find('sensor-001')!.optionalDeviceInformation).not.toHaveProperty('privateIotCa');
  });

  test('for two certificates is left alone if one of them is revoked: the log says what to do', async () => {
    const [device, other] = [await issued('sensor-001'), await issued('sensor-001', 'Other')];
    dps.enroll('sensor-001', [certificateOf(other), certificateOf(device)]);
    await revoke(DPS, device);
    expect(provisions('sensor-001', other)).toBe(true);
    expect(logged('WARN')).toEqual(['Azure IoT Hub Device Provisioning Service dps-1: the enrollment of the device sensor-001 stays enabled, '
      + 'because it holds another certificate too; to have this one refused, remove it from the enrollment']);
  });
});

test('a device that gets another certificate later is not provisioned until somebody deletes the disabled enrollment: the log says so', async () => {
  const device = await issued('sensor-001');
  await revoke(DPS, device);
  await issued('sensor-001', 'Renewed');
  await checkAll(DPS);
  expect(changes()).toEqual(['PUT enrollments/sensor-001']);
  expect(logged('WARN')).toEqual([expect.stringContaining('the device sensor-001 is not provisioned because of this certificate, although it has another one; '
    + 'if the revoked one can no longer be used, delete its disabled enrollment')]);
});

describe('the end of a hold leaves an enrollment alone', () => {
  test.each<[string, (device: Answer) => void]>([
    ['that somebody had disabled before', device => dps.enroll('sensor-001', [certificateOf(device)], { provisioningStatus: 'disabled' })],
    ['that is disabled for another certificate', device => dps.enroll('sensor-001', [certificateOf(device)], {
      provisioningStatus: 'disabled', optionalDeviceInformation: { privateIotCa: { revokedCertificate: '0'.repeat(40), enrollment: 'made' } },
    })],
    ['with a mark, but without the certificate', device => dps.enroll('sensor-001', [], { provisioningStatus: 'disabled', optionalDeviceInformation: markOf(device, 'made') })],
    ['with a mark, which somebody has enabled', device => dps.enroll('sensor-001', [certificateOf(device)], { optionalDeviceInformation: markOf(device, 'made') })],
  ])('%s', async (_, enroll) => {
    const device = await issued('sensor-001');
    await order(device, 'certificateHold');
    await order(device, 'removeFromCRL');
    enroll(device);
    await carryOver(DPS, [device]);
    expect(changes()).toEqual([]);
  });
});

describe('what no device can be enrolled with', () => {
  test('such as a CA is left alone: the log says what to do', async () => {
    await revoke(DPS, await signedCa('acme-factory'), 'cACompromise');
    expect(changes()).toEqual([]);
    expect(logged('WARN')).toEqual([expect.stringContaining('a CA certificate can\'t be disabled')]);
  });

  test.each(['sensor-001/camera', 'sensor 1', 'sensor.'])('such as %s asks Azure nothing', async commonName => {
    await revoke(DPS, await issued(commonName));
    expect(azure.calls).toEqual(['POST v2.0/token']);
    expect(logged('WARN')).toEqual([]);
  });
});
