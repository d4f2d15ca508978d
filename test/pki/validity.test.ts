import { MAX_VALIDITY_DAYS } from '../../src/contract/rules';
import { formatTime } from '../../src/contract/term';
import { ProfileName, PROFILES } from '../../src/pki/profile';
import { Validity, validityFrom } from '../../src/pki/validity';
import { fc } from '../support/properties';

const { ca, device } = PROFILES;
const date = (text: string) => new Date(text);
const range = (notBefore: string, notAfter: string): Validity => ({ notBefore: date(notBefore), notAfter: date(notAfter) });
const NOW = date('2026-03-01T12:00:00.789Z');
const CA_VALIDITY = range('2026-01-01T00:00:00Z', '2036-01-01T00:00:00Z');

describe('the validity of a certificate', () => {
  test('begins an hour before it is issued and ends so many days after, in whole seconds', () => {
    expect(validityFrom(NOW, ca, 3650, undefined, false)).toEqual(range('2026-03-01T11:00:00Z', '2036-02-27T12:00:00Z'));
    expect(validityFrom(NOW, device, 1, CA_VALIDITY, false)).toEqual(range('2026-03-01T11:00:00Z', '2026-03-02T12:00:00Z'));
  });

  test.each(Object.keys(PROFILES) as ProfileName[])('begins, for the profile %s, by less than a day earlier', profile => {
    expect(PROFILES[profile].backdateSeconds).toBeGreaterThanOrEqual(300);
    expect(PROFILES[profile].backdateSeconds).toBeLessThan(86_400);
  });

  test('begins with the CA if that is later', () => {
    const fresh = range('2026-03-01T11:59:00Z', '2036-01-01T00:00:00Z');
    expect(validityFrom(NOW, device, 10, fresh, false).notBefore).toEqual(fresh.notBefore);
  });

  test('can end with the CA, to the second', () => {
    const end = date('2026-03-11T12:00:00Z');
    expect(validityFrom(NOW, device, 10, { ...CA_VALIDITY, notAfter: end }, false).notAfter).toEqual(end);
  });

  test('is refused if it would end after the CA, and the message says when each ends and what to do', () => {
    const until = range('2026-01-01T00:00:00Z', '2026-03-11T11:59:59Z');
    expect(() => validityFrom(NOW, device, 10, until, false)).toThrow(
      'validity of 10 days would end on 2026-03-11T12:00:00Z, after the end of the CA, or of a CA above it, on 2026-03-11T11:59:59Z; shorten validity, or set clipToIssuer');
    expect(validityFrom(NOW, device, 10, until, true)).toEqual(range('2026-03-01T11:00:00Z', '2026-03-11T11:59:59Z'));
  });

  test('can still be given by a CA in its first and in its last second', () => {
    const present = '2026-03-01T12:00:00Z';
    expect(validityFrom(NOW, device, 1, range('2016-01-01T00:00:00Z', present), true)).toEqual(range('2026-03-01T11:00:00Z', present));
    expect(validityFrom(NOW, device, 1, range(present, '2036-01-01T00:00:00Z'), false)).toEqual(range(present, '2026-03-02T12:00:00Z'));
  });

  test('is refused below a CA that is not valid now, clipped or not', () => {
    for (const clip of [true, false]) {
      expect(() => validityFrom(NOW, device, 1, range('2016-01-01T00:00:00Z', '2026-03-01T11:59:59Z'), clip)).toThrow(
        'the CA expired on 2026-03-01T11:59:59Z, and it is now 2026-03-01T12:00:00Z');
      expect(() => validityFrom(NOW, device, 1, range('2026-03-01T12:00:01Z', '2036-01-01T00:00:00Z'), clip)).toThrow(
        'the CA is not valid until 2026-03-01T12:00:01Z, and it is now 2026-03-01T12:00:00Z');
    }
  });

  test.each([0, -1, 0.5, NaN, Infinity, MAX_VALIDITY_DAYS + 1, Number.MAX_SAFE_INTEGER])('is refused for %d days', days => {
    expect(() => validityFrom(NOW, ca, days, undefined, false)).toThrow('validity must be a whole number of days from 1 to 36500');
  });

  test.each([
    ['a leap day', '2028-02-28T12:00:00Z', 1, '2028-02-29T12:00:00Z'],
    ['a year with a leap day', '2028-01-01T00:00:00Z', 365, '2028-12-31T00:00:00Z'],
    ['February of 2100, which has no leap day', '2100-02-28T12:00:00Z', 1, '2100-03-01T12:00:00Z'],
    ['the end of 32-bit seconds', '2038-01-18T03:14:08Z', 1, '2038-01-19T03:14:08Z'],
    ['the last second of UTCTime', '2049-12-30T23:59:59Z', 1, '2049-12-31T23:59:59Z'],
    ['the first second of GeneralizedTime', '2049-12-31T00:00:00Z', 1, '2050-01-01T00:00:00Z'],
    ['the change to summer time in Europe', '2026-03-28T12:00:00Z', 1, '2026-03-29T12:00:00Z'],
    ['the last second that there is', '9999-12-30T23:59:59Z', 1, '9999-12-31T23:59:59Z'],
  ])('can reach %s', (_, now, days, notAfter) => {
    expect(formatTime(validityFrom(date(now), ca, days, undefined, false).notAfter)).toBe(notAfter);
  });

  test('is refused if it would end after the year 9999', () => {
    expect(() => validityFrom(date('9999-12-31T00:00:00Z'), ca, 1, undefined, false)).toThrow('would end after 9999-12-31T23:59:59Z');
    expect(() => validityFrom(date('9950-01-01T00:00:00Z'), device, MAX_VALIDITY_DAYS, undefined, true)).toThrow('would end after 9999-12-31T23:59:59Z');
    expect(() => validityFrom(new Date(NaN), ca, 1, undefined, false)).toThrow();
  });

  test('is refused with a message that says when it would have ended, and when the CA begins or ended', () => {
    expect(() => validityFrom(date('9999-12-31T00:00:00Z'), ca, 1, undefined, false)).toThrow(
      new Error('validity of 1 days would end after 9999-12-31T23:59:59Z, the last second that a certificate can express; shorten validity'));
    expect(() => validityFrom(NOW, device, 1, range('2016-01-01T00:00:00Z', '2026-03-01T11:59:59Z'), true)).toThrow(
      new Error('validity can\'t begin: the CA expired on 2026-03-01T11:59:59Z, and it is now 2026-03-01T12:00:00Z; '
        + 'raise the CA\'s `generation` for a new certificate, or, for a CA that was made elsewhere, declare its renewed certificate'));
    expect(() => validityFrom(NOW, device, 1, range('2026-03-01T12:00:01Z', '2036-01-01T00:00:00Z'), true)).toThrow(
      new Error('validity can\'t begin: the CA is not valid until 2026-03-01T12:00:01Z, and it is now 2026-03-01T12:00:00Z'));
  });

  describe('with declared ends', () => {
    test('begins and ends with them', () => {
      const term = range('2026-02-01T00:00:00Z', '2027-02-01T00:00:00Z');
      expect(validityFrom(NOW, device, term, undefined, false)).toEqual(term);
      expect(validityFrom(NOW, device, term, CA_VALIDITY, false)).toEqual(term);
    });

    test('begins an hour before it is issued if only its last second is declared', () => {
      expect(validityFrom(NOW, device, { notAfter: date('2027-02-01T00:00:00Z') }, undefined, false)).toEqual(range('2026-03-01T11:00:00Z', '2027-02-01T00:00:00Z'));
    });

    test('ends so many days after its first second if that is declared', () => {
      expect(validityFrom(NOW, device, { days: 30, notBefore: date('2026-02-20T00:00:00Z') }, undefined, false)).toEqual(range('2026-02-20T00:00:00Z', '2026-03-22T00:00:00Z'));
    });

    test('is refused if it has ended, in the present second too', () => {
      const ended = (notAfter: string) => () => validityFrom(NOW, device, { notAfter: date(notAfter) }, undefined, false);
      expect(ended('2026-03-01T12:00:00Z')).toThrow(
        new Error('validity would already have ended on 2026-03-01T12:00:00Z, and it is now 2026-03-01T12:00:00Z; declare a later end'));
      expect(ended('2026-03-01T12:00:01Z')).not.toThrow();
    });
  });

  test('never leaves that of the CA, whatever the clock and the days', () => {
    const instant = fc.date({ min: date('2000-01-01T00:00:00Z'), max: date('2090-01-01T00:00:00Z'), noInvalidDate: true });
    fc.assert(fc.property(instant, instant, instant, fc.integer({ min: 1, max: 20_000 }), fc.boolean(), (now, one, other, days, clip) => {
      const [notBefore, notAfter] = [one, other].sort((a, b) => a.getTime() - b.getTime()).map(d => new Date(Math.floor(d.getTime() / 1000) * 1000));
      let validity: Validity;
      try {
        validity = validityFrom(now, device, days, { notBefore, notAfter }, clip);
      } catch (error) {
        expect((error as Error).message).toMatch(/^validity /);
        return;
      }
      expect(validity.notBefore >= notBefore && validity.notAfter <= notAfter && validity.notBefore <= validity.notAfter).toBe(true);
      expect(validity.notBefore <= now).toBe(true);
      expect(validity.notBefore.getMilliseconds() + validity.notAfter.getMilliseconds()).toBe(0);
    }), { numRuns: 300 });
  });
});

test('a time is written in UTC with whole seconds', () => {
  expect(formatTime(date('2026-01-31T23:59:59.999Z'))).toBe('2026-01-31T23:59:59Z');
});
