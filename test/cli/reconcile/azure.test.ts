import { randomUUID, X509Certificate } from 'node:crypto';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { differencesIn, inShort, LocalLedger, Reach, Reconciled, reconciled } from './reconciled';
import { ReconcileOptions } from '../../../src/cli/reconcile-command';
import { RESOURCE_GROUP, SCOPE, StrictAzure, SUBSCRIPTION } from '../../platforms/azure/strict-azure';
import { StrictAzureDevices } from '../../platforms/azure/strict-azure-devices';
import { CLIENT, CLIENT_SECRET, TENANT } from '../../platforms/azure/strict-entra';
import { cliError } from '../../support/cli-run';
import { opensslCa } from '../../support/foreign-ca';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

const DEVICES = ['good', 'revoked', 'held'];
const HUB = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.Devices/IotHubs/hub-1`;
const DPS = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.Devices/provisioningServices/dps-1`;
const PRINCIPAL = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT, AZURE_CLIENT_SECRET: CLIENT_SECRET };

const devices = new StrictAzureDevices(SCOPE);
const manager = new StrictAzure(devices.entra);
let ledger: LocalLedger;
let good: X509Certificate;
let revoked: X509Certificate;

beforeAll(async () => {
  await devices.start();
  await manager.start();
  Object.assign(process.env, PRINCIPAL);
  ledger = new LocalLedger();
  await ledger.deploy(...DEVICES);
  await ledger.revoke('revoked');
  await ledger.revoke('held', 'certificateHold');
  [good, revoked] = [0, 1].map(index => ledger.device(index));
}, 120_000);

beforeEach(() => {
  devices.reset();
  manager.forget();
  [...manager.held.values()].forEach(certificates => certificates.clear());
});

afterAll(async () => {
  Object.keys(PRINCIPAL).forEach(name => delete process.env[name]);
  await devices.stop();
  await manager.stop();
});

/** Compares the ledger with a service, which must get nothing but requests to read. */
async function compared(platform: 'azure-iot-hub' | 'azure-dps', options: Partial<ReconcileOptions> = {}, reach: Reach = {}): Promise<Reconciled> {
  const azureEndpoints = { login: devices.url, management: manager.url, dataPlane: devices.url };
  const result = await reconciled({ platform, service: platform === 'azure-dps' ? DPS : HUB, local: ledger.out, json: true, ...options },
    { trustedCas: `${devices.trustedCas}${manager.trustedCas}`, azureEndpoints, ...reach });
  const writing = [...devices.received, ...manager.received].filter(({ method, path }) => method !== 'GET' && !/^\/(?:devices|enrollments|enrollmentGroups)\/query$|\/token$/.test(path));
  expect(writing).toEqual([]);
  expect(result.text).not.toContain(CLIENT_SECRET);
  return result;
}

const differences = async (platform: 'azure-iot-hub' | 'azure-dps', options: Partial<ReconcileOptions> = {}, reach: Reach = {}): Promise<string[]> =>
  inShort(differencesIn(await compared(platform, options, reach)));

const sha1 = ({ fingerprint }: X509Certificate): string => fingerprint.replaceAll(':', '');
const sha256 = ({ fingerprint256 }: X509Certificate): string => fingerprint256.replaceAll(':', '');

/** Registers a device that accepts only these certificates. */
function registerWith(id: string, primaryThumbprint: string, secondaryThumbprint: string | null = null, others: object = {}): void {
  devices.hub.register(id, { type: 'selfSigned', x509Thumbprint: { primaryThumbprint, secondaryThumbprint } }, others as never);
}

describe('an IoT hub and a ledger', () => {
  test('agree if the good devices are enabled and the revoked ones disabled', async () => {
    devices.hub.register('good');
    ['revoked', 'held'].forEach(id => devices.hub.register(id, {}, { status: 'disabled' }));
    expect(await differences('azure-iot-hub')).toEqual([]);
    expect((await compared('azure-iot-hub', { json: false })).text).toBe('3 certificates compared with Azure IoT Hub hub-1: no differences\n');
  });

  test('agree on revoked devices that are not registered, and differ in good ones that are not', async () => {
    expect(await differences('azure-iot-hub')).toEqual(['not-registered good']);
  });

  test('differ in devices whose revoked certificate is accepted, by the trust in the CA or by its thumbprint', async () => {
    devices.hub.register('good');
    devices.hub.register('held');
    registerWith('revoked', sha1(revoked).toLowerCase());
    expect(await differences('azure-iot-hub')).toEqual(['accepted-though-revoked revoked enabled', 'accepted-though-revoked held enabled']);
  });

  test('differ in good devices that are disabled, that accept other certificates, or that have a key instead', async () => {
    devices.hub.register('good', {}, { status: 'disabled' });
    expect(await differences('azure-iot-hub')).toEqual(['refused-though-good good disabled']);
    registerWith('good', 'A'.repeat(40));
    expect(await differences('azure-iot-hub')).toEqual(['refused-though-good good has other thumbprints', 'not-in-ledger good enabled']);
    devices.hub.register('good', { type: 'sas' });
    expect(await differences('azure-iot-hub')).toEqual(['refused-though-good good authentication type sas']);
  });

  test.each([['SHA-1', sha1], ['SHA-256', sha256]])('agree on a device with the %s of its certificate', async (_, thumbprint) => {
    registerWith('good', thumbprint(good));
    expect(await differences('azure-iot-hub')).toEqual([]);
  });

  test('differ in what only the hub has: a device of any certificate, a thumbprint, a CA', async () => {
    devices.hub.register('stranger');
    devices.hub.register('with-a-key', { type: 'sas' });
    registerWith('good', sha1(good), 'B'.repeat(40));
    manager.putByHand('IotHubs/hub-1', 'ours', ledger.ca, true);
    manager.putByHand('IotHubs/hub-1', 'theirs', new X509Certificate(opensslCa('Somebody Else').certificate), true);
    expect(await differences('azure-iot-hub')).toEqual(['not-in-ledger stranger enabled', 'not-in-ledger good enabled', 'unknown-ca theirs verified']);
    expect(await differences('azure-iot-hub', { ca: ['Iot/Ca'] })).toEqual([]);
  });

  test('differ in a CA that the hub has not verified', async () => {
    devices.hub.register('good');
    manager.putByHand('IotHubs/hub-1', 'ours', ledger.ca);
    expect(await differences('azure-iot-hub')).toEqual(['refused-though-good CN=Acme IoT Root CA,O=Acme unverified']);
  });

  test('agree on a device that is trusted with the CA after its certificate has expired, and differ if the hub has its thumbprint', async () => {
    const now = new Date(Date.now() + 400 * 86_400_000);
    ['good', 'revoked', 'held'].forEach(id => devices.hub.register(id));
    expect(await differences('azure-iot-hub', {}, { now })).toEqual([]);
    registerWith('good', sha1(good));
    expect(await differences('azure-iot-hub', {}, { now })).toEqual(['accepted-though-expired good enabled']);
  });

  test('are compared whole, page by page', async () => {
    Array.from({ length: 250 }, (_, index) => devices.hub.register(`stranger-${index}`));
    devices.hub.register('good');
    expect(await differences('azure-iot-hub')).toHaveLength(250);
    expect(devices.count('POST devices/query')).toBe(3);
  });
});

describe('a provisioning service and a ledger', () => {
  test('agree if an enrollment group trusts the CA and the revoked devices have disabled enrollments', async () => {
    devices.dps.group('fleet', ledger.ca);
    devices.dps.enroll('revoked', [revoked], { provisioningStatus: 'disabled' });
    devices.dps.enroll('held', [ledger.device(2)], { provisioningStatus: 'disabled' });
    expect(await differences('azure-dps')).toEqual([]);
  });

  test('differ in revoked devices that a group still provisions, whether it has the certificate of the CA or its name', async () => {
    const expected = ['accepted-though-revoked revoked enabled', 'accepted-though-revoked held enabled'];
    devices.dps.group('fleet', ledger.ca);
    expect(await differences('azure-dps')).toEqual(expected);
    devices.dps.groups.length = 0;
    devices.dps.group('fleet', 'ours');
    manager.putByHand('provisioningServices/dps-1', 'ours', ledger.ca, true);
    expect(await differences('azure-dps')).toEqual(expected);
    expect(differencesIn(await compared('azure-dps'))[0]).toMatchObject({ platformId: 'fleet' });
  });

  test('differ in good devices that nothing provisions', async () => {
    expect(await differences('azure-dps')).toEqual(['not-registered good']);
    devices.dps.group('fleet', ledger.ca, 'disabled');
    expect(await differences('azure-dps')).toEqual(['refused-though-good good disabled']);
    devices.dps.enroll('GOOD', [revoked]);
    expect(await differences('azure-dps')).toEqual(['refused-though-good good has other certificates', 'not-in-ledger GOOD enabled']);
  });

  test('agree on a device with an enrollment of its own', async () => {
    devices.dps.enroll('good', [good]);
    expect(await differences('azure-dps')).toEqual([]);
  });

  test('differ in what only the service has: an enrollment with another certificate, a group of another CA', async () => {
    const other = new X509Certificate(opensslCa('Somebody Else').certificate);
    devices.dps.enroll('good', [good]);
    devices.dps.enroll('stranger', [other]);
    devices.dps.enroll('with-a-tpm', []);
    devices.dps.group('theirs', other);
    expect(await differences('azure-dps')).toEqual(['not-in-ledger stranger enabled', 'unknown-ca theirs enabled']);
  });
});

test('the service principal can be that of a registration, in a secret in AWS', async () => {
  process.env.AWS_ENDPOINT_URL = await motoUrl();
  const { ARN } = await new SecretsManagerClient({}).send(new CreateSecretCommand({
    Name: `azure-${randomUUID()}`, SecretString: JSON.stringify({ tenantId: TENANT, clientId: CLIENT, clientSecret: CLIENT_SECRET }),
  }));
  Object.keys(PRINCIPAL).forEach(name => delete process.env[name]);
  devices.hub.register('good');
  const found = await differences('azure-iot-hub', { credentials: ARN }).finally(() => {
    delete process.env.AWS_ENDPOINT_URL;
    Object.assign(process.env, PRINCIPAL);
  });
  expect(found).toEqual([]);
}, MOTO_TIMEOUT);

describe('a service that can\'t be read is reported', () => {
  test('with the roles that are missing', async () => {
    devices.hub.roleAssigned = false;
    await expect(compared('azure-iot-hub')).rejects.toThrow(/^Azure IoT Hub hub-1 refused the query for devices: 403 .*; assign the service principal the roles Reader and IoT Hub Data Reader/);
    manager.roleMissing = true;
    await expect(compared('azure-iot-hub')).rejects.toThrow(/^Azure IoT Hub hub-1 refused the request for the certificates: 403 .*; assign the service principal the roles Reader and/);
    manager.roleMissing = false;
  });

  test('if the service principal can\'t sign in, without its secret', async () => {
    devices.entra.error = 'AADSTS7000222';
    await expect(compared('azure-iot-hub')).rejects.toThrow(/got AADSTS7000222 from Microsoft Entra; the client secret has expired/);
  });

  test('if a device has no status: what is not understood is no agreement', async () => {
    devices.hub.register('good', {}, { status: undefined });
    await expect(compared('azure-iot-hub')).rejects.toThrow('Azure IoT Hub hub-1 returned a device without an ID, a status or an authentication type');
  });

  test.each<[string, string[], RegExp]>([
    ['the ID of another kind of service', ['--platform', 'azure-iot-hub', '--service', DPS], /--service must be the resource ID of the service, .*\/Microsoft\.Devices\/IotHubs\/…, got "/],
    ['no ID', ['--platform', 'azure-dps'], /--service must be the resource ID of the service, .*\/provisioningServices\/…, got ""$/],
    ['an unknown cloud', ['--platform', 'azure-iot-hub', '--service', HUB, '--cloud', 'mars'], /--cloud must be one of public, us-government, china, got "mars"$/],
    ['a Region', ['--platform', 'azure-iot-hub', '--service', HUB, '--region', 'eu-central-1'], /--region must be left out with --platform azure-iot-hub/],
  ])('because of %s', async (_, args, message) => {
    expect(await cliError('reconcile', '--local', ledger.out, ...args)).toMatch(message);
  });

  test('because no service principal is given', async () => {
    delete process.env.AZURE_CLIENT_SECRET;
    const said = await cliError('reconcile', '--local', ledger.out, '--platform', 'azure-iot-hub', '--service', HUB);
    Object.assign(process.env, PRINCIPAL);
    expect(said).toMatch(/must hold a service principal, got none in AZURE_CLIENT_SECRET; set them, or name the secret of the registration with --credentials$/);
  });
});
