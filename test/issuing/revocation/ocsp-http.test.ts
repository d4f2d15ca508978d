import { createHash } from 'node:crypto';
import { OcspAnswer } from '../../../src/issuing/revocation/answer-ocsp';
import { HttpRequest, HttpResponse, ocspOverHttp } from '../../../src/issuing/revocation/ocsp-http';

/** Octets whose base64 has all characters that a URL treats specially. */
const REQUEST = Buffer.from('30ffeffbefbeffffff', 'hex');
const BASE64 = 'MP/v++++////';
const PADDED = Buffer.from('30ffeffbefbeffff', 'hex');

const ANSWER: OcspAnswer = {
  der: Buffer.from('30030a0100', 'hex'),
  cache: { thisUpdate: new Date('2026-03-01T11:00:00Z'), nextUpdate: new Date('2026-03-01T22:00:00Z'), maxAgeSeconds: 32_400 },
};

let asked: Buffer[];

beforeEach(() => {
  asked = [];
});

function send(method: string, rawPath: string, more: Partial<HttpRequest> = {}, path = '', answer: OcspAnswer = ANSWER): Promise<HttpResponse> {
  return ocspOverHttp({ rawPath, requestContext: { http: { method } }, ...more }, path, async der => {
    asked.push(der);
    return answer;
  });
}

describe('a GET asks', () => {
  test.each([
    ['in base64', `/${BASE64}`, REQUEST],
    ['in base64 with percent-encoding', `/${encodeURIComponent(BASE64)}`, REQUEST],
    ['with percent-encoding in lower case', `/${encodeURIComponent(BASE64).toLowerCase().replace('mp', 'MP')}`, REQUEST],
    ['with padding', `/${PADDED.toString('base64')}`, PADDED],
    ['with encoded padding', `/${encodeURIComponent(PADDED.toString('base64'))}`, PADDED],
    ['behind a second slash, because the URL ends with one', `//${BASE64}`, REQUEST],
  ])('%s', async (_, rawPath, expected) => {
    const { statusCode } = await send('GET', rawPath);
    expect([statusCode, asked]).toEqual([200, [expected]]);
  });

  test('below the path of the responder', async () => {
    await send('GET', `/ocsp/plant/${BASE64}`, {}, '/ocsp/plant');
    expect(asked).toEqual([REQUEST]);
  });

  test.each([
    ['nothing', '/'], ['no base64', '/favicon.ico'], ['base64 in another alphabet', '/MP_v--__'], ['base64 without its padding', '/MP/v++++//8'],
    ['broken percent-encoding', '/MP%2'], ['no UTF-8', '/%ff'],
  ])('and gets the error of OCSP for %s', async (_, rawPath) => {
    const { statusCode } = await send('GET', rawPath);
    expect([statusCode, asked]).toEqual([200, [Buffer.alloc(0)]]);
  });
});

describe('a POST asks', () => {
  const headers = { 'content-type': 'application/ocsp-request' };

  test('with a body in base64, as binary bodies are delivered', async () => {
    await send('POST', '/', { headers, body: BASE64, isBase64Encoded: true });
    expect(asked).toEqual([REQUEST]);
  });

  test('with a media type in any case, and with parameters', async () => {
    await send('POST', '/', { headers: { 'content-type': 'Application/OCSP-Request ; charset=binary' }, body: BASE64, isBase64Encoded: true });
    expect(asked).toEqual([REQUEST]);
  });

  test('with a body of one character for each octet, if it is not said to be base64', async () => {
    await send('POST', '/', { headers, body: REQUEST.toString('latin1') });
    expect(asked).toEqual([REQUEST]);
  });

  test('and gets the error of OCSP for an empty body, and for text', async () => {
    await send('POST', '/', { headers });
    await send('POST', '/', { headers, body: 'hello', isBase64Encoded: false });
    expect(asked).toEqual([Buffer.alloc(0), Buffer.from('hello')]);
  });
});

test('an answer has the headers that let caches keep it', async () => {
  expect(await send('GET', `/${BASE64}`)).toEqual({
    statusCode: 200,
    headers: {
      'Content-Type': 'application/ocsp-response',
      'Cache-Control': 'max-age=32400, public, no-transform, must-revalidate',
      'Last-Modified': 'Sun, 01 Mar 2026 11:00:00 GMT',
      'Expires': 'Sun, 01 Mar 2026 22:00:00 GMT',
      'ETag': `"${createHash('sha256').update(ANSWER.der).digest('hex')}"`,
    },
    body: 'MAMKAQA=',
    isBase64Encoded: true,
  });
});

test.each<[string, OcspAnswer, string]>([
  ['an error, which they must not keep', { der: ANSWER.der }, 'no-store'],
  ['an answer for which they must ask again', { ...ANSWER, cache: { ...ANSWER.cache!, maxAgeSeconds: 0 } }, 'max-age=0, must-revalidate'],
])('caches are told about %s', async (_, answer, expected) => {
  const { statusCode, headers } = await send('GET', `/${BASE64}`, {}, '', answer);
  expect([statusCode, headers]).toEqual([200, { 'Content-Type': 'application/ocsp-response', 'Cache-Control': expected }]);
});

const TYPES = { 'Accept-Post': 'application/ocsp-request' };

test.each([
  ['another method', 'PUT', '/', {}, 405, { Allow: 'GET, POST' }, 'an OCSP responder has the methods GET and POST'],
  ['a HEAD', 'HEAD', '/', {}, 405, { Allow: 'GET, POST' }, 'an OCSP responder has the methods GET and POST'],
  ['another media type', 'POST', '/', { headers: { 'content-type': 'application/json' }, body: '{}' }, 415, TYPES, 'the body must be of the type application/ocsp-request'],
  ['no media type', 'POST', '/', { body: BASE64, isBase64Encoded: true }, 415, TYPES, 'the body must be of the type application/ocsp-request'],
])('HTTP itself refuses %s', async (_, method, rawPath, more, status, headers, text) => {
  const response = await send(method, rawPath, more);
  expect(response).toEqual({
    statusCode: status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
    body: `${text}\n`,
    isBase64Encoded: false,
  });
  expect(asked).toEqual([]);
});

test.each(['/', '/ocspx', '/other/ocsp'])('HTTP itself refuses the path %s beside that of the responder', async rawPath => {
  expect(await send('GET', rawPath, {}, '/ocsp')).toMatchObject({ statusCode: 404, body: 'there is no OCSP responder here\n' });
  expect(asked).toEqual([]);
});
