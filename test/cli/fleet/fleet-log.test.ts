import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { DigestIndex } from '../../../src/cli/local/digest-index';
import { FleetLog, NewRecord } from '../../../src/cli/local/fleet-log';
import { entryLine, restoredLine } from '../../../src/cli/local/fleet-log-lines';
import { temporaryFolder } from '../../support/cli-assembly';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const serial = (value: number): string => hex(value, 40).toUpperCase();

function recordOf(device: number, number = device, over?: number): NewRecord {
  const identity = `device-${hex(device * 0x9e3779b9, 32)}`;
  const line = entryLine({ identity, issuer: 'ca-1', serialNumber: serial(number), certificate: `certificate ${number}`, deviceId: `sensor-${device}` });
  return { identity, line, over: over === undefined ? undefined : serial(over) };
}

const records = (count: number): NewRecord[] => Array.from({ length: count }, (_, index) => recordOf(index + 1));

describe('the file of a fleet ledger', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = temporaryFolder();
    path = FleetLog.file(directory, 'Ledger');
  });

  const withLog = <T>(work: (log: FleetLog) => T): T => {
    const log = FleetLog.toWrite(directory, 'Ledger');
    try {
      return work(log);
    } finally {
      log.close();
    }
  };

  test('has what was added when it is opened again, and only the latest certificate of a device is not superseded', () => {
    withLog(log => {
      expect(log.append(records(300))).toEqual(Array(300).fill(true));
      expect(log.append([recordOf(7, 1_007, 7)])).toEqual([true]);
    });
    withLog(log => {
      expect([log.find(recordOf(7).identity), [...log.issuers]]).toEqual([recordOf(7, 1_007).line, ['ca-1']]);
      expect([log.findBySerialNumber(serial(7)), log.findBySerialNumber(serial(1_007)), log.findBySerialNumber(serial(999))])
        .toEqual([recordOf(7).line, recordOf(7, 1_007).line, undefined]);
      expect([...log.records()].filter(({ superseded }) => superseded).map(({ line }) => line)).toEqual([recordOf(7).line]);
    });
  });

  test('takes a certificate only over the one that was read before, and knows one that it has', () => {
    withLog(log => {
      log.append(records(2));
      expect(log.append([recordOf(1), recordOf(1, 50), recordOf(2, 60, 61), recordOf(2, 62, 2), recordOf(2, 63, 2), recordOf(3), recordOf(3, 70)]))
        .toEqual([true, false, false, true, false, true, false]);
      expect([...log.records()]).toHaveLength(4);
    });
  });

  test('makes a former certificate the latest one again, also after it was opened again', () => {
    const restored = restoredLine(recordOf(2).line, [serial(22)]);
    withLog(log => {
      log.append(records(3));
      log.append([recordOf(2, 22, 2)]);
      expect(log.append([{ ...recordOf(2, 2, 22), isBack: true }])).toEqual([true]);
      expect(log.find(recordOf(2).identity)).toBe(restored);
    });
    withLog(log => {
      expect(log.find(recordOf(2).identity)).toBe(restored);
      expect(JSON.parse(restored).restoredOver).toEqual([serial(22)]);
      expect([...log.records()].map(({ superseded }) => superseded)).toEqual([false, false, false, true]);
      expect(log.append([recordOf(2, 23, 2)])).toEqual([true]);
    });
  });

  test('is as if a batch had never begun, wherever its writing has stopped', () => {
    withLog(log => log.append(records(3)));
    const whole = statSync(path).size;
    withLog(log => log.append([recordOf(4), recordOf(5)]));
    const all = readFileSync(path);
    for (let size = whole; size < all.length; size += 7) {
      writeFileSync(path, all);
      truncateSync(path, size);
      const reader = FleetLog.toRead(directory, 'Ledger')!;
      expect([...reader.records()]).toHaveLength(3);
      reader.close();
      expect(statSync(path).size).toBe(size); // a reader changes nothing
      withLog(log => {
        expect(statSync(path).size).toBe(whole);
        expect(log.append([recordOf(4)])).toEqual([true]);
      });
    }
  });

  test('is as if the last batch had never begun if parts of it have not reached the disk', () => {
    withLog(log => log.append(records(3)));
    const whole = statSync(path).size;
    withLog(log => log.append([recordOf(4), recordOf(5)]));
    const all = readFileSync(path);
    for (const at of [whole, whole + 30, whole + 200, all.length - 90]) {
      writeFileSync(path, Buffer.concat([all.subarray(0, at), Buffer.alloc(40), all.subarray(at + 40)]));
      withLog(log => expect([...log.records()]).toHaveLength(3));
    }
  });

  test('is refused, and not cut, if an earlier batch was changed', () => {
    withLog(log => log.append(records(3)));
    const first = statSync(path).size;
    withLog(log => log.append([recordOf(4)]));
    const all = readFileSync(path);
    writeFileSync(path, Buffer.concat([all.subarray(0, first - 300), all.subarray(first - 290)]));
    expect(() => FleetLog.toWrite(directory, 'Ledger')).toThrow(/can't be used: the batch at byte 47 is not the one that was written, and others follow; restore the directory/);
    expect(statSync(path).size).toBe(all.length - 10);
    writeFileSync(path, 'something else\n');
    expect(() => FleetLog.toRead(directory, 'Ledger')).toThrow(/its first line is not the one that this version writes/);
    appendFileSync(path, 'more');
    expect(FleetLog.toRead(directory, 'Other')).toBeUndefined();
  });

  test('is refused, and not cut, if one octet was changed or a whole batch was taken out, wherever that was', () => {
    const sizes = [3, 2, 2, 1].map((count, index) => withLog(log => {
      log.append(Array.from({ length: count }, (_, each) => recordOf(10 * index + each + 1)));
      return statSync(path).size;
    }));
    const all = readFileSync(path);
    for (let at = 60; at < sizes[1]; at += 23) {
      writeFileSync(path, Buffer.concat([all.subarray(0, at), Buffer.of(all[at] + 1), all.subarray(at + 1)]));
      expect(() => FleetLog.toWrite(directory, 'Ledger')).toThrow(/can't be used: the batch at byte \d+ is not the one that was written, and others follow/);
      expect(statSync(path).size).toBe(all.length);
    }
    writeFileSync(path, Buffer.concat([all.subarray(0, sizes[0]), all.subarray(sizes[1])]));
    expect(() => FleetLog.toRead(directory, 'Ledger')).toThrow(`the batch at byte ${sizes[0]} is not the one that was written`);
  });

  test('keeps a last batch beside it that was damaged, and says where', () => {
    withLog(log => log.append(records(3)));
    const whole = statSync(path).size;
    withLog(log => log.append([recordOf(4), recordOf(5)]));
    const all = readFileSync(path);
    const damaged = Buffer.concat([all.subarray(0, whole + 30), Buffer.of(all[whole + 30] + 1), all.subarray(whole + 31)]);
    writeFileSync(path, damaged);
    const setAside = withLog(log => log.setAside);
    expect(readFileSync(setAside!)).toEqual(damaged.subarray(whole));
    expect(statSync(path).size).toBe(whole);
    expect(withLog(log => log.setAside)).toBeUndefined();
  });
});

describe('the index of a file', () => {
  test('finds 100,000 keys, at places beyond 4 GB, and tells keys apart that end alike', () => {
    const index = new DigestIndex();
    const placeOf = (each: number): number => 1 + each * 10_000_019;
    for (let each = 0; each < 100_000; each++) {
      index.set(serial(each * 0x9e3779b97), placeOf(each), place => place === placeOf(each));
    }
    for (let each = 0; each < 100_000; each += 7) {
      expect(index.find(serial(each * 0x9e3779b97), place => place === placeOf(each))).toBe(placeOf(each));
    }
    index.set('device-aa00000000000001', 5, () => false);
    index.set('device-bb00000000000001', 6, () => false);
    expect([5, 6].map(meant => index.find('device-bb00000000000001', place => place === meant))).toEqual([5, 6]);
    expect(index.find(serial(2), () => true)).toBeUndefined();
  });
});
