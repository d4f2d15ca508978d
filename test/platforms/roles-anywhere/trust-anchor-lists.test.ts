import { StrictRolesAnywhere } from './strict-roles-anywhere';
import { HttpApi } from '../../../src/platforms/registrar/http-api';
import { giveList, takeLists } from '../../../src/platforms/registrar/lists/give-list';
import { listNumber, readList } from '../../../src/platforms/registrar/lists/revocation-list';
import { CrlApi } from '../../../src/platforms/roles-anywhere/registrar/crl-api';
import { TrustAnchorLists } from '../../../src/platforms/roles-anywhere/registrar/trust-anchor-lists';
import { NO_DEADLINE } from '../../support/deadline';
import { ListingCa, listingCa } from '../../support/published-lists';
import { AwsFault, AwsRefusal } from '../../support/strict-aws';

const ANCHOR = 'arn:aws:rolesanywhere:eu-central-1:111111111111:trust-anchor/11111111-2222-3333-4444-555555555555';
const NAME = 'private-iot-ca-01234567-51af3dc0';

const service = new StrictRolesAnywhere();
let ca: ListingCa;
let other: ListingCa;
/** The list in the bucket. */
let published: string;

beforeAll(async () => {
  await service.start();
  [ca, other] = [await listingCa(), await listingCa('Other Root CA')];
});
afterAll(() => service.stop());

beforeEach(async () => {
  service.forget();
  service.crls = [];
  service.pagesBehind = 0;
  service.anchors.clear();
  service.anchors.set(ANCHOR, 2);
  published = await ca.list(1);
});

function lists(anchor = ANCHOR): TrustAnchorLists {
  const options = { endpoint: service.url, region: service.region, credentials: service.credentials, patience: 0 };
  const api = new CrlApi(new HttpApi(NO_DEADLINE, service.pem, 'it is tried again'), options);
  return new TrustAnchorLists(api, anchor, NAME, async () => ca.issuer);
}

const give = (): Promise<bigint | undefined> => giveList(async () => readList(published, ca.issuer), lists(), NO_DEADLINE);
const numbers = (): unknown[] => service.crls.map(({ data }) => listNumber(data, ca.issuer));

function fails(operation: string, fault: AwsFault, times = 1): StrictRolesAnywhere['fault'] {
  return (called, again) => called === operation && again < times ? fault : undefined;
}

/** A list that this library has imported before. */
const imported = async (number: number, name = NAME, trustAnchorArn = ANCHOR): Promise<string> => {
  const crlId = `${String(service.crls.length + 1).padStart(8, '0')}-1111-2222-3333-444444444444`;
  service.crls.push({ crlId, name, trustAnchorArn, enabled: true, createdAt: '2026-01-01T00:00:00Z', data: await ca.list(number) });
  return crlId;
};

test('a trust anchor gets the published list, which is in force, and each newer one in its place', async () => {
  expect(await give()).toBe(1n);
  expect(service.crls).toEqual([expect.objectContaining({ name: NAME, trustAnchorArn: ANCHOR, enabled: true, data: published })]);
  const [{ crlId }] = service.crls;
  published = await ca.list(2, 3);
  expect(await give()).toBe(2n);
  expect(service.crls).toEqual([expect.objectContaining({ crlId, enabled: true, data: published })]);
});

test('nothing is changed as long as nothing new is published, and an older list never replaces a newer one', async () => {
  await imported(7);
  published = await ca.list(7);
  expect(await give()).toBeUndefined();
  published = await ca.list(6);
  expect(await give()).toBeUndefined();
  expect(numbers()).toEqual([7n]);
  expect(new Set(service.calls)).toEqual(new Set(['ListCrls']));
});

test('the list is found among all those of the account, page by page, and no other is touched', async () => {
  for (let n = 0; n < 24; n++) {
    await imported(1, `list ${n}`, n % 2 ? ANCHOR : ANCHOR.replace('1111', '9999'));
  }
  const id = await imported(1);
  published = await ca.list(2);
  await give();
  expect(service.crls.filter(({ data }) => data === published).map(({ crlId }) => crlId)).toEqual([id]);
  await takeLists(lists());
  expect(service.crls).toHaveLength(24);
  expect(numbers().every(number => number === 1n)).toBe(true);
});

test('a list of another CA under the name is replaced, whatever its number', async () => {
  await imported(1);
  service.crls[0].data = await other.list(900);
  await give();
  expect(service.crls.map(({ data }) => data)).toEqual([published]);
});

test('a list that somebody has disabled is renewed, and the check says that it is not in force', async () => {
  const id = await imported(1);
  service.crls[0].enabled = false;
  published = await ca.list(2);
  await expect(give()).rejects.toThrow(`the revocation list ${id} is disabled in IAM Roles Anywhere, so revoked certificates get credentials; enable it with \`aws rolesanywhere enable-crl`);
  expect(numbers()).toEqual([2n]);
});

test('the longest list is taken, and a longer one is an error that says how many bytes there may be', async () => {
  published = await ca.list(1, 6_000);
  expect(published.length).toBeGreaterThan(290_000);
  published = await ca.list(1, Math.floor(6_000 * 299_000 / published.length));
  await give();
  expect(numbers()).toEqual([1n]);
  published = await ca.list(2, 8_000);
  await expect(give()).rejects.toThrow(/^the revocation list 2 must have at most 300000 bytes in PEM for IAM Roles Anywhere, got \d{6}; /);
  expect(numbers()).toEqual([1n]);
});

describe('what goes wrong', () => {
  test.each<[string, AwsFault]>([
    ['the answer to an import is lost', { when: 'after', error: 'reset' }],
    ['an import does not arrive', { when: 'before', error: 'reset' }],
    ['an import that was carried out is answered with a fault of the service', { when: 'after', error: new AwsRefusal(500, 'InternalServerException') }],
    ['an import is throttled', { when: 'before', error: new AwsRefusal(429, 'ThrottlingException') }],
  ])('%s, and there is one list all the same', async (_, fault) => {
    service.fault = fails('ImportCrl', fault);
    await give();
    expect(numbers()).toEqual([1n]);
  });

  test.each(['ListCrls', 'UpdateCrl'])('%s is called again if its answer is lost', async operation => {
    await imported(1);
    published = await ca.list(2);
    service.fault = fails(operation, { when: 'after', error: 'reset' }, 2);
    await give();
    expect(numbers()).toEqual([2n]);
  });

  test('a list that the service does not show yet is not imported again', async () => {
    service.pagesBehind = 4;
    expect(await give()).toBe(1n);
    expect(service.count('ImportCrl')).toBe(1);
  });

  test('a list that the service never shows is an error, and imported once', async () => {
    service.pagesBehind = 99;
    const end = new AbortController();
    service.meanwhile = () => {
      if (service.count('ListCrls') > 3) {
        end.abort();
      }
    };
    await expect(giveList(async () => readList(published, ca.issuer), lists(), end.signal))
      .rejects.toThrow('the service does not show the list that it was given; look whether anything else changes its lists');
    expect(service.count('ImportCrl')).toBe(1);
  });

  test('two invocations at once leave one list', async () => {
    let waiting = 2;
    let proceed = (): void => undefined;
    const both = new Promise<void>(resolve => {
      proceed = resolve;
    });
    service.meanwhile = async operation => {
      if (operation === 'ImportCrl') {
        waiting -= 1;
        await (waiting <= 0 ? proceed() : both);
      }
    };
    await Promise.all([give(), give()]);
    expect(service.count('ImportCrl')).toBe(2);
    expect(numbers()).toEqual([1n]);
  });

  test('an invocation that is overtaken by one with a newer list does not leave its older one', async () => {
    await imported(1);
    const newer = await ca.list(3);
    published = await ca.list(2);
    service.meanwhile = (operation, again) => {
      if (operation === 'UpdateCrl' && again === 0) {
        published = service.crls[0].data = newer; // published, and given by another invocation, before this one's update is carried out
      }
    };
    await give();
    expect(numbers()).toEqual([3n]);
  });

  test('a trust anchor without room, or that does not exist, is an error with the way out', async () => {
    const wayOut = 'trustAnchorArn must be the ARN of a trust anchor that exists, whose certificates include that of the CA, and that has room for one more';
    service.anchors.set(ANCHOR, 0);
    await expect(give()).rejects.toThrow(`IAM Roles Anywhere refused rolesanywhere:ImportCrl for ${ANCHOR}: ValidationException; ${wayOut}`);
    service.anchors.clear();
    await expect(give()).rejects.toThrow(wayOut);
    await takeLists(lists());
  });

  test('a right that is missing is an error with the way out', async () => {
    service.fault = fails('ImportCrl', { when: 'before', error: new AwsRefusal(403, 'AccessDeniedException') });
    await expect(give()).rejects.toThrow('AccessDeniedException; the role of the function and the policies of the organization must allow this action');
  });

  test('a list that is gone is no fault of a removal', async () => {
    const id = await imported(1);
    await lists().take(id);
    await lists().take(id);
    expect(service.crls).toEqual([]);
  });
});
