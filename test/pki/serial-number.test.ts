import { randomBytes } from 'node:crypto';
import { newSerialNumber } from '../../src/pki/serial-number';

describe('a serial number', () => {
  test.each([
    ['00', `40${'00'.repeat(19)}`], ['ff', `7F${'FF'.repeat(19)}`], ['80', `40${'80'.repeat(19)}`], ['3f', `7F${'3F'.repeat(19)}`], ['c5', `45${'C5'.repeat(19)}`],
  ])('of random octets %s is those octets with 01 as the first two bits', (octet, expected) => {
    expect(newSerialNumber(bytes => Buffer.from(octet.repeat(bytes), 'hex'))).toBe(expected);
  });

  test('asks for its randomness once, 20 bytes, and leaves them as they are', () => {
    const given = Buffer.alloc(20, 0xff);
    const random = jest.fn(() => given);
    newSerialNumber(random);
    expect(random.mock.calls).toEqual([[20]]);
    expect(given).toEqual(Buffer.alloc(20, 0xff));
  });

  test('fails where the randomness is short', () => {
    expect(() => newSerialNumber(() => Buffer.alloc(16))).toThrow('must answer the 20 bytes it was asked for, got 16');
  });

  test('is positive, of 20 octets, evenly spread and never the same twice in 100,000', () => {
    const count = 100_000;
    const serialNumbers = Array.from({ length: count }, () => newSerialNumber(randomBytes));
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
