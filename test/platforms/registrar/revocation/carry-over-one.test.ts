import { CA_ID, ENDED, MemoryPlatform, MemoryRevocations, serialNumber } from './memory-revocations';
import { REVOCATION_STATES } from '../../../../src/contract/revocation';
import { carryOver, withOtherCas } from '../../../../src/platforms/registrar/revocation/carry-over';
import { NO_DEADLINE } from '../../../support/deadline';

const NUMBER = serialNumber('4A');
const OTHER_CA = `ca-${'3'.repeat(32)}`;

let ledger: MemoryRevocations;
let platform: MemoryPlatform;

beforeEach(() => {
  ledger = new MemoryRevocations();
  platform = new MemoryPlatform();
});

const carried = (states = REVOCATION_STATES, from: Parameters<typeof carryOver>[1] = ledger) =>
  carryOver({ issuer: CA_ID, serialNumber: NUMBER }, from, platform, states, NO_DEADLINE);

describe('a platform is told of', () => {
  test('a revocation, with the certificate, and the log gets the words for what it did', async () => {
    await ledger.revoke('4A');
    expect(await carried()).toBe(`REVOKED ${NUMBER}`);
    expect(platform.told).toMatchObject([{ serialNumber: NUMBER, state: 'REVOKED', reason: 'keyCompromise' }]);
    expect(platform.told[0].certificate.subject).toBe('CN=sensor-4A');
  });

  test('a revocation that it knows already once more, to no effect', async () => {
    await ledger.revoke('4A');
    await carried();
    ledger.calls.length = 0;
    expect(await carried()).toBeUndefined();
    expect(ledger.calls).toEqual([`revocation ${NUMBER}`, `certificate ${NUMBER}`]);
  });

  test('the end of a hold that was recorded while it was told of the hold', async () => {
    await ledger.revoke('4A', 'HELD');
    platform.before = ({ state }) => state === 'HELD' && ledger.revoke('4A', 'RELEASED');
    expect(await carried()).toBe(`RELEASED ${NUMBER}`);
    expect(platform.states.get(NUMBER)).toBe('RELEASED');
  });

  test('the later of two revocations also if its answer to the first was lost', async () => {
    await ledger.revoke('4A', 'HELD');
    platform.before = async ({ state }) => {
      if (state === 'HELD') {
        await ledger.revoke('4A', 'RELEASED');
        throw new Error('the connection was reset');
      }
    };
    expect(await carried()).toBe(`RELEASED ${NUMBER}`);
    expect(platform.states.get(NUMBER)).toBe('RELEASED');
  });
});

describe('a platform is not told of', () => {
  test('a certificate that was never revoked', async () => {
    expect(await carried()).toBeUndefined();
    expect(ledger.calls).toEqual([`revocation ${NUMBER}`]);
  });

  test('a state that is not carried over, such as the end of a hold in the check of everything', async () => {
    await ledger.revoke('4A', 'RELEASED');
    expect(await carried(['HELD', 'REVOKED'])).toBeUndefined();
    expect(platform.told).toEqual([]);
  });

  test('a certificate that has expired, unless its hold has ended, because the device may have another one', async () => {
    await ledger.revoke('4A', 'REVOKED', { validity: ENDED });
    expect(await carried()).toBeUndefined();
    expect(platform.told).toEqual([]);
    await ledger.revoke('4A', 'RELEASED', { validity: ENDED });
    expect(await carried()).toBe(`RELEASED ${NUMBER}`);
  });

  test('the end of a hold that was noted before the hold took effect: what the platform has is noted last', async () => {
    await ledger.revoke('4A', 'HELD');
    platform.before = async revoked => {
      platform.before = () => undefined;
      await revoked.apply('platform#device#sensor-4A', false, async () => {
        await ledger.noteEnabled(CA_ID, 'platform#device#sensor-4A', (await ledger.disabled(CA_ID, 'platform#device#sensor-4A'))!);
      });
    };
    await carried();
    expect(await ledger.disabled(CA_ID, 'platform#device#sensor-4A')).toMatchObject({ isDisabled: true });
  });

  test('a certificate that the ledger has lost', async () => {
    await ledger.revoke('4A');
    ledger.certificates.clear();
    await expect(carried()).rejects.toThrow(
      `the ledger must hold the revoked certificate ${NUMBER}, got none; restore the table from its point-in-time recovery`);
    expect(platform.told).toEqual([]);
  });
});

describe('the failure of a platform is reported', () => {
  test('if the revocation is still the one that it was told of', async () => {
    await ledger.revoke('4A');
    platform.before = () => { throw new Error('the platform is down'); };
    await expect(carried()).rejects.toThrow('the platform is down');
    expect(platform.told).toHaveLength(1);
  });

  test('rather than that of the ledger, which can\'t be read after it', async () => {
    await ledger.revoke('4A');
    platform.before = () => {
      ledger.revocation = () => Promise.reject(new Error('the table is gone'));
      throw new Error('the platform is down');
    };
    await expect(carried()).rejects.toThrow('the platform is down');
  });
});

test('a revocation that changes each time that the platform is told of it is given up after 8 times', async () => {
  await ledger.revoke('4A', 'HELD');
  platform.before = ({ state }) => ledger.revoke('4A', state === 'HELD' ? 'RELEASED' : 'HELD');
  await expect(carried()).rejects.toThrow(`the revocation of the certificate ${NUMBER} keeps changing`);
  expect(platform.told).toHaveLength(8);
});

describe('a device has a successor to its certificate', () => {
  const successor = async (from?: Parameters<typeof carryOver>[1]) => {
    await carried(REVOCATION_STATES, from);
    return platform.told[0].hasOther();
  };

  test('if its CA has issued another one for its name', async () => {
    await ledger.revoke('4A');
    expect(await successor()).toBe(false);
    ledger.otherNames.set(CA_ID, ['sensor-4A']);
    expect(await platform.told[0].hasOther()).toBe(true);
  });

  test('if another CA has, whose ledger is asked as well', async () => {
    await ledger.revoke('4A');
    const elsewhere = new MemoryRevocations();
    const ledgers = withOtherCas(ledger, [{ caId: OTHER_CA, ledger: elsewhere }]);
    expect(await successor(ledgers)).toBe(false);
    expect(elsewhere.calls).toEqual([`others ${OTHER_CA} sensor-4A`]);
    elsewhere.otherNames.set(OTHER_CA, ['sensor-4A']);
    expect(await platform.told[0].hasOther()).toBe(true);
  });

  test('never if it has no name by which another certificate could be found', async () => {
    await ledger.revoke('4A', 'REVOKED', { subject: { organization: 'Acme' } });
    ledger.otherNames.set(CA_ID, ['', 'undefined', 'sensor-4A']);
    expect(await successor()).toBe(false);
  });
});

test('the ledgers of several CAs tell the revocations of the first', async () => {
  await ledger.revoke('4A');
  const pages: unknown[] = [];
  for await (const page of withOtherCas(ledger, []).revocations(CA_ID, serialNumber('49'))) {
    pages.push(page);
  }
  expect(pages).toMatchObject([[{ serialNumber: NUMBER }]]);
});
