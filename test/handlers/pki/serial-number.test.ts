import { randomBytes } from 'node:crypto';
import { newSerialNumber } from '../../../src/handlers/pki/serial-number';

test('a serial number is positive and of exactly 20 octets, whatever the randomness', () => {
  for (const octet of [0x00, 0x3f, 0x40, 0x7f, 0x80, 0xff]) {
    const serial = newSerialNumber(bytes => Buffer.alloc(bytes, octet));
    expect(serial).toMatch(/^[0-9A-F]{40}$/);
    expect(parseInt(serial.slice(0, 2), 16)).toBeGreaterThanOrEqual(0x01);
    expect(parseInt(serial.slice(0, 2), 16)).toBeLessThanOrEqual(0x7f);
  }
});

test('the randomness goes into it: 158 bits of what the source answers stand in the serial number', () => {
  const given = randomBytes(20);
  const serial = newSerialNumber(() => given);
  expect(serial.slice(2)).toBe(given.toString('hex').slice(2).toUpperCase());
  expect(parseInt(serial.slice(0, 2), 16) % 0x40).toBe(given[0] % 0x40);
});

test('the source is not written to', () => {
  const given = Buffer.alloc(20, 0xff);
  newSerialNumber(() => given);
  expect(given).toEqual(Buffer.alloc(20, 0xff));
});

test('a hundred thousand are all different, and every octet but the first takes every value about as often', () => {
  const serials = new Set<string>();
  const counts = Array.from({ length: 20 }, () => new Array<number>(256).fill(0));
  const N = 100_000;
  for (let n = 0; n < N; n++) {
    const serial = newSerialNumber(randomBytes);
    serials.add(serial);
    Buffer.from(serial, 'hex').forEach((octet, at) => counts[at][octet]++);
  }
  expect(serials.size).toBe(N);
  expect(counts[0].filter(count => count > 0)).toHaveLength(64);
  for (const observed of counts.slice(1)) {
    const expected = N / 256;
    const chiSquare = observed.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(410); // 255 degrees of freedom: a fair source exceeds this once in 10^9 octets
  }
});

test('fails for a source that answers too few bytes', () => {
  expect(() => newSerialNumber(() => randomBytes(16))).toThrow('must answer the 20 bytes it was asked for, got 16');
});
