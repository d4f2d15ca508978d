import { bitsOf, isMinimal } from '../../src/pki/der-values';

const octets = (hex: string) => Buffer.from(hex, 'hex');

test.each([['01', 1], ['7f', 7], ['80', 8], ['0100', 9], ['ff00', 16], ['010000', 17]])('the magnitude %s has %d bits', (hex, bits) => {
  expect(bitsOf(octets(hex))).toBe(bits);
});

test.each([['00', true], ['ff', true], ['0080', true], ['ff7f', true], ['017f', true], ['', false], ['007f', false], ['ff80', false]])(
  'the INTEGER contents %s have the fewest octets: %s', (hex, expected) => {
    expect(isMinimal(octets(hex))).toBe(expected);
  });
