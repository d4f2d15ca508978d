import { randomUUID } from 'node:crypto';
import { ACCESS_KEY, FOREIGN_INSTANCE, INSTANCE, StrictApsara } from './strict-apsara';
import { reasonOf } from '../../../src/lambda/reason';
import { CaRegistration } from '../../../src/platforms/alibaba/registrar/ca-registration';
import { apsaraMqttNames } from '../../../src/platforms/alibaba/registrar/known-names';
import { RegisterCode } from '../../../src/platforms/alibaba/registrar/register-code';
import { carryOut } from '../../../src/platforms/registrar/registrar';
import { RegistrationType } from '../../../src/platforms/registrations';
import { LifecycleEvent, LifecycleResult } from '../../../src/resource/lifecycle-event';
import { NO_DEADLINE } from '../../support/deadline';
import { STACK_ID } from '../../support/events';
import { PlatformAnswer } from '../../support/https-platform';
import { MemoryRecords } from '../../support/memory-records';
import { OpensslCas } from '../../support/openssl-ca';
import { registeredCa, RegisteredCa } from '../../support/registered-ca';

const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Apsara-AbCdEf';
const INVENTED = `invalid-${'0'.repeat(32)}`;

const server = new StrictApsara();
const openssl = new OpensslCas();
let secret: object;
let records: MemoryRecords;
let ca: RegisteredCa;
let other: RegisteredCa;

beforeAll(async () => {
  await server.start();
  [ca, other] = [await registeredCa(), await registeredCa('Other')];
});
beforeEach(() => {
  server.forget();
  server.cas = [];
  server.code = undefined;
  server.securityToken = undefined;
  server.permitted = true;
  server.permittedOnInstance = true;
  records = new MemoryRecords();
  secret = ACCESS_KEY;
});
afterAll(() => server.stop());

type Properties = { readonly [name: string]: unknown };

function properties(of: RegisteredCa, changes: Properties = {}): Properties {
  return {
    InstanceId: INSTANCE, Endpoint: server.url.slice('https://'.length), CaCertificatePem: of.pem, CredentialsSecretArn: SECRET_ARN, LedgerTable: 'ledger', Generation: '1', ...changes,
  };
}

function send(
  resourceType: string, requestType: LifecycleEvent['requestType'], declared: Properties, physicalResourceId?: string, signal = NO_DEADLINE, logicalResourceId = 'Apsara',
): Promise<LifecycleResult> {
  const outside = { trustedCas: server.trustedCas, readSecret: async () => JSON.stringify(secret), openRecords: () => records };
  return carryOut({
    [RegistrationType.APSARA_MQTT_REGISTER_CODE]: new RegisterCode(outside),
    [RegistrationType.APSARA_MQTT_CA_REGISTRATION]: new CaRegistration(outside),
  }, {
    requestType,
    resourceType,
    physicalResourceId,
    properties: declared,
    requestId: randomUUID(),
    stackId: STACK_ID,
    logicalResourceId,
    signal,
  });
}

const code = (requestType: 'Create' | 'Update', of = ca, id?: string, changes = {}) =>
  send(RegistrationType.APSARA_MQTT_REGISTER_CODE, requestType, properties(of, changes), id);
const registration = (requestType: LifecycleEvent['requestType'], declared: Properties, id?: string, signal?: AbortSignal, logicalResourceId?: string) =>
  send(RegistrationType.APSARA_MQTT_CA_REGISTRATION, requestType, declared, id, signal, logicalResourceId);

/** The properties of the registration, with a verification certificate for a code that is fetched now. */
async function proved(of = ca, changes: Properties = {}): Promise<Properties> {
  const { data } = await code('Create', of);
  return properties(of, { CaName: 'acme', VerificationCertificatePem: await of.prove(data!.RegisterCode), ...changes });
}

const IDENTITY = () => `apsara-mqtt/${INSTANCE}/${ca.certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`;

describe('a registration', () => {
  test('fetches a code, registers the CA with its proof, and answers its SN', async () => {
    const declared = await proved();
    expect(await registration('Create', declared)).toEqual({ physicalResourceId: IDENTITY(), data: { Sn: ca.certificate.serialNumber.toLowerCase() } });
    expect(server.cas).toMatchObject([{ name: 'acme', code: server.code, active: true }]);
    expect(server.cas[0].certificate.raw.equals(ca.certificate.raw)).toBe(true);
    expect(server.actions).toEqual(['ListCaCertificate', 'GetRegisterCode', 'ListCaCertificate', 'RegisterCaCertificate']);
  });

  test('works with temporary credentials too', async () => {
    server.securityToken = 'CAIS-token-of-sts/+=';
    secret = { ...ACCESS_KEY, securityToken: server.securityToken };
    await registration('Create', await proved());
    expect(server.cas).toHaveLength(1);
  });

  test('that is asked for again is the one that is there', async () => {
    const declared = await proved();
    const created = await registration('Create', declared);
    expect(await registration('Create', declared)).toEqual(created);
    expect(await registration('Update', { ...declared, Generation: '2' }, created.physicalResourceId)).toEqual(created);
    expect(server.cas).toHaveLength(1);
  });

  test('whose answer was lost is found, and not made a second time', async () => {
    const declared = await proved();
    server.plan('RegisterCaCertificate', 'lost');
    await registration('Create', declared);
    expect(server.cas).toHaveLength(1);
    expect(server.actions.filter(action => action === 'RegisterCaCertificate')).toHaveLength(2);
  });

  test('survives throttling, faults of the service and lost answers of every call', async () => {
    server.plan('GetRegisterCode', 'limited', 'unavailable');
    const declared = await proved();
    for (const action of ['ListCaCertificate', 'RegisterCaCertificate', 'InactivateCaCertificate', 'DeleteCaCertificate']) {
      server.plan(action, 'limited', 'unavailable', 'lost');
    }
    const { physicalResourceId } = await registration('Create', declared);
    expect(server.cas).toHaveLength(1);
    await registration('Delete', declared, physicalResourceId);
    expect(server.cas).toEqual([]);
  });

  test('ends with the time of the function where throttling does not, and says so', async () => {
    const declared = await proved();
    server.plan('RegisterCaCertificate', ...Array<'limited'>(50).fill('limited'));
    await expect(registration('Create', declared, undefined, server.endAfter(() => server.actions.at(-1) === 'RegisterCaCertificate')))
      .rejects.toThrow('Apsara: ApsaraMQ for MQTT: RegisterCaCertificate failed: Throttling, until the time ran out; deploy again');
  });

  test('of two deliveries at the same time is one', async () => {
    const declared = await proved();
    const [one, two] = await Promise.all([registration('Create', declared), registration('Create', declared)]);
    expect(one).toEqual(two);
    expect(server.cas).toHaveLength(1);
  });

  test('that somebody made by hand is taken over, whatever else is registered, and activated', async () => {
    const unreadable = { ...server.register('unreadable', other.pem), content: 'no certificate' };
    server.cas = Array.from({ length: 100 }, () => unreadable); // a page of the list
    server.register('acme', ca.pem, 'c0de').active = false;
    const fetched = await code('Create');
    expect(fetched).toEqual({ physicalResourceId: `${IDENTITY()}/code/c0de`, data: { RegisterCode: 'c0de' } });
    const declared = properties(ca, { CaName: 'acme', VerificationCertificatePem: await ca.prove('c0de') });
    expect((await registration('Create', declared)).physicalResourceId).toBe(IDENTITY());
    expect(server.cas.filter(({ name }) => name === 'acme')).toMatchObject([{ active: true }]);
  });

  test('under another name is refused with the name it has', async () => {
    server.register('theirs', ca.pem);
    await expect(registration('Create', await proved()))
      .rejects.toThrow(`caName must be "theirs", the name under which this CA certificate (SN ${ca.certificate.serialNumber.toLowerCase()}) is registered with `
        + `${INSTANCE}, because the platform does not rename certificates, got "acme"`);
  });
});

test('a CA that is registered under another name is told to CloudFormation with its SN, which can be longer than a serial number', async () => {
  const digits = `F2${ca.certificate.serialNumber.slice(2)}`;
  const { certificatePem } = openssl.root({ serialNumber: digits });
  server.register('theirs', certificatePem);
  const declared = { ...await proved(), CaCertificatePem: certificatePem };
  const failure = await registration('Create', declared).catch(error => error);
  const event = { logicalResourceId: 'Apsara', stackId: STACK_ID, properties: declared };
  expect(reasonOf(failure, event, 'i', apsaraMqttNames)).toContain(`caName must be "theirs", the name under which this CA certificate (SN 00${digits.toLowerCase()})`);
});

describe('the code', () => {
  test('stays as long as the CA is registered, although the platform gives another one each time', async () => {
    const first = await code('Create');
    await registration('Create', properties(ca, { CaName: 'acme', VerificationCertificatePem: await ca.prove(first.data!.RegisterCode) }));
    server.nextCode();
    expect(await code('Update', ca, first.physicalResourceId, { Generation: '2' })).toEqual(first);
    expect(await code('Create')).toEqual(first);
  });

  test('is fetched anew after the CA was deleted by hand, which makes another verification certificate (replace)', async () => {
    const declared = await proved();
    const { physicalResourceId } = await registration('Create', declared);
    server.cas = [];
    const again = await code('Update', ca, `${IDENTITY()}/code/${server.code}`, { Generation: '2' });
    expect(again.physicalResourceId).toBe(`${IDENTITY()}/code/${server.code}`);
    const proof = await ca.prove(again.data!.RegisterCode);
    expect((await registration('Update', { ...declared, VerificationCertificatePem: proof }, physicalResourceId)).physicalResourceId).toBe(physicalResourceId);
    expect(server.cas).toHaveLength(1);
  });

  test('that was replaced meanwhile is refused with what to do, at once', async () => {
    const declared = await proved();
    server.nextCode();
    await expect(registration('Create', declared)).rejects.toThrow(/ApsaraMQ for MQTT refused RegisterCaCertificate: RegisterCodeError \(request [0-9A-F-]{36}\); .* raise `generation`/);
    expect(server.actions.filter(action => action === 'RegisterCaCertificate')).toHaveLength(1);
  });

  test('is left alone in a removal: nobody gives it back, and the platform is asked for nothing', async () => {
    const { physicalResourceId } = await code('Create');
    server.forget();
    await send(RegistrationType.APSARA_MQTT_REGISTER_CODE, 'Delete', properties(ca), physicalResourceId);
    expect(server.calls).toEqual([]);
  });

  test('is asked for once, however often and however late a request is delivered', async () => {
    const [one, two] = await Promise.all([code('Create'), code('Create')]);
    expect(two).toEqual(one);
    expect(await code('Create')).toEqual(one);
    expect(server.actions.filter(action => action === 'GetRegisterCode')).toHaveLength(1);
  });

  test('is asked for anew by another generation, and after the resource was removed', async () => {
    const first = await code('Create');
    const second = await code('Update', ca, first.physicalResourceId, { Generation: '2' });
    expect(second.data).not.toEqual(first.data);
    await send(RegistrationType.APSARA_MQTT_REGISTER_CODE, 'Delete', properties(ca, { Generation: '2' }), second.physicalResourceId);
    expect((await code('Create', ca, undefined, { Generation: '2' })).data).not.toEqual(second.data);
  });
});

describe('another resource of the stack', () => {
  test.each([['the old one goes', 'Apsara'], ['it goes itself, in a rollback', 'Moved']])('that takes the registration over leaves it when %s', async (_, first) => {
    const declared = await proved();
    const { physicalResourceId } = await registration('Create', declared);
    await registration('Create', declared, undefined, undefined, 'Moved');
    await registration('Delete', declared, physicalResourceId, undefined, first);
    expect(server.cas).toMatchObject([{ name: 'acme', active: true }]);
    await registration('Delete', declared, physicalResourceId, undefined, first === 'Moved' ? 'Apsara' : 'Moved');
    expect(server.cas).toEqual([]);
  });

  test('can register and remove the CA of an update that failed', async () => {
    const { physicalResourceId } = await registration('Create', await proved());
    const changed = await proved(other, { CaName: 'other' });
    server.nextCode();
    await expect(registration('Update', changed, physicalResourceId)).rejects.toThrow('RegisterCodeError');
    const theirs = properties(other, { CaName: 'other', VerificationCertificatePem: await other.prove(server.code!) });
    const { physicalResourceId: theirId } = await registration('Create', theirs, undefined, undefined, 'Moved');
    await registration('Delete', theirs, theirId, undefined, 'Moved');
    expect(server.cas.map(({ name }) => name)).toEqual(['acme']);
  });

  test('leaves what somebody has registered by hand when it goes', async () => {
    server.register('acme', ca.pem, 'c0de');
    const declared = await proved();
    await registration('Delete', declared, (await registration('Create', declared)).physicalResourceId);
    expect(server.cas).toHaveLength(1);
  });
});

describe('another CA', () => {
  test('is registered before the old one is removed, and a rollback brings the old one back (replace)', async () => {
    const old = await registration('Create', await proved());
    const oldCode = server.cas[0].code;
    const changed = await proved(other, { CaName: 'other' });
    const { physicalResourceId } = await registration('Update', changed, old.physicalResourceId);
    expect(physicalResourceId).not.toBe(old.physicalResourceId);
    expect(server.cas.map(({ name }) => name)).toEqual(['acme', 'other']);

    const back = await code('Update', ca, `apsara-mqtt/${INSTANCE}/other/code/x`);
    expect(back.data!.RegisterCode).toBe(oldCode);
    const restored = properties(ca, { CaName: 'acme', VerificationCertificatePem: await ca.prove(oldCode) });
    expect(await registration('Update', restored, physicalResourceId)).toEqual(old);
    await registration('Delete', changed, physicalResourceId);
    expect(server.cas.map(({ name }) => name)).toEqual(['acme']);
  });
});

describe('a removal', () => {
  test('deactivates the CA and deletes it with its device certificates; a second one finds nothing', async () => {
    const declared = await proved();
    const { physicalResourceId } = await registration('Create', declared);
    server.actions = [];
    await registration('Delete', declared, physicalResourceId);
    expect(server.actions).toEqual(['ListCaCertificate', 'InactivateCaCertificate', 'DeleteCaCertificate']);
    await registration('Delete', declared, physicalResourceId);
    expect(server.cas).toEqual([]);
  });

  test('whose instance is gone has nothing to do', async () => {
    await registration('Delete', { ...await proved(), InstanceId: 'post-cn-gone0000001' }, 'apsara-mqtt/post-cn-gone0000001/0');
    expect(server.actions.at(-1)).toBe('ListCaCertificate');
  });

  test('of a creation that failed takes away what that registered, and nothing else', async () => {
    const declared = await proved();
    server.register('theirs', ca.pem, 'c', await ca.prove('c'));
    await expect(registration('Create', declared)).rejects.toThrow('caName must be "theirs"');
    await registration('Delete', declared, INVENTED);
    expect(server.cas).toHaveLength(1);
    server.cas = [];
    await registration('Create', declared);
    await registration('Delete', declared, INVENTED);
    expect(server.cas).toEqual([]);
  });

  test.each([
    ['wrong properties', { Endpoint: 'https://x' }],
    ['wrong credentials', {}],
  ])('of a creation that failed for %s does not fail for them again', async (_, changes) => {
    const declared = { ...await proved(), ...changes };
    secret = { accessKeyId: 'only' };
    await expect(registration('Create', declared)).rejects.toThrow();
    await expect(registration('Delete', declared, INVENTED)).resolves.toEqual({ physicalResourceId: INVENTED });
  });
});

describe('a CA behind 99 others', () => {
  /** Certificates and proofs of RSA: all of them in one page are 280 kB, more than an answer may have. */
  beforeEach(async () => {
    const rsa = await registeredCa('RSA', undefined, 'RSA_3072');
    const proof = await rsa.prove('code');
    for (let index = 0; index < 99; index++) {
      server.register(`rsa-${index}`, rsa.pem, 'code', proof);
    }
  });

  test('is found, and removed', async () => {
    const declared = await proved();
    const { physicalResourceId } = await registration('Create', declared);
    expect(await registration('Create', declared)).toMatchObject({ physicalResourceId });
    expect(server.cas).toHaveLength(100);
    await registration('Delete', declared, physicalResourceId);
    expect(server.cas.map(({ name }) => name)).toEqual(Array.from({ length: 99 }, (_, index) => `rsa-${index}`));
  });
});

describe('an answer that does not come from the platform', () => {
  test.each<[string, PlatformAnswer, string]>([
    ['a page of a proxy', { status: 200, body: '<html>Sign in</html>' }, 'ListCaCertificate returned no JSON'],
    ['half an answer', { status: 200, body: '{"RequestId": "1", "Data": {"CaCertificateVOS": [{"Sn": ' }, 'ListCaCertificate returned no JSON'],
    ['an answer without the list', { status: 200, body: { RequestId: '1', Data: { Total: 1 } } }, 'ListCaCertificate returned no list Data.CaCertificateVOS'],
    ['an answer without anything', { status: 200, body: {} }, 'ListCaCertificate returned no list Data.CaCertificateVOS'],
  ])('is not taken for an instance without CAs: %s', async (_, answer, message) => {
    const declared = await proved();
    const { physicalResourceId } = await registration('Create', declared);
    server.forget();
    server.instead = () => answer;
    await expect(registration('Delete', declared, physicalResourceId)).rejects.toThrow(`${message}; check the declared endpoint and any proxy in front of it`);
    expect(server.cas).toHaveLength(1);
  });

  test.each([{ Total: 0 }, { Total: 1, CaCertificateVOS: null }, { Total: 0, CaCertificateVOS: [] }])('is told from one of the platform that says in any of its forms that there is no CA: %j', async data => {
    server.instead = (_, again) => again === 0 ? { status: 200, body: { RequestId: '1', Data: data } } : undefined;
    await expect(code('Create')).resolves.toMatchObject({ data: { RegisterCode: expect.any(String) } });
  });

  test.each<[string, PlatformAnswer, string]>([
    ['removal', { status: 200, body: '<html></html>' }, 'InactivateCaCertificate returned no JSON'],
    ['deletion', { status: 200, body: '<html></html>' }, 'DeleteCaCertificate returned no JSON'],
  ])('is not taken for a %s that was done', async (step, answer, message) => {
    const declared = await proved();
    const { physicalResourceId } = await registration('Create', declared);
    server.forget();
    server.instead = (call, again) => call.startsWith('POST') && again === (step === 'removal' ? 0 : 1) ? answer : undefined;
    await expect(registration('Delete', declared, physicalResourceId)).rejects.toThrow(message);
    expect(server.cas).toHaveLength(1);
  });

  test('is not taken for a registration if it has no SN', async () => {
    const declared = await proved();
    server.forget();
    server.instead = (call, again) => call.startsWith('POST') && again === 0 ? { status: 200, body: { RequestId: '1' } } : undefined;
    await expect(registration('Create', declared)).rejects.toThrow('RegisterCaCertificate returned no Sn');
  });
});

describe('a fault is reported with the platform\'s code and the way out', () => {
  test.each([
    ['an instance of somebody else', { InstanceId: FOREIGN_INSTANCE }, {}, /MqttOwnerCheckError \(request [0-9A-F-]+\); the instance must belong to the account/],
    ['an instance that is not there', { InstanceId: 'post-cn-none0000001' }, {}, /MqttInstanceNotFound .*; instanceId must be an instance/],
    ['an access key that is not there', {}, { accessKeyId: 'LTAI5tOther' }, /InvalidAccessKeyId\.NotFound .*; accessKeyId of the credentials must be/],
    ['another secret', {}, { accessKeySecret: 'wrong-secret-that-must-not-be-shown' }, /SignatureDoesNotMatch .*; accessKeySecret of the credentials must belong to their accessKeyId/],
    ['a token that is not the key\'s', {}, { securityToken: 'wrong-token' }, /InvalidSecurityToken\.Malformed .*; securityToken of the credentials/],
    ['credentials without a secret', {}, { accessKeySecret: '' }, /credentials must be a secret with the JSON members accessKeyId, accessKeySecret, got .* without accessKeySecret/],
    ['a URL in place of a host', { Endpoint: 'https://x.com' }, {}, /endpoint must be the host name of the platform's API, without https:\/\/, got "https:/],
    ['no instance', { InstanceId: '' }, {}, /instanceId must be a non-empty string/],
    ['no certificate', { CaCertificatePem: '(not signed yet)' }, {}, /ca must hold a certificate in PEM/],
  ])('for %s', async (_, changes, credentials, message) => {
    secret = { ...ACCESS_KEY, ...credentials };
    const failure = await code('Create', ca, undefined, changes).catch(error => error as Error);
    expect((failure as Error).message).toMatch(message);
    for (const hidden of [ACCESS_KEY.accessKeySecret, 'wrong-secret', 'wrong-token', 'x-acs-', 'Signature=']) {
      expect((failure as Error).message).not.toContain(hidden);
    }
  });

  test.each<[string, () => void, RegExp]>([
    ['the RAM policy lacks', () => { server.permitted = false; }, /ApsaraMQ for MQTT refused ListCaCertificate: PermissionCheckFailed .*; the RAM policy of the credentials must allow mq:MqttInstanceAccess/],
    ['it lacks on the instance', () => { server.permittedOnInstance = false; }, /InstancePermissionCheckFailed .*; the instance must belong to the account .*, or their RAM policy must allow mq:MqttInstanceAccess/],
  ])('for rights that %s', async (_, forbid, message) => {
    forbid();
    await expect(code('Create')).rejects.toThrow(message);
  });

  test('for a verification certificate of another CA', async () => {
    const { data } = await code('Create');
    const declared = properties(ca, { CaName: 'acme', VerificationCertificatePem: await other.prove(data!.RegisterCode) });
    await expect(registration('Create', declared)).rejects.toThrow('ApsaraMQ for MQTT refused RegisterCaCertificate: ParameterFieldCheckFailed');
  });
});
