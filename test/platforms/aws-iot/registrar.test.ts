import { randomUUID } from 'node:crypto';
import { httpsInFrontOf, StrictIot } from './strict-iot';
import { IotApi } from '../../../src/platforms/aws-iot/registrar/iot-api';
import { RegistrationCode } from '../../../src/platforms/aws-iot/registrar/registration-code';
import { HttpApi } from '../../../src/platforms/registrar/http-api';
import { carryOut } from '../../../src/platforms/registrar/registrar';
import { NO_DEADLINE } from '../../support/deadline';
import { STACK_ID } from '../../support/events';
import { HttpsPlatform, PlatformAnswer } from '../../support/https-platform';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';
import { opensslOutput } from '../../support/openssl';

const CODE = 'Custom::AwsIotRegistrationCode';

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
  { url = iot.url, pem = iot.pem, signal: deadline = NO_DEADLINE, patience = 5_000, credentials = iot.credentials } = {},
): Promise<{ physicalResourceId: string; data?: { readonly [name: string]: string } }> {
  const api = (endpoint: string, signal: AbortSignal): IotApi =>
    new IotApi(new HttpApi(signal, pem), { endpoint, region: iot.region, credentials, patience });
  return carryOut({ [CODE]: new RegistrationCode(api) }, {
    requestType,
    requestId: randomUUID(),
    resourceType: type,
    logicalResourceId: 'Resource',
    stackId: STACK_ID,
    properties: { Endpoint: new URL(url).host, ...properties },
    physicalResourceId,
    signal: deadline,
  });
}

/** CAs, which only have to be different ones. */
const CERTIFICATES = Array.from({ length: 15 }, (_, number) => opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
  '-keyout', '/dev/null', '-subj', `/CN=Root ${number}`, '-days', '2']));
const [CA, OTHER_CA] = CERTIFICATES;

const forCa = (CaCertificatePem: string, Generation = '1') => ({ type: CODE, properties: { CaCertificatePem, Generation } });

describe('the registration code', () => {
  test('is that of the account and Region, and the same for every CA', async () => {
    const first = await send(forCa(CA));
    const second = await send(forCa(OTHER_CA));
    expect(first.data).toEqual({ RegistrationCode: iot.state.registrationCode });
    expect(second.data).toEqual(first.data);
    expect(second.physicalResourceId).not.toBe(first.physicalResourceId);
    expect(iot.calls).toEqual([{ method: 'GET', path: '/registrationcode' }, { method: 'GET', path: '/registrationcode' }]);
  });

  test('stays what it was for a CA, although somebody has had the account\'s deleted, without asking AWS', async () => {
    const first = await send(forCa(CA));
    iot.state.deleteRegistrationCode();
    expect(await send({ ...forCa(CA), requestType: 'Update', physicalResourceId: first.physicalResourceId })).toEqual(first);
    expect(iot.calls).toHaveLength(1);
  });

  test.each([['another certificate of a CA', OTHER_CA, '1'], ['another generation', CA, '2']])('is fetched anew for %s, and a rollback gets the old one back', async (_, ca, generation) => {
    const first = await send(forCa(CA));
    iot.state.deleteRegistrationCode();
    const second = await send({ ...forCa(ca, generation), requestType: 'Update', physicalResourceId: first.physicalResourceId });
    expect(second.data!.RegistrationCode).not.toBe(first.data!.RegistrationCode);
    expect(second.data).toEqual({ RegistrationCode: iot.state.registrationCode });
    const back = await send({ ...forCa(CA), requestType: 'Update', physicalResourceId: second.physicalResourceId });
    expect(back.data).toEqual(first.data);
    expect(iot.calls).toHaveLength(2);
  });

  test('keeps its physical id within 1,024 characters however often it changes', async () => {
    let physicalResourceId: string | undefined;
    for (const generation of ['1', '2', '3', '4', '5']) {
      ({ physicalResourceId } = await send({ ...forCa(CA, generation), requestType: physicalResourceId ? 'Update' : 'Create', physicalResourceId }));
    }
    expect(physicalResourceId!.length).toBeLessThan(200);
  });

  test('is not deleted with the resource: nothing is called', async () => {
    const { physicalResourceId } = await send(forCa(CA));
    await send({ ...forCa(CA), requestType: 'Delete', physicalResourceId });
    expect(iot.calls).toHaveLength(1);
    expect(iot.state.registrationCode).toBeDefined();
  });

  test.each([
    ['no CA', { Generation: '1' }, 'Resource: CaCertificatePem must be a non-empty string, got undefined'],
    ['a generation that is none', { CaCertificatePem: CA, Generation: '1e3' }, 'Resource: generation must be a whole number from 1 to 1000000, got a string "1e3"'],
  ])('is not fetched for %s', async (_, properties, message) => {
    await expect(send({ type: CODE, properties })).rejects.toThrow(message);
    expect(iot.calls).toEqual([]);
  });
});

describe('faults of AWS IoT', () => {
  test.each(['ThrottlingException', 'InternalFailureException', 'ServiceUnavailableException', 'AccessDeniedException', 'UnauthorizedException', 'reset'])(
    '%s passes, and the call is made again', async error => {
      iot.faults = index => index < 2 ? { when: 'before', error } : undefined;
      expect((await send(forCa(CA))).data).toEqual({ RegistrationCode: iot.state.registrationCode });
      expect(iot.calls).toHaveLength(3);
    });

  test('an answer that is lost gives the same code when the call is made again', async () => {
    iot.faults = index => index === 0 ? { when: 'after', error: 'reset' } : undefined;
    expect((await send(forCa(CA))).data).toEqual({ RegistrationCode: iot.state.registrationCode });
  });

  test('a right that does not come is told with the action, when there is no patience left', async () => {
    iot.faults = () => ({ when: 'before', error: 'AccessDeniedException' });
    await expect(send(forCa(CA), { patience: 0 })).rejects.toThrow(
      'Resource: AWS IoT Core refused iot:GetRegistrationCode: AccessDeniedException; the role of the function and the policies of the organization must allow this action');
  });

  test('throttling that does not end is told when the time is up', async () => {
    const end = new AbortController();
    iot.faults = index => {
      if (index === 1) {
        end.abort();
      }
      return { when: 'before', error: 'ThrottlingException' };
    };
    await expect(send(forCa(CA), { signal: end.signal })).rejects.toThrow(
      'Resource: AWS IoT Core: iot:GetRegistrationCode failed: ThrottlingException, until the time ran out; deploy again');
  });

  test('credentials that are wrong are told without them', async () => {
    await expect(send(forCa(CA), { credentials: { ...iot.credentials, secretAccessKey: 'another-key' } }))
      .rejects.toThrow(/^Resource: AWS IoT Core refused iot:GetRegistrationCode: InvalidSignatureException$/);
  });

  test('fifteen codes at once stay within what AWS takes in a second, and all are got', async () => {
    const codes = await Promise.all(CERTIFICATES.map(certificate => send(forCa(certificate))));
    expect(new Set(codes.map(({ data }) => data!.RegistrationCode)).size).toBe(1);
  });
});

test('moto takes the call as it is, and answers as expected', async () => {
  const { url, pem, stop } = await httpsInFrontOf(await motoUrl());
  try {
    expect((await send(forCa(CA), { url, pem })).data!.RegistrationCode).toMatch(/^[0-9a-f-]{36}$/); // AWS: 64 hexadecimal digits
  } finally {
    await stop();
  }
}, MOTO_TIMEOUT);

describe('an error of AWS is known by its name', () => {
  const platform = new (class extends HttpsPlatform {
    protected answer(): PlatformAnswer {
      return { status: 500 };
    }
  })();
  beforeAll(() => platform.start());
  afterAll(() => platform.stop());

  test.each<[string, PlatformAnswer]>([
    ['in the header', { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } }],
    ['in the header, with a namespace and an address', { status: 403, headers: { 'x-amzn-errortype': 'com.amazonaws.iot#AccessDeniedException:http://internal.amazon.com/' } }],
    ['in the body', { status: 403, body: { __type: 'com.amazonaws.iot#AccessDeniedException', message: 'no' } }],
    ['in the body, as its code', { status: 403, body: { code: 'AccessDeniedException' } }],
  ])('%s', async (_, answer) => {
    platform.instead = () => answer;
    await expect(send(forCa(CA), { url: platform.url, pem: platform.trustedCas, patience: 0 })).rejects.toThrow('AWS IoT Core refused iot:GetRegistrationCode: AccessDeniedException; ');
  });
});
