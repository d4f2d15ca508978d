import { checkTerm, checkTermWithin, parseTime } from '../../src/contract/term';

const at = (text: string) => new Date(text);

test('a time is read in the one form in which it is written', () => {
  expect(parseTime('2026-01-31T23:59:59Z')).toEqual(at('2026-01-31T23:59:59Z'));
  for (const other of [
    '2026-01-31', '2026-01-31T23:59:59.000Z', '2026-01-31T23:59:59+00:00', ' 2026-01-31T23:59:59Z', '2026-01-31T23:59:59Z ', '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z', '2026-01-31Tx3:59:59Z', 'x', 5, undefined,
  ]) {
    expect(parseTime(other)).toBeUndefined();
  }
});

describe('a term', () => {
  const range = 'must be a time in whole seconds from 1950 to 9999, got';

  test.each([
    ['a number of days', { days: 365 }], ['an end', { notAfter: at('9999-12-31T23:59:59Z') }],
    ['a beginning and days', { notBefore: at('1950-01-01T00:00:00Z'), days: 1 }],
    ['a beginning and an end a second later', { notBefore: at('2026-01-01T00:00:00Z'), notAfter: at('2026-01-01T00:00:01Z') }],
  ])('can be %s', (_, term) => {
    expect(checkTerm(term)).toBeUndefined();
  });

  test.each([
    [{}, 'validity must be given either as a number of days or with notAfter, not both'],
    [{ days: 1, notAfter: at('2027-01-01T00:00:00Z') }, 'validity must be given either as a number of days or with notAfter, not both'],
    [{ notAfter: at('2026-01-01T00:00:00.500Z') }, `notAfter ${range} "2026-01-01T00:00:00.500Z"`],
    [{ notAfter: at('+010000-01-01T00:00:00Z') }, `notAfter ${range} "+010000-01-01T00:00:00.000Z"`],
    [{ notBefore: at('1949-12-31T23:59:59Z'), days: 1 }, `notBefore ${range} "1949-12-31T23:59:59.000Z"`],
    [{ notBefore: at('no'), days: 1 }, `notBefore ${range} no time`],
    [{ notBefore: at('2026-01-01T00:00:00Z'), notAfter: at('2026-01-01T00:00:00Z') }, 'notAfter must be after notBefore, 2026-01-01T00:00:00Z, got 2026-01-01T00:00:00Z'],
  ])('can\'t be %j', (term, message) => {
    expect(checkTerm(term)).toBe(message);
  });
});

describe('a term below a CA', () => {
  const ca = { notBefore: at('2026-01-01T00:00:00Z'), notAfter: at('2030-01-01T00:00:00Z') };
  const later = at('2030-01-01T00:00:01Z');

  test.each([
    ['up to the end of the CA', { notAfter: ca.notAfter }, ca, false], ['from the beginning of the CA', { notBefore: ca.notBefore, notAfter: ca.notAfter }, ca, false],
    ['cut off at the end of the CA', { notAfter: later }, ca, true], ['of a CA whose own is not known', { notBefore: at('2020-01-01T00:00:00Z'), notAfter: later }, {}, false],
    ['with an end that is not known', { days: 5 }, ca, false],
  ])('can be one %s', (_, term, issuer, clip) => {
    expect(checkTermWithin(term, issuer, clip)).toBeUndefined();
  });

  test.each([
    [{ notAfter: later }, /^validity would end on 2030-01-01T00:00:01Z, after the end of the CA, or of a CA above it, on 2030-01-01T00:00:00Z; shorten validity, or set clipToIssuer$/],
    [{ days: 5, notAfter: later }, /^validity of 5 days would end on/],
    [{ notBefore: at('2025-12-31T23:59:59Z') }, /^notBefore must not be before the CA, or a CA above it, becomes valid on 2026-01-01T00:00:00Z, got 2025-12-31T23:59:59Z$/],
    [{ notBefore: ca.notAfter }, /^notBefore must be before the end of the CA, or of a CA above it, on 2030-01-01T00:00:00Z, got 2030-01-01T00:00:00Z$/],
  ])('can\'t be %j', (term, message) => {
    expect(checkTermWithin(term, ca, false)).toMatch(message);
  });
});
