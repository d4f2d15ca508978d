import { describeEstimate, estimateFleet } from '../../src/contract/fleet-estimate';
import { defaultBatchSize, defaultConcurrency, FLEET_QUOTAS, millisecondsPerDevice } from '../../src/contract/fleet-quotas';
import { KEY_ALGORITHM_NAMES } from '../../src/contract/key-algorithms';

describe('the defaults of a fleet', () => {
  test.each(KEY_ALGORITHM_NAMES)('let a worker end a batch with keys of %s in a fifth of its time', keyAlgorithm => {
    const load = { keyAlgorithm };
    const seconds = defaultBatchSize(load) * millisecondsPerDevice(load) / 1_000;
    expect(seconds).toBeLessThan(FLEET_QUOTAS.lambdaSeconds / 5);
    expect(defaultBatchSize(load)).toBeGreaterThanOrEqual(50);
    expect(defaultConcurrency(load)).toBeLessThanOrEqual(100);
    expect(defaultConcurrency(load)).toBeGreaterThanOrEqual(10);
  });
});

describe('an estimate', () => {
  const P256 = { keyAlgorithm: 'EC_P256', caKeyAlgorithm: 'EC_P256' } as const;

  test('grows with the number of devices, and costs as much for each of many', () => {
    const [thousand, million] = [estimateFleet({ devices: 1_000, ...P256 }), estimateFleet({ devices: 1_000_000, ...P256 })];
    expect(million.seconds).toBeGreaterThan(thousand.seconds);
    expect(million.totalDollars / thousand.totalDollars).toBeGreaterThan(500);
    expect(million.totalDollars / thousand.totalDollars).toBeLessThan(1_100);
  });

  test('says that KMS limits a fleet whose CA has its key there, whatever the number of workers', () => {
    const inKms = { devices: 1_000_000, ...P256, isCaInKms: true };
    expect(estimateFleet(inKms)).toMatchObject({ limitedBy: 'KMS', dollars: { kms: 15 } });
    expect(estimateFleet({ ...inKms, maxConcurrency: 1_000 }).seconds).toBeGreaterThan(1_000_000 / FLEET_QUOTAS.kmsSignatures.EC);
  });

  test('says that the making of RSA keys takes its time, and more workers take less', () => {
    const rsa = estimateFleet({ devices: 100_000, keyAlgorithm: 'RSA_4096' });
    expect(rsa.limitedBy).toBe('workers');
    expect(estimateFleet({ devices: 100_000, keyAlgorithm: 'RSA_4096', maxConcurrency: 1 }).seconds).toBeGreaterThan(50 * rsa.seconds);
  });

  test('is put in words', () => {
    expect(describeEstimate(estimateFleet({ devices: 100_000, ...P256 }))).toMatch(
      /^100,000 devices in 200 batches, 10 at a time: about \d+ minutes, limited by DynamoDB, for about \$\d\.\d\d, and about \$0\.\d\d a month for what is kept$/);
  });
});
