import { CONSTRAINT_CASES, titleOf } from './fixtures/constraint-cases';
import { DeclaredNameConstraints } from '../../src/contract/extensions';
import { NameLists } from '../../src/contract/general-names';
import { SubjectValues } from '../../src/contract/subject-attributes';
import { element, objectIdentifier, sequence, setOfOne, Tag } from '../../src/pki/der';
import { RawGeneralName, rawNames } from '../../src/pki/general-names';
import { encodeName } from '../../src/pki/name';
import { assertNamesPermitted } from '../../src/pki/name-constraints';
import { isWithin, reachesInto } from '../../src/pki/name-subtrees';

test.each(CONSTRAINT_CASES.map((each, index) => [titleOf(each), index] as const))('a CA signs the names that every validator accepts, and no others: %s', (_, index) => {
  const { constraints, names, subject = { organization: 'Acme' }, within } = CONSTRAINT_CASES[index];
  const [permitted, excluded] = [constraints.permitted, constraints.excluded].map(lists => rawNames(lists ?? {}));
  const judge = () => assertNamesPermitted({ subject: encodeName(subject), alternativeNames: rawNames(names), profile: 'device' }, [{ permitted, excluded }]);
  if (within) {
    expect(judge).not.toThrow();
  } else {
    expect(judge).toThrow(/the CA's name constraints (exclude|do not permit|on URIs require|permit) /);
  }
});

describe('a name', () => {
  const judge = (constraints: Omit<DeclaredNameConstraints, 'critical'>, names: NameLists, subject?: SubjectValues, byStandard?: boolean) => {
    const [permitted, excluded] = [constraints.permitted, constraints.excluded].map(lists => rawNames(lists ?? {}));
    assertNamesPermitted({ subject: subject && encodeName(subject), alternativeNames: rawNames(names), profile: 'device', byStandard }, [{ permitted, excluded }]);
  };

  test.each<[string, Omit<DeclaredNameConstraints, 'critical'>, NameLists, string]>([
    ['a host that is excluded', { excluded: { dns: ['example.com'] } }, { dns: ['a.example.com'] }, 'exclude dns:"a.example.com"'],
    ['a wildcard that covers a host that is excluded', { excluded: { dns: ['a.example.com'] } }, { dns: ['*.example.com'] },
      'exclude dns:"*.example.com", which some validators treat as a name within dns:"a.example.com"; choose another name'],
    ['a host that is not permitted', { permitted: { dns: ['example.com', 'example.org'] } }, { dns: ['a.example.net'] },
      'do not permit dns:"a.example.net"; they permit only dns:"example.com", dns:"example.org"'],
    ['an address that is not permitted', { permitted: { ip: ['10.0.0.0/8', 'fd00::/8'], dns: ['example.com'] } }, { ip: ['192.0.2.1'] },
      'do not permit ip:192.0.2.1; they permit only ip:10.0.0.0/255.0.0.0, ip:fd00:0:0:0:0:0:0:0/ff00:0:0:0:0:0:0:0'],
    ['a directory name that is not permitted', { permitted: { directory: [{ organization: 'Acme' }] } }, { directory: [{ country: 'CN', organization: 'Other' }] },
      'do not permit directory:"C=CN, O=Other"; they permit only directory:"O=Acme"'],
    ['a URI without a host', { permitted: { uri: ['example.com'] } }, { uri: ['urn:acme:1'] },
      'on URIs require a URI with a host name (RFC 5280, section 4.2.1.10), got "urn:acme:1"'],
  ])('is refused with a message that names it and the constraint: %s', (_, constraints, names, words) => {
    expect(() => judge(constraints, names)).toThrow(new Error(`the CA's name constraints ${words}`));
  });

  test.each(['https://user@example.org/', 'https://user:word@example.org/', 'https://example.org?query', 'https://example.org#part', 'https://192.0.2.1/', 'https:///path',
    'https://[2001:db8::1]/', 'https://example.org/a:b', '//example.org/', '1https://example.org/', 'x https://example.org/', 'https://example.org:x/', 'https:example.org'])(
    'is refused if it is a URI in which not every validator finds the same host: %s', uri => {
      for (const constraints of [{ permitted: { uri: ['example.org'] } }, { excluded: { uri: ['example.com'] } }]) {
        expect(() => judge(constraints, { uri: [uri] })).toThrow(new Error(
          `the CA's name constraints on URIs require a URI with a host name (RFC 5280, section 4.2.1.10), got ${JSON.stringify(uri)}`));
      }
    });

  test.each(['https://example.org', 'HTTPS://EXAMPLE.org/', 'a+b-c.1://example.org/a?b#c', 'mqtts://example.org:8883', 'mqtts://example.org:/a:b'])(
    'is accepted if it is a URI in which every validator finds a host within: %s', uri => {
      expect(() => judge({ permitted: { uri: ['example.org'] }, excluded: { uri: ['example.com'] } }, { uri: [uri] })).not.toThrow();
    });

  test.each(['https://a_b.example.org/', 'https://a.b.2org/', 'https://a.b.2/', 'https://a.-b/'])('is refused if it is a URI in which Java finds no host, unless only RFC 5280 applies: %s', uri => {
    const names = { uri: [uri] };
    expect(() => judge({ excluded: { uri: ['example.com'] } }, names)).toThrow('on URIs require a URI with a host name');
    expect(() => judge({ excluded: { uri: ['example.com'] } }, names, undefined, true)).not.toThrow();
  });

  test.each(['https://2/', 'https://a.b2.org/', 'https://a.2.org/', 'https://a.org./'])('is accepted if it is a URI in which Java finds a host: %s', uri => {
    expect(() => judge({ excluded: { uri: ['example.com'] } }, { uri: [uri] })).not.toThrow();
  });

  test('of an existing CA is accepted even if some validators refuse it', () => {
    const names = { dns: ['*.example.com'] };
    expect(() => judge({ excluded: { dns: ['a.example.com'] } }, names, undefined, true)).not.toThrow();
    expect(() => judge({ excluded: { dns: ['example.com'] } }, names, undefined, true)).toThrow(new Error('the CA\'s name constraints exclude dns:"*.example.com"'));
  });

  test('is refused if it is a mailbox in the subject', () => {
    const subject = sequence(setOfOne(sequence(objectIdentifier('1.2.840.113549.1.9.1'), element(Tag.IA5_STRING, Buffer.from('ops@evil.example')))));
    const permitted = rawNames({ email: ['acme.example'] });
    expect(() => assertNamesPermitted({ subject, profile: 'device' }, [{ permitted, excluded: [] }])).toThrow(
      new Error('the CA\'s name constraints do not permit email:"ops@evil.example"; they permit only email:"acme.example"'));
  });

  test('is refused if it breaks the constraints of any CA above, not only of the nearest', () => {
    const constraints = ['example.com', 'a.example.com'].map(base => ({ permitted: rawNames({ dns: [base] }), excluded: [] }));
    const judgeAll = (dns: string) => assertNamesPermitted({ alternativeNames: rawNames({ dns: [dns] }), profile: 'device' }, constraints);
    expect(() => judgeAll('b.a.example.com')).not.toThrow();
    expect(() => judgeAll('b.example.com')).toThrow('do not permit dns:"b.example.com"; they permit only dns:"a.example.com"');
  });

  test('is refused as a common name only if all names beside it are known', () => {
    const constraints = [{ permitted: rawNames({ dns: ['acme.example'] }), excluded: [] }];
    const subject = encodeName({ commonName: 'sensor-001' });
    expect(() => assertNamesPermitted({ subject, profile: 'device' }, constraints)).not.toThrow();
    expect(() => assertNamesPermitted({ subject, alternativeNames: [], profile: 'device' }, constraints)).toThrow('validators treat the commonName "sensor-001" as a host name');
  });
});

describe('a subtree', () => {
  const name = (type: 'dns' | 'uri' | 'email', value: string) => ({ type, value }) as const;
  const ip = (value: string) => rawNames({ ip: [value] })[0];

  test.each<[RawGeneralName, RawGeneralName, boolean]>([
    [name('dns', 'a.example'), name('dns', ''), true], // an empty base stands for every host
    [name('dns', 'a.example.com'), name('dns', '.example.com'), true],
    [name('dns', 'example.com'), name('dns', '.example.com'), false],
    [name('dns', 'a.example.com'), name('dns', 'example.com.'), false],
    [name('email', 'Bob@EXAMPLE.com'), name('email', 'Bob@example.COM'), true],
    [name('email', 'boB@example.com'), name('email', 'bob@example.com'), false],
    [name('email', 'a@EXAMPLE.com'), name('email', 'example.com'), true],
    [name('uri', 'urn:acme'), name('uri', '.example.com'), false],
    [name('uri', 'https://a.example.com'), name('uri', ''), false],
    [ip('10.0.0.1'), ip('::/0'), false],
    [ip('::1'), ip('0.0.0.0/0'), false],
    [name('dns', 'example.com'), name('email', 'example.com'), false],
    [name('email', 'example.com'), name('dns', 'example.com'), false],
  ])('holds a name by the rules of its type: %j, %j', (each, base, within) => {
    expect(isWithin(each, base)).toBe(within);
  });

  test.each<[RawGeneralName, RawGeneralName, boolean]>([
    [name('dns', 'example.com'), name('dns', '.example.com'), true],
    [name('dns', 'myexample.com'), name('dns', '.example.com'), true],
    [name('dns', '*.example.org'), name('dns', 'a.example.com'), false],
    [name('dns', 'a.example.com'), name('dns', 'aba.example.com'), false],
    [name('dns', '*'), name('dns', 'localhost'), false],
    [name('dns', 'x*y*z.example.com'), name('dns', 'x1z.example.com'), true],
    [name('dns', 'ab*ba.example.com'), name('dns', 'aba.example.com'), false],
    [name('dns', 'ab*.example.com'), name('dns', 'ab.example.com'), true],
    [name('uri', 'https://a.example.com/'), name('uri', ''), true],
    [name('uri', 'urn:acme'), name('uri', 'example.com'), false],
    [name('email', 'a@example.com'), name('email', ''), true],
    [name('email', 'a@example.com'), name('email', 'example.com.a'), true], // as long as the mailbox
    [name('email', 'a@example.com'), name('email', 'example.com.au'), false],
    [name('email', 'thirteen-long@example.com'), name('email', 'example.com.au'), true],
    [name('email', 'fourteen-long-@example.com'), name('email', 'example.com.au'), false],
    [name('email', 'much-longer-than-that@example.com'), name('email', 'example.com.au'), false],
    [ip('192.0.2.1'), ip('10.0.0.0/8'), false],
    [name('dns', 'example.com'), name('email', 'example.com'), false],
    [name('email', 'a@example.com'), name('dns', 'example.com'), false],
  ])('excludes a name as the furthest-reaching validator reads it: %j, %j', (each, base, reaches) => {
    expect(reachesInto(each, base)).toBe(reaches);
  });
});
