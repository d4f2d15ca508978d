import { SubjectValues } from '../../src/contract/subject-attributes';
import { AllowedSubject, checkAllowedSubject, checkRequestedSubject } from '../../src/contract/subject-rules';
import { processorTime } from '../support/processor-time';

const pattern = (commonName: string, others: SubjectValues = {}): AllowedSubject => ({ type: 'Pattern', subject: { commonName, ...others } });
const exact = (subject: SubjectValues): AllowedSubject => ({ type: 'Exact', subject });
const allows = (rule: AllowedSubject, subject: SubjectValues): boolean => checkRequestedSubject(subject, rule) === undefined;

describe('a pattern', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['sensor-*', ['sensor-1', 'sensor-001.plant_7:a-b'], ['sensor-', 'Sensor-1', 'my-sensor-1', 'sensor-1/x', 'sensor-1 ', 'sensor-#', 'sensor-ü', 'xsensor-1', '']],
    ['sensor-001', ['sensor-001'], ['sensor-0011', 'sensor-00', 'sensor.001', 'SENSOR-001']],
    ['*', ['a', 'A-1'], ['', 'a b', 'a/b', '*', '$SYS', 'a+']],
    ['*.plant.example', ['a.plant.example', 'a.b.plant.example'], ['.plant.example', 'plant.example', 'a.plantxexample']],
    ['*-*', ['a-b', 'a--b', '---'], ['a-', '-b', '--', 'ab']],
    ['plant/*', ['plant/a'], ['plant/a/b', 'plant/']],
    ['(a+)+*', ['(a+)+b'], ['aaab', '(a+)+']], // nothing but the asterisk has a meaning
    ['**', ['ab'], ['a']],
  ])('is compared with the whole common name: %s', (text, allowed, refused) => {
    expect(allowed.filter(commonName => !allows(pattern(text), { commonName }))).toEqual([]);
    expect(refused.filter(commonName => allows(pattern(text), { commonName }))).toEqual([]);
  });

  test('takes no longer than its length multiplied by that of the name', () => {
    expect(processorTime(() => expect(allows(pattern('*a'.repeat(32)), { commonName: `${'a'.repeat(60_000)}!` })).toBe(false))).toBeLessThan(5_000);
  });
});

test('a rule is compared with every attribute, and one that it does not name must not be there', () => {
  const rule = pattern('sensor-*', { organization: 'Acme', serialNumber: '*' });
  expect(allows(rule, { commonName: 'sensor-1', organization: 'Acme', serialNumber: 'A7' })).toBe(true);
  expect(checkRequestedSubject({ commonName: 'sensor-1', organization: 'Evil', serialNumber: 'A7' }, rule)).toBe(
    'subject.organization of certificateSigningRequest must be "Acme", as allowedSubject requires, got "Evil"; '
    + 'create the request again with an allowed name, or declare `subject`');
  expect(checkRequestedSubject({ commonName: 'sensor-1', organization: 'Acme' }, rule)).toContain('subject.serialNumber of certificateSigningRequest must be "*", as allowedSubject requires (* stands for one or more letters, digits and - . _ :; every other character stands for itself), got none');
  expect(checkRequestedSubject({ commonName: 'sensor-1', organization: 'Acme', serialNumber: 'A7', country: 'DE' }, rule))
    .toContain('subject.country of certificateSigningRequest must be left out, because allowedSubject does not contain it, got "DE"');
  expect(allows(rule, { organization: 'Acme', serialNumber: 'A7' })).toBe(false);
});

test('an exact rule takes an asterisk literally', () => {
  expect(allows(exact({ commonName: '*.acme.example' }), { commonName: '*.acme.example' })).toBe(true);
  expect(allows(exact({ commonName: '*.acme.example' }), { commonName: 'a.acme.example' })).toBe(false);
});

describe('a rule', () => {
  test.each<[string, AllowedSubject, string]>([
    ['has no common name', pattern(undefined!, { organization: 'Acme' }), 'allowedSubject.commonName must be given, because every subject has a common name'],
    ['is of another type', { type: 'Any' as 'Exact', subject: { commonName: 'a' } }, 'allowedSubject must have the type Exact or Pattern, got "Any"'],
    ['no name of 64 characters can match', pattern(`*${'x'.repeat(64)}`), 'allowedSubject.commonName must be a pattern of 1 to 64 characters, got "*xxx'],
    ['no country can match', pattern('a', { country: 'china' }), 'allowedSubject.country must be a country code of two upper-case letters (ISO 3166-1), got "china"'],
    ['is empty', pattern(''), 'allowedSubject.commonName must be 1 to 64 characters long, got 0: ""'],
    ['has a control character', exact({ commonName: 'a\nb' }), 'allowedSubject.commonName must not contain control, direction or other invisible characters'],
    ['is a private key', pattern('-----BEGIN PRIVATE KEY-----*'), 'allowedSubject.commonName must not be a private key'],
    ['names an attribute that there is not', exact({ commonName: 'a', nickname: 'b' } as SubjectValues), 'allowedSubject must consist of country, '],
  ])('is refused if it %s', (_, rule, message) => {
    expect(checkAllowedSubject(rule)).toContain(message);
  });

  test('has patterns of its own length for each attribute, and values otherwise', () => {
    expect(checkAllowedSubject(pattern('*', { organization: '*', country: '*', serialNumber: 'A-*' }))).toBeUndefined();
    expect(checkAllowedSubject(exact({ commonName: 'sensor-001', country: 'DE' }))).toBeUndefined();
  });
});
