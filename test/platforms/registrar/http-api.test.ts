import { askedWait, HttpApi, passingStatus, UnansweredError } from '../../../src/platforms/registrar/http-api';
import { networkFault } from '../../../src/platforms/registrar/network-fault';
import { NO_DEADLINE } from '../../support/deadline';
import { HttpsPlatform, PlatformAnswer, PlatformFault } from '../../support/https-platform';

/** A platform that has nothing to say but how busy it is. */
class BusyPlatform extends HttpsPlatform {
  protected answer(): PlatformAnswer {
    return { status: 200 };
  }
}

describe('the client of platforms', () => {
  const platform = new BusyPlatform();
  beforeAll(() => platform.start());
  beforeEach(() => platform.forget());
  afterAll(() => platform.stop());

  const call = (signal = NO_DEADLINE) => new HttpApi(signal, platform.trustedCas)
    .send('the call', () => ({ method: 'GET', url: `${platform.url}/busy` }));

  /** A call for which the time is over once the platform has received so many requests. */
  async function callUntil(requests: number): Promise<unknown> {
    const end = new AbortController();
    const answer = call(end.signal).catch(error => error as Error);
    while (platform.calls.length < requests) {
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    end.abort();
    return answer;
  }

  test('says what a platform answered, where the time ends an attempt without an answer', async () => {
    platform.fault = (_, again) => again === 0 ? 'throttled' : 'silent';
    expect(await callUntil(2)).toEqual(new Error('the call failed: HTTP status 429, until the time ran out; deploy again'));
    expect(platform.calls).toHaveLength(2);
  });

  test('says that no response came if none ever did', async () => {
    platform.fault = () => 'silent';
    expect(await callUntil(1)).toEqual(new Error('the call failed: no response, until the time ran out; deploy again'));
  });

  test.each([262_144, 262_145])('takes no answer that is too long for one of a platform, nor a part of it: %d characters', async length => {
    platform.instead = () => ({ status: 200, body: 'x'.repeat(length) });
    const answer = await call().catch(error => error as Error);
    if (length === 262_144) {
      expect(answer).toMatchObject({ status: 200, text: 'x'.repeat(length) });
    } else {
      expect(String(answer)).toMatch(
        /the call failed: ANSWER_TOO_LONG; the response of 127\.0\.0\.1 is longer than any response of the platform: check the declared endpoint/);
    }
  });

  test('takes a longer answer of a call that says so', async () => {
    platform.instead = () => ({ status: 200, body: 'x'.repeat(300_000) });
    const once = (longest: number) => new HttpApi(NO_DEADLINE, platform.trustedCas)
      .send('the call', () => ({ method: 'GET', url: `${platform.url}/busy`, longest }));
    expect((await once(300_000)).text).toHaveLength(300_000);
    await expect(once(299_999)).rejects.toThrow('ANSWER_TOO_LONG');
  });

  test.each<[string, PlatformFault, string]>([
    ['the answer is lost', 'lost', 'ECONNRESET|ABORT|socket'],
    ['the service is not available', 'unavailable', 'HTTP status 503'],
    ['the call is throttled', 'throttled', 'HTTP status 429'],
  ])('makes a call that takes another effect each time only once, if %s, and says that nobody knows the effect', async (_, fault, words) => {
    platform.fault = (__, again) => again === 0 ? fault : undefined;
    const api = new HttpApi(NO_DEADLINE, platform.trustedCas);
    const once = () => api.sendOnce('the call', () => ({ method: 'POST', url: `${platform.url}/busy` }), passingStatus);
    const error = await once().catch(each => each);
    expect(error).toBeInstanceOf(UnansweredError);
    expect(error.message).toMatch(new RegExp(`^the call failed: (${words}).*; deploy again$`));
    expect(platform.calls).toHaveLength(1);
    expect((await once()).status).toBe(200);
  });

  test('says where to look, where there is no such host', () => {
    // As Node.js makes it: what resolves names on the machine of a test may answer otherwise.
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND iotda.cn-nowhere-1.example'), { code: 'ENOTFOUND' });
    expect(networkFault(error, 'iotda.cn-nowhere-1.example')).toEqual({
      words: 'ENOTFOUND; no host has the name iotda.cn-nowhere-1.example: check the declared region and endpoint, and the proxy of the function if it has one', lasts: true,
    });
  });

  test('names the proxy, where there is none of its name', () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND proxy.internal'), { code: 'ENOTFOUND', hostname: 'proxy.internal' });
    expect(networkFault(error, 'iotda.cn-north-4.example').words).toMatch(/^ENOTFOUND; no host has the name proxy\.internal: /);
  });

  test('gives up, and says where to look, where another server than the platform answers', async () => {
    const signal = NO_DEADLINE;
    await expect(new HttpApi(signal).send('the call', () => ({ method: 'GET', url: `${platform.url}/busy` })))
      .rejects.toThrow(/^the call failed: DEPTH_ZERO_SELF_SIGNED_CERT; the TLS certificate of 127\.0\.0\.1 is not trusted: check the declared endpoint/);
    expect(signal.aborted).toBe(false);
    expect(platform.calls).toEqual([]);
  });
});

test.each<[string, { readonly [name: string]: string }, number]>([
  ['nothing', {}, 0],
  ['seconds', { 'retry-after': '7' }, 7_000],
  ['twenty minutes in seconds', { 'retry-after': '1200' }, 999_000],
  ['a date', { 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }, 30_000],
  ['a date that is past', { 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
  ['a date in years', { 'retry-after': 'Sun, 01 Mar 2036 12:00:00 GMT' }, 999_000],
  ['milliseconds, as Azure writes them', { 'x-ms-retry-after-ms': '1500', 'retry-after': '9' }, 1_500],
  ['no time', { 'retry-after': 'soon' }, 0],
])('a platform that asks to be left alone by %s is', (_, headers, milliseconds) => {
  expect(askedWait(headers, new Date('2026-03-01T12:00:00Z'))).toBe(milliseconds);
});
