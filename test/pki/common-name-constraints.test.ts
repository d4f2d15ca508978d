import { DeclaredNameConstraints } from '../../src/contract/extensions';
import { NameLists } from '../../src/contract/general-names';
import { checkCommonName, checkCommonNameElsewhere } from '../../src/pki/common-name-constraints';
import { rawNames } from '../../src/pki/general-names';
import { checkMailboxesElsewhere } from '../../src/pki/mailbox-constraints';
import { NameConstraints } from '../../src/pki/name-subtrees';
import { ProfileName } from '../../src/pki/profile';

const constraintsOf = ({ permitted, excluded }: Omit<DeclaredNameConstraints, 'critical'>): NameConstraints =>
  ({ permitted: rawNames(permitted ?? {}), excluded: rawNames(excluded ?? {}) });

const ACME = constraintsOf({ permitted: { dns: ['acme.example', 'acme.test'] } });
const NOT_EVIL = constraintsOf({ excluded: { dns: ['evil.example'] } });
const NETWORK = constraintsOf({ permitted: { ip: ['10.0.0.0/8', 'fd00::/8'] }, excluded: { ip: ['10.9.0.0/16'] } });
const MAILBOXES = constraintsOf({ permitted: { email: ['acme.example'] } });

const asHost = (name: string, what: string) => `without a subjectAlternativeNames.dns, validators treat the commonName "${name}" as a host name, `
  + `and the CA's name constraints ${what}; add such a name that lies within them, or choose a commonName that does`;
const asAddress = (name: string, what: string) => `without a subjectAlternativeNames.ip, validators treat the commonName "${name}" as an address, `
  + `and the CA's name constraints ${what}; add such a name that lies within them, or choose a commonName that does`;
const complaint = (commonName: string, constraints: NameConstraints, names: NameLists = {}, profile: ProfileName = 'device') =>
  checkCommonName({ commonName, alternativeNames: rawNames(names), profile }, constraints);

describe('a common name that a validator takes for a host name', () => {
  test.each<[string, NameConstraints, NameLists?]>([
    ['acme.example', ACME],
    ['a.acme.example', ACME],
    ['A.Acme.TEST', ACME],
    ['sensor-001', NOT_EVIL],
    ['evil.example.org', NOT_EVIL],
    ['sensor-001', ACME, { dns: ['a.acme.example'] }],
    ['a.evil.example', NOT_EVIL, { dns: ['a.acme.example'] }],
    ['.acme.example', ACME, { dns: ['a.acme.example'] }],
    ['sensor-001', MAILBOXES],
    ['sensor-001', constraintsOf({ permitted: { ip: ['10.0.0.0/8'] }, excluded: { dns: ['evil.example'] } })],
    ['a.evil:1.example', NOT_EVIL],
    ['.sensor-001', constraintsOf({})],
  ])('is issued within the permitted host names, or where it does not count: %s', (commonName, constraints, names = {}) => {
    expect(complaint(commonName, constraints, names)).toBeUndefined();
  });

  test.each<[string, NameConstraints, NameLists | undefined, string]>([
    ['sensor-001', ACME, {}, 'permit "acme.example", "acme.test"'],
    ['sensor-001', ACME, { ip: ['10.0.0.1'] }, 'permit "acme.example", "acme.test"'],
    ['evilacme.example', ACME, {}, 'permit "acme.example", "acme.test"'],
    // Within for a validator that removes the port or the last dot, but not for one that takes the name literally.
    ['a.acme.example.', ACME, {}, 'permit "acme.example", "acme.test"'],
    ['a.acme.example:8883', ACME, {}, 'permit "acme.example", "acme.test"'],
    ['a.evil.example', NOT_EVIL, {}, 'exclude it'],
    ['A.EVIL.example', NOT_EVIL, {}, 'exclude it'],
    ['a.evil.example..', NOT_EVIL, {}, 'exclude it'],
    ['a.evil.example:8883', NOT_EVIL, {}, 'exclude it'],
    ['a.evil\u3002example', NOT_EVIL, {}, 'exclude it'],
    ['a.evil\uff61example', NOT_EVIL, {}, 'exclude it'],
    ['a.ｅｖｉｌ.example', NOT_EVIL, {}, 'exclude it'],
    ['*.example', NOT_EVIL, {}, 'exclude it'],
    ['.sensor', NOT_EVIL, {}, 'exclude names that begin with a dot'],
    ['.sensor', MAILBOXES, {}, 'exclude names that begin with a dot'],
    ['.sensor', MAILBOXES, { email: ['a@acme.example'] }, 'exclude names that begin with a dot'],
    ['.sensor', constraintsOf({ permitted: { ip: ['10.0.0.0/8'] } }), { dns: ['a.acme.example'] }, 'exclude names that begin with a dot'],
  ])('is refused outside of them, whichever way it is read: %s', (commonName, constraints, names, what) => {
    expect(complaint(commonName, constraints, names)).toBe(asHost(commonName, what));
  });

  test('is accepted within the permitted host names, and within no other type', () => {
    expect(complaint('sensor-001', constraintsOf({ permitted: { dns: ['acme.example'], email: ['acme.test'], ip: ['10.0.0.0/8'] } })))
      .toBe(asHost('sensor-001', 'permit "acme.example"'));
  });
});

describe('the common name of a CA', () => {
  const WARNING = 'wolfSSL, and Botan if it has a dot, treat it as a host name and refuse everything below the CA; if one of them verifies, '
    + 'choose a commonName that lies within, such as ca.example.com below example.com';

  test.each(['line7', 'line-7.Factory', '7', 'a1.b2.c3'])('is refused outside of the host names if it looks like one: %s', commonName => {
    expect(complaint(commonName, ACME, {}, 'ca')).toBe(asHost(commonName, 'permit "acme.example", "acme.test"'));
  });

  test.each(['Line 7', '-line7', 'line7.', '.line7!', 'line7.-a', 'line_7', 'a..b', 'Linie-ü', 'line7 a'])('only brings a warning otherwise: %s', commonName => {
    const facts = { commonName, alternativeNames: [], profile: 'ca' } as const;
    const warning = `the commonName "${commonName}" should lie within the host names that a CA above permits, "acme.example", "acme.test": ${WARNING}`;
    expect(checkCommonNameElsewhere(facts, ACME)).toBe(warning);
    expect(complaint(commonName, ACME, { email: ['ops@acme.example'] }, 'ca')).toBe(complaint(commonName, ACME, {}, 'ca'));
    expect(complaint(commonName, ACME, {}, 'ca')).toBe(commonName.startsWith('.') ? asHost(commonName, 'exclude names that begin with a dot') : warning);
  });

  test('brings no warning within the host names, beside an alternative name, without such constraints, or where it is not known', () => {
    expect(complaint('ca.acme.example', ACME, {}, 'ca')).toBeUndefined();
    expect(complaint('Line 7', ACME, { dns: ['line7.acme.example'] }, 'ca')).toBeUndefined();
    expect(complaint('Line 7', NOT_EVIL, {}, 'ca')).toBeUndefined();
    expect(checkCommonNameElsewhere({ alternativeNames: [], profile: 'ca' }, ACME)).toBeUndefined();
  });
});

test('the code that a platform dictates as a common name brings a warning, even while it is not known', () => {
  const warning = 'should lie within the host names that a CA above permits, "acme.example", "acme.test": GnuTLS and wolfSSL, and Java if it looks like a host name, '
    + 'refuse the certificate; if the platform does too, prove possession of a CA without such constraints';
  expect(complaint('a1b2c3', ACME, {}, 'verification')).toBe(`the commonName "a1b2c3" ${warning}`);
  expect(checkCommonNameElsewhere({ alternativeNames: [], profile: 'verification' }, ACME)).toBe(`the commonName ${warning}`);
});

test.each<ProfileName>(['device', 'server'])('the common name of a %s certificate brings no warning, because it is refused', profile => {
  expect(checkCommonNameElsewhere({ commonName: 'sensor-001', alternativeNames: [], profile }, ACME)).toBeUndefined();
  expect(complaint('sensor-001', ACME, {}, profile)).toBe(asHost('sensor-001', 'permit "acme.example", "acme.test"'));
});

describe('a common name that a validator takes for an address', () => {
  test.each<[string, NameConstraints?, NameLists?]>([
    ['10.1.2.3'], ['fd00::1'], ['sensor-001'], ['10'], ['10.a'], ['a10.1'], ['10.1.2.3.4'], ['v10.1'], ['10.1v'], ['::ffff:10.1.2.3', constraintsOf({ permitted: { ip: ['10.0.0.0/8', '::/0'] } })],
    ['192.0.2.1', NETWORK, { ip: ['10.1.2.3'] }],
    ['192.0.2.1', constraintsOf({ excluded: { ip: ['10.0.0.0/8'] } })],
    ['192.0.2.1', constraintsOf({ permitted: { dns: ['acme.example'] }, excluded: { ip: ['10.0.0.0/8'] } }), { dns: ['a.acme.example'] }],
  ])('is issued within the networks, or if it only resembles one: %s', (commonName, constraints = NETWORK, names = {}) => {
    expect(complaint(commonName, constraints, names)).toBeUndefined();
  });

  test.each<[string, NameConstraints, NameLists?]>([
    ['192.0.2.1', NETWORK],
    ['10.9.2.1', NETWORK],
    ['fe80::1', NETWORK],
    ['192.0.2.1', NETWORK, { dns: ['a.acme.example'] }],
    ['10.1.2.3', constraintsOf({ excluded: { ip: ['10.0.0.0/8'] } })],
    ['10.1.2.3', constraintsOf({ permitted: { ip: ['192.0.2.0/24'] } })],
    ['::ffff:10.1.2.3', NETWORK], // the address of IPv6, which is outside
    ['::ffff:10.1.2.3', constraintsOf({ excluded: { ip: ['10.0.0.0/8'] } })], // the address of IPv4 in it, as Java reads it
  ])('is refused outside of the networks: %s', (commonName, constraints, names = {}) => {
    expect(complaint(commonName, constraints, names)).toBe(asAddress(commonName, 'do not permit it'));
  });

  test.each(['1:ffff:10.1.2.3', '::1:ffff:10.1.2.3', '::ff:10.1.2.3', '::ff00:10.1.2.3', 'fd00::10.1.2.3'])('is an address of IPv6 only, even if it ends like one of IPv4: %s', commonName => {
    const address = commonName.startsWith('1:') ? commonName.replace('1:', '1::') : commonName;
    expect(complaint(address, constraintsOf({ excluded: { ip: ['10.0.0.0/8'] } }))).toBeUndefined();
  });

  test.each(['10.1', '10.1.2', '10.256.1.1'])('is refused in a form that only some validators read: %s', commonName => {
    expect(complaint(commonName, NETWORK)).toBe(asAddress(commonName, 'permit no address in that form'));
  });
});

describe('a mailbox below a CA that permits hosts for mailboxes', () => {
  const check = (email: string, ...bases: string[]) =>
    checkMailboxesElsewhere(rawNames({ email: [email], dns: ['very-long-host-name.acme.example'] }), constraintsOf({ permitted: { email: bases, dns: ['acme.example'] } }));

  test('brings a warning if its part before the @ is as long as the host, because wolfSSL then refuses it', () => {
    expect(check('pump-12345@acme.com', 'acme.com', 'acme.org')).toBe('the part of the mailbox "pump-12345@acme.com" before its @ should be shorter than the host '
      + 'that a CA above permits, "acme.com", "acme.org": otherwise wolfSSL 5.5 refuses the certificate; if wolfSSL verifies, choose a shorter mailbox, '
      + 'or have the CA permit this mailbox by name');
    expect(check('pump-123@acme.com', 'acme.com')).toContain('"pump-123@acme.com"');
  });

  test.each<[string, string, ...string[]]>([
    ['is shorter than the host', 'pump-12@acme.com', 'acme.com'],
    ['is permitted by name', 'pump-12345@acme.com', 'pump-12345@acme.com'],
    ['is permitted by name and by its host', 'pump-12345@acme.com', 'acme.com', 'pump-12345@acme.com'],
    ['is permitted by its domain', 'pump-12345@a.acme.com', '.acme.com'],
    ['is outside for every validator', 'pump-12345@evil.com', 'acme.com'],
  ])('brings none if it %s', (_, email, ...bases) => {
    expect(check(email, ...bases)).toBeUndefined();
  });

  test('brings none without constraints', () => {
    expect(check('pump-12345@acme.com')).toBeUndefined();
  });
});
