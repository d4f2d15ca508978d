import { ACCESS_KEY, INSTANCE, OWN_HOST, PRIVATE_HOST, PROJECT, SECRET_KEY, SHARED_HOST, StrictHuawei, TOKEN } from './strict-huawei';
import { HuaweiCaUpload } from '../../../src/platforms/huawei/registrar/ca-upload';
import { HuaweiCaVerification } from '../../../src/platforms/huawei/registrar/ca-verification';
import { carryOut } from '../../../src/platforms/registrar/registrar';
import { RegistrationType } from '../../../src/platforms/registrations';
import { NO_DEADLINE } from '../../support/deadline';
import { STACK_ID } from '../../support/events';
import { PlatformAnswer } from '../../support/https-platform';
import { MemoryRecords } from '../../support/memory-records';
import { RegisteredCa, registeredCa } from '../../support/registered-ca';

const UPLOAD = RegistrationType.HUAWEI_CA_UPLOAD;
const VERIFICATION = RegistrationType.HUAWEI_CA_VERIFICATION;
const SECRET = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Huawei-AbCdEf';
const ADD = `POST ${PROJECT}/certificates`;
const LIST = `GET ${PROJECT}/certificates`;

type Properties = Record<string, unknown>;

const huawei = new StrictHuawei();
let secret: Record<string, string>;
let records: MemoryRecords;
let ca: RegisteredCa;
let namesake: RegisteredCa;
let stranger: RegisteredCa;

beforeAll(async () => {
  await huawei.start();
  [ca, namesake, stranger] = await Promise.all([registeredCa(), registeredCa(), registeredCa('Another CA')]);
});
beforeEach(() => {
  huawei.forget();
  huawei.held.length = 0;
  huawei.inUse.clear();
  huawei.verifiesAgain = true;
  huawei.permitted = true;
  huawei.takesContent = true;
  huawei.gatewayError = undefined;
  records = new MemoryRecords();
  secret = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY };
});
afterAll(() => huawei.stop());

function properties(changes: Properties = {}): Properties {
  return {
    Endpoint: SHARED_HOST, ProjectId: PROJECT, InstanceId: INSTANCE, CredentialsSecretArn: SECRET, LedgerTable: 'ledger', CertificatePem: ca.pem, ...changes,
  };
}

function ask(requestType: 'Create' | 'Update' | 'Delete', resourceType: string, given: Properties, physicalResourceId?: string, logicalResourceId = 'Huawei') {
  const reach = { url: huawei.url, trustedCas: huawei.trustedCas, readSecret: async () => JSON.stringify(secret), openRecords: () => records };
  return carryOut({ [UPLOAD]: new HuaweiCaUpload(reach), [VERIFICATION]: new HuaweiCaVerification(reach) }, {
    requestType, resourceType, properties: given, physicalResourceId, stackId: STACK_ID, logicalResourceId, requestId: 'r1', signal: NO_DEADLINE,
  });
}

const upload = (changes?: Properties, physicalResourceId?: string) =>
  ask(physicalResourceId ? 'Update' : 'Create', UPLOAD, properties(changes), physicalResourceId);
const remove = (physicalResourceId: string, changes?: Properties) => ask('Delete', UPLOAD, properties(changes), physicalResourceId);

/** What the template hands on: the code to the CA, and the certificate that it issues. */
async function verify({ data }: { readonly data?: { readonly [name: string]: string } }, changes: Properties = {}, by = ca) {
  const { CertificateId, VerifyCode } = data!;
  return ask('Create', VERIFICATION, properties({ CertificateId, VerificationCertificatePem: await by.prove(VerifyCode), ...changes }));
}

describe('a CA is registered', () => {
  test.each<[string, Properties, Record<string, string>?]>([
    ['by an access key at the host that all share', {}],
    ['by an access key at a host of its own', { Endpoint: OWN_HOST }],
    ['by an access key at a host of another name, in the Region that is declared', { Endpoint: PRIVATE_HOST, Region: 'cn-north-4' }],
    ['by a token', {}, { token: TOKEN }],
    ['by a token at a host of another name, which signs nothing', { Endpoint: PRIVATE_HOST }, { token: TOKEN }],
    ['in a resource space', { AppId: 'space-1' }],
  ])('%s: uploaded, proved, and removed', async (_, target, credentials = secret) => {
    secret = credentials;
    const uploaded = await upload(target);
    expect(uploaded.data).toEqual({ CertificateId: huawei.held[0].id, VerifyCode: huawei.held[0].code });
    const verified = await verify(uploaded, target);
    expect(verified.data).toEqual({ CertificateId: huawei.held[0].id });
    expect(huawei.held.map(({ verified: done, appId }) => [done, appId])).toEqual([[true, target.AppId ?? 'default']]);
    await ask('Delete', VERIFICATION, properties(target), verified.physicalResourceId);
    expect(huawei.held).toHaveLength(1);
    await remove(uploaded.physicalResourceId, target);
    expect(huawei.held).toEqual([]);
  });

  test.each<[string, Properties]>([
    ['an update that changes nothing', {}],
    ['an update that names the same instance in another way', { Endpoint: OWN_HOST, InstanceId: '' }],
  ])('and stays the same, without another upload, after %s', async (_, changes) => {
    const uploaded = await upload();
    const verified = await verify(uploaded);
    expect(await upload(changes, uploaded.physicalResourceId)).toEqual(uploaded);
    expect(await verify(uploaded, changes)).toEqual(verified);
    expect(huawei.count(ADD)).toBe(1);
  });

  test('and another CA of the same name and validity is registered beside it before the first is removed', async () => {
    const first = await upload();
    await verify(first);
    const second = await upload({ CertificatePem: namesake.pem }, first.physicalResourceId);
    expect(second.physicalResourceId).not.toBe(first.physicalResourceId);
    await verify(second, {}, namesake);
    await remove(first.physicalResourceId);
    expect(huawei.held).toHaveLength(1);
    expect(huawei.held[0]).toMatchObject({ id: second.data!.CertificateId, verified: true });
    expect(huawei.held[0].certificate.fingerprint256).toBe(namesake.certificate.fingerprint256);
  });

  test('and comes back, with its answer, by a rollback to it', async () => {
    const first = await upload();
    const second = await upload({ CertificatePem: namesake.pem }, first.physicalResourceId);
    expect(await upload({}, second.physicalResourceId)).toEqual(first);
    await remove(second.physicalResourceId, { CertificatePem: namesake.pem });
    expect(huawei.held.map(({ id }) => id)).toEqual([first.data!.CertificateId]);
  });

  test('and the secret key is in nothing that is sent', async () => {
    await verify(await upload());
    expect(JSON.stringify(huawei.received)).not.toContain(SECRET_KEY);
    expect(huawei.received.length).toBeGreaterThan(2);
  });
});

describe('a certificate that is already there', () => {
  test('is found on whatever page of the list it is, and taken over', async () => {
    const { id } = huawei.register(ca.certificate);
    for (let index = 0; index < 99; index++) {
      huawei.register(stranger.certificate);
    }
    const uploaded = await upload();
    expect(uploaded.data!.CertificateId).toBe(id);
    expect(huawei.count(LIST)).toBe(3);
    await verify(uploaded);
    expect(huawei.held.filter(({ verified }) => verified).map(held => held.id)).toEqual([id]);
  });

  test.each([true, false])('and is verified is proved once more: %s that this can be repeated', async verifiesAgain => {
    huawei.register(ca.certificate).verified = true;
    huawei.verifiesAgain = verifiesAgain;
    await expect(verify(await upload())).resolves.toBeDefined();
  });

  test('and belongs to a namesake is not taken for this CA: its proof fails', async () => {
    huawei.register(namesake.certificate).verified = true;
    await expect(verify(await upload())).rejects.toThrow('Huawei Cloud IoTDA refused the verification: 400 IOTDA.014308 "Operation not allowed. The certificate failed to verify the path."; '
      + 'the verification certificate must be issued by the registered CA: if another CA with the same common name and validity is registered, delete it in the console');
  });

  test('and goes is uploaded again by the next update, with a new code', async () => {
    const first = await upload();
    huawei.held.length = 0;
    const second = await upload({}, first.physicalResourceId);
    expect(second.data!.VerifyCode).not.toBe(first.data!.VerifyCode);
    await verify(second);
    await remove(first.physicalResourceId);
    expect(huawei.held.map(({ id }) => id)).toEqual([second.data!.CertificateId]);
  });
});

describe('an answer that does not come from IoTDA', () => {
  test.each<[string, PlatformAnswer, string]>([
    ['a page of a proxy', { status: 200, body: '<html>Sign in</html>' }, 'returned no JSON'],
    ['half an answer', { status: 200, body: '{"certificates": [{"certificate_id": ' }, 'returned no JSON'],
    ['an answer without the list', { status: 200, body: { page: { count: 1 } } }, 'returned no list certificates'],
  ])('is not taken for an instance without CAs: %s', async (_, answer, message) => {
    await upload();
    huawei.instead = call => call === LIST ? answer : undefined;
    await expect(upload()).rejects.toThrow(`Huawei Cloud IoTDA: the list of certificates ${message}; check the declared endpoint and any proxy in front of it`);
    expect(huawei.held).toHaveLength(1);
  });

  test('is not taken for a proof that was accepted', async () => {
    const uploaded = await upload();
    huawei.instead = call => call.endsWith('/action') ? { status: 200, body: '<html>Sign in</html>' } : undefined;
    await expect(verify(uploaded)).rejects.toThrow('Huawei Cloud IoTDA refused the verification: 200');
  });
});

describe('a fault of Huawei Cloud', () => {
  test.each(['throttled', 'unavailable', 'lost'] as const)('in every call, which was %s once, is followed by another try, and one registration is there', async fault => {
    huawei.fault = (_, again) => again === 0 ? fault : undefined;
    const uploaded = await upload();
    await verify(uploaded);
    expect(huawei.held.map(({ id, verified }) => [id, verified])).toEqual([[uploaded.data!.CertificateId, true]]);
    expect(huawei.count(ADD)).toBe(fault === 'lost' ? 1 : 2);
    await remove(uploaded.physicalResourceId);
    expect(huawei.held).toEqual([]);
  });

  test('such as a lost answer to a verification is harmless if IoTDA does not accept it twice', async () => {
    huawei.verifiesAgain = false;
    huawei.fault = (call, again) => call.endsWith('/action') && again === 0 ? 'lost' : undefined;
    await expect(verify(await upload())).resolves.toBeDefined();
  });

  test('does not keep another delivery of the request, at the same time, from getting the same registration', async () => {
    const both = await Promise.all([upload(), upload()]);
    expect(new Set(both.map(({ physicalResourceId }) => physicalResourceId)).size).toBe(1);
    expect(huawei.held.map(({ id }) => id)).toEqual([both[0].data!.CertificateId]);
    expect(huawei.count(ADD)).toBe(1);
  });
});

describe('another resource of the stack', () => {
  const as = (logicalResourceId: string, requestType: 'Create' | 'Delete', physicalResourceId?: string) =>
    ask(requestType, UPLOAD, properties(), physicalResourceId, logicalResourceId);

  test.each([['the old one goes', 'Huawei'], ['it goes itself, in a rollback', 'Moved']])('that takes the registration over leaves it when %s', async (_, first) => {
    const old = await upload();
    await verify(old);
    const { physicalResourceId } = await as('Moved', 'Create');
    expect(physicalResourceId).toBe(old.physicalResourceId);
    await as(first, 'Delete', physicalResourceId);
    expect(huawei.held).toHaveLength(1);
    await as(first === 'Moved' ? 'Huawei' : 'Moved', 'Delete', physicalResourceId);
    expect(huawei.held).toEqual([]);
  });

  test('leaves what somebody has registered and verified by hand when it goes', async () => {
    huawei.register(ca.certificate).verified = true;
    await remove((await upload()).physicalResourceId);
    expect(huawei.held).toHaveLength(1);
  });
});

describe('a removal', () => {
  test('does nothing where it is gone', async () => {
    const { physicalResourceId } = await upload();
    huawei.held.length = 0;
    await expect(remove(physicalResourceId)).resolves.toEqual({ physicalResourceId });
  });

  test.each<[string, PlatformAnswer]>([
    ['a page of a proxy', { status: 200, body: '<html>Sign in</html>' }],
    ['a page of a proxy that knows no such path', { status: 404, body: '<html>Not found</html>' }],
  ])('is not done where it is not IoTDA that answers: %s', async (_, answer) => {
    const { physicalResourceId } = await upload();
    huawei.instead = call => call.startsWith('DELETE') ? answer : undefined;
    await expect(remove(physicalResourceId)).rejects.toThrow(`Huawei Cloud IoTDA refused the deletion of the certificate: ${answer.status}`);
    expect(huawei.held).toHaveLength(1);
  });

  test('after a creation that failed takes away what proves nothing, and leaves what is verified', async () => {
    huawei.register(ca.certificate);
    huawei.register(stranger.certificate);
    huawei.register(ca.certificate).verified = true;
    await remove('invalid-0123');
    expect(huawei.held.map(({ certificate, verified }) => [certificate.subject.includes('Another'), verified])).toEqual([[true, false], [false, true]]);
  });

  test.each<[string, Properties]>([
    ['wrong credentials', {}], ['wrong properties', { ProjectId: '../x' }],
  ])('after a creation that failed for %s does not fail for them too', async (_, changes) => {
    secret.secretAccessKey = 'no';
    await expect(remove('invalid-0123', changes)).resolves.toBeDefined();
  });

  test('of a certificate in use is refused with the way out', async () => {
    const { physicalResourceId, data } = await upload();
    huawei.inUse.add(data!.CertificateId);
    await expect(remove(physicalResourceId)).rejects.toThrow('Huawei Cloud IoTDA refused the deletion of the certificate: 400 IOTDA.014304 "Operation not allowed. '
      + 'The certificates delete failed"; devices or templates that use the certificate must be moved to another certificate or deleted first');
  });
});

describe('an error', () => {
  test.each<[string, () => Properties, string]>([
    ['the access key is wrong', () => {
      secret.secretAccessKey = 'wrong';
      return {};
    }, 'Huawei Cloud IoTDA refused the list of certificates: 401 APIGW.0301 "Incorrect IAM authentication information: verify aksk signature fail"; credentials must be a valid access key'],
    ['the token is expired', () => {
      secret = { token: 'wrong' };
      return {};
    }, 'credentials must be a valid access key or token of the account'],
    ['the user has no permission', () => {
      huawei.permitted = false;
      return {};
    }, 'IOTDA.000022 "Operation not allowed. The user does not have the permission"; grant the user iotda:certificates:upload'],
    ['the instance is another one', () => ({ InstanceId: 'another' }),
      'application."; appId must be that of a resource space of the instance, and instanceId that of the instance'],
    ['the user may not use IoTDA', () => {
      huawei.gatewayError = 'APIGW.0302';
      return {};
    }, 'Huawei Cloud IoTDA refused the list of certificates: 401 APIGW.0302 "Incorrect authentication information."; credentials must be those of a user who may use IoTDA'],
    ['the access key is deleted', () => {
      huawei.gatewayError = 'APIGW.0303';
      return {};
    }, 'Huawei Cloud IoTDA refused the list of certificates: 401 APIGW.0303 "Incorrect authentication information."; credentials must be a valid access key'],
    ['the token ends with a line end', () => {
      secret = { token: `${TOKEN}\n` };
      return {};
    }, `credentials must be a secret whose JSON members hold only visible ASCII characters, without spaces or line ends, got ${SECRET} with others in token (not shown)`],
    ['the secret has a token beside the access key', () => {
      secret.token = TOKEN;
      return {};
    }, `credentials must be a secret with the JSON members accessKeyId and secretAccessKey, or with token alone, got ${SECRET} with both`],
    ['the secret has neither', () => {
      secret = { Token: TOKEN, accessKeyId: '' };
      return {};
    }, `or with token alone, got ${SECRET} with neither`],
    ['the instance is full', () => {
      Array.from({ length: 100 }, () => huawei.register(stranger.certificate));
      return {};
    }, 'Huawei Cloud IoTDA refused the upload of the certificate: 400 IOTDA.014300'],
    ['IoTDA does not take the certificate', () => {
      huawei.takesContent = false;
      return {};
    }, 'Huawei Cloud IoTDA refused the upload of the certificate: 400 IOTDA.014301 "Invalid certificate content."; the CA certificate must be one that IoTDA accepts'],
    ['the endpoint is a URL', () => ({ Endpoint: `https://${SHARED_HOST}` }), 'endpoint must be the host of the access address for applications over HTTPS'],
    ['the endpoint does not name the Region', () => ({ Endpoint: PRIVATE_HOST }), 'region must be given if the endpoint does not contain it, because an access '
      + `key signs for a Region, got none for "${PRIVATE_HOST}"; declare the Region of the instance, such as cn-north-4`],
    ['the Region is another one than the endpoint names', () => ({ Endpoint: OWN_HOST, Region: 'cn-east-3' }),
      'region must be cn-north-4, as in the endpoint, or be left out, got "cn-east-3"'],
    ['the secret lacks a member', () => {
      delete secret.secretAccessKey;
      return {};
    }, `credentials must be a secret with the JSON members accessKeyId, secretAccessKey, got ${SECRET} without secretAccessKey`],
  ])('names the way out: %s', async (_, spoil, message) => {
    const failure = String(await upload(spoil()).catch(error => error));
    expect(failure).toContain(message);
    expect(failure).not.toMatch(/canonicalRequest|wrong/);
  });

  test('names the way out if the verification certificate is for another code', async () => {
    const { data } = await upload();
    await expect(verify({ data: { ...data, VerifyCode: 'another' } })).rejects.toThrow('IOTDA.014307');
    expect(huawei.held[0].verified).toBe(false);
  });
});
