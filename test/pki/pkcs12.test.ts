import { createHash, randomBytes } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { CA_SUBJECT, DEVICE_KEYS, DEVICE_SUBJECT, NOW, testCa, testCertificate } from './fixtures';
import { KeyAlgorithmName } from '../../src/contract/key-algorithms';
import { parseCertificate } from '../../src/pki/certificate';
import { toPem } from '../../src/pki/pem';
import { Pkcs12Content, pkcs12 } from '../../src/pki/pkcs12';
import { ITERATIONS, LEGACY_ITERATIONS } from '../../src/pki/pkcs12-protection';
import { PROFILES } from '../../src/pki/profile';
import { signerOf } from '../../src/pki/signer';
import { validityFrom } from '../../src/pki/validity';
import { certtool, hasCerttool, hasKeytool, keytool, openssl, opensslOutput, Run, temporaryFiles } from '../support/openssl';
import { whereInstalled } from '../support/second-opinions';
import { assertNoPrivateKey, assertShowsNone } from '../support/secrecy';

const file = temporaryFiles();

const PASSPHRASE = 'correct-horse-battery';
const UNUSUAL = 'pässwörd "\' \\ 杭州';
const FRIENDLY_NAME = 'Sensor é 杭州';

/** A device certificate below so many CAs, of which the chain has all. */
async function content(algorithm: KeyAlgorithmName, cas: 0 | 1 | 3, changes: Partial<Pkcs12Content> = {}): Promise<Pkcs12Content> {
  const validity = validityFrom(NOW, PROFILES.ca, 3650, undefined, false);
  const root = await testCa({ validity });
  const chain = [root.certificate];
  let issuer = root.issuer;
  for (const below of cas === 3 ? ['EC_P384', 'EC_P521'] as const : []) {
    const ca = await testCertificate(issuer, { profile: 'ca', algorithm: below, subject: { ...CA_SUBJECT, commonName: `CA by ${below}` }, validity });
    const { subject, keyIdentifier } = parseCertificate(ca);
    issuer = { name: subject, keyIdentifier, signer: signerOf(DEVICE_KEYS[below]), validity };
    chain.unshift(ca);
  }
  const certificate = await testCertificate(issuer, { algorithm, subject: DEVICE_SUBJECT });
  return {
    privateKeyPem: DEVICE_KEYS[algorithm], certificate, chain: cas === 0 ? [] : chain, friendlyName: 'sensor-001', passphrase: PASSPHRASE, ...changes,
  };
}

/** Different octets each time, and the same ones in each sequence; `drawn` keeps them. */
function sequenceOfBytes(drawn: Buffer[] = []): (bytes: number) => Buffer {
  return bytes => {
    const octets = createHash('sha512').update(`${drawn.length}`).digest().subarray(0, bytes);
    drawn.push(octets);
    return octets;
  };
}

let files = 0;
const write = (octets: Buffer) => file(`${files++}.p12`, octets);
const blocks = (text: string) => text.match(/-----BEGIN [^]*?-----END [A-Z ]+-----\n/g) ?? [];
const certificatesOf = ({ certificate, chain }: Pkcs12Content) => [certificate, ...chain].map(der => toPem('CERTIFICATE', der));
const byOpenssl = (path: string, passphrase: string, ...args: string[]) => openssl(['pkcs12', '-in', path, '-passin', `pass:${passphrase}`, ...args]);

/** Key, certificate and chain as OpenSSL finds them, which are those that were put in. */
function expectByOpenssl(path: string, expected: Pkcs12Content, passphrase = expected.passphrase): void {
  const found = blocks(byOpenssl(path, passphrase, '-nodes').stdout);
  expect(found.filter(pem => pem.includes('PRIVATE KEY'))).toEqual([opensslOutput(['pkey'], expected.privateKeyPem)]);
  expect(found.filter(pem => !pem.includes('PRIVATE KEY'))).toEqual(certificatesOf(expected));
}

const CASES: readonly (readonly [KeyAlgorithmName, 0 | 1 | 3])[] = [['RSA_2048', 0], ['RSA_4096', 1], ['EC_P256', 3], ['ED25519', 1]];

describe.each([
  ['modern', false, 'MAC: sha256', 'PBES2, PBKDF2, AES-256-CBC', `Iteration ${ITERATIONS}, PRF hmacWithSHA256`],
  ['legacy', true, 'MAC: sha1', 'pbeWithSHA1And3-KeyTripleDES-CBC', `Iteration ${LEGACY_ITERATIONS}`],
] as const)('a PKCS#12 file in the %s form', (_, legacy, mac, algorithm, iterations) => {
  test.each(CASES)('gives OpenSSL the key of %s, its certificate, and a chain of %i', async (name, cas) => {
    const expected = await content(name, cas, { legacy });
    const path = write(pkcs12(expected, randomBytes));
    expectByOpenssl(path, expected);
    const wrong = byOpenssl(path, `${PASSPHRASE}!`, '-nodes');
    expect([wrong.status, wrong.stdout]).toEqual([1, '']);
    expect(wrong.stderr).toContain('Mac verify error');
  });

  test('is encrypted and authenticated as it says, with a name and an identifier that key and certificate share', async () => {
    const expected = await content('EC_P256', 1, { legacy });
    const { stdout, stderr, status } = byOpenssl(write(pkcs12(expected, randomBytes)), PASSPHRASE, '-info', '-nodes');
    expect(status).toBe(0);
    expect(stderr).toContain(`${mac}, Iteration ${legacy ? LEGACY_ITERATIONS : ITERATIONS}\n`);
    expect(stderr).toContain(`PKCS7 Encrypted data: ${algorithm}, ${iterations}\n`);
    expect(stderr).toContain(`Shrouded Keybag: ${algorithm}, ${iterations}\n`);
    const id = createHash('sha1').update(expected.certificate).digest('hex').toUpperCase().replace(/../g, '$& ');
    expect(stdout.split(`localKeyID: ${id}`)).toHaveLength(3);
    expect(stdout.split('friendlyName: sensor-001\n')).toHaveLength(3);
    expect(stdout.split('Bag Attributes: <No Attributes>')).toHaveLength(2); // the CA
  });

  test('is opened by a passphrase and has a name beyond ASCII', async () => {
    const expected = await content('EC_P256', 1, { legacy, passphrase: UNUSUAL, friendlyName: FRIENDLY_NAME });
    const octets = pkcs12(expected, randomBytes);
    expectByOpenssl(write(octets), expected);
    expect(() => createSecureContext({ pfx: octets, passphrase: UNUSUAL })).not.toThrow();
    expect(() => createSecureContext({ pfx: octets, passphrase: `${UNUSUAL}!` })).toThrow('mac verify failure');
    const name = Buffer.from(FRIENDLY_NAME, 'utf16le').swap16();
    expect(octets.includes(Buffer.concat([Buffer.of(0x1e, name.length), name]))).toBe(true);
  });

  test('is the same for the same random bytes, none of which is used twice', async () => {
    const expected = await content('EC_P256', 1, { legacy });
    const drawn: Buffer[] = [];
    const octets = pkcs12(expected, sequenceOfBytes(drawn));
    expect(pkcs12(expected, sequenceOfBytes())).toEqual(octets);
    expect(drawn.map(({ length }) => length)).toEqual(legacy ? [8, 8, 8] : [16, 16, 16, 16, 16]);
    // Salts stand in the clear, but for those of what is encrypted.
    drawn.forEach(salt => expect(octets.toString('hex').split(salt.toString('hex'))).toHaveLength(2));
    expect(() => pkcs12(expected, bytes => Buffer.alloc(bytes - 1))).toThrow(/must return the (8|16) bytes that were requested/);
  });

  test('shows neither key nor certificate without its passphrase, and shows where it was changed', async () => {
    const expected = await content('ED25519', 1, { legacy });
    const octets = pkcs12(expected, randomBytes);
    assertNoPrivateKey([octets.toString('hex'), octets.toString('base64')], [expected.privateKeyPem]);
    expect(octets.includes(parseCertificate(expected.certificate).subject)).toBe(false);
    octets[octets.length - 200] = 255 - octets[octets.length - 200];
    expect(byOpenssl(write(octets), PASSPHRASE, '-noout').stderr).toContain('Mac verify error');
  });
});

describe('a PKCS#12 file', () => {
  /** The message of an error, which shows neither the passphrase nor the key. */
  async function failure(changes: Partial<Pkcs12Content>): Promise<string> {
    const all = await content('EC_P256', 0, { passphrase: 'hunter2', ...changes });
    try {
      pkcs12(all, randomBytes);
    } catch (error) {
      const { name, message, stack, cause } = error as Error & { cause?: unknown };
      expect([name, cause]).toEqual(['Error', undefined]);
      assertNoPrivateKey([message, stack!], [DEVICE_KEYS.EC_P256]);
      assertShowsNone([message, stack!], ['hunter2']);
      return message;
    }
    throw new Error('there was no error');
  }

  test.each([
    ['without a passphrase', '', 'passphrase must have at least one character, got an empty one'],
    ['for a line end', 'hunter2\n', 'no control characters, got another one (not shown)'],
    ['for a NUL', 'hunter2\0', 'no control characters, got another one (not shown)'],
    ['for a C1 control', 'hunter2\u0085', 'no control characters, got another one (not shown)'],
    ['for a character outside of the BMP', 'hunter2😀', 'characters of the Basic Multilingual Plane and no control characters, got another one (not shown)'],
    ['for half a character', 'hunter2\ud83d', 'characters of the Basic Multilingual Plane and no control characters, got another one (not shown)'],
  ])('is refused %s, and the message does not show the passphrase', async (_, passphrase, message) => {
    expect(await failure({ passphrase })).toContain(message);
  });

  test.each([
    ['empty', '', 'got 0: ""'],
    ['with a tab', 'a\tb', 'got 3: "a\\tb"'],
    ['outside of the BMP', '😀', 'got 2: "😀"'],
    ['of 256 characters', 'x'.repeat(256), 'got 256: "xxx'],
    ['that is a private key', DEVICE_KEYS.EC_P256, '(a private key, not shown)'],
  ])('is refused for a friendly name (%s)', async (_, friendlyName, message) => {
    const found = await failure({ friendlyName });
    expect(found).toMatch(/^friendlyName must be 1 to 255 characters of the Basic Multilingual Plane and no control characters, got /);
    expect(found).toContain(message);
  });

  test('is refused for the certificate of another key', async () => {
    expect(await failure({ privateKeyPem: DEVICE_KEYS.EC_P384 })).toBe('certificate must be the certificate of the private key, got the certificate of another key');
  });
});

whereInstalled(hasKeytool(), 'keytool', 'default-jre-headless').describe('Java', () => {
  /** Reads the key with Java, which writes it into a file of its own with another passphrase, for OpenSSL to open. */
  function convert(octets: Buffer, passphrase: string): Run & { readonly path: string } {
    const path = `${write(Buffer.alloc(0))}.java`;
    return {
      path,
      ...keytool(['-importkeystore', '-noprompt', '-srckeystore', write(octets), '-srcstorepass', passphrase,
        '-destkeystore', path, '-deststoretype', 'PKCS12', '-deststorepass', 'of-java']),
    };
  }

  test.each([['RSA_4096', 1, false], ['EC_P256', 3, false], ['ED25519', 0, false], ['RSA_2048', 1, true]] as const)(
    'reads a key of %s with a chain of %i (legacy: %s)', async (algorithm, cas, legacy) => {
      const expected = await content(algorithm, cas, { legacy, friendlyName: FRIENDLY_NAME });
      const { path, status, stdout, stderr } = convert(pkcs12(expected, randomBytes), PASSPHRASE);
      expect([status, stdout]).toEqual([0, '']);
      expect(stderr).toContain('1 entries successfully imported');
      expectByOpenssl(path, expected, 'of-java');
    });

  test('shows the key with its whole chain', async () => {
    const expected = await content('EC_P256', 3);
    const { stdout } = keytool(['-list', '-v', '-keystore', write(pkcs12(expected, randomBytes)), '-storepass', PASSPHRASE]);
    expect(stdout).toContain('Your keystore contains 1 entry');
    expect(stdout).toContain('Alias name: sensor-001\n');
    expect(stdout).toContain('Entry type: PrivateKeyEntry\nCertificate chain length: 4\n');
    const fingerprint = (der: Buffer) => createHash('sha256').update(der).digest('hex').toUpperCase().replace(/..(?!$)/g, '$&:');
    expect(stdout.match(/(?<=SHA256: ).*/g)).toEqual([expected.certificate, ...expected.chain].map(fingerprint));
  });

  test('refuses another passphrase', async () => {
    const { status, stdout } = convert(pkcs12(await content('EC_P256', 0), randomBytes), `${PASSPHRASE}!`);
    expect(status).not.toBe(0);
    expect(stdout).toContain('keystore password was incorrect');
  });
});

whereInstalled(hasCerttool(), 'certtool', 'gnutls-bin').describe('GnuTLS', () => {
  const info = (octets: Buffer, passphrase: string) => certtool(['--p12-info', '--inder', '--infile', write(octets), '--password', passphrase]);

  test.each([
    ['RSA_2048', 0, false, PASSPHRASE], ['EC_P256', 3, false, UNUSUAL], ['ED25519', 1, false, PASSPHRASE], ['EC_P384', 1, true, UNUSUAL],
  ] as const)('reads a key of %s with a chain of %i (legacy: %s) by the passphrase %s', async (algorithm, cas, legacy, passphrase) => {
    const expected = await content(algorithm, cas, { legacy, passphrase, friendlyName: FRIENDLY_NAME });
    const { stdout, stderr, status } = info(pkcs12(expected, randomBytes), passphrase);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split(`Friendly name: ${FRIENDLY_NAME}\n`)).toHaveLength(3);
    const found = blocks(stdout);
    expect(found.slice(0, -1)).toEqual(certificatesOf(expected));
    // The key is shown as it stands in the file, encrypted: GnuTLS opens it too, and answers its public key.
    const key = file('gnutls-key.pem', found[found.length - 1]);
    expect(blocks(certtool(['--pubkey-info', '--load-privkey', key, '--password', passphrase]).stdout))
      .toEqual([opensslOutput(['pkey', '-pubout'], expected.privateKeyPem)]);
  });

  test('refuses another passphrase', async () => {
    const { status, stderr } = info(pkcs12(await content('EC_P256', 0), randomBytes), `${PASSPHRASE}!`);
    expect(status).not.toBe(0);
    expect(stderr).toContain('Message Authentication Code verification failed');
  });
});
