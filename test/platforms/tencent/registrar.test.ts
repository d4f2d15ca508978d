import { randomUUID } from 'node:crypto';
import { API_KEY, StrictTencent } from './strict-tencent';
import { carryOut } from '../../../src/platforms/registrar/registrar';
import { RegistrationType } from '../../../src/platforms/registrations';
import { CaRegistration } from '../../../src/platforms/tencent/registrar/ca-registration';
import { LifecycleEvent, LifecycleResult } from '../../../src/resource/lifecycle-event';
import { NO_DEADLINE } from '../../support/deadline';
import { STACK_ID } from '../../support/events';
import { PlatformAnswer } from '../../support/https-platform';
import { MemoryRecords } from '../../support/memory-records';
import { registeredCa, RegisteredCa } from '../../support/registered-ca';

const CODE = '7d0f2a5c91b34e6f';
const INVENTED = `invalid-${'0'.repeat(32)}`;

const server = new StrictTencent();
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
  server.code = CODE;
  server.token = undefined;
  server.byCertificates = true;
  server.permitted = true;
  server.refusal = 'UnauthorizedOperation';
  server.elsewhere.clear();
  records = new MemoryRecords();
  secret = API_KEY;
});
afterAll(() => server.stop());

type Properties = { readonly [name: string]: unknown };

async function properties(of = ca, changes: Properties = {}): Promise<Properties> {
  return {
    LedgerTable: 'ledger',
    CertName: 'acme',
    CaCertificatePem: of.pem,
    VerificationCertificatePem: await of.prove(CODE),
    Region: 'ap-guangzhou',
    Generation: '1',
    Endpoint: server.url.slice('https://'.length),
    CredentialsSecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Tencent-AbCdEf',
    ...changes,
  };
}

function send(
  requestType: LifecycleEvent['requestType'], declared: Properties, physicalResourceId?: string, signal = NO_DEADLINE, logicalResourceId = 'Tencent',
): Promise<LifecycleResult> {
  const outside = { trustedCas: server.trustedCas, readSecret: async () => JSON.stringify(secret), openRecords: () => records };
  return carryOut({ [RegistrationType.TENCENT_CA_REGISTRATION]: new CaRegistration(outside) }, {
    requestType,
    physicalResourceId,
    properties: declared,
    requestId: randomUUID(),
    stackId: STACK_ID,
    logicalResourceId,
    resourceType: RegistrationType.TENCENT_CA_REGISTRATION,
    signal,
  });
}

const identity = ({ certificate }: RegisteredCa, name = 'acme') => `tencent-iot-hub/${name}/${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`;
const held = () => server.cas.map(({ name, certificate }) => [name, certificate.fingerprint256]);

describe('a registration', () => {
  test('sends the CA with its proof, under its name', async () => {
    expect(await send('Create', await properties())).toEqual({ physicalResourceId: identity(ca), data: { CertName: 'acme' } });
    expect(held()).toEqual([['acme', ca.certificate.fingerprint256]]);
    expect(server.actions).toEqual(['DescribePrivateCAs', 'CreatePrivateCA']);
  });

  test('works with temporary credentials, and a name that is no part of an id as it is', async () => {
    server.token = 'token-of-sts';
    secret = { ...API_KEY, token: server.token };
    const declared = await properties(ca, { CertName: '设备/CA 1' });
    const { physicalResourceId } = await send('Create', declared);
    expect(physicalResourceId).toBe(identity(ca, encodeURIComponent('设备/CA 1')));
    await send('Delete', declared, physicalResourceId);
    expect(held()).toEqual([]);
  });

  test('that is asked for again, or was made by hand, is the one that is there', async () => {
    server.register('acme', ca.pem);
    const declared = await properties();
    const taken = await send('Create', declared);
    expect(await send('Create', declared)).toEqual(taken);
    expect(await send('Update', { ...declared, Generation: '2' }, taken.physicalResourceId)).toEqual(taken);
    expect(server.actions).toEqual(['DescribePrivateCAs', 'DescribePrivateCAs', 'DescribePrivateCAs']);
  });

  test('whose answer was lost is found, and not made a second time', async () => {
    server.plan('CreatePrivateCA', 'lost');
    expect((await send('Create', await properties())).physicalResourceId).toBe(identity(ca));
    expect(held()).toHaveLength(1);
  });

  test('survives throttling and faults of the service, which have the status 200 here', async () => {
    const declared = await properties();
    for (const action of ['DescribePrivateCAs', 'CreatePrivateCA', 'DeletePrivateCA']) {
      server.plan(action, 'limited', 'unavailable', 'lost');
    }
    const { physicalResourceId } = await send('Create', declared);
    expect(held()).toHaveLength(1);
    await send('Delete', declared, physicalResourceId);
    expect(held()).toEqual([]);
  });

  test('ends with the time of the function where throttling does not, and says so', async () => {
    server.plan('CreatePrivateCA', ...Array<'limited'>(50).fill('limited'));
    await expect(send('Create', await properties(), undefined, server.endAfter(() => server.actions.at(-1) === 'CreatePrivateCA')))
      .rejects.toThrow('Tencent: Tencent Cloud IoT Hub: CreatePrivateCA failed: RequestLimitExceeded, until the time ran out; deploy again');
  });

  test('of two deliveries at the same time is one', async () => {
    const declared = await properties();
    expect(new Set((await Promise.all([send('Create', declared), send('Create', declared)])).map(({ physicalResourceId }) => physicalResourceId)).size).toBe(1);
    expect(held()).toHaveLength(1);
  });
});

describe('another CA under the same name', () => {
  test('takes the place of the old one, for the products that are bound to the name, and goes back in a rollback', async () => {
    const old = await properties();
    const { physicalResourceId: oldId } = await send('Create', old);
    server.cas[0].products.push('PRODUCT001');
    const changed = await properties(other);
    const { physicalResourceId } = await send('Update', changed, oldId);
    expect(physicalResourceId).toBe(identity(other));
    expect(held()).toEqual([['acme', other.certificate.fingerprint256]]);
    await send('Delete', old, oldId); // the clean-up of the update: what has the name now is not what is to go
    expect(held()).toEqual([['acme', other.certificate.fingerprint256]]);
    expect((await send('Update', old, physicalResourceId)).physicalResourceId).toBe(oldId);
    expect(held()).toEqual([['acme', ca.certificate.fingerprint256]]);
  });

  test('is put back too where the answer to the update was lost, so that it failed under the old id', async () => {
    const old = await properties();
    const { physicalResourceId } = await send('Create', old);
    await send('Update', await properties(other), physicalResourceId);
    expect((await send('Update', old, physicalResourceId)).physicalResourceId).toBe(physicalResourceId);
    expect(held()).toEqual([['acme', ca.certificate.fingerprint256]]);
  });

  test('can\'t go back where the console\'s code has changed meanwhile: the platform takes the old proof no more', async () => {
    const old = await properties();
    const { physicalResourceId: oldId } = await send('Create', old);
    server.code = 'new';
    const { physicalResourceId } = await send('Update', await properties(other, { VerificationCertificatePem: await other.prove('new') }), oldId);
    await expect(send('Update', old, physicalResourceId)).rejects.toThrow('Tencent Cloud IoT Hub refused UpdatePrivateCA: InvalidParameterValue.CACertNotMatch');
    expect(held()).toEqual([['acme', other.certificate.fingerprint256]]);
  });

  test('whose update lost its answer is updated once more, and to the same', async () => {
    const { physicalResourceId } = await send('Create', await properties());
    server.plan('UpdatePrivateCA', 'lost');
    expect((await send('Update', await properties(other), physicalResourceId)).physicalResourceId).toBe(identity(other));
  });

  test('is refused where the name is somebody else\'s', async () => {
    server.register('acme', other.pem);
    await expect(send('Create', await properties())).rejects.toThrow('caName must be a name that no other CA certificate of the account has, got "acme"');
    await send('Delete', await properties(), INVENTED);
    expect(held()).toEqual([['acme', other.certificate.fingerprint256]]);
  });
});

test('another name for the same CA is refused with the one it has, since the platform does not rename', async () => {
  const { physicalResourceId } = await send('Create', await properties());
  await expect(send('Update', await properties(ca, { CertName: 'new' }), physicalResourceId))
    .rejects.toThrow('caName must be "acme", the name under which this CA certificate is registered, because the platform neither registers a certificate twice nor renames it, got "new"');
});

describe('another resource of the stack', () => {
  test.each([['the old one goes', 'Tencent'], ['it goes itself, in a rollback', 'Moved']])('that takes the registration over leaves it when %s', async (_, first) => {
    const declared = await properties();
    const { physicalResourceId } = await send('Create', declared);
    await send('Create', declared, undefined, undefined, 'Moved');
    await send('Delete', declared, physicalResourceId, undefined, first);
    expect(held()).toHaveLength(1);
    await send('Delete', declared, physicalResourceId, undefined, first === 'Moved' ? 'Tencent' : 'Moved');
    expect(held()).toEqual([]);
  });

  test('with another secret of the same account is the same registration', async () => {
    const declared = await properties();
    const { physicalResourceId } = await send('Create', declared);
    const rotated = { ...declared, CredentialsSecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Another-AbCdEf' };
    await send('Create', rotated, undefined, undefined, 'Moved');
    await send('Delete', declared, physicalResourceId);
    expect(held()).toHaveLength(1);
    await send('Delete', rotated, physicalResourceId, undefined, 'Moved');
    expect(held()).toEqual([]);
  });

  test('can register and remove the CA of an update that failed', async () => {
    const { physicalResourceId } = await send('Create', await properties());
    server.code = 'another';
    await expect(send('Update', await properties(other, { CertName: 'other' }), physicalResourceId)).rejects.toThrow('CACertNotMatch');
    server.code = CODE;
    const theirs = await properties(other, { CertName: 'other' });
    const { physicalResourceId: theirId } = await send('Create', theirs, undefined, undefined, 'Moved');
    await send('Delete', theirs, theirId, undefined, 'Moved');
    expect(held()).toEqual([['acme', ca.certificate.fingerprint256]]);
  });

  test('leaves what was registered in the console, also after an update that was rolled back', async () => {
    server.register('acme', ca.pem);
    const declared = await properties();
    const { physicalResourceId } = await send('Create', declared);
    const changed = await send('Update', await properties(other), physicalResourceId);
    await send('Update', declared, changed.physicalResourceId);
    await send('Delete', declared, physicalResourceId);
    expect(held()).toEqual([['acme', ca.certificate.fingerprint256]]);
  });

  test('leaves what somebody has registered in the console when it goes', async () => {
    server.register('acme', ca.pem);
    const declared = await properties();
    await send('Delete', declared, (await send('Create', declared)).physicalResourceId);
    expect(held()).toHaveLength(1);
  });

  test('whose creation failed does not stand in its way', async () => {
    const declared = await properties();
    server.code = 'another';
    await expect(send('Create', declared)).rejects.toThrow('CACertNotMatch');
    await send('Delete', declared, INVENTED);
    server.code = CODE;
    const { physicalResourceId } = await send('Create', declared, undefined, undefined, 'Moved');
    await send('Delete', declared, physicalResourceId, undefined, 'Moved');
    expect(held()).toEqual([]);
  });
});

describe('a removal', () => {
  test('is done once, and finds nothing the second time', async () => {
    const declared = await properties();
    const { physicalResourceId } = await send('Create', declared);
    await send('Delete', declared, physicalResourceId);
    await send('Delete', declared, physicalResourceId);
    expect(server.actions).toEqual(['DescribePrivateCAs', 'CreatePrivateCA', 'DescribePrivateCAs', 'DeletePrivateCA', 'DescribePrivateCAs']);
  });

  test('of what a product is bound to says so', async () => {
    const declared = await properties();
    const { physicalResourceId } = await send('Create', declared);
    server.cas[0].products.push('PRODUCT001');
    await expect(send('Delete', declared, physicalResourceId)).rejects.toThrow(
      /Tencent Cloud IoT Hub refused DeletePrivateCA: LimitExceeded\.CAAlreadyBindProduct \(request [0-9a-f-]{36}\); the CA must no longer be bound to a product: delete the products/);
  });

  test('of a creation that failed asks for nothing, so that it can\'t fail for the same cause', async () => {
    secret = {};
    await expect(send('Create', await properties())).rejects.toThrow('without secretId, secretKey');
    await send('Delete', { CertName: '' }, INVENTED);
    expect(server.calls).toEqual([]);
  });
});

describe('an answer that does not come from the platform', () => {
  test.each<[string, PlatformAnswer, string]>([
    ['a page of a proxy', { status: 200, body: '<html>Sign in</html>' }, 'returned no Response in JSON'],
    ['half an answer', { status: 200, body: '{"Response": {"CAs": [{"CertName": ' }, 'returned no Response in JSON'],
    ['an answer without the list', { status: 200, body: { Response: { RequestId: '1' } } }, 'returned no list CAs'],
  ])('is not taken for an account without CAs: %s', async (_, answer, message) => {
    const declared = await properties();
    const { physicalResourceId } = await send('Create', declared);
    server.forget();
    server.instead = () => answer;
    await expect(send('Delete', declared, physicalResourceId)).rejects.toThrow(
      `Tencent Cloud IoT Hub: DescribePrivateCAs ${message}; check the declared endpoint and any proxy in front of it`);
    expect(held()).toHaveLength(1);
  });

  test('is not taken for a removal that was done', async () => {
    const declared = await properties();
    const { physicalResourceId } = await send('Create', declared);
    server.forget();
    server.instead = (_, again) => again === 1 ? { status: 200, body: '<html></html>' } : undefined;
    await expect(send('Delete', declared, physicalResourceId)).rejects.toThrow('DeletePrivateCA returned no Response in JSON');
  });
});

describe('a fault is reported with the platform\'s code and the way out', () => {
  test.each([
    ['an old code', () => { server.code = 'another'; }, {}, /InvalidParameterValue\.CACertNotMatch \(.*\); registrationCode must be the code that the console now shows/],
    ['a CA of another account', () => server.elsewhere.add(ca.certificate.fingerprint256), {}, /LimitExceeded\.CARepeat .*; the CA must not be registered already/],
    ['an API key that is not there', () => { secret = { ...API_KEY, secretId: 'AKIDOther' }; }, {}, /AuthFailure\.SecretIdNotFound .*; secretId, secretKey and token/],
    ['another secret key', () => { secret = { ...API_KEY, secretKey: 'wrong-secret' }; }, {}, /AuthFailure\.SignatureFailure .*; secretId, secretKey and token/],
    ['a token that is not the key\'s', () => { secret = { ...API_KEY, token: 'wrong-token' }; }, {}, /AuthFailure\.TokenFailure .*; secretId, secretKey and token/],
    ['a region without IoT Hub', () => undefined, { Region: 'ap-nowhere' }, /UnsupportedRegion .*; region must be one in which IoT Hub is available/],
    ['rights that are missing', () => { server.permitted = false; }, {}, /UnauthorizedOperation .*; the CAM policy of the credentials must allow iotcloud:DescribePrivateCAs/],
    ['rights that the gateway misses', () => { Object.assign(server, { permitted: false, refusal: 'AuthFailure.UnauthorizedOperation' }); }, {},
      /AuthFailure\.UnauthorizedOperation .*; the CAM policy of the credentials must allow/],
    ['no region', () => undefined, { Region: '' }, /region must be the id of a region, such as cn-hangzhou or ap-guangzhou, got ""/],
    ['a name that is too long', () => undefined, { CertName: 'x'.repeat(33) }, /caName must be 1 to 32 characters long/],
    ['no certificate', () => undefined, { VerificationCertificatePem: 'x' }, /verificationCertificate must hold a certificate in PEM/],
  ])('for %s', async (_, spoil, changes, message) => {
    spoil();
    const failure = await send('Create', await properties(ca, changes)).catch(error => error as Error);
    expect((failure as Error).message).toMatch(message);
    for (const hidden of [API_KEY.secretKey, 'wrong-secret', 'wrong-token', 'tc3_request']) {
      expect((failure as Error).message).not.toContain(hidden);
    }
  });

  test.each<[string, () => void, RegExp]>([
    ['is deleted by somebody', () => { server.cas = []; }, /Tencent Cloud IoT Hub refused UpdatePrivateCA: ResourceNotFound\.CACertNotExist .*; the CA certificate was deleted in the meantime; deploy again/],
    ['is bound to a product without certificates', () => { server.byCertificates = false; },
      /Tencent Cloud IoT Hub refused UpdatePrivateCA: LimitExceeded\.CACertNotSupport .*; the product must authenticate its devices with certificates/],
  ])('for a CA that %s just before another one takes its place', async (_, spoil, message) => {
    const { physicalResourceId } = await send('Create', await properties());
    server.cas[0].products.push('PRODUCT001');
    server.forget();
    server.meanwhile = (_call, again) => again === 1 && spoil();
    await expect(send('Update', await properties(other), physicalResourceId)).rejects.toThrow(message);
  });

  test('for a name that somebody gives another CA just before', async () => {
    server.meanwhile = (_, again) => again === 1 && void server.register('acme', other.pem);
    await expect(send('Create', await properties())).rejects.toThrow(/Tencent Cloud IoT Hub refused CreatePrivateCA: LimitExceeded\.CACertNameRepeat .*; caName must be a name that no other CA/);
  });

  test('for more CAs than an account can have', async () => {
    const cas = await Promise.all(Array.from({ length: 10 }, (_, index) => registeredCa(`CA ${index}`)));
    cas.forEach(({ pem }, index) => server.register(`ca-${index}`, pem));
    await expect(send('Create', await properties())).rejects.toThrow(/LimitExceeded \(.*\); an account accepts at most 10 CA certificates/);
  });

  test('for a certificate that is not a CA\'s', async () => {
    const declared = await properties(ca, { CaCertificatePem: await ca.prove(CODE) });
    await expect(send('Create', declared)).rejects.toThrow(/InvalidParameterValue\.CACertInvalid .*; the CA must have a certificate that IoT Hub accepts/);
  });
});
