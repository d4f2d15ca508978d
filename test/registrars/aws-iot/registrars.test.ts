import { randomUUID } from 'node:crypto';
import { AwsCalls } from '../../../src/handlers/aws/aws-calls';
import { CaDeactivation } from '../../../src/registrars/aws-iot/ca-deactivation';
import { IotApi } from '../../../src/registrars/aws-iot/iot-api';
import { RegistrationCode } from '../../../src/registrars/aws-iot/registration-code';
import { HttpApi } from '../../../src/registrars/http-api';
import { carryOut } from '../../../src/registrars/registrar';
import { STACK_ID } from '../../support/events';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';
import { opensslOutput } from '../../support/openssl';
import { httpsInFrontOf, StrictIot } from '../../support/strict-iot';

const CODE = 'Custom::AwsIotRegistrationCode';
const DEACTIVATION = 'Custom::AwsIotCaDeactivation';

let iot: StrictIot;

beforeAll(async () => {
  iot = await StrictIot.start();
});
beforeEach(() => iot.reset());
afterEach(() => jest.restoreAllMocks());
afterAll(() => iot.stop());

interface Request {
  readonly type: string;
  readonly requestType?: 'Create' | 'Update' | 'Delete';
  readonly properties?: { readonly [name: string]: unknown };
  readonly physicalResourceId?: string;
}

/** Has the function carry out a request, as CloudFormation sends it. */
async function send(
  { type, requestType = 'Create', properties = {}, physicalResourceId }: Request,
  { url = iot.url, pem = iot.pem, milliseconds = 20_000, patience = 5_000, credentials = iot.credentials } = {},
): Promise<{ physicalResourceId: string; data?: { readonly [name: string]: string } }> {
  const api = (signal: AbortSignal): IotApi =>
    new IotApi(new HttpApi(signal, pem), { endpoint: url, region: iot.region, credentials, patience });
  return carryOut({ [CODE]: new RegistrationCode(api), [DEACTIVATION]: new CaDeactivation(api) }, {
    requestType,
    requestId: randomUUID(),
    resourceType: type,
    logicalResourceId: 'Resource',
    stackId: STACK_ID,
    properties,
    physicalResourceId,
    signal: AbortSignal.timeout(milliseconds),
  });
}

const forCa = (CaId: string, Generation = '1') => ({ type: CODE, properties: { CaId, Generation } });

describe('the registration code', () => {
  test('is that of the account and Region, and the same for every CA', async () => {
    const first = await send(forCa('ca-1'));
    const second = await send(forCa('ca-2'));
    expect(first.data).toEqual({ RegistrationCode: iot.state.registrationCode });
    expect(second.data).toEqual(first.data);
    expect(second.physicalResourceId).not.toBe(first.physicalResourceId);
    expect(iot.calls).toEqual([{ method: 'GET', path: '/registrationcode' }, { method: 'GET', path: '/registrationcode' }]);
  });

  test('stays what it was for a CA, although somebody has had the account\'s deleted, without asking AWS', async () => {
    const first = await send(forCa('ca-1'));
    iot.state.deleteRegistrationCode();
    expect(await send({ ...forCa('ca-1'), requestType: 'Update', physicalResourceId: first.physicalResourceId })).toEqual(first);
    expect(iot.calls).toHaveLength(1);
  });

  test.each([['another CA', 'ca-2', '1'], ['another generation', 'ca-1', '2']])('is fetched anew for %s, and a rollback gets the old one back', async (_, ca, generation) => {
    const first = await send(forCa('ca-1'));
    iot.state.deleteRegistrationCode();
    const second = await send({ ...forCa(ca, generation), requestType: 'Update', physicalResourceId: first.physicalResourceId });
    expect(second.data!.RegistrationCode).not.toBe(first.data!.RegistrationCode);
    expect(second.data).toEqual({ RegistrationCode: iot.state.registrationCode });
    const back = await send({ ...forCa('ca-1'), requestType: 'Update', physicalResourceId: second.physicalResourceId });
    expect(back.data).toEqual(first.data);
    expect(iot.calls).toHaveLength(2);
  });

  test('keeps its physical id within 1,024 characters however often it changes', async () => {
    let physicalResourceId: string | undefined;
    for (const generation of ['1', '2', '3', '4', '5']) {
      ({ physicalResourceId } = await send({ ...forCa('ca-1', generation), requestType: physicalResourceId ? 'Update' : 'Create', physicalResourceId }));
    }
    expect(physicalResourceId!.length).toBeLessThan(200);
  });

  test('is not deleted with the resource: nothing is called', async () => {
    const { physicalResourceId } = await send(forCa('ca-1'));
    await send({ ...forCa('ca-1'), requestType: 'Delete', physicalResourceId });
    expect(iot.calls).toHaveLength(1);
    expect(iot.state.registrationCode).toBeDefined();
  });

  test.each([
    ['no CA', { Generation: '1' }, 'Resource: CaId must be a string that is not empty, got "undefined"'],
    ['a generation that is none', { CaId: 'ca-1', Generation: '1e3' }, 'Resource: generation must be a whole number of generations from 1 to 1000000, got "1e3"'],
  ])('is not fetched for %s', async (_, properties, message) => {
    await expect(send({ type: CODE, properties })).rejects.toThrow(message);
    expect(iot.calls).toEqual([]);
  });
});

describe('faults of AWS IoT', () => {
  test.each(['ThrottlingException', 'InternalFailureException', 'ServiceUnavailableException', 'AccessDeniedException', 'UnauthorizedException', 'reset'])(
    '%s passes, and the call is made again', async error => {
      iot.faults = index => index < 2 ? { when: 'before', error } : undefined;
      expect((await send(forCa('ca-1'))).data).toEqual({ RegistrationCode: iot.state.registrationCode });
      expect(iot.calls).toHaveLength(3);
    });

  test('an answer that is lost gives the same code when the call is made again', async () => {
    iot.faults = index => index === 0 ? { when: 'after', error: 'reset' } : undefined;
    expect((await send(forCa('ca-1'))).data).toEqual({ RegistrationCode: iot.state.registrationCode });
  });

  test('a right that does not come is told with the action, when there is no patience left', async () => {
    iot.faults = () => ({ when: 'before', error: 'AccessDeniedException' });
    await expect(send(forCa('ca-1'), { patience: 0 })).rejects.toThrow(
      'Resource: iot:GetRegistrationCode on * failed: AccessDeniedException; the role of the function must be allowed this action');
  });

  test('throttling that does not end is told when the time is up', async () => {
    iot.faults = () => ({ when: 'before', error: 'ThrottlingException' });
    await expect(send(forCa('ca-1'), { milliseconds: 1_500 })).rejects.toThrow(
      'Resource: iot:GetRegistrationCode on * failed: ThrottlingException, until no time was left; deploy again');
  });

  test('credentials that are wrong are told without them', async () => {
    await expect(send(forCa('ca-1'), { credentials: { ...iot.credentials, secretAccessKey: 'another-key' } }))
      .rejects.toThrow(/^Resource: iot:GetRegistrationCode on \* failed: InvalidSignatureException$/);
  });

  test('fifteen codes at once stay within what AWS takes in a second, and all are got', async () => {
    const codes = await Promise.all(Array.from({ length: 15 }, (_, index) => send(forCa(`ca-${index}`))));
    expect(new Set(codes.map(({ data }) => data!.RegistrationCode)).size).toBe(1);
  });
});

describe('setting a CA inactive', () => {
  const pem = opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null', '-out', '-',
    '-subj', '/CN=Root', '-addext', 'keyUsage=critical,keyCertSign', '-days', '2']);
  const register = (): string => iot.state.carryOut('POST', '/cacertificate?setAsActive=true&allowAutoRegistration=true',
    { caCertificate: pem, certificateMode: 'SNI_ONLY' }).certificateId;

  test('happens only when it is deleted, together with its auto-registration', async () => {
    const id = register();
    const declared = await send({ type: DEACTIVATION, properties: { CaCertificateId: id } });
    expect(declared).toEqual({ physicalResourceId: id, data: {} });
    expect(iot.calls).toEqual([]);
    expect(() => iot.state.carryOut('DELETE', `/cacertificate/${id}`)).toThrow('CertificateStateException');

    await send({ type: DEACTIVATION, requestType: 'Delete', physicalResourceId: id });
    expect(iot.state.cas.get(id)).toMatchObject({ status: 'INACTIVE', autoRegistrationStatus: 'DISABLE' });
    iot.state.carryOut('DELETE', `/cacertificate/${id}`);
    expect(iot.state.cas.size).toBe(0);
  });

  test('can be asked again, also where the answer was lost or the CA is gone', async () => {
    const id = register();
    iot.faults = index => index === 0 ? { when: 'after', error: 'reset' } : undefined;
    await send({ type: DEACTIVATION, requestType: 'Delete', physicalResourceId: id });
    await send({ type: DEACTIVATION, requestType: 'Delete', physicalResourceId: id });
    iot.state.cas.clear();
    await send({ type: DEACTIVATION, requestType: 'Delete', physicalResourceId: id });
    expect(iot.state.cas.size).toBe(0);
  });

  test('does nothing for an id that CloudFormation made up', async () => {
    await send({ type: DEACTIVATION, requestType: 'Delete', physicalResourceId: 'Iot-Deactivation-1ABCDEF' });
    expect(iot.calls).toEqual([]);
  });

  test('fails where the CA stays active all the same', async () => {
    const id = register();
    jest.spyOn(AwsCalls.prototype, 'pause').mockResolvedValue();
    Object.defineProperty(iot.state.cas.get(id)!, 'status', { get: () => 'ACTIVE', set: () => undefined });
    await expect(send({ type: DEACTIVATION, requestType: 'Delete', physicalResourceId: id }))
      .rejects.toThrow(`Resource: iot:UpdateCACertificate on ${id} failed: the CA is still ACTIVE; delete again`);
  });
});

test('moto takes the calls as they are, and answers as expected', async () => {
  const moto = await motoUrl();
  const { url, pem, stop } = await httpsInFrontOf(moto);
  const headers = { authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${iot.region}/iot/aws4_request, SignedHeaders=host, Signature=0` };
  const ask = async (path: string, body?: object): Promise<{ readonly [name: string]: unknown }> => {
    const response = await fetch(new URL(path, moto), { headers, method: body ? 'POST' : 'GET', body: body && JSON.stringify(body) });
    return response.json() as Promise<{ readonly [name: string]: unknown }>;
  };
  try {
    expect((await send(forCa('ca-1'), { url, pem })).data!.RegistrationCode).toMatch(/^[0-9a-f-]{36}$/); // AWS: 64 hexadecimal digits
    await send({ type: DEACTIVATION, requestType: 'Delete', physicalResourceId: 'a'.repeat(64) }, { url, pem });
    const caCertificate = `any text, to moto: ${randomUUID()}`;
    const { certificateId } = await ask('/cacertificate?setAsActive=true', { caCertificate, verificationCertificate: 'any' });
    await send({ type: DEACTIVATION, requestType: 'Delete', physicalResourceId: String(certificateId) }, { url, pem });
    expect((await ask(`/cacertificate/${certificateId}`)).certificateDescription).toMatchObject({ status: 'INACTIVE' });
  } finally {
    stop();
  }
}, MOTO_TIMEOUT);
