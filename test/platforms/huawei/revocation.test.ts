import { X509Certificate } from 'node:crypto';
import { ACCESS_KEY, INSTANCE, OWN_HOST, PROJECT, SECRET_KEY, SHARED_HOST, StrictHuawei, TOKEN } from './strict-huawei';
import { RevocationState } from '../../../src/contract/revocation';
import { signIn } from '../../../src/platforms/huawei/registrar/revocation';
import { RevocationTarget } from '../../../src/platforms/registrar/revocation/revocation-target';
import { AGAIN } from '../../../src/platforms/registrar/revocation/revoking-ca';
import { NO_DEADLINE } from '../../support/deadline';
import { PlatformAnswer } from '../../support/https-platform';
import { ledgerCertificate, notes, OtherInLedger } from '../../support/ledger-certificate';
import { RegisteredCa, registeredCa } from '../../support/registered-ca';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Huawei-AbCdEf';
const UPDATE = /^PUT device-certificates/;

const huawei = new StrictHuawei();
const { fleet } = huawei;
let secret: Record<string, string>;
let ca: RegisteredCa;
let logged: string;

/** A certificate of the sensor, and its renewal. */
let certificate: X509Certificate;
let renewed: X509Certificate;

beforeAll(async () => {
  await huawei.start();
  ca = await registeredCa();
  [certificate, renewed] = [new X509Certificate(await ca.prove('sensor-001')), new X509Certificate(await ca.prove('sensor-001'))];
});
beforeEach(() => {
  notes.clear();
  huawei.forget();
  huawei.denied.clear();
  huawei.gatewayError = undefined;
  fleet.forget();
  secret = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY };
  logged = '';
  jest.spyOn(console, 'log').mockImplementation(line => {
    logged += `${line}\n`;
  });
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => huawei.stop());

/** What the function signs in to, with the credentials in the secret. */
function target(signal: AbortSignal, environment: NodeJS.ProcessEnv = {}): Promise<RevocationTarget> {
  const instance = { ENDPOINT: SHARED_HOST, PROJECT_ID: PROJECT, INSTANCE_ID: INSTANCE, CREDENTIALS_SECRET_ARN: SECRET };
  const reach = { url: huawei.url, trustedCas: huawei.trustedCas, readSecret: async () => JSON.stringify(secret) };
  return signIn({ ...instance, ...environment }, signal, AGAIN, reach);
}

/** What the function does with a revocation that the ledger holds. */
async function carryOver(state: RevocationState, {
  of = certificate, others = [] as readonly OtherInLedger[], environment = {} as NodeJS.ProcessEnv, signal = NO_DEADLINE,
} = {}): Promise<string | undefined> {
  return (await target(signal, environment)).carryOver(ledgerCertificate(of, state, others), signal);
}

describe('the check at a deployment', () => {
  const check = async (): Promise<void> => {
    await (await target(NO_DEADLINE)).assertInReach(NO_DEADLINE);
  };

  test('looks for a certificate and a device that the instance does not have', async () => {
    await check();
    expect(huawei.received.map(({ method, path, query }) => [method, path.replace(/^.*\//, ''), query.get('fingerprint') ?? query.get('node_id')])).toEqual([
      ['GET', 'device-certificates', '0'.repeat(64)], ['GET', 'devices', 'private-iot-ca-check'],
    ]);
  });

  test('fails with the platform\'s code and the way out if the credentials are wrong', async () => {
    secret = { accessKeyId: ACCESS_KEY, secretAccessKey: 'another-secret' };
    await expect(check()).rejects.toThrow(/^Huawei Cloud IoTDA refused the list of device certificates: .*APIGW\.0301.*; credentials must be a valid access key/);
  });
});

describe('a device that has connected', () => {
  test.each<[string, NodeJS.ProcessEnv, Record<string, string>?]>([
    ['by an access key at the host that all share', {}],
    ['by an access key at a host of its own', { ENDPOINT: OWN_HOST }],
    ['by a token', {}, { token: TOKEN }],
  ])('can\'t connect any more with a revoked certificate, whatever its node ID is: %s', async (_, environment, credentials = secret) => {
    secret = credentials;
    const device = fleet.register('another-name');
    expect(fleet.connect(device, certificate)).toBe(true);
    expect(await carryOver('REVOKED', { environment })).toBe(`deactivated the device certificate ${fleet.certificates[0].id}`);
    expect(fleet.connect(device, certificate)).toBe(false);
    expect(device.isFrozen).toBe(false);
  });

  test('can\'t connect while its certificate is on hold, and can when the hold ends', async () => {
    const device = fleet.register('sensor-001');
    fleet.connect(device, certificate);
    await carryOver('HELD');
    expect(fleet.connect(device, certificate)).toBe(false);
    expect(await carryOver('RELEASED')).toBe(`activated the device certificate ${fleet.certificates[0].id}`);
    expect(fleet.connect(device, certificate)).toBe(true);
  });

  test('can\'t connect if somebody deactivates its certificate after a hold has ended, even if the end of the hold is reported again', async () => {
    const device = fleet.register('sensor-001');
    fleet.connect(device, certificate);
    await carryOver('HELD');
    await carryOver('RELEASED');
    Object.assign(fleet.certificates[0], { status: 'INACTIVE' });
    expect(await carryOver('RELEASED')).toBeUndefined();
    expect(fleet.connect(device, certificate)).toBe(false);
  });

  test('still connects with another certificate than the revoked one', async () => {
    const device = fleet.register('sensor-001', { fingerprint: thumbprint(renewed), secondary: thumbprint(certificate) });
    fleet.connect(device, certificate);
    fleet.connect(device, renewed);
    await carryOver('REVOKED');
    expect([certificate, renewed].map(each => fleet.connect(device, each))).toEqual([false, true]);
  });

  test.each<RevocationState>(['REVOKED', 'HELD', 'RELEASED'])('is left as it is when it is carried over again that its certificate is %s', async state => {
    fleet.connect(fleet.register('sensor-001'), certificate);
    await carryOver('REVOKED');
    await carryOver(state);
    const { status } = fleet.certificates[0];
    expect(await carryOver(state)).toBeUndefined();
    expect(fleet.certificates[0].status).toBe(status);
    expect(huawei.calls.filter(call => UPDATE.test(call))).toHaveLength(state === 'RELEASED' ? 2 : 1);
  });

  test('is found among more certificates than a page holds, by what IoTDA shows, not by what it was asked for', async () => {
    fleet.connect(fleet.register('sensor-001'), certificate);
    const strangers = Array.from({ length: 60 }, (_, index) => ({ certificate_id: `c${index}`, fingerprint: 'a'.repeat(64), status: 'ACTIVE' }));
    huawei.instead = (call, again): PlatformAnswer | undefined => call === `GET ${PROJECT}/device-certificates` && again === 0
      ? { status: 200, body: { device_certificates: strangers.slice(0, 50), page: { count: 61, marker: 'f'.repeat(24) } } } : undefined;
    await carryOver('REVOKED');
    expect(fleet.certificates[0].status).toBe('INACTIVE');
  });
});

describe('a device that has never connected', () => {
  test.each([
    ['of SHA-256', () => fingerprint(certificate)],
    ['of SHA-1', () => thumbprint(certificate)],
    ['of SHA-1 in lower case', () => thumbprint(certificate).toLowerCase()],
  ])('is frozen if the revoked certificate is its only one, known by a fingerprint %s', async (_, shown) => {
    const device = fleet.register('sensor-001', { fingerprint: shown() });
    expect(await carryOver('REVOKED')).toBe(`froze the device ${device.id}`);
    expect(fleet.connect(device, certificate)).toBe(false);
    expect(await carryOver('REVOKED')).toBeUndefined();
  });

  test('is frozen while its certificate is on hold, and not after the hold has ended', async () => {
    const device = fleet.register('sensor-001', { fingerprint: fingerprint(certificate) });
    await carryOver('HELD');
    expect(fleet.connect(device, certificate)).toBe(false);
    expect(await carryOver('RELEASED')).toBe(`unfroze the device ${device.id}`);
    expect(await carryOver('RELEASED')).toBeUndefined();
    expect(fleet.connect(device, certificate)).toBe(true);
  });

  test('is frozen if it takes the certificate with which it connects first, and the CA has issued no other one', async () => {
    const device = fleet.register('sensor-001');
    await carryOver('HELD');
    expect(fleet.connect(device, certificate)).toBe(false);
    await carryOver('RELEASED');
    expect(fleet.connect(device, certificate)).toBe(true);
  });

  test('is frozen in every product, and only in the resource space that is declared', async () => {
    const devices = [...Array(3).keys()].map(index => fleet.register('sensor-001', { id: `product${index}_sensor-001`, appId: index < 2 ? 'space-1' : 'space-2' }));
    await carryOver('REVOKED', { environment: { APP_ID: 'space-1' } });
    expect(devices.map(({ isFrozen }) => isFrozen)).toEqual([true, true, false]);
  });

  test.each([
    ['the CA has issued another certificate for it', {}, true, true],
    ['its second fingerprint is that of another certificate', { fingerprint: 'own', secondary: 'other' }, false, true],
    ['its fingerprint is that of another certificate', { fingerprint: 'other' }, false, false],
    ['it authenticates by a secret', { authType: 'SECRET' as const }, false, false],
    ['it connects through a gateway', { type: 'ENDPOINT' as const }, false, false],
  ])('is not frozen if %s', async (_, state, hasOther, isSaid) => {
    const known: Record<string, string> = { own: fingerprint(certificate), other: fingerprint(renewed) };
    const shown = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, known[value] ?? value]));
    const device = fleet.register('sensor-001', shown);
    expect(await carryOver('REVOKED', { others: hasOther ? [{ certificate: renewed }] : [] })).toBeUndefined();
    expect(device.isFrozen).toBe(false);
    expect(logged.includes(`the device ${device.id} is not frozen, because it has another certificate`)).toBe(isSaid);
  });

  test.each([
    ['by their fingerprints', { fingerprint: 'own', secondary: 'other' }],
    ['because it has not connected yet', {}],
  ])('is frozen if both of its certificates are on hold, and can connect again when one hold ends: it accepts them %s', async (_, state) => {
    const shown = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, value === 'own' ? fingerprint(certificate) : thumbprint(renewed)]));
    const device = fleet.register('sensor-001', shown);
    expect(await carryOver('HELD', { others: [{ certificate: renewed, state: 'HELD' }] })).toBe(`froze the device ${device.id}`);
    expect(await carryOver('RELEASED', { of: renewed, others: [{ certificate, state: 'HELD' }] })).toBe(`unfroze the device ${device.id}`);
  });

  test.each([
    ['another name', 'sensor-002', 'sensor-001'],
    ['a common name that can be no node ID', 'sensor 001', 'sensor 001'],
  ])('is left alone if it has %s', async (_, nodeId, commonName) => {
    const device = fleet.register(nodeId);
    expect(await carryOver('REVOKED', { of: new X509Certificate(await ca.prove(commonName)) })).toBeUndefined();
    expect(device.isFrozen).toBe(false);
  });

  test('is deactivated once it has connected although its certificate was revoked', async () => {
    const device = fleet.register('another-name');
    expect(await carryOver('REVOKED')).toBeUndefined();
    expect(fleet.connect(device, certificate)).toBe(true);
    await carryOver('REVOKED');
    expect(fleet.connect(device, certificate)).toBe(false);
  });
});

test('a CA certificate is left alone, and the log says what to do', async () => {
  expect(await carryOver('REVOKED', { of: ca.certificate })).toBeUndefined();
  expect(logged).toContain('IoTDA can\'t deactivate a CA certificate; delete it there, or remove its registration');
  expect(huawei.calls).toEqual([]);
});

describe('a revocation is carried over', () => {
  test.each(['throttled', 'unavailable', 'lost'] as const)('although each call is first %s', async fault => {
    const [active, frozen] = [fleet.register('another-name'), fleet.register('sensor-002')];
    fleet.connect(active, certificate);
    huawei.fault = (_, again) => again === 0 ? fault : undefined;
    await carryOver('REVOKED');
    await carryOver('REVOKED', { of: new X509Certificate(await ca.prove('sensor-002')) });
    expect([fleet.certificates[0].status, frozen.isFrozen]).toEqual(['INACTIVE', true]);
  });

  test('although somebody deletes the certificate or the device in the meantime', async () => {
    fleet.connect(fleet.register('another-name'), certificate);
    huawei.meanwhile = call => {
      if (UPDATE.test(call) || call.endsWith('/freeze')) {
        fleet.forget();
      }
    };
    await expect(carryOver('REVOKED')).resolves.toBeDefined();
    fleet.register('sensor-001');
    await expect(carryOver('REVOKED')).resolves.toBeDefined();
    fleet.register('sensor-001');
    huawei.meanwhile = call => {
      if (call.startsWith('GET devices')) {
        fleet.forget();
      }
    };
    await expect(carryOver('REVOKED')).resolves.toBeUndefined();
  });

  test('although somebody freezes the device in the meantime', async () => {
    const device = fleet.register('sensor-001');
    huawei.meanwhile = call => {
      device.isFrozen ||= call.endsWith('/freeze');
    };
    await expect(carryOver('REVOKED')).resolves.toBe(`froze the device ${device.id}`);
  });
});

describe('an error', () => {
  test.each<[string, () => NodeJS.ProcessEnv | undefined, string]>([
    ['the access key is wrong', () => void (secret.secretAccessKey = 'wrong'), 'refused the list of device certificates: 401 APIGW.0301'],
    ['the user may not list the certificates', () => void huawei.denied.add('ListDeviceCertificate'),
      'refused the list of device certificates: 403 IOTDA.000022 "Operation not allowed. The user does not have the permission"; '
      + 'to carry over revocations, the user needs iotda:devicecertificates:queryList and update, and iotda:devices:queryList, query, freeze and unfreeze'],
    ['the user may not deactivate the certificate', () => {
      fleet.connect(fleet.register('sensor-001'), certificate);
      huawei.denied.add('UpdateDeviceCertificate');
      return undefined;
    }, 'refused the update of the device certificate: 403 IOTDA.000022'],
    ['the user may not show the device', () => {
      fleet.register('sensor-001');
      huawei.denied.add('ShowDevice');
      return undefined;
    }, 'refused the request for the device: 403 IOTDA.000022'],
    ['the user may not freeze the device', () => {
      fleet.register('sensor-001');
      huawei.denied.add('FreezeDevice');
      return undefined;
    }, 'refused the freezing of the device: 403 IOTDA.000022'],
    ['a proxy answers in place of IoTDA', () => {
      huawei.instead = () => ({ status: 200, body: '<html>' });
      return undefined;
    }, 'the list of device certificates returned no JSON; check the declared endpoint'],
    ['IoTDA shows a certificate without its ID', () => {
      huawei.instead = () => ({ status: 200, body: { device_certificates: [{ certificate_id: '../x', fingerprint: fingerprint(certificate) }], page: {} } });
      return undefined;
    }, 'Huawei Cloud IoTDA returned a device certificate without a certificate_id'],
    ['IoTDA shows a device without its ID', () => {
      huawei.instead = call => call.endsWith('/devices') ? { status: 200, body: { devices: [{ device_id: '../x', node_id: 'sensor-001' }], page: {} } } : undefined;
      return undefined;
    }, 'Huawei Cloud IoTDA returned a device without a device_id'],
    ['the endpoint is wrong', () => ({ ENDPOINT: `https://${SHARED_HOST}` }), 'endpoint must be the host of the access address'],
  ])('names the way out: %s', async (_, spoil, message) => {
    const failure = String(await carryOver('REVOKED', { environment: spoil() }).catch(error => error));
    expect(failure).toContain(message);
    expect(failure + logged).not.toContain(secret.secretAccessKey);
    fleet.devices.forEach(device => expect(failure + logged).not.toContain(device.secret));
  });

  test('says that it is tried again if IoTDA throttles until the time runs out', async () => {
    huawei.fault = () => 'throttled';
    await expect(carryOver('REVOKED', { signal: huawei.endAfter(() => huawei.received.length > 1) })).rejects.toThrow('the list of device certificates failed: HTTP status 429, until the time ran out; it is tried again');
  });
});

function fingerprint({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
}

function thumbprint({ fingerprint: sha1 }: X509Certificate): string {
  return sha1.replaceAll(':', '');
}
