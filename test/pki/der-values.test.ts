import { bitsOf, hasBit, isMinimal, magnitude } from '../../src/pki/der-values';

const octets = (hex: string) => Buffer.from(hex, 'hex');

test.each([['01', 1], ['7f', 7], ['80', 8], ['0100', 9], ['ff00', 16], ['010000', 17]])('the magnitude %s has %d bits', (hex, bits) => {
  expect(bitsOf(octets(hex))).toBe(bits);
});

test.each([['00', true], ['ff', true], ['0080', true], ['ff7f', true], ['017f', true], ['', false], ['007f', false], ['ff80', false]])(
  'the INTEGER contents %s have the fewest octets: %s', (hex, expected) => {
    expect(isMinimal(octets(hex))).toBe(expected);
  });

test.each([['00', '00'], ['0080', '80'], ['00ff00', 'ff00'], ['7f00', '7f00'], ['01', '01']])('the INTEGER contents %s are the number %s', (hex, expected) => {
  expect(magnitude(octets(hex)).toString('hex')).toBe(expected);
});

test('a bit is looked up in its octet, and is not set behind the last one', () => {
  expect([0, 6, 7, 8, 9, 15, 16].filter(bit => hasBit(octets('000180'), bit))).toEqual([7, 8]);
});
