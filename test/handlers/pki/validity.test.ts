import * as fc from 'fast-check';
import { PROFILES } from '../../../src/handlers/pki/profile';
import { formatTime, Validity, validityFrom } from '../../../src/handlers/pki/validity';

const DAY = 86_400_000;
const NOW = new Date('2026-01-31T12:00:00.750Z');
const CA: Validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') };

const said = ({ notBefore, notAfter }: Validity) => [formatTime(notBefore), formatTime(notAfter)];

test('a certificate begins an hour ago, for devices whose clock is behind, and ends so many days from now', () => {
  expect(said(validityFrom(NOW, PROFILES.device, 365, CA, false))).toEqual(['2026-01-31T11:00:00Z', '2027-01-31T12:00:00Z']);
});

test('it does not begin before its CA', () => {
  const young = { ...CA, notBefore: new Date('2026-01-31T11:30:00Z') };
  expect(said(validityFrom(NOW, PROFILES.device, 365, young, false))[0]).toBe('2026-01-31T11:30:00Z');
});

test('it may end in the same second as its CA', () => {
  const ca = { ...CA, notAfter: new Date('2026-02-01T12:00:00Z') };
  expect(said(validityFrom(NOW, PROFILES.device, 1, ca, false))[1]).toBe('2026-02-01T12:00:00Z');
});

test('it ends with its CA where that is asked for', () => {
  expect(said(validityFrom(NOW, PROFILES.device, 36_500, CA, true))[1]).toBe('2036-01-01T00:00:00Z');
});

test('a CA that signs itself is bound by nobody', () => {
  expect(said(validityFrom(NOW, PROFILES.ca, 36_500, undefined, false))[1]).toBe('2126-01-07T12:00:00Z');
});

test('leap days are days', () => {
  expect(said(validityFrom(new Date('2028-02-29T00:00:00Z'), PROFILES.ca, 1, undefined, false))[1]).toBe('2028-03-01T00:00:00Z');
});

test.each<[string, Date, number, Validity | undefined, string]>([
  ['an end after the CA\'s', NOW, 3650, CA,
    'validity of 3650 days would end on 2036-01-29T12:00:00Z, after the CA\'s own end on 2036-01-01T00:00:00Z; shorten validity, or set clipToIssuer'],
  ['a CA that has expired', new Date('2036-01-01T00:00:01Z'), 1, CA, 'the CA has expired on 2036-01-01T00:00:00Z'],
  ['a CA that is not valid yet', new Date('2025-12-31T23:59:59Z'), 1, CA, 'the CA is valid from 2026-01-01T00:00:00Z on'],
  ['an end after the year 9999', new Date('9990-01-01T00:00:00Z'), 36_500, undefined, 'would end after 9999-12-31T23:59:59Z'],
  ['no days', NOW, 0, CA, 'validity must be a whole number of days from 1 to 36500, got "0"'],
])('fails for %s', (_, now, days, issuer, message) => {
  expect(() => validityFrom(now, PROFILES.device, days, issuer, false)).toThrow(message);
});

test('an expired CA signs nothing, not even what is clipped', () => {
  expect(() => validityFrom(new Date('2037-01-01T00:00:00Z'), PROFILES.device, 1, CA, true)).toThrow('the CA has expired');
});

test('no certificate outlives its CA or begins before it, whatever is asked for', () => {
  fc.assert(fc.property(
    fc.date({ min: new Date('2000-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
    fc.integer({ min: 1, max: 36_500 }), fc.integer({ min: -400, max: 400 }), fc.integer({ min: 1, max: 36_500 }), fc.boolean(),
    (now, days, caBegan, caDays, clip) => {
      const began = new Date(Math.floor(now.getTime() / 1000) * 1000 - caBegan * DAY);
      const ca = { notBefore: began, notAfter: new Date(began.getTime() + caDays * DAY) };
      let validity: Validity;
      try {
        validity = validityFrom(now, PROFILES.device, days, ca, clip);
      } catch (error) {
        expect((error as Error).message).toMatch(/^validity /);
        return;
      }
      expect(validity.notBefore >= ca.notBefore && validity.notAfter <= ca.notAfter && validity.notBefore <= validity.notAfter).toBe(true);
      expect(validity.notBefore.getMilliseconds() + validity.notAfter.getMilliseconds()).toBe(0);
    },
  ));
});
