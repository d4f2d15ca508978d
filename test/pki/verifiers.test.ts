import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CA_KEYS, issuerBy, testCa, testCertificate } from './fixtures';
import { DeclaredNameConstraints } from '../../src/contract/extensions';
import { NameLists } from '../../src/contract/general-names';
import { Issuer } from '../../src/pki/issue';
import { assertMayIssue } from '../../src/pki/issuer-limits';
import { encodeName } from '../../src/pki/name';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { signerOf } from '../../src/pki/signer';
import { validityFrom } from '../../src/pki/validity';
import { whereInstalled } from '../support/second-opinions';
import { Chain, Purpose, VERIFIERS } from '../support/verifiers/verifiers';

const folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-verifiers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Constraints = Omit<DeclaredNameConstraints, 'critical'>;

/** Common names of all sorts: host names, what looks like one to somebody, addresses, and what devices are called. */
const COMMON_NAMES = [
  'pump-1', 'pump 1', 'pump_1', 'sensor_001@plant', 'acme.example', 'a.acme.example', 'ACME.example', '*.acme.example', 'x.acme.example.', 'a_b.acme.example',
  'acme.example:8883', '.acme.example', 'xacme.example', 'admin.acme.example', 'x.admin.acme.example', '*.admin.acme.example', 'evil.example', 'evil.example.',
  'EVIL.example', '*.evil.example', 'evil.example:8883', 'evil-.example', 'evil..example', 'evil\u3002example', 'a.evil.example', 'notevil.other', '10.0.0.1', '192.168.1.1',
  '12.5', '1', '2001:db8::1', 'fe80::1', 'a/b', 'AA:BB:CC:DD', 'pump-1.', '.pump', 'xadmin.acme.example', '*admin.acme.example', 'a*.acme.example', 'b*.acme.example', '*b.acme.example', '?admin.acme.example', 'https://admin.acme.example', '::ffff:10.0.0.1', '::ffff:192.168.0.1',
  'urn:x:y', '泵', 'a.1', 'Acme Sensor No. 5',
];

const CONSTRAINTS: readonly Constraints[] = [
  { permitted: { dns: ['acme.example'] } },
  { excluded: { dns: ['evil.example', 'admin.acme.example'] } },
  { permitted: { ip: ['192.168.0.0/16'] } },
  { excluded: { ip: ['10.0.0.0/8'] } },
  { excluded: { email: ['acme.example', 'acme.com.au', '.acme.net'] } },
];

/** Names beside the subject, of a certificate without a common name. */
const ALTERNATIVE_NAMES: readonly NameLists[] = [
  { dns: ['*.acme.example'] }, { dns: ['a.acme.example'] }, { dns: ['*.example'] }, { dns: ['*.evil.example'] }, { dns: ['admin.acme.example'] }, { dns: ['xadmin.acme.example'] }, { dns: ['other.acme.example'] },
  { email: ['a@acme.example'] }, { email: ['a@x.acme.example'] }, { email: ['a@other.example'] },
  { email: ['a@acme.com'] }, { email: ['devices@acme.com'] }, { email: ['quite.a.number@acme.com'] }, { email: ['a@x.acme.net'] }, { email: ['a@acme.net'] },
  { ip: ['10.0.0.1'] }, { ip: ['192.168.0.1'] }, { dns: ['a.acme.example'], ip: ['192.168.0.1'] },
];

interface Case {
  readonly title: string;
  readonly purpose: Purpose;
  readonly permitted: boolean;
  /** Whether it has an address beside the subject. */
  readonly hasAddress: boolean;
  readonly chain: Chain;
}

const pem = (der: Buffer) => toPem('CERTIFICATE', der);
const validity = validityFrom(new Date(), PROFILES.ca, 90, undefined, false);

/** Signed whether or not this library would sign it: by a CA below a root, since Java takes no root with constraints. */
async function cases(): Promise<Case[]> {
  const root = await testCa({ subject: { commonName: 'Acme Root CA' }, validity, pathLength: 1 });
  const signer = signerOf(CA_KEYS.EC_P384);
  return (await Promise.all(CONSTRAINTS.map(async constraints => {
    const between = await testCertificate(root.issuer, {
      profile: 'ca',
      subject: { commonName: 'Acme Factory 1' },
      publicKey: signer.publicKey,
      validity,
      pathLength: 0,
      extensions: { nameConstraints: { critical: true, ...constraints } },
    });
    const issuer = issuerBy(between, signer);
    const rows = [
      ...COMMON_NAMES.map(commonName => ({ commonName, names: {} })), ...ALTERNATIVE_NAMES.map(names => ({ commonName: undefined, names })),
    ];
    return Promise.all(rows.flatMap(({ commonName, names }) => (['client', 'server'] as const).map(async purpose => {
      const subject = encodeName(commonName === undefined ? { organization: 'Acme' } : { commonName });
      const extensions = Object.keys(names).length > 0 ? { subjectAlternativeNames: names } : undefined;
      const profile = purpose === 'client' ? 'device' : 'server';
      const leaf = await testCertificate({ ...issuer, nameConstraints: undefined }, { profile, subject, validity, extensions });
      return {
        title: `${purpose} ${commonName ?? JSON.stringify(names)} under ${JSON.stringify(constraints)}`,
        purpose,
        hasAddress: 'ip' in names,
        permitted: isPermitted(issuer, profile, subject, extensions),
        chain: [leaf, between, root.certificate].map(pem),
      };
    })));
  }))).flat();
}

function isPermitted(issuer: Issuer, profile: 'device' | 'server', subject: Buffer, extensions: { subjectAlternativeNames: NameLists } | undefined): boolean {
  try {
    assertMayIssue(PROFILES[profile], { validity, subject, extensions }, issuer);
    return true;
  } catch {
    return false;
  }
}

let all: Case[];
beforeAll(async () => {
  all = await cases();
});

test('the table has common names that are permitted, and more that are not', () => {
  expect(all.length).toBeGreaterThan(300);
  expect(all.filter(({ permitted }) => permitted).length).toBeGreaterThan(100);
  expect(all.filter(({ permitted }) => !permitted).length).toBeGreaterThan(100);
});

describe.each(VERIFIERS.map(verifier => [verifier.name, verifier] as const))('a certificate under name constraints is accepted by %s', (name, verifier) => {
  whereInstalled(verifier.isInstalled(), name, verifier.debian).test.each<Purpose>(['client', 'server'])('in the certificate of a %s', purpose => {
    const rows = all.filter(each => each.purpose === purpose && each.permitted && (verifier.knowsAddresses !== false || !each.hasAddress));
    const verdicts = verifier.verify(folder, rows.map(({ chain }) => chain), purpose);
    expect(verdicts).toHaveLength(rows.length);
    expect(rows.map(({ title }, index) => `${title}: ${verdicts[index]}`).filter(text => !text.endsWith(': OK'))).toEqual([]);
  });
});
