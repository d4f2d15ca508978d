import { azure, carryOver, certificateOf, changes, checkAll, issued, logged, order, revoke, signedCa, useAzureDevices } from './carried-to-azure';
import { HubDevice } from './strict-hub-devices';
import { Answer } from '../../support/cloudformation';

useAzureDevices();

const HUB = 'azure-iot-hub';
const { hub } = azure;

const reasonFor = ({ Data }: Answer): string => `cdk-private-iot-ca: certificate ${Data!.SerialNumber} is revoked`;
const connects = (id: string, device: Answer): boolean => hub.connects(id, certificateOf(device));
const sha1Of = (device: Answer): string => certificateOf(device).fingerprint.replaceAll(':', '');
const sha256Of = (device: Answer): string => certificateOf(device).fingerprint256.replaceAll(':', '');
const withThumbprints = (primaryThumbprint: string, secondaryThumbprint: string | null): Partial<HubDevice['authentication']> =>
  ({ type: 'selfSigned', x509Thumbprint: { primaryThumbprint, secondaryThumbprint } });

describe('a device with a revoked certificate', () => {
  test('can\'t connect any more, the hub says why, and everything else about the device stays as it was', async () => {
    const device = await issued('sensor-001');
    hub.register('sensor-001', {}, { capabilities: { iotEdge: true }, deviceScope: 'ms-azure-iot-edge://gateway-638000000000000000', parentScopes: [] });
    hub.register('sensor-002');
    const { etag, ...before } = hub.devices.get('sensor-001')!;
    expect(connects('sensor-001', device)).toBe(true);
    await revoke(HUB, device);
    expect(connects('sensor-001', device)).toBe(false);
    expect(hub.devices.get('sensor-001')).toEqual({ ...before, etag: expect.any(String), status: 'disabled', statusReason: reasonFor(device) });
    expect(hub.devices.get('sensor-002')).toMatchObject({ status: 'enabled', statusReason: null });
    expect(logged('INFO')).toEqual(['Azure: disabled the device sensor-001']);
  });

  test('can\'t connect whatever the characters of its ID', async () => {
    const id = 'a-1:.+%_#*?!(),=@;$\'';
    const device = await issued(id);
    hub.register(id);
    await revoke(HUB, device);
    expect(connects(id, device)).toBe(false);
  });

  test.each<[string, (device: Answer) => Partial<HubDevice['authentication']>]>([
    ['SHA-256, in both places as the provisioning service stores it', device => withThumbprints(sha256Of(device), sha256Of(device))],
    ['SHA-1, in small letters and alone', device => withThumbprints(sha1Of(device).toLowerCase(), null)],
  ])('can\'t connect if the hub knows its thumbprint: %s', async (_, authentication) => {
    const device = await issued('sensor-001');
    hub.register('sensor-001', authentication(device));
    await issued('sensor-001', 'Renewed');
    await revoke(HUB, device);
    expect(connects('sensor-001', device)).toBe(false);
    expect(logged('WARN')).toEqual([]);
  });

  test('is disabled once: a second delivery and the checks that follow change nothing', async () => {
    const device = await issued('sensor-001');
    hub.register('sensor-001');
    await order(device);
    await carryOver(HUB, [device, device]);
    await checkAll(HUB);
    expect(changes()).toEqual(['PUT devices/sensor-001']);
  });

  test('that is not registered is left alone, until it is registered: then the next check finds it', async () => {
    const device = await issued('sensor-001');
    await revoke(HUB, device);
    hub.register('sensor-001');
    await checkAll(HUB);
    expect(connects('sensor-001', device)).toBe(false);
  });

  test('that somebody enables again is disabled by the next check, unless it has a new certificate', async () => {
    const device = await issued('sensor-001');
    hub.register('sensor-001');
    await revoke(HUB, device);
    hub.change('sensor-001', { status: 'enabled', statusReason: null });
    await checkAll(HUB);
    expect(connects('sensor-001', device)).toBe(false);
    const renewed = await issued('sensor-001', 'Renewed');
    hub.change('sensor-001', { status: 'enabled', statusReason: null });
    await checkAll(HUB);
    expect(connects('sensor-001', renewed)).toBe(true);
  });
});

describe('a hold', () => {
  test('disables the device, and its end enables it', async () => {
    const device = await issued('sensor-001');
    hub.register('sensor-001');
    await revoke(HUB, device, 'certificateHold');
    expect(connects('sensor-001', device)).toBe(false);
    await revoke(HUB, device, 'removeFromCRL');
    expect(connects('sensor-001', device)).toBe(true);
    expect(hub.devices.get('sensor-001')!.statusReason).toBe(`cdk-private-iot-ca: certificate ${device.Data!.SerialNumber} is released`);
  });

  test('that ends does not enable a device that was disabled for another reason', async () => {
    const device = await issued('sensor-001');
    hub.register('sensor-001', {}, { status: 'disabled', statusReason: 'stolen' });
    await revoke(HUB, device, 'certificateHold');
    await revoke(HUB, device, 'removeFromCRL');
    expect(hub.devices.get('sensor-001')).toMatchObject({ status: 'disabled', statusReason: 'stolen' });
    expect(changes()).toEqual([]);
  });

  test('of every certificate of a device disables it, and the end of one of the holds enables it', async () => {
    const [first, second] = [await issued('sensor-001'), await issued('sensor-001', 'Second')];
    hub.register('sensor-001');
    await revoke(HUB, first, 'certificateHold');
    await revoke(HUB, second, 'certificateHold');
    expect(connects('sensor-001', first)).toBe(false);
    await revoke(HUB, first, 'removeFromCRL');
    expect(connects('sensor-001', first)).toBe(true);
  });

  test('that ends does not enable a device that would then accept a certificate that is revoked for good', async () => {
    const [device, other] = [await issued('sensor-001'), await issued('sensor-001', 'Other')];
    hub.register('sensor-001');
    await order(device, 'certificateHold');
    await revoke(HUB, other);
    await revoke(HUB, device, 'removeFromCRL');
    expect(hub.devices.get('sensor-001')).toMatchObject({ status: 'disabled', statusReason: reasonFor(other) });
    await checkAll(HUB);
    expect(logged('WARN')).toEqual(['Azure IoT Hub hub-1: the device sensor-001 is disabled because of this certificate, although it has another one; '
      + 'if the revoked one can no longer be used, enable the device in IoT Hub']);
  });
});

describe('a device is left alone', () => {
  test('if it accepts any certificate of the CA and has a newer one: the log says what to do', async () => {
    const [device, renewed] = [await issued('sensor-001'), await issued('sensor-001', 'Renewed')];
    hub.register('sensor-001');
    await revoke(HUB, device);
    expect(connects('sensor-001', renewed)).toBe(true);
    expect(changes()).toEqual([]);
    expect(logged('WARN')).toEqual(['Azure IoT Hub hub-1: the device sensor-001 stays enabled, because it has another certificate and accepts any certificate of the CA; '
      + 'to have the revoked one refused, set its authentication in IoT Hub to the thumbprint of the other one']);
    await revoke(HUB, renewed);
    expect(connects('sensor-001', renewed)).toBe(false);
  });

  test.each<[string, Partial<HubDevice['authentication']>]>([
    ['keys', { type: 'sas', symmetricKey: { primaryKey: 'cHJpbWFyeQ==', secondaryKey: 'c2Vjb25kYXJ5' } }],
    ['another certificate', withThumbprints('A'.repeat(40), 'B'.repeat(64))],
    ['no certificate yet', { type: 'selfSigned' }],
    ['nothing', { type: 'none' }],
  ])('if it authenticates with %s', async (_, authentication) => {
    const device = await issued('sensor-001');
    hub.register('sensor-001', authentication);
    await revoke(HUB, device);
    expect(hub.devices.get('sensor-001')!.status).toBe('enabled');
    expect(logged('WARN')).toEqual([]);
  });

  test('if its ID differs from the common name in capitals, since IDs are case-sensitive', async () => {
    const device = await issued('Sensor-001');
    hub.register('sensor-001');
    await revoke(HUB, device);
    expect(hub.devices.get('sensor-001')!.status).toBe('enabled');
  });
});

describe('a device that accepts two certificates', () => {
  test('keeps the other one when one of them is revoked', async () => {
    const [device, renewed] = [await issued('sensor-001'), await issued('sensor-001', 'Renewed')];
    hub.register('sensor-001', withThumbprints(sha256Of(device), sha256Of(renewed)));
    await revoke(HUB, device);
    expect([connects('sensor-001', device), connects('sensor-001', renewed)]).toEqual([false, true]);
    expect(hub.devices.get('sensor-001')!.authentication).toMatchObject(withThumbprints(sha256Of(renewed), sha256Of(renewed)));
    expect(logged('INFO')).toEqual(['Azure: removed the thumbprint of the certificate from the device sensor-001']);
    await revoke(HUB, renewed);
    expect(connects('sensor-001', renewed)).toBe(false);
  });

  test('is disabled when both are on hold, and can connect again when one of the holds ends', async () => {
    const [first, second] = [await issued('sensor-001'), await issued('sensor-001', 'Second')];
    hub.register('sensor-001', withThumbprints(sha256Of(first), sha1Of(second)));
    await revoke(HUB, first, 'certificateHold');
    expect(connects('sensor-001', second)).toBe(true);
    await revoke(HUB, second, 'certificateHold');
    expect(hub.devices.get('sensor-001')).toMatchObject({ status: 'disabled', statusReason: reasonFor(second) });
    await checkAll(HUB);
    expect(connects('sensor-001', first)).toBe(false);
    await revoke(HUB, first, 'removeFromCRL');
    expect(connects('sensor-001', first)).toBe(true);
  });

  test('is disabled when one is on hold and the other one is revoked, which is not let in again when the hold ends', async () => {
    const [held, revoked] = [await issued('sensor-001'), await issued('sensor-001', 'Second')];
    hub.register('sensor-001', withThumbprints(sha256Of(held), sha256Of(revoked)));
    await revoke(HUB, held, 'certificateHold');
    await revoke(HUB, revoked);
    expect([connects('sensor-001', held), connects('sensor-001', revoked)]).toEqual([false, false]);
    expect(logged('INFO')).toEqual(['Azure: removed the thumbprint of the certificate from the device sensor-001 and disabled the device sensor-001']);
    await revoke(HUB, held, 'removeFromCRL');
    expect([connects('sensor-001', held), connects('sensor-001', revoked)]).toEqual([true, false]);
  });

  test('loses the revoked one also while it is disabled', async () => {
    const [first, second] = [await issued('sensor-001'), await issued('sensor-001', 'Second')];
    hub.register('sensor-001', withThumbprints(sha256Of(first), sha256Of(second)), { status: 'disabled', statusReason: 'in the workshop' });
    await revoke(HUB, second);
    expect(hub.devices.get('sensor-001')).toMatchObject({
      status: 'disabled', statusReason: 'in the workshop', authentication: withThumbprints(sha256Of(first), sha256Of(first)),
    });
  });

  test('stays as it is during a hold, which could not be taken back: the log says what to do', async () => {
    const device = await issued('sensor-001');
    hub.register('sensor-001', withThumbprints('A'.repeat(40), sha1Of(device)));
    await revoke(HUB, device, 'certificateHold');
    expect(connects('sensor-001', device)).toBe(true);
    expect(logged('WARN')).toEqual([expect.stringContaining('remove its thumbprint from the device in IoT Hub, or revoke it for good')]);
  });
});

describe('what can\'t be disabled', () => {
  test('such as a module is left alone, with its device: the log says what to do', async () => {
    const module = await issued('sensor-001/camera');
    hub.register('sensor-001');
    await revoke(HUB, module);
    expect(hub.devices.get('sensor-001')!.status).toBe('enabled');
    expect(logged('WARN')).toEqual(['Azure IoT Hub hub-1: the module sensor-001/camera can\'t be disabled; delete it, or disable its device, by hand']);
  });

  test('such as a certificate that no device can have asks Azure nothing', async () => {
    await revoke(HUB, await issued('no device'));
    expect(azure.calls).toEqual(['POST v2.0/token']);
  });

  test('such as a CA is left alone, and a device that happens to have its name: the log says what to do', async () => {
    const factory = await signedCa('acme-factory');
    hub.register('acme-factory');
    await revoke(HUB, factory, 'cACompromise');
    expect(hub.devices.get('acme-factory')!.status).toBe('enabled');
    expect(logged('WARN')).toEqual(['Azure IoT Hub hub-1: a CA certificate can\'t be disabled; delete it, and the enrollment groups that use it, by hand']);
  });
});
