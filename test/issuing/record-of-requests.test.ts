import { ResourceRecord } from '../../src/issuing/ledger/ledger';
import { Aim, begun, ended } from '../../src/issuing/ledger/resource-record';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { OvertakenError } from '../../src/resource/overtaken-error';
import { deviceProperties, request } from '../support/events';

const NOON = '2026-03-01T12:00:00.000Z';

/** The record of a device whose latest request has succeeded. */
const STANDING: ResourceRecord = {
  requestId: 'creation',
  requestedAt: NOON,
  since: NOON,
  wants: 'device-1',
  declares: 'device-1',
  holds: ['device-1'],
  had: ['device-1'],
  outcome: 'SUCCESS',
  earlier: ['first'],
  revision: 4,
};

const event = (requestId: string, times: Pick<LifecycleEvent, 'requestedAt' | 'expiresAt'> = {}): LifecycleEvent =>
  ({ ...request('device', 'Update', deviceProperties('ca')), requestId, ...times });

const begin = (record: ResourceRecord | undefined, aim: Aim, requestId = 'next', times: Parameters<typeof event>[1] = {}, startedAt = NOON) =>
  begun(record, event(requestId, times), aim, startedAt);

const at = (time: string) => ({ requestedAt: new Date(`2026-03-01T${time}.000Z`) });

describe('a request that is delivered again', () => {
  test('goes on if it has no outcome yet or has succeeded, and changes nothing in the record', () => {
    expect(begin(STANDING, { wants: 'device-1' }, 'creation')).toBeUndefined();
    expect(begin({ ...STANDING, outcome: undefined }, { wants: 'device-1' }, 'creation')).toBeUndefined();
  });

  test('does not go on if it has failed', () => {
    expect(() => begin({ ...STANDING, outcome: 'FAILED' }, { wants: 'device-1' }, 'creation')).toThrow(OvertakenError);
  });

  test('does not go on after the request that came next', () => {
    expect(() => begin(STANDING, { wants: 'device-0' }, 'first')).toThrow(OvertakenError);
  });
});

describe('a request that begins', () => {
  test('adds the certificate that it wants to those that the resource holds, once', () => {
    expect(begin(STANDING, { wants: 'device-2' })).toMatchObject({
      requestId: 'next',
      wants: 'device-2',
      declares: 'device-1',
      holds: ['device-1', 'device-2'],
      had: ['device-1'],
      outcomeBefore: 'SUCCESS',
      earlier: ['creation', 'first'],
      revision: 5,
    });
    expect(begin(STANDING, { wants: 'device-1' })).toMatchObject({ holds: ['device-1'] });
  });

  test('adds none if it is a removal', () => {
    expect(begin(STANDING, { removes: 'device-1' })).toMatchObject({ wants: undefined, removes: 'device-1', holds: ['device-1'] });
    expect(begin(undefined, { removes: 'device-1' })).toMatchObject({ had: [], earlier: [], revision: 1 });
    expect([STANDING, undefined].map(record => begin(record, { removes: 'device-1' })!.holds)).toStrictEqual([['device-1'], []]);
  });

  test('leaves the resource where it has moved to if it is a removal, and brings it back if it wants a certificate here', () => {
    const moved = { ...STANDING, movesTo: 'other' };
    expect(begin(moved, { removes: 'device-1' })).toMatchObject({ movesTo: 'other' });
    expect(begin(moved, { wants: 'device-1' })).toMatchObject({ movesTo: undefined });
    expect(begin(STANDING, { movesTo: 'other' })).toMatchObject({ movesTo: 'other' });
  });

  test('has the time of the one before if its own is not known', () => {
    expect(begin(STANDING, { wants: 'device-2' })).toMatchObject({ requestedAt: NOON, expiresAt: undefined });
    expect(begin(STANDING, { wants: 'device-2' }, 'next', at('12:00:05'))).toMatchObject({ requestedAt: '2026-03-01T12:00:05.000Z' });
  });

  test('is the 21st that the record names, and the record forgets the first', () => {
    const earlier = Array.from({ length: 20 }, (_, index) => `earlier ${index}`);
    expect(begin({ ...STANDING, earlier }, { wants: 'device-2' })!.earlier).toEqual(['creation', ...earlier.slice(0, 19)]);
  });
});

describe('a request is the earlier one', () => {
  const isEarlier = (record: Partial<ResourceRecord>, aim: Aim, times = {}, startedAt = NOON): boolean => {
    try {
      begin({ ...STANDING, ...record }, aim, 'other', times, startedAt);
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(OvertakenError);
      return true;
    }
  };
  const removal = { removes: 'device-1', wants: undefined };

  test('by the time at which it was made, if that is known', () => {
    expect(['11:59:59', '12:00:00', '12:00:01'].map(time => isEarlier({}, { wants: 'device-2' }, at(time)))).toEqual([true, false, false]);
    const expiresAt = '2026-03-01T14:00:00.000Z';
    expect(isEarlier({ requestedAt: undefined, expiresAt }, { wants: 'device-2' }, { expiresAt: new Date('2026-03-01T13:59:59.000Z') })).toBe(true);
  });

  test('than a removal that was made in the same second, whether that is under way or done', () => {
    expect(isEarlier({ ...removal, outcome: undefined }, { wants: 'device-1' }, at('12:00:00'))).toBe(true);
    expect(isEarlier({ ...removal, declares: undefined }, { wants: 'device-1' }, at('12:00:00'))).toBe(true);
    expect(isEarlier({ ...removal, outcome: undefined }, { removes: 'device-0' }, at('12:00:00'))).toBe(false);
  });

  test('than a removal that began after it, if no time is known', () => {
    const record = { ...removal, requestedAt: undefined, outcome: undefined, since: '2026-03-01T12:00:05.000Z' };
    expect(['12:00:04', '12:00:05', '12:00:06'].map(time => isEarlier(record, { wants: 'device-1' }, {}, `2026-03-01T${time}.000Z`))).toEqual([true, true, false]);
  });

  test('never than the removal of a replaced certificate, after which the resource still has one', () => {
    expect(isEarlier({ ...removal, removes: 'device-0' }, { wants: 'device-1' }, at('12:00:00'))).toBe(false);
  });
});

describe('a request that has ended', () => {
  const record = (changes: Partial<ResourceRecord>): ResourceRecord => ({ ...STANDING, outcome: undefined, ...changes });

  test('with success makes its certificate the declared one', () => {
    expect(ended(record({ wants: 'device-2' }), 'SUCCESS')).toMatchObject({ outcome: 'SUCCESS', declares: 'device-2', had: ['device-1', 'device-2'] });
    expect(ended(record({ wants: 'device-1' }), 'SUCCESS')).toMatchObject({ declares: 'device-1', had: ['device-1'] });
  });

  test('with success as a removal leaves the resource without a certificate, unless that was replaced before', () => {
    expect(ended(record({ wants: undefined, removes: 'device-1' }), 'SUCCESS')).toMatchObject({ declares: undefined });
    expect(ended(record({ wants: undefined, removes: 'device-0' }), 'SUCCESS')).toMatchObject({ declares: 'device-1' });
  });

  test('with a failure leaves the resource where it was', () => {
    expect(ended(record({ wants: 'device-2' }), 'FAILED')).toMatchObject({ outcome: 'FAILED', declares: 'device-1', had: ['device-1'] });
    expect(ended(record({ wants: undefined, movesTo: 'other' }), 'FAILED')).toMatchObject({ movesTo: undefined });
    expect(ended(record({ wants: undefined, removes: 'device-1', movesTo: 'other' }), 'FAILED')).toMatchObject({ movesTo: 'other' });
  });
});
