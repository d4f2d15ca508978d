import { SSMClient } from '@aws-sdk/client-ssm';
import { signV4 } from '../../../../src/platforms/registrar/aws/signature-v4';
import { HttpRequest } from '../../../../src/platforms/registrar/http-api';
import { fc } from '../../../support/properties';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const SCOPE = { region: 'us-east-1', service: 'service' };
const NOW = new Date('2015-08-30T12:36:00Z');

/** AWS's test suite for signatures: requests and their signatures. */
test.each<[string, HttpRequest, string]>([
  ['get-vanilla', { method: 'GET', url: 'https://example.amazonaws.com/' }, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['get-vanilla-query-order-key-case', { method: 'GET', url: 'https://example.amazonaws.com/?Param2=value2&Param1=value1' },
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'],
  ['post-vanilla', { method: 'POST', url: 'https://example.amazonaws.com/' }, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
])('%s of AWS\'s test suite has the signature that stands there', (_, request, signature) => {
  expect(signV4(request, CREDENTIALS, SCOPE, NOW).headers).toEqual({
    'host': 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    'authorization': `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  });
});

test('any request of these APIs is signed as the AWS SDK signs it', async () => {
  const { signer } = new SSMClient({ region: 'eu-central-1', credentials: { ...CREDENTIALS, sessionToken: 'token+/=' } }).config;
  const sdk = await signer({ schemeId: 'aws.auth#sigv4', name: 'sigv4', signingName: 'iot', signingRegion: 'eu-central-1', properties: {} } as never);
  // A query is a map to the SDK's signer, which has members of its own, such as `__proto__`.
  const word = fc.stringMatching(/^[A-Za-z0-9_.~ ()*'!:+-]{1,12}$/).filter(text => !(text in {}));
  await fc.assert(fc.asyncProperty(
    fc.constantFrom('GET' as const, 'PUT' as const, 'POST' as const), fc.array(word, { maxLength: 3 }), fc.dictionary(word, word, { maxKeys: 4 }), fc.string(),
    fc.date({ min: new Date('2020-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
    async (method, path, query, body, now) => {
      const url = new URL(`https://iot.eu-central-1.amazonaws.com/${path.map(encodeURIComponent).join('/')}`);
      Object.entries(query).forEach(([name, value]) => url.searchParams.append(name, value));
      const signed = signV4({ method, url: url.href, body }, { ...CREDENTIALS, sessionToken: 'token+/=' }, { region: 'eu-central-1', service: 'iot' }, now);
      const expected = await sdk.sign({
        method, protocol: 'https:', hostname: url.host, path: url.pathname, query, headers: { host: url.host }, body,
      } as never, { signingDate: now, unsignableHeaders: new Set(['x-amz-content-sha256']) } as never) as unknown as HttpRequest;
      expect(signed.headers!.authorization).toBe(expected.headers!.authorization);
    }), { numRuns: 200 });
});
