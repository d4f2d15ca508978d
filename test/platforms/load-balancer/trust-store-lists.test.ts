import { StrictTrustStores } from './strict-trust-stores';
import { TrustStoreApi } from '../../../src/platforms/load-balancer/registrar/trust-store-api';
import { TrustStoreLists } from '../../../src/platforms/load-balancer/registrar/trust-store-lists';
import { HttpApi } from '../../../src/platforms/registrar/http-api';
import { giveList, takeLists } from '../../../src/platforms/registrar/lists/give-list';
import { readList } from '../../../src/platforms/registrar/lists/revocation-list';
import { NO_DEADLINE } from '../../support/deadline';
import { ListingCa, listingCa } from '../../support/published-lists';
import { AwsFault, AwsRefusal } from '../../support/strict-aws';

const STORE = 'arn:aws:elasticloadbalancing:eu-central-1:111111111111:truststore/devices/0123456789abcdef';
const FILE = { bucket: 'lists', key: 'ca-1/complete.pem' };

const elb = new StrictTrustStores();
let ca: ListingCa;
let other: ListingCa;
/** The list in the bucket. */
let published: string;

beforeAll(async () => {
  await elb.start();
  [ca, other] = [await listingCa(), await listingCa('Other Root CA')];
});
afterAll(() => elb.stop());

beforeEach(async () => {
  elb.forget();
  elb.stores.clear();
  elb.stores.set(STORE, []);
  elb.delivered = pem => pem;
  published = await ca.list(1);
  elb.s3 = async (bucket, key) => bucket === FILE.bucket && key === FILE.key ? published : undefined;
});

function lists(store = STORE, signal = NO_DEADLINE): TrustStoreLists {
  const api = new TrustStoreApi(new HttpApi(signal, elb.pem, 'it is tried again'), {
    endpoint: elb.url, region: elb.region, credentials: elb.credentials, patience: 0,
  }, store);
  return new TrustStoreLists(api, FILE, async () => ca.issuer, new Map());
}

function give(holder = lists()): Promise<bigint | undefined> {
  return giveList(async () => readList(published, ca.issuer), holder, NO_DEADLINE);
}

function fails(operation: string, fault: AwsFault, times = 1): StrictTrustStores['fault'] {
  return (called, again) => called === operation && again < times ? fault : undefined;
}

test('a trust store gets the published list, and each newer one in place of the former', async () => {
  expect(await give()).toBe(1n);
  expect(elb.numbersOf(STORE)).toEqual([1]);
  published = await ca.list(2, 3);
  expect(await give()).toBe(2n);
  expect(elb.numbersOf(STORE)).toEqual([2]);
});

test('the former list is removed only when the new one is there', async () => {
  await give();
  published = await ca.list(2);
  const held: number[][] = [];
  elb.meanwhile = operation => {
    if (operation === 'RemoveTrustStoreRevocations') {
      held.push(elb.numbersOf(STORE));
    }
  };
  await give();
  expect(held).toEqual([[1, 2]]);
});

test('nothing is added as long as nothing new is published, and an older list never replaces a newer one', async () => {
  published = await ca.list(7);
  await give();
  expect(await give()).toBeUndefined();
  published = await ca.list(6);
  expect(await give()).toBeUndefined();
  expect(elb.numbersOf(STORE)).toEqual([7]);
  expect(elb.count('AddTrustStoreRevocations')).toBe(1);
});

test('lists that the CA has not signed, or that are not about all of its certificates, stay', async () => {
  elb.add(STORE, await other.list(1));
  elb.add(STORE, await ca.list(1, 1, ['http://pki.acme.example/ca/1-0.crl']));
  const own = elb.add(STORE, await ca.list(1));
  published = await ca.list(2);
  await give();
  expect(elb.idsOf(STORE)).toEqual([own - 2, own - 1, own + 1]);
  await takeLists(lists());
  expect(elb.idsOf(STORE)).toEqual([own - 2, own - 1]);
});

test('a list is read once, because its contents never change', async () => {
  elb.add(STORE, await other.list(1));
  const holder = lists();
  await give(holder);
  await give(holder);
  expect(elb.count('GetTrustStoreRevocationContent')).toBe(2);
});

describe('what goes wrong', () => {
  test.each<[string, AwsFault]>([
    ['the answer to an addition is lost', { when: 'after', error: 'reset' }],
    ['an addition does not arrive', { when: 'before', error: 'reset' }],
    ['an addition that was carried out is answered with a fault of the service', { when: 'after', error: new AwsRefusal(500, 'InternalFailure') }],
    ['an addition is throttled', { when: 'before', error: new AwsRefusal(400, 'Throttling') }],
  ])('%s, and no second list stays', async (_, fault) => {
    await give();
    published = await ca.list(2);
    elb.fault = fails('AddTrustStoreRevocations', fault, 2);
    await give();
    expect(elb.numbersOf(STORE)).toEqual([2]);
  });

  test.each(['DescribeTrustStoreRevocations', 'GetTrustStoreRevocationContent', 'RemoveTrustStoreRevocations'])('%s is called again if its answer is lost', async operation => {
    await give();
    published = await ca.list(2);
    elb.fault = fails(operation, { when: 'after', error: 'reset' }, 2);
    await give();
    expect(elb.numbersOf(STORE)).toEqual([2]);
  });

  test('an invocation ends between addition and removal, again and again, and the next one leaves nothing behind', async () => {
    for (let number = 1; number <= 5; number++) {
      published = await ca.list(number);
      elb.fault = fails('RemoveTrustStoreRevocations', { when: 'before', error: new AwsRefusal(403, 'AccessDenied') }, 99);
      await (number === 1 ? give() : expect(give()).rejects.toThrow('AccessDenied'));
    }
    expect(elb.numbersOf(STORE)).toEqual([1, 2, 3, 4, 5]); // the newest list is not kept out
    elb.fault = () => undefined;
    await give();
    expect(elb.numbersOf(STORE)).toEqual([5]);
  });

  test('two invocations at once leave one list, the newest', async () => {
    elb.countFrom(9); // so that the IDs have one digit and two
    await give();
    published = await ca.list(2);
    let waiting = 2;
    let proceed = (): void => undefined;
    const both = new Promise<void>(resolve => {
      proceed = resolve;
    });
    elb.meanwhile = async (operation, again) => {
      if (operation === 'AddTrustStoreRevocations' && again > 0) {
        waiting -= 1;
        await (waiting <= 0 ? proceed() : both);
      }
    };
    await Promise.all([give(), give()]);
    expect(elb.numbersOf(STORE)).toEqual([2]);
    expect(elb.count('AddTrustStoreRevocations')).toBe(3);
  });

  test('a list that is published while another is given is given too', async () => {
    const newer = await ca.list(3);
    published = await ca.list(2);
    elb.meanwhile = operation => {
      published = operation === 'AddTrustStoreRevocations' ? newer : published;
    };
    await give();
    expect(elb.numbersOf(STORE)).toEqual([3]);
  });

  test('a list that somebody has removed in the meantime is no fault', async () => {
    elb.add(STORE, await ca.list(1));
    published = await ca.list(2);
    elb.meanwhile = operation => {
      if (operation === 'RemoveTrustStoreRevocations') {
        elb.stores.set(STORE, elb.stores.get(STORE)!.slice(1));
      }
    };
    await give();
    expect(elb.numbersOf(STORE)).toEqual([2]);
  });

  test.each([
    ['RevocationContentNotFound', 'Elastic Load Balancing reads the file with the rights of this function'],
    ['InvalidRevocationContent', 'the CA must sign its lists with an algorithm that Elastic Load Balancing knows'],
    ['TooManyTrustStoreRevocationEntries', 'all lists of the trust store together may have 500,000 entries'],
    ['AccessDenied', 'the role of the function and the policies of the organization must allow this action'],
  ])('the refusal %s comes with the way out', async (code, wayOut) => {
    elb.fault = fails('AddTrustStoreRevocations', { when: 'before', error: new AwsRefusal(code === 'AccessDenied' ? 403 : 400, code) });
    await expect(give()).rejects.toThrow(`Elastic Load Balancing refused elasticloadbalancing:AddTrustStoreRevocations on ${STORE}: ${code}; ${wayOut}`);
  });

  test('a trust store that does not exist is an error when the list is given, and none when it is taken back', async () => {
    const gone = STORE.replace('devices', 'gone');
    await expect(give(lists(gone))).rejects.toThrow('TrustStoreNotFound; trustStore must be a trust store that exists');
    await takeLists(lists(gone));
  });

  test('a copy that can\'t be recognized is removed again, so that no lists pile up', async () => {
    elb.delivered = () => 'something else';
    await expect(give()).rejects.toThrow('Elastic Load Balancing shows another revocation list than the one that was added');
    expect(elb.numbersOf(STORE)).toEqual([]);
  });

  test('a call with another signature is refused, and nobody sees the credentials', async () => {
    const api = new TrustStoreApi(new HttpApi(NO_DEADLINE, elb.pem), {
      endpoint: elb.url, region: elb.region, credentials: { ...elb.credentials, secretAccessKey: 'another' }, patience: 0,
    }, STORE);
    await expect(api.revocationIds()).rejects.toThrow(/InvalidSignatureException$/);
  });
});
