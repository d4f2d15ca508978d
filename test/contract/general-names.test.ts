import { addressOctets, addressText, checkAlternativeNames, checkNameRules, checkSubtrees, NameLists } from '../../src/contract/general-names';

const label = 'a'.repeat(63);
/** 253 characters, the most that a host name has. */
const LONGEST_HOST = `${label}.${label}.${label}.${'a'.repeat(61)}`;
const KEY = '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----';

type TextType = 'dns' | 'ip' | 'uri' | 'email';
type Rows = { readonly [T in TextType]: { readonly good: readonly string[]; readonly bad: readonly string[]; readonly allowed: string } };

function describeRule(check: (lists: NameLists) => string | undefined, property: string, rows: Rows): void {
  const list = (which: 'good' | 'bad') => (Object.keys(rows) as TextType[]).flatMap(type => rows[type][which].map(value => [type, value] as const));

  test.each(list('good'))('can be of the type %s: %j', (type, value) => {
    expect(check({ [type]: [value] })).toBeUndefined();
  });

  test.each(list('bad'))('can\'t be of the type %s: %j', (type, value) => {
    const shown = value.length > 80 ? `${value.slice(0, 80)}…` : value;
    expect(check({ [type]: [value] })).toBe(`${property}.${type} must be ${rows[type].allowed}, got ${JSON.stringify(shown)}`);
  });

  test('are 1 to 50, whatever their types', () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => rows.dns.good[0].replace(/^/, `n${index}.`));
    const ips = Array<string>(25).fill(rows.ip.good[0]);
    expect(check({ dns: names(50) })).toBeUndefined();
    expect(check({ dns: names(25), ip: ips })).toBeUndefined();
    expect(check({ dns: names(51) })).toBe(`${property} must hold 1 to 50 names, got 51`);
    expect(check({ dns: names(26), ip: ips })).toBe(`${property} must hold 1 to 50 names, got 51`);
    expect(check({})).toBe(`${property} must hold 1 to 50 names, got 0`);
    expect(check({ dns: [], ip: undefined })).toBe(`${property} must hold 1 to 50 names, got 0`);
  });

  test('are distinguished names if they are directory names, with the rules of subjects', () => {
    expect(check({ directory: [{ country: 'CN', organization: 'Acme' }] })).toBeUndefined();
    expect(check({ directory: [{}] })).toBe(`${property}.directory must have at least one attribute`);
    expect(check({ directory: [{ organization: undefined }] })).toBe(`${property}.directory must have at least one attribute`);
    expect(check({ directory: [{ country: 'China' }] })).toBe(
      `${property}.directory.country must be a country code of two upper-case letters (ISO 3166-1), got "China"`);
    expect(check({ directory: [{ emailAddress: 'a@b' } as never] })).toContain(`${property}.directory must consist of country, `);
    expect(check({ directory: ['CN=a' as never] })).toBe(`${property}.directory must hold distinguished names, got "CN=a"`);
  });

  test('never show a private key', () => {
    expect(check({ dns: [KEY] })).toBe(`${property}.dns must hold texts, got (a private key, not shown)`);
    expect(check({ uri: [KEY] })).toBe(`${property}.uri must hold texts, got (a private key, not shown)`);
    expect(check({ dns: [5 as never] })).toBe(`${property}.dns must hold texts, got 5`);
  });
}

const BAD_HOSTS = [
  '', '.', 'a..b', '-a.example.com', 'a-.example.com', 'a.-b', `${label}a.example.com`, `${LONGEST_HOST}a`, 'Example.com', 'a.example.COM', 'example.com.',
  'a_b.example.com', 'größe.example', 'a b', 'a/b', 'a@b', 'example.com:8883', '192.0.2.1', '1', 'a.1', '2001:db8::1', 'a\n', '\0', 'a,b',
];

describe('alternative names', () => describeRule(checkAlternativeNames, 'subjectAlternativeNames', {
  dns: {
    good: ['example.com', '*.example.com', 'localhost', 'a', '1a.example.com', 'xn--gre-1ka.example', 'a--b.example', '4.example', LONGEST_HOST, `*.${LONGEST_HOST.slice(2)}`],
    bad: [...BAD_HOSTS, '*', '**.example.com', '*.*.example.com', 'a.*.example.com', 'a*.example.com', '*a.example.com', 'example.*', '*.', '*example.com',
      `*.${LONGEST_HOST}`, '.example.com', '*.192.0.2.1'],
    allowed: 'a host name in lower case without a dot at the end, with * as at most its first label',
  },
  ip: {
    good: ['192.0.2.1', '0.0.0.0', '255.255.255.255', '::', '::1', '2001:db8::1', '2001:DB8::1', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '::ffff:192.0.2.1',
      '64:ff9b::192.0.2.33', '1:2:3:4:5:6:192.0.2.1'],
    bad: ['', '192.0.2', '192.0.2.256', '192.0.2.01', '192.0.2.1/32', '10.0.0.0/8', '0x7f.0.0.1', ' 192.0.2.1', 'fe80::1%eth0', 'fe80::1%1', '::1%', '[::1]', '1::2::3', ':::',
      '1:2:3:4:5:6:7:8:9', '12345::', '::192.0.2', 'example.com', '192.0.2.1:80'],
    allowed: 'an IPv4 or IPv6 address',
  },
  uri: {
    good: ['urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6', 'spiffe://example.com/device/1', 'https://example.com', 'https://user@example.com:8443/a?b=c#d', 'https://[2001:db8::1]/', 'tag:a,2026:b',
      'mqtts+x-1.0://a', 'HTTPS://EXAMPLE.com/%C3%A9', `urn:${'a'.repeat(1020)}`, 'http:relative', 'opc.tcp://press_7:4840',
      'file:///x', 'https://192.0.2.1/'],
    bad: ['', 'example.com', '//example.com', '/path', ':a', '1a:b', 'urn:', 'https://', 'https://exa mple.com', 'https://example.com/é', 'urn:a b', 'urn:a"b', 'urn:<a>', 'urn:a\\b', 'urn:a^b',
      'urn:a`b', 'urn:{a}', 'urn:a|b', 'urn:a%', 'urn:a%2', 'urn:a%zz', 'https://example.com:port/', 'https://acme.example./', 'mqtt://a%20b/',
      'mqtt://a..b/', 'mqtt://-a/', 'mqtt://[192.0.2.1]/', `urn:${'a'.repeat(1021)}`, 'urn:a\n'],
    allowed: 'a URI with a scheme, in ASCII, up to 1024 characters',
  },
  email: {
    good: ['a@b', 'Ops.Team+iot@example.com', `${'a'.repeat(64)}@example.com`, '!#$%&\'*+/=?^_`{|}~-@example.com', 'a@xn--gre-1ka.example'],
    bad: ['', '@', 'a', 'a@', '@example.com', 'a@Example.com', 'a@example.com.', 'a@b@c', '.a@example.com', 'a.@example.com', 'a..b@example.com', 'a b@example.com', '"a b"@example.com',
      'ö@example.com', 'Ops <a@example.com>', 'a@192.0.2.1', 'a@[192.0.2.1]', `${'a'.repeat(65)}@example.com`, 'a@*.example.com', 'mailto:a@example.com@'],
    allowed: 'a mailbox, name@host, in ASCII with up to 64 characters before the @ and the host in lower case',
  },
}));

const SUBTREES = {
  dns: {
    good: ['example.com', 'com', LONGEST_HOST],
    bad: [...BAD_HOSTS, '.example.com', '*.example.com', '*'],
    allowed: 'a domain in lower case, without a leading dot or *; it covers itself and all names below it',
  },
  ip: {
    good: ['10.0.0.0/8', '0.0.0.0/0', '192.0.2.7/32', '192.168.4.0/22', '10.128.0.0/9', '::/0', 'fd00::/8', '2001:db8:8000::/33', '2001:db8::7/128', '::ffff:0:0/96'],
    bad: ['', '10.0.0.0', '10.0.0.0/', '/8', '10.0.0.1/8', '10.64.0.0/9', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/+8', '10.0.0.0/8.0', '10.0.0.0/-1', '10.0.0.0/255.0.0.0', '10/8', '10.0.0.0/8/8',
      'fd00::/129', 'fd00::1/8', 'fe80::%eth0/10', 'fe80::/10%eth0', '2001:db8:4000::/33', 'example.com/8'],
    allowed: 'a network such as 10.0.0.0/8 or fd00::/8, with no bit set after its prefix length',
  },
  uri: {
    good: ['example.com', '.example.com', 'com'],
    bad: ['', '.', '..example.com', '*.example.com', 'https://example.com', 'example.com/', 'example.com:443', 'Example.com', '192.0.2.1', 'urn:a'],
    allowed: 'a host name, or a domain with a leading dot for all hosts in it',
  },
  email: {
    good: ['ops@example.com', 'example.com', '.example.com'],
    bad: ['', '@example.com', 'ops@', 'ops@.example.com', '..example.com', 'Example.com', 'ops@Example.com'],
    allowed: 'a mailbox, a host for all its mailboxes, or a domain with a leading dot for all hosts in it, such as ops@acme.example, acme.example or .acme.example',
  },
};

describe('subtrees of constraints', () => describeRule(lists => checkSubtrees('nameConstraints.permitted', lists), 'nameConstraints.permitted', SUBTREES));

describe('the names that a rule allows a request to have', () => describeRule(checkNameRules, 'allowedSubjectAlternativeNames', {
  ...SUBTREES,
  uri: {
    good: ['urn:acme:device:', 'https://example.com/', 'https://example.com/devices/', 'https://example.com?', 'spiffe://example.com/ns#', 'tag:a'],
    // Whoever owns example.com.attacker.example could ask for that.
    bad: ['', 'urn:', 'https', 'https:/', 'https://', 'https://example.com', 'https://user@example', 'https://example.com:8', 'example.com', '.example.com', 'https://*.example.com'],
    allowed: 'the beginning of a URI: its scheme and, if it has a host, its host with the / after it',
  },
}));

describe('an address', () => {
  test.each([
    ['192.0.2.1', [192, 0, 2, 1]],
    ['::', Array<number>(16).fill(0)],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ['::ffff:192.0.2.1', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1]],
    ['2001:db8::c000:201', [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1]],
    ['fe80::1%eth0', undefined],
    ['example.com', undefined],
  ])('has its octets: %s', (text, octets) => {
    expect(addressOctets(text)).toEqual(octets);
  });

  test('is written with all its groups, and is the same when it is read again', () => {
    expect(addressText(addressOctets('2001:db8::1')!)).toBe('2001:db8:0:0:0:0:0:1');
    expect(addressOctets(addressText(addressOctets('2001:db8::1')!)!)).toEqual(addressOctets('2001:db8::1'));
    expect(addressText([192, 0, 2, 1])).toBe('192.0.2.1');
    expect([[], [1, 2, 3], Array<number>(8).fill(1)].map(addressText)).toEqual([undefined, undefined, undefined]);
  });
});
