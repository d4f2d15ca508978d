import { X509Certificate } from 'node:crypto';
import { API_KEY, DEVICE_KEY, StrictTencent } from './strict-tencent';
import { RevocationState } from '../../../src/contract/revocation';
import { RevocationTarget } from '../../../src/platforms/registrar/revocation/revocation-target';
import { AGAIN } from '../../../src/platforms/registrar/revocation/revoking-ca';
import { signIn } from '../../../src/platforms/tencent/registrar/revocation';
import { NO_DEADLINE } from '../../support/deadline';
import { ledgerCertificate, notes, OtherInLedger } from '../../support/ledger-certificate';
import { registeredCa, RegisteredCa } from '../../support/registered-ca';

const NAME = 'sensor-001';
const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Tencent-AbCdEf';

const server = new StrictTencent();
let secret: object;
let ca: RegisteredCa;
let first: X509Certificate;
let renewed: X509Certificate;
let logged: jest.SpyInstance;

beforeAll(async () => {
  await server.start();
  ca = await registeredCa();
  [first, renewed] = [await ca.issue(NAME), await ca.issue(NAME)];
});
beforeEach(() => {
  notes.clear();
  server.forget();
  server.devices = [];
  server.permitted = true;
  server.refusal = 'UnauthorizedOperation';
  server.showsCertificates = true;
  server.token = undefined;
  secret = API_KEY;
  logged = jest.spyOn(console, 'log').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => server.stop());

interface Situation {
  readonly state?: RevocationState;
  readonly others?: readonly OtherInLedger[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** What the function signs in to, with the credentials in the secret. */
function target(signal: AbortSignal, environment: NodeJS.ProcessEnv = {}): Promise<RevocationTarget> {
  const named = { PRODUCT_IDS: 'PRODUCT001', REGION: 'ap-guangzhou', ENDPOINT: server.url.slice('https://'.length), CREDENTIALS_SECRET_ARN: SECRET_ARN };
  const outside = { trustedCas: server.trustedCas, readSecret: async () => JSON.stringify(secret) };
  return signIn({ ...named, ...environment }, signal, AGAIN, outside);
}

/** What the function does with a revocation that the ledger holds. */
async function carryOver(
  certificate: X509Certificate, { state = 'REVOKED', others = [], environment = {}, signal = NO_DEADLINE }: Situation = {},
): Promise<string | undefined> {
  return (await target(signal, environment)).carryOver(ledgerCertificate(certificate, state, others), signal);
}

const written = () => logged.mock.calls.map(([line]) => JSON.parse(line));

describe('the check at a deployment', () => {
  const check = async (environment?: NodeJS.ProcessEnv): Promise<void> => {
    await (await target(NO_DEADLINE, environment)).assertInReach(NO_DEADLINE);
  };

  test('looks for a device that no product has', async () => {
    await check();
    expect(server.received.map(({ headers, body }) => [headers['x-tc-action'], JSON.parse(body)])).toEqual([
      ['DescribeDevice', { ProductId: 'PRODUCT001', DeviceName: 'private-iot-ca-check' }],
    ]);
  });

  test('fails with the platform\'s code and the way out if a product does not exist, or if the credentials are wrong', async () => {
    await expect(check({ PRODUCT_IDS: 'PRODUCT001,NOPRODUCT9' })).rejects.toThrow(
      /Tencent Cloud IoT Hub refused DescribeDevice: ResourceNotFound.ProductNotExist.*; productIds must be products of the account in the declared region/);
    secret = { ...API_KEY, secretKey: 'another-secret' };
    await expect(check()).rejects.toThrow(/Tencent Cloud IoT Hub refused DescribeDevice: AuthFailure.*; secretId, secretKey and token of the credentials must belong to an active API key/);
  });
});

describe('a device', () => {
  test('whose certificate is revoked can\'t connect any more, and all others can', async () => {
    const other = await ca.issue('sensor-002');
    server.addDevice(NAME, first);
    server.addDevice('sensor-002', other);
    expect(await carryOver(first)).toBe('disabled the device sensor-001 of the product PRODUCT001');
    expect([server.connect(NAME, first), server.connect('sensor-002', other)]).toEqual([false, true]);
  });

  test('with a renewed certificate stays connected when its former one is revoked', async () => {
    server.addDevice(NAME, renewed);
    expect(await carryOver(first)).toBeUndefined();
    expect(server.connect(NAME, renewed)).toBe(true);
  });

  test('on hold can connect again when the hold ends', async () => {
    server.addDevice(NAME, first);
    await carryOver(first, { state: 'HELD' });
    expect(server.connect(NAME, first)).toBe(false);
    expect(await carryOver(first, { state: 'RELEASED' })).toBe('enabled the device sensor-001 of the product PRODUCT001');
    expect(server.connect(NAME, first)).toBe(true);
  });

  test('that somebody disables on purpose after a hold has ended stays so, even if the end of the hold is reported again', async () => {
    const device = server.addDevice(NAME, first);
    await carryOver(first, { state: 'HELD' });
    await carryOver(first, { state: 'RELEASED' });
    device.enabled = false;
    expect(await carryOver(first, { state: 'RELEASED' })).toBeUndefined();
    expect(device.enabled).toBe(false);
  });

  test('that somebody had disabled before a hold stays so when the hold ends', async () => {
    const device = server.addDevice(NAME, first);
    device.enabled = false;
    await carryOver(first, { state: 'HELD' });
    expect(await carryOver(first, { state: 'RELEASED' })).toBeUndefined();
    expect(device.enabled).toBe(false);
  });

  test('that somebody has enabled during a hold stays so, and can be disabled on purpose after the hold has ended', async () => {
    const device = server.addDevice(NAME, first);
    await carryOver(first, { state: 'HELD' });
    device.enabled = true;
    expect(await carryOver(first, { state: 'RELEASED' })).toBeUndefined();
    device.enabled = false;
    expect(await carryOver(first, { state: 'RELEASED' })).toBeUndefined();
    expect(device.enabled).toBe(false);
  });

  test('whose certificates IoT Hub does not show is disabled while all are on hold, and enabled when one of the holds ends', async () => {
    server.showsCertificates = false;
    server.addDevice(NAME, first);
    await carryOver(renewed, { state: 'HELD', others: [{ certificate: first, state: 'HELD' }] });
    expect(server.connect(NAME, first)).toBe(false);
    expect(await carryOver(first, { state: 'RELEASED', others: [{ certificate: renewed, state: 'HELD' }] })).toContain('enabled');
  });

  test('is not enabled at the end of a hold if a certificate that is revoked for good would then be accepted, too', async () => {
    server.showsCertificates = false;
    server.addDevice(NAME, first);
    await carryOver(renewed, { others: [{ certificate: first, state: 'HELD' }] });
    expect(await carryOver(first, { state: 'RELEASED', others: [{ certificate: renewed, state: 'REVOKED' }] })).toBeUndefined();
    expect(server.connect(NAME, first)).toBe(false);
  });

  test('that is disabled for its present certificate stays so when the hold of its former one ends', async () => {
    server.addDevice(NAME, renewed).enabled = false;
    expect(await carryOver(first, { state: 'RELEASED' })).toBeUndefined();
    expect(server.devices[0].enabled).toBe(false);
  });

  test.each<[RevocationState, boolean]>([['REVOKED', false], ['HELD', false], ['RELEASED', true]])('that is as %s demands is not changed again', async (state, enabled) => {
    server.addDevice(NAME, first).enabled = enabled;
    expect(await carryOver(first, { state })).toBeUndefined();
    expect(server.actions).toEqual(['DescribeDevice']);
  });

  test('that is not there yet is left alone, until it is there: then the next check finds it', async () => {
    expect(await carryOver(first)).toBeUndefined();
    server.addDevice(NAME, first);
    await carryOver(first);
    expect(server.connect(NAME, first)).toBe(false);
  });

  test('is disabled in each of the products, and in no other', async () => {
    server.products.add('PRODUCT003');
    const products = ['PRODUCT001', 'PRODUCT002', 'PRODUCT003'];
    products.forEach(product => server.addDevice(NAME, first, product));
    expect(await carryOver(first, { environment: { PRODUCT_IDS: 'PRODUCT001,PRODUCT002' } })).toBe('disabled the device sensor-001 of the product PRODUCT001, PRODUCT002');
    expect(products.map(product => server.connect(NAME, first, product))).toEqual([false, false, true]);
  });

  test('whose certificate IoT Hub does not show is disabled if the CA has issued no other one for it', async () => {
    server.showsCertificates = false;
    server.addDevice(NAME, first);
    await carryOver(first);
    expect(server.connect(NAME, first)).toBe(false);
    expect(await carryOver(first, { state: 'RELEASED', others: [{ certificate: renewed }] })).toContain('enabled');
    expect(server.connect(NAME, first)).toBe(true);
  });

  test('whose certificate IoT Hub does not show is not cut off if the CA has issued another one for it, and the log warns', async () => {
    server.showsCertificates = false;
    server.addDevice(NAME, renewed);
    expect(await carryOver(first, { others: [{ certificate: renewed }] })).toBeUndefined();
    expect(server.connect(NAME, renewed)).toBe(true);
    expect(written()).toEqual([{
      level: 'WARN',
      message: 'left the device sensor-001 of the product PRODUCT001 enabled: IoT Hub does not show its certificate, and the CA has issued another one for it',
      serialNumber: first.serialNumber,
    }]);
  });
});

test.each(['sensor 001', 'x'.repeat(49)])('a certificate whose common name no device can have is left alone, and nothing is asked: %s', async name => {
  expect(await carryOver(await ca.issue(name))).toBeUndefined();
  expect(server.calls).toEqual([]);
});

test('a CA is left alone, and the log says why', async () => {
  expect(await carryOver(ca.certificate)).toBeUndefined();
  expect(written()).toMatchObject([{ level: 'WARN', message: expect.stringContaining('IoT Hub can\'t disable a CA certificate') }]);
});

test('temporary credentials are as good as others', async () => {
  server.token = 'token-of-sts';
  secret = { ...API_KEY, token: server.token };
  server.addDevice(NAME, first);
  await carryOver(first);
  expect(server.connect(NAME, first)).toBe(false);
});

test.each<[string, NodeJS.ProcessEnv, object, string]>([
  ['no product', { PRODUCT_IDS: '' }, API_KEY, 'PRODUCT_IDS must be a non-empty string'],
  ['a product of another form', { PRODUCT_IDS: 'PRODUCT001,a/b' }, API_KEY, 'productIds must be IDs of products, such as ABCDE12345, each of 1 to 32 letters and digits, got "a/b"'],
  ['no region', { REGION: '' }, API_KEY, 'region must be the id of a region'],
  ['a secret without a key', {}, { secretId: 'AKID' }, `credentials must be a secret with the JSON members secretId, secretKey, got ${SECRET_ARN} without secretKey`],
])('nothing is carried over with %s', async (_, environment, credentials, message) => {
  secret = credentials;
  await expect(carryOver(first, { environment })).rejects.toThrow(message);
});

describe('a fault', () => {
  test('that passes is waited for', async () => {
    server.addDevice(NAME, first);
    for (const action of ['DescribeDevice', 'UpdateDevicesEnableState']) {
      server.plan(action, 'limited', 'unavailable', 'lost');
    }
    await carryOver(first);
    expect(server.connect(NAME, first)).toBe(false);
  });

  test('that lasts ends with the time for the certificate, and says that it is tried again', async () => {
    server.plan('DescribeDevice', ...Array<'limited'>(50).fill('limited'));
    await expect(carryOver(first, { signal: server.endAfter(() => server.actions.length > 0) }))
      .rejects.toThrow('Tencent Cloud IoT Hub: DescribeDevice failed: RequestLimitExceeded, until the time ran out; it is tried again');
  });

  test.each<[string, () => void, Situation, RegExp]>([
    ['missing rights', () => {
      server.permitted = false;
    }, {}, /refused DescribeDevice: UnauthorizedOperation .*; the CAM policy .* iotcloud:DescribeDevice and UpdateDevicesEnableState for revocations/],
    ['a product that is not there', () => undefined, { environment: { PRODUCT_IDS: 'PRODUCT009' } }, /ResourceNotFound\.ProductNotExist .*; productIds must be products of the account/],
    ['a device that is bound to a gateway', () => {
      server.addDevice(NAME, first).bound = true;
    }, {}, /refused UpdateDevicesEnableState: UnauthorizedOperation\.DeviceHasAlreadyBindGateway .*; the device must be unbound from its gateway/],
  ])('is reported with the way out, and shows no secret: %s', async (_, strike, situation, message) => {
    server.addDevice('another', first);
    strike();
    const failure = await carryOver(first, situation).catch(error => error as Error) as Error;
    expect(failure.message).toMatch(message);
    for (const hidden of [API_KEY.secretKey, DEVICE_KEY]) {
      expect(failure.message + JSON.stringify(written())).not.toContain(hidden);
    }
  });

  test('of what stands before the platform is not taken for a device', async () => {
    server.instead = () => ({ status: 200, body: { Response: { RequestId: '1' } } });
    await expect(carryOver(first)).rejects.toThrow('DescribeDevice returned no device sensor-001; check the declared endpoint');
  });
});
