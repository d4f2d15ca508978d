import { X509Certificate } from 'node:crypto';
import { CA_KEYS, DEVICE_KEYS, issuerBy, NOW, testCa, testCertificate } from './fixtures';
import { KEY_ALGORITHM_NAMES, KeyAlgorithmName } from '../../src/contract/key-algorithms';
import { formatTime, parseTime, Term } from '../../src/contract/term';
import { parseCertificate } from '../../src/pki/certificate';
import { Issuer } from '../../src/pki/issue';
import { publicKeyOf } from '../../src/pki/keys';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { signerOf } from '../../src/pki/signer';
import { Validity, validityFrom } from '../../src/pki/validity';
import { certtool, hasCerttool, openssl, temporaryFiles } from '../support/openssl';
import { whereInstalled } from '../support/second-opinions';


const file = temporaryFiles();
const pem = (der: Buffer) => toPem('CERTIFICATE', der);
const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** GnuTLS knows no other time than the present. */
const PRESENT = validityFrom(new Date(), PROFILES.ca, 30, undefined, false);

const DEPTHS = [1, 2, 3, 4];

/** A root, the CAs below it, and below each of these CAs a device. */
interface Hierarchy {
  readonly name: string;
  /** The root first. */
  readonly cas: readonly Buffer[];
  /** The device below each CA. */
  readonly leaves: readonly Buffer[];
}

/** Four CAs by two algorithms in turn. No two that follow each other have the same key. */
async function hierarchy(odd: KeyAlgorithmName, even: KeyAlgorithmName, validity = PRESENT): Promise<Hierarchy> {
  const keys = [CA_KEYS[odd], DEVICE_KEYS[even], CA_KEYS[odd], DEVICE_KEYS[even]];
  const name = `${odd} ${even}`;
  const cas: Buffer[] = [];
  const leaves: Buffer[] = [];
  let issuer: Issuer | undefined;
  for (const [index, key] of keys.entries()) {
    const signer = signerOf(key);
    const options = { subject: { organization: 'Acme', commonName: `${name} ${index}` }, validity, pathLength: 3 - index };
    const certificate: Buffer = issuer
      ? await testCertificate(issuer, { ...options, profile: 'ca', publicKey: signer.publicKey })
      : (await testCa({ ...options, signer })).certificate;
    issuer = issuerBy(certificate, signer);
    cas.push(certificate);
    leaves.push(await testCertificate(issuer, { validity, publicKey: publicKeyOf(keys[(index + 1) % 4]) }));
  }
  return { name, cas, leaves };
}

const PAIRS = KEY_ALGORITHM_NAMES.flatMap(odd => KEY_ALGORITHM_NAMES.map(even => [odd, even] as const));

/** Every pair of issuer and subject, at every depth. */
let hierarchies: readonly Hierarchy[] = [];

beforeAll(async () => {
  hierarchies = await Promise.all(PAIRS.map(([odd, even]) => hierarchy(odd, even)));
});

/** One call for all: what OpenSSL says of the devices, by way of any of the CAs between. */
function verifyAll(chains: readonly Hierarchy[], leaves: readonly string[], at: number) {
  return openssl(['verify', '-x509_strict', '-purpose', 'sslclient', '-attime', String(at),
    '-CAfile', file('roots.pem', chains.map(({ cas: [root] }) => pem(root)).join('')),
    '-untrusted', file('between.pem', chains.flatMap(({ cas: [, ...between] }) => between.map(pem)).join('')), ...leaves]);
}

test.each(DEPTHS)('OpenSSL accepts every pair of algorithms in a chain of depth %d', depth => {
  const leaves = hierarchies.map((each, index) => file(`depth-${depth}-${index}.pem`, pem(each.leaves[depth - 1])));
  const { stdout, stderr } = verifyAll(hierarchies, leaves, seconds(new Date()));
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual(leaves.map(path => `${path}: OK`));
});

test('OpenSSL refuses a chain of any pair of algorithms if the last octet of one signature differs', () => {
  const forged = hierarchies.map(({ name, cas, leaves }, index): Hierarchy => {
    const tampered = [...cas];
    tampered[1 + index % 3] = altered(cas[1 + index % 3]);
    return { name, cas: tampered, leaves };
  });
  const leaves = forged.map((each, index) => file(`forged-${index}.pem`, pem(each.leaves[3])));
  const { stdout, stderr } = verifyAll(forged, leaves, seconds(new Date()));
  expect(stdout).toBe('');
  expect(stderr.match(/certificate signature failure/g)).toHaveLength(leaves.length);
});

function altered(certificate: Buffer): Buffer {
  const other = Buffer.from(certificate);
  other[other.length - 1] = 255 - other[other.length - 1];
  return other;
}

test('node:crypto verifies each certificate by the one above it, and by no other of the chain', () => {
  for (const { name, cas, leaves } of hierarchies) {
    const [issuers, devices] = [cas, leaves].map(list => list.map(der => new X509Certificate(der)));
    const path = [
      ...issuers.map((issuer, index) => [issuer, issuers[Math.max(0, index - 1)]]),
      ...devices.map((device, index) => [device, issuers[index]]),
    ];
    for (const [subject, issuer] of path) {
      expect([name, subject.checkIssued(issuer), subject.verify(issuer.publicKey)]).toEqual([name, true, true]);
      const strangers = issuers.filter(other => other !== issuer);
      expect([name, strangers.filter(other => subject.checkIssued(other))]).toEqual([name, []]);
      expect([name, strangers.filter(other => !other.publicKey.equals(issuer.publicKey) && subject.verify(other.publicKey))]).toEqual([name, []]);
    }
  }
});

whereInstalled(hasCerttool(), 'certtool', 'gnutls-bin').test('GnuTLS accepts the longest chain of every pair with its profile "medium", and refuses it with another signature', () => {
  for (const [index, { name, cas, leaves }] of hierarchies.entries()) {
    const root = file('gnutls-root.pem', pem(cas[0]));
    const chain = (ofCas: readonly Buffer[]) => [leaves[3], ...ofCas.slice(1).reverse()].map(pem).join('');
    const verify = (input: string) => certtool(['--verify', '--verify-profile=medium', '--load-ca-certificate', root], input).stdout;
    expect([name, verify(chain(cas))]).toEqual([name, expect.stringContaining('Chain verification output: Verified. The certificate is trusted.')]);
    if (index % 7 === 0) {
      expect([name, verify(chain(cas.map((ca, at) => at === 2 ? altered(ca) : ca)))]).toEqual([name, expect.stringContaining('Not verified')]);
    }
  }
});

describe('a chain with declared ends', () => {
  const END = '9999-12-31T23:59:59Z';

  /** First and last second of the device, and of its CA. */
  const TERMS: readonly (readonly [what: string, notBefore: string, notAfter: string])[] = [
    ['the last second of UTCTime', '2026-03-01T12:00:00Z', '2049-12-31T23:59:59Z'],
    ['the first second of GeneralizedTime', '2026-03-01T12:00:00Z', '2050-01-01T00:00:00Z'],
    ['the last second that there is', '2026-03-01T12:00:00Z', END],
    ['a leap day', '2028-02-29T00:00:00Z', '2048-02-29T23:59:59Z'],
    ['the end of signed 32-bit seconds', '2026-01-19T03:14:07Z', '2038-01-19T03:14:07Z'],
    ['the second after it', '2026-01-19T03:14:07Z', '2038-01-19T03:14:08Z'],
    ['a beginning in GeneralizedTime', '2050-01-01T00:00:00Z', '2060-02-29T12:00:00Z'],
    ['one second', '2026-03-01T12:00:00Z', '2026-03-01T12:00:01Z'],
  ];

  const term = (notBefore: string, notAfter: string): Term => ({ notBefore: parseTime(notBefore), notAfter: parseTime(notAfter) });

  test.each(TERMS)('up to %s verifies from its first second on, and not before or after', async (_, notBefore, notAfter) => {
    const validity = validityFrom(NOW, PROFILES.ca, term(notBefore, notAfter), undefined, false);
    expect([validity.notBefore, validity.notAfter].map(formatTime)).toEqual([notBefore, notAfter]);
    const chain = await hierarchy('EC_P256', 'EC_P384', validity);
    const leaf = file('ends.pem', pem(chain.leaves[1]));
    const at = (time: Date, offset: number) => verifyAll([chain], [leaf], seconds(time) + offset);
    expect(at(validity.notBefore, -1).stderr).toContain('certificate is not yet valid');
    expect(at(validity.notBefore, 0)).toMatchObject({ status: 0, stderr: '' });
    expect(at(validity.notAfter, -1)).toMatchObject({ status: 0, stderr: '' }); // OpenSSL counts the last second out
    // OpenSSL has no name for a time in the year 10000, and accepts nothing in it.
    expect(at(validity.notAfter, 1).stderr).toContain(notAfter === END ? 'format error in certificate\'s notBefore field' : 'certificate has expired');
  });

  test('is at most as long as its CA, on either side', async () => {
    const ca = await testCa({ validity: validityFrom(NOW, PROFILES.ca, term('2026-01-01T00:00:00Z', '2036-02-29T00:00:00Z'), undefined, false) });
    const outer = ca.issuer.validity!;
    const device = (notBefore: string, notAfter: string, clip = false): Validity =>
      validityFrom(NOW, PROFILES.device, term(notBefore, notAfter), outer, clip);
    expect(device('2026-01-01T00:00:00Z', '2036-02-29T00:00:00Z')).toEqual(outer);
    expect(() => device('2025-12-31T23:59:59Z', '2030-01-01T00:00:00Z')).toThrow(
      'notBefore must not be before the CA, or a CA above it, becomes valid on 2026-01-01T00:00:00Z, got 2025-12-31T23:59:59Z');
    expect(() => device('2026-01-01T00:00:00Z', '2036-02-29T00:00:01Z')).toThrow(
      'validity would end on 2036-02-29T00:00:01Z, after the end of the CA, or of a CA above it, on 2036-02-29T00:00:00Z; shorten validity, or set clipToIssuer');
    expect(device('2026-01-01T00:00:00Z', END, true)).toEqual(outer);
  });

  test('can\'t be ordered from a CA that has expired, or that is not valid yet', () => {
    const outer = validityFrom(NOW, PROFILES.ca, term('2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z'), undefined, false);
    const orderAt = (now: string) => () => validityFrom(new Date(now), PROFILES.ca, { days: 1 }, outer, true);
    expect(orderAt('2026-06-01T00:00:01Z')).toThrow('the CA expired on 2026-06-01T00:00:00Z, and it is now 2026-06-01T00:00:01Z');
    expect(orderAt('2025-12-31T23:59:59Z')).toThrow('the CA is not valid until 2026-01-01T00:00:00Z, and it is now 2025-12-31T23:59:59Z');
  });
});

test('every certificate of a chain says which key signed it, and how many CAs may follow', () => {
  for (const { cas, leaves } of hierarchies) {
    const [parsed, devices] = [cas, leaves].map(list => list.map(parseCertificate));
    expect(parsed.map(({ pathLength }) => pathLength)).toEqual([3, 2, 1, 0]);
    expect([...parsed.slice(1), devices[3]].map(each => each.authorityKeyIdentifier)).toEqual(parsed.map(each => each.subjectKeyIdentifier));
    expect([...parsed.slice(1), devices[3]].map(({ issuer }) => issuer)).toEqual(parsed.map(({ subject }) => subject));
  }
});
