import { randomBytes } from 'node:crypto';
import { isSerialNumberOf, newSerialNumber } from '../../src/pki/serial-number';

const HOLDER = 'device-0123456789abcdef0123456789abcdef';

describe('a serial number', () => {
  test.each([
    ['00', `40${'00'.repeat(11)}`], ['ff', `7F${'FF'.repeat(11)}`], ['80', `40${'80'.repeat(11)}`], ['3f', `7F${'3F'.repeat(11)}`], ['c5', `45${'C5'.repeat(11)}`],
  ])('of random octets %s begins with those octets, with 01 as the first two bits', (octet, expected) => {
    expect(newSerialNumber(bytes => Buffer.from(octet.repeat(bytes), 'hex'), HOLDER).slice(0, 24)).toBe(expected);
  });

  test('encodes its owner in the same way in every version of the library', () => {
    const serialNumber = newSerialNumber(bytes => Buffer.alloc(bytes, 0xc5), HOLDER);
    expect(serialNumber).toBe('45C5C5C5C5C5C5C5C5C5C5C5F1925E1981E338EA');
    expect(isSerialNumberOf(serialNumber, HOLDER)).toBe(true);
    expect(isSerialNumberOf(serialNumber, 'device-0123456789abcdef0123456789abcdee')).toBe(false);
    for (const other of [serialNumber.replace('45C5', '45C6'), serialNumber.slice(0, 39), `${serialNumber}00`, '01', '']) {
      expect(isSerialNumberOf(other, HOLDER)).toBe(false);
    }
  });

  test('asks for its randomness once, 12 bytes, and leaves them as they are', () => {
    const given = Buffer.alloc(12, 0xff);
    const random = jest.fn(() => given);
    newSerialNumber(random, HOLDER);
    expect(random.mock.calls).toEqual([[12]]);
    expect(given).toEqual(Buffer.alloc(12, 0xff));
  });

  test('is refused if the randomness is short', () => {
    expect(() => newSerialNumber(() => Buffer.alloc(8), HOLDER)).toThrow('must return the 12 bytes that were requested, got 8');
  });

  test('is positive, of 20 octets, evenly spread and never the same twice in 20,000', () => {
    const count = 20_000;
    const serialNumbers = Array.from({ length: count }, () => newSerialNumber(randomBytes, HOLDER));
    expect(new Set(serialNumbers).size).toBe(count);
    expect(serialNumbers.every(serialNumber => /^[4-7][0-9A-F]{39}$/.test(serialNumber))).toBe(true);
    // Chi-square of each octet: with 255 (63) degrees of freedom, beyond the bound once in 10^10 runs.
    for (let octet = 0; octet < 20; octet++) {
      const values = octet === 0 ? 64 : 256;
      const seen = new Map<string, number>();
      serialNumbers.forEach(serialNumber => {
        const value = serialNumber.slice(2 * octet, 2 * octet + 2);
        seen.set(value, (seen.get(value) ?? 0) + 1);
      });
      const expected = count / values;
      const chiSquare = [...seen.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, (values - seen.size) * expected);
      expect(chiSquare).toBeLessThan(values === 64 ? 160 : 420);
    }
  });
});
