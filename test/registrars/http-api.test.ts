import { HttpApi } from '../../src/registrars/http-api';
import { HttpsPlatform, PlatformAnswer } from '../support/https-platform';

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

  const call = () => new HttpApi(AbortSignal.timeout(2_500), platform.trustedCas)
    .send('the call', () => ({ method: 'GET', url: `${platform.url}/busy` }));

  test('says what a platform answered, where the time ends an attempt without an answer', async () => {
    platform.fault = (_, again) => again === 0 ? 'throttled' : 'silent';
    await expect(call()).rejects.toThrow('the call failed: HTTP status 429, until no time was left; deploy again');
    expect(platform.calls).toHaveLength(2);
  });

  test('says that no answer came, where none ever did', async () => {
    platform.fault = () => 'silent';
    await expect(call()).rejects.toThrow('the call failed: ABORT_ERR, until no time was left; deploy again');
  });
});
