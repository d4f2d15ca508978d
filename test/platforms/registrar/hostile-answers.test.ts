import { accessToken } from '../../../src/platforms/azure/registrar/access-token';
import { refusal as azureRefusal } from '../../../src/platforms/azure/registrar/refusal';
import { refusal as huaweiRefusal } from '../../../src/platforms/huawei/registrar/refusal';
import { HttpApi, HttpResponse } from '../../../src/platforms/registrar/http-api';
import { listIn } from '../../../src/platforms/registrar/json-answer';
import { errorCode, refusalByCode } from '../../../src/platforms/registrar/platform-failure';

const SECRET = 'client-Secret_0123456789.abc';

const answer = (body: unknown, status = 400): HttpResponse => ({ status, headers: {}, text: typeof body === 'string' ? body : JSON.stringify(body) });

/** What signing in to Azure says where Microsoft, or what stands before it, answers this. */
function signingIn(body: unknown): Promise<string> {
  const api = { send: async () => answer(body) } as unknown as HttpApi;
  return accessToken(api, 'https://login', { client_id: 'id', client_secret: SECRET, scope: 's' }).catch(error => error.message);
}

const CODES: [string, unknown][] = [
  ['what every object has', 'constructor'],
  ['the prototype', '__proto__'],
  ['the secret', SECRET],
  ['the request that was sent', `grant_type=client_credentials&client_secret=${SECRET}`],
  ['a map', { toString: 1 }],
  ['100,000 characters', 'x'.repeat(100_000)],
  ['a line end', 'a\nb'],
];

describe.each(CODES)('in an answer, a code that is %s', (_, code) => {
  const shown = (said: string): void => {
    expect(said).not.toMatch(/Secret_0123|function|\[native|undefined|\[object|[\r\n]/);
    expect(said.length).toBeLessThan(1_000);
  };

  test('makes signing in to Azure fail in words of this library', async () => {
    const said = await signingIn({ error: code });
    shown(said);
    expect(said).toMatch(/got (an unreadable code|constructor|__proto__) from Microsoft Entra; look the code up at https:/);
  });

  test('makes a refusal of Azure, of Huawei Cloud, and of the others an error in words of this library', () => {
    shown(azureRefusal('Azure', 'the upload', answer({ error: { code, message: code } }), [SECRET]).message);
    shown(azureRefusal('Azure', 'the upload', answer({ code, message: code }), [SECRET]).message);
    shown(azureRefusal('Azure', 'the change', answer({ errorCode: code, message: code }), [SECRET]).message);
    shown(azureRefusal('Azure', 'the change', answer({ Message: code }), [SECRET]).message);
    shown(huaweiRefusal('the upload', answer({ error_code: code, error_msg: code }), [SECRET]).message);
    shown(refusalByCode('The platform', 'the upload', errorCode(code, 400, [SECRET]), code, { known: 'advice' }).message);
  });
});

test('a description that repeats the secret beside Microsoft\'s code shows the code alone', async () => {
  expect(await signingIn({ error: 'invalid_client', error_description: `AADSTS7000215: '${SECRET}' is wrong` })).toMatch(/got AADSTS7000215 from Microsoft Entra; clientSecret must be/);
});

test.each([[undefined], ['text'], [{}], [[1]], [[null]], [[[]]]])('a list that is %j is no list of what a platform holds', value => {
  expect(() => listIn('the call', 'list', value)).toThrow(/^the call returned no list list; check the declared endpoint/);
});
