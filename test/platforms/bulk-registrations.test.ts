import { DeviceResult } from '../../src/contract/fleet';
import { BULK_REGISTRATION_NAMES, bulkRegistration, endingOf } from '../../src/platforms/bulk-registrations';

const DEVICE: DeviceResult = {
  line: 2,
  deviceId: 'sensor-001',
  outcome: 'issued',
  commonName: 'SN-4711',
  serialNumber: '4A'.repeat(20),
  notBefore: '2026-01-01T00:00:00.000Z',
  notAfter: '2027-01-01T00:00:00.000Z',
  sha256Fingerprint: 'ab'.repeat(32),
  certificatePem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
};
const FORMULA: DeviceResult = { ...DEVICE, deviceId: '=cmd,1', commonName: undefined };

/** As the pages say that the files in src/platforms/<platform>/bulk-registration.ts name. */
test.each([
  ['aws-iot-core', 'jsonl',
    `{"ThingName":"sensor-001","SerialNumber":"${'4A'.repeat(20)}","CertificatePem":"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n"}\n`],
  ['azure-iot-hub', 'jsonl', '{"id":"SN-4711","importMode":"createOrUpdate","status":"enabled","authentication":{"type":"certificateAuthority"}}\n'],
  ['azure-iot-central', 'csv', 'IOTC_DEVICEID,IOTC_DEVICENAME\nSN-4711,sensor-001\n'],
  ['alibaba-cloud-iot', 'csv', 'DeviceName,Nickname\nsensor-001,\n'],
] as const)('the file for a bulk registration at %s is as the platform reads it', (name, ending, content) => {
  expect(bulkRegistration(name, [DEVICE])).toBe(content);
  expect(endingOf(name)).toBe(ending);
});

test('every platform has a file with all devices, and none of them is a formula in a spreadsheet', () => {
  for (const name of BULK_REGISTRATION_NAMES) {
    const lines = bulkRegistration(name, [DEVICE, FORMULA, DEVICE]).trimEnd().split('\n');
    expect(lines).toHaveLength(endingOf(name) === 'csv' ? 4 : 3);
    lines.forEach(line => expect(line).not.toMatch(/^"?=/));
  }
});
