import { X509Certificate } from 'node:crypto';
import { ACCESS_KEY, INSTANCE, StrictApsara } from './strict-apsara';
import { RevocationState } from '../../../src/contract/revocation';
import { signIn } from '../../../src/platforms/alibaba/registrar/revocation';
import { RevocationTarget } from '../../../src/platforms/registrar/revocation/revocation-target';
import { AGAIN } from '../../../src/platforms/registrar/revocation/revoking-ca';
import { NO_DEADLINE } from '../../support/deadline';
import { ledgerCertificate, notes } from '../../support/ledger-certificate';
import { OpensslCas } from '../../support/openssl-ca';
import { registeredCa, RegisteredCa } from '../../support/registered-ca';

const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Apsara-AbCdEf';

const server = new StrictApsara();
const openssl = new OpensslCas();
let secret: object;
let ca: RegisteredCa;
let device: X509Certificate;

beforeAll(async () => {
  await server.start();
  ca = await registeredCa();
  device = await ca.issue('sensor-001');
});
beforeEach(() => {
  notes.clear();
  server.forget();
  server.cas = [];
  server.notation = octets => octets;
  server.permitted = true;
  server.securityToken = undefined;
  secret = ACCESS_KEY;
  server.register('acme', ca.pem);
});
afterAll(() => server.stop());

/** What the function signs in to, with the credentials in the secret. */
function target(environment: NodeJS.ProcessEnv = {}): Promise<RevocationTarget> {
  const named = { INSTANCE_ID: INSTANCE, ENDPOINT: server.url.slice('https://'.length), CREDENTIALS_SECRET_ARN: SECRET_ARN };
  const outside = { trustedCas: server.trustedCas, readSecret: async () => JSON.stringify(secret) };
  return signIn({ ...named, ...environment }, NO_DEADLINE, AGAIN, outside);
}

async function carryOver(certificate: X509Certificate, state: RevocationState = 'REVOKED', to = target(), signal = NO_DEADLINE): Promise<string | undefined> {
  return (await to).carryOver(ledgerCertificate(certificate, state), signal);
}

describe('the check at a deployment', () => {
  test('reads the CA certificates of the instance, and changes nothing', async () => {
    await (await target()).assertInReach(NO_DEADLINE);
    expect(server.actions).toEqual(['ListCaCertificate']);
  });

  test('fails with the platform\'s code and the way out if the credentials are wrong', async () => {
    secret = { ...ACCESS_KEY, accessKeySecret: 'another-secret' };
    const check = (await target()).assertInReach(NO_DEADLINE);
    await expect(check).rejects.toThrow(/ApsaraMQ for MQTT refused ListCaCertificate: SignatureDoesNotMatch.*; accessKeySecret of the credentials must belong to their accessKeyId$/);
  });
});

describe('a device', () => {
  test('whose certificate is revoked can\'t connect any more, and all others can', async () => {
    const other = await ca.issue('sensor-002');
    expect([device, other].map(each => server.connect(each))).toEqual([true, true]);
    expect(await carryOver(device)).toBe('deactivated the device certificate');
    expect([device, other].map(each => server.connect(each))).toEqual([false, true]);
  });

  test('with a renewed certificate stays connected when its former one is revoked', async () => {
    const renewed = await ca.issue('sensor-001');
    [device, renewed].forEach(each => server.connect(each));
    await carryOver(device);
    expect([device, renewed].map(each => server.connect(each))).toEqual([false, true]);
  });

  test('on hold can connect again when the hold ends', async () => {
    server.connect(device);
    await carryOver(device, 'HELD');
    expect(server.connect(device)).toBe(false);
    expect(await carryOver(device, 'RELEASED')).toBe('activated the device certificate');
    expect(server.connect(device)).toBe(true);
  });

  test.each<[RevocationState, boolean]>([['REVOKED', false], ['HELD', false], ['RELEASED', true]])('that is as %s demands is not changed again', async (state, active) => {
    server.connect(device);
    server.cas[0].devices[0].active = active;
    expect(await carryOver(device, state)).toBeUndefined();
    expect(server.actions).toEqual(['ListCaCertificate', 'GetDeviceCertificate']);
  });

  test('that has never connected is let in once, until the next check finds it', async () => {
    expect(await carryOver(device)).toBeUndefined();
    expect(server.connect(device)).toBe(true);
    await carryOver(device);
    expect(server.connect(device)).toBe(false);
  });

  test('of a CA that is not registered is left alone', async () => {
    server.connect(device);
    const foreign = await (await registeredCa()).issue('sensor-001'); // of another CA with the same name
    expect(await carryOver(foreign)).toBeUndefined();
    expect(server.actions).toEqual(['ListCaCertificate']);
  });

  test('is found below any CA certificate of the instance, whose list is fetched once for all devices', async () => {
    const foreign = (await registeredCa('Other')).pem;
    server.cas = [];
    Array.from({ length: 20 }, (_, number) => server.register(`other-${number}`, foreign)); // a page of the list
    server.register('acme', ca.pem);
    const other = await ca.issue('sensor-002');
    [device, other].forEach(each => server.connect(each));
    const to = target();
    await carryOver(device, 'REVOKED', to);
    await carryOver(other, 'REVOKED', to);
    expect([device, other].map(each => server.connect(each))).toEqual([false, false]);
    expect(server.actions).toEqual([
      'ListCaCertificate', 'ListCaCertificate', ...Array(2).fill(['GetDeviceCertificate', 'InactivateDeviceCertificate']).flat(),
    ]);
  });

  test.each<[string, (octets: string) => string]>([
    ['the octets of DER', octets => octets],
    ['capitals', octets => octets.toUpperCase()],
    ['decimal digits', octets => BigInt(`0x${octets}`).toString()],
  ])('is found whatever the notation of the SNs: %s', async (_, notation) => {
    server.cas = [];
    server.notation = notation;
    const old = openssl.root({ serialNumber: 'F26900BA870123456789' });
    const request = openssl.request(openssl.key(), { subject: '/CN=sensor-001' });
    const ofOld = new X509Certificate(openssl.sign(request, old, '', { extensions: ['basicConstraints=CA:FALSE'] }));
    server.register('acme', ca.pem);
    server.register('old', old.certificatePem);
    expect(server.cas[1].sn).toBe(notation('00f26900ba870123456789'));
    for (const each of [device, ofOld]) {
      server.connect(each);
      expect(await carryOver(each)).toBe('deactivated the device certificate');
      expect(server.connect(each)).toBe(false);
    }
  });

  test('is not taken for one that never connected where the SNs have an unknown notation', async () => {
    server.cas = [];
    server.notation = octets => `sn-${octets}`;
    server.register('acme', ca.pem);
    server.connect(device);
    const { serialNumber } = ca.certificate;
    await expect(carryOver(device)).rejects.toThrow(`the SN of the CA certificate must be its serial number, ${serialNumber.toLowerCase()}, `
      + `got "sn-${serialNumber.toLowerCase()}" from the instance; deactivate the device certificate in the console, and report`);
  });
});

describe('a CA', () => {
  test('that is revoked becomes inactive, and its devices can\'t connect', async () => {
    expect(await carryOver(ca.certificate)).toBe('deactivated the CA certificate');
    expect(server.cas[0].active).toBe(false);
    expect(server.connect(device)).toBe(false);
    expect(await carryOver(ca.certificate)).toBeUndefined();
  });

  test('on hold becomes active again when the hold ends', async () => {
    await carryOver(ca.certificate, 'HELD');
    expect(await carryOver(ca.certificate, 'RELEASED')).toBe('activated the CA certificate');
    expect(server.cas[0].active).toBe(true);
  });

  test('that is not registered is left alone', async () => {
    expect(await carryOver((await registeredCa()).certificate)).toBeUndefined();
    expect(server.cas[0].active).toBe(true);
  });
});

test('temporary credentials are as good as others', async () => {
  server.securityToken = 'CAIS-token-of-sts/+=';
  secret = { ...ACCESS_KEY, securityToken: server.securityToken };
  server.connect(device);
  await carryOver(device);
  expect(server.connect(device)).toBe(false);
});

test.each<[string, NodeJS.ProcessEnv, object, string]>([
  ['no instance', { INSTANCE_ID: '' }, ACCESS_KEY, 'INSTANCE_ID must be a non-empty string'],
  ['a URL in place of a host', { ENDPOINT: 'https://x.com' }, ACCESS_KEY, 'endpoint must be the host name of the platform\'s API'],
  ['a secret without a key', {}, { accessKeyId: 'LTAI' }, `credentials must be a secret with the JSON members accessKeyId, accessKeySecret, got ${SECRET_ARN} without accessKeySecret`],
])('nothing is carried over with %s', async (_, environment, credentials, message) => {
  secret = credentials;
  await expect(target(environment)).rejects.toThrow(message);
});

describe('a fault', () => {
  test('that passes is waited for', async () => {
    server.connect(device);
    for (const action of ['ListCaCertificate', 'GetDeviceCertificate', 'InactivateDeviceCertificate']) {
      server.plan(action, 'limited', 'unavailable', 'lost');
    }
    await carryOver(device);
    expect(server.connect(device)).toBe(false);
  });

  test('that lasts ends with the time for the certificate, and says that it is tried again', async () => {
    server.plan('ListCaCertificate', ...Array<'limited'>(50).fill('limited'));
    await expect(carryOver(device, 'REVOKED', target(), server.endAfter(() => server.actions.length > 0)))
      .rejects.toThrow('ApsaraMQ for MQTT: ListCaCertificate failed: Throttling, until the time ran out; it is tried again');
  });

  test('is no reason to believe the next time that there are no CAs', async () => {
    server.connect(device);
    const to = target();
    server.plan('ListCaCertificate', ...Array<'limited'>(50).fill('limited'));
    await expect(carryOver(device, 'REVOKED', to, server.endAfter(() => server.actions.length > 0))).rejects.toThrow('Throttling');
    server.forget();
    await carryOver(device, 'REVOKED', to);
    expect(server.connect(device)).toBe(false);
  });

  test('of rights names the actions that the RAM policy must allow, and no secret', async () => {
    server.permitted = false;
    const { message } = await carryOver(device).catch(error => error as Error) as Error;
    expect(message).toMatch(/^ApsaraMQ for MQTT refused ListCaCertificate: PermissionCheckFailed .*mq:UnregisterDeviceCertificate/);
    expect(message).not.toContain(ACCESS_KEY.accessKeySecret);
  });

  test.each<[string, object, string]>([
    ['has no status', { RequestId: '1', Data: { DeviceSn: '1' } }, 'GetDeviceCertificate returned no Data.Status'],
    ['has no data', { RequestId: '1' }, 'GetDeviceCertificate returned no Data.Status'],
  ])('of what stands before the platform is not taken for a device that is inactive: an answer that %s', async (_, body, message) => {
    server.connect(device);
    server.instead = () => server.actions.length === 0 ? undefined : { status: 200, body };
    await expect(carryOver(device)).rejects.toThrow(message);
  });
});
