import { generateKeyPairSync } from 'node:crypto';
import { CA_KEYS, DEVICE_KEYS, issuerBy, NOW, testCa, testCertificate } from './fixtures';
import { KEY_ALGORITHM_NAMES } from '../../src/contract/key-algorithms';
import { assertCanIssue, checkCaChain, readCaChain } from '../../src/pki/ca-chain';
import { parseCertificate } from '../../src/pki/certificate';
import { element, explicit, integer, objectIdentifier, sequence, setOfOne, Tag, utf8String } from '../../src/pki/der';
import { DerReader } from '../../src/pki/der-reader';
import { Issuer } from '../../src/pki/issue';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { signerOf } from '../../src/pki/signer';
import { validityFrom } from '../../src/pki/validity';
import { openssl, opensslOutput, temporaryFiles } from '../support/openssl';

const file = temporaryFiles();
const pem = (...certificates: readonly Buffer[]) => certificates.map(der => toPem('CERTIFICATE', der)).join('');
const read = (...certificates: readonly Buffer[]) => readCaChain('certificate', pem(...certificates));

/** CAs below each other, the lowest first, as a property holds them; none limits the path. */
async function cas(count: number): Promise<Buffer[]> {
  const chain: Buffer[] = [];
  let issuer: Issuer | undefined;
  for (let level = 0; level < count; level++) {
    const signer = signerOf(level % 2 === 0 ? CA_KEYS.EC_P256 : DEVICE_KEYS.EC_P256);
    const subject = { organization: 'Acme', commonName: `CA ${level}` };
    const validity = validityFrom(NOW, PROFILES.ca, 3650, undefined, false);
    const certificate: Buffer = issuer
      ? await testCertificate(issuer, { profile: 'ca', subject, validity, publicKey: signer.publicKey })
      : (await testCa({ subject, validity, signer })).certificate;
    issuer = issuerBy(certificate, signer);
    chain.unshift(certificate);
  }
  return chain;
}

/** A self-signed certificate by OpenSSL, with whatever extensions and digest. */
function foreign({ extensions, key = DEVICE_KEYS.RSA_2048, digest = 'sha256' }: { extensions: string; key?: string; digest?: string }): string {
  const config = file('foreign.cnf', `
    [req]
    distinguished_name = name
    prompt = no
    x509_extensions = extensions
    [name]
    CN = Foreign Root
    [extensions]
    ${extensions}
  `.replace(/^ +/gm, ''));
  return opensslOutput(['req', '-x509', '-new', '-config', config, '-key', file('foreign-key.pem', key), '-days', '30', `-${digest}`]);
}

const CA_EXTENSIONS = 'basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\nsubjectKeyIdentifier = hash';

describe('the certificate of a CA from elsewhere', () => {
  test('is refused if its key can\'t be read, alone or above another one', async () => {
    const der = Buffer.from(foreign({ extensions: CA_EXTENSIONS }).replace(/-----[^-]*-----/g, ''), 'base64');
    const algorithm = Buffer.from('06092a864886f70d010101', 'hex');
    const odd = Buffer.from(der);
    odd[der.indexOf(algorithm) + algorithm.length - 1] = 0x7f;
    expect(() => read(odd)).toThrow('certificate must have a key that OpenSSL can read, got a key of 1.2.840.113549.1.1.127');
    expect(() => read(der, odd)).toThrow('certificate, certificate 2, must have a key that OpenSSL can read');
  });

  describe('with damaged names', () => {
    const der = Buffer.from(foreign({ extensions: CA_EXTENSIONS }).replace(/-----[^-]*-----/g, ''), 'base64');
    const { issuer, subject } = parseCertificate(der);
    const [issuerAt, subjectAt] = [der.indexOf(issuer), der.lastIndexOf(subject)];
    const damaged = (at: number, octet: number): Buffer => {
      const changed = Buffer.from(der);
      changed[at] = octet;
      return changed;
    };
    const CHARACTER = issuer.indexOf('Foreign Root');

    test.each<[string, number, number, string]>([
      ['no set', issuerAt + 2, 0x30, 'its issuer must be a name that can be read (RFC 5280, section 4.1.2.4), got a damaged one: DER must have tag 0x31'],
      ['no attribute type', issuerAt + 6, 0x04, 'its issuer must be a name that can be read (RFC 5280, section 4.1.2.4), got a damaged one: DER must have tag 0x06'],
      ['no UTF-8 in the issuer', issuerAt + CHARACTER, 0xff, 'its issuer must be a name that can be read (RFC 5280, section 4.1.2.4), got a damaged one: '
        + 'the value of 2.5.4.3 is not a string of its type'],
      ['no UTF-8 in the subject', subjectAt + CHARACTER, 0xff, 'its subject must be a name that can be read (RFC 5280, section 4.1.2.4), got a damaged one: '
        + 'the value of 2.5.4.3 is not a string of its type'],
      ['a string of a type that names do not have', issuerAt + CHARACTER - 2, 0x01, 'OpenSSL must be able to read it, got a certificate that it refuses; have it issued again'],
    ])('is refused for %s, alone or above another one', (_, at, octet, message) => {
      expect(() => read(damaged(at, octet))).toThrow(`certificate can't be used: ${message}`);
      expect(() => read(der, damaged(at, octet))).toThrow(`certificate, certificate 2, can't be used: ${message}`);
    });

    test('is accepted only if OpenSSL can read it', () => {
      const places = Array.from({ length: subjectAt + subject.length - issuerAt }, (_, index) => issuerAt + index);
      const taken = places.flatMap(at => [0x00, 0x01, 0x13, 0x7f, 0x80, 0xff].map(octet => damaged(at, octet))).filter(each => {
        try {
          return read(each).certificate;
        } catch {
          return false;
        }
      });
      expect(taken.length).toBeGreaterThan(10);
      const bag = opensslOutput(['crl2pkcs7', '-nocrl', '-certfile', file('taken.pem', pem(...taken))]); // fails where it can't read one
      expect(opensslOutput(['pkcs7', '-print_certs'], bag).match(/BEGIN CERTIFICATE/g)).toHaveLength(taken.length);
    });
  });

  test.each(KEY_ALGORITHM_NAMES)('is accepted alone, by %s', async algorithm => {
    const { certificate } = await testCa({ algorithm, pathLength: 0 });
    expect(read(certificate)).toMatchObject({ certificate: { der: certificate, ca: true, pathLength: 0 }, chain: [] });
  });

  test('is accepted with those above it, with or without the root', async () => {
    const [own, above, root] = await cas(3);
    expect(read(own, above, root).chain.map(({ der }) => der)).toEqual([above, root]);
    expect(read(own, above).chain.map(({ der }) => der)).toEqual([above]);
    expect(read(own).chain).toEqual([]);
  });

  test('is accepted with the text that OpenSSL prints around it, and with any line ends', async () => {
    const [own, root] = await cas(2);
    const text = `Certificate:\n    Data:\n${pem(own)}\n subject=CN = Root\n${pem(root)}\n`.replace(/\n/g, '\r\n');
    expect(readCaChain('certificate', text).chain).toHaveLength(1);
  });

  test('is accepted as OpenSSL makes it', () => {
    expect(readCaChain('certificate', foreign({ extensions: CA_EXTENSIONS }))).toMatchObject({ certificate: { ca: true }, chain: [] });
  });

  test.each([['PrintableString', Tag.PRINTABLE_STRING], ['TeletexString', Tag.TELETEX_STRING]])(
    'is accepted if its issuer\'s name is %s and the root has it as UTF8String, as RFC 5280, section 7.1, compares names', async (_, tag) => {
      const root = await testCa({ subject: sequence(setOfOne(sequence(objectIdentifier('2.5.4.3'), utf8String('Acme Root')))) });
      const name = sequence(setOfOne(sequence(objectIdentifier('2.5.4.3'), element(tag, Buffer.from('ACME  root')))));
      const own = await testCertificate({ ...root.issuer, name }, { profile: 'ca', subject: { commonName: 'Plant' } });
      expect(read(own, root.certificate).chain).toHaveLength(1);
      const { certificate: another } = await testCa({ subject: { commonName: 'Acme Rook' } });
      expect(() => read(own, another)).toThrow('certificate must be signed by the certificate that follows it');
    });

  test.each(['critical, 1.2.3.4', 'critical, 2.5.29.32.0'])('can issue if its certificatePolicies are %s', policies => {
    const chain = readCaChain('certificate', foreign({ extensions: `${CA_EXTENSIONS}\ncertificatePolicies = ${policies}` }));
    expect(() => assertCanIssue('certificate', chain)).not.toThrow();
  });

  test('can issue without a subject key identifier, and then the SHA-1 of its key names it in the certificates that it issues', () => {
    const chain = readCaChain('certificate', foreign({ extensions: 'basicConstraints = critical, CA:TRUE\nkeyUsage = keyCertSign\nsubjectKeyIdentifier = none' }));
    expect(() => assertCanIssue('certificate', chain)).not.toThrow();
    const withOne = readCaChain('certificate', foreign({ extensions: CA_EXTENSIONS }));
    expect(chain.certificate.keyIdentifier).toEqual(withOne.certificate.subjectKeyIdentifier); // as OpenSSL makes it: hash
  });

  test.each([
    ['policyConstraints = critical, requireExplicitPolicy:0', 'policyConstraints (2.5.29.36)'],
    ['inhibitAnyPolicy = critical, 0', 'inhibitAnyPolicy (2.5.29.54)'],
    ['crlDistributionPoints = critical, URI:http://acme.example/crl', 'cRLDistributionPoints (2.5.29.31)'],
    ['issuerAltName = critical, DNS:acme.example', 'issuerAltName (2.5.29.18)'],
    ['nsCertType = critical, sslCA', 'netscape-cert-type (2.16.840.1.113730.1.1)'],
    ['1.3.6.1.4.1.99999.1 = critical, ASN1:NULL', '1.3.6.1.4.1.99999.1'],
  ])('can\'t issue with %s, which the message names', (extension, named) => {
    const chain = readCaChain('certificate', foreign({ extensions: `${CA_EXTENSIONS}\n${extension}` }));
    expect(() => assertCanIssue('certificate', chain)).toThrow(new Error(
      `the CA's certificate, and those above it, must have no critical extension that this library does not process, got ${named}: `
      + 'the certificates that it issues could violate the extension unnoticed; have the certificate renewed without the extension, or with the extension not critical'));
  });

  test('can have eight certificates above it, but not nine', async () => {
    const nine = await cas(10);
    expect(read(...nine.slice(1)).chain).toHaveLength(8);
    expect(() => read(...nine)).toThrow('certificate must hold at most 8 certificates above the CA, got 9');
  });
});

describe('a chain', () => {
  test('is refused in another order, or with a missing certificate', async () => {
    const [own, above, root] = await cas(3);
    const words = (place: string) => `${place} must be signed by the certificate that follows it (the CA's own comes first, the root last), got another order or another chain`;
    expect(() => read(own, root)).toThrow(words('certificate'));
    expect(() => read(root, above, own)).toThrow(words('certificate'));
    expect(() => read(own, root, above)).toThrow(words('certificate'));
    expect(() => read(own, above, own)).toThrow(words('certificate, certificate 2,'));
    expect(() => read(own, own)).toThrow(words('certificate'));
  });

  test('is refused if a CA above has the right name, but another key, even with the right key identifier', async () => {
    const root = await testCa({ algorithm: 'EC_P256' });
    const below = await testCertificate(root.issuer, { profile: 'ca', subject: { commonName: 'Plant' } });
    const double = await testCa({ algorithm: 'EC_P384' });
    expect(() => read(below, double.certificate)).toThrow('certificate must be signed by the certificate that follows it');
    const pretender = await testCertificate({ ...double.issuer, keyIdentifier: root.issuer.keyIdentifier }, { profile: 'ca', subject: { commonName: 'Plant' } });
    expect(() => read(pretender, root.certificate)).toThrow('certificate must be signed by the certificate that follows it');
    expect(read(below, root.certificate).chain).toHaveLength(1);
  });

  test.each([0, 1, 2])('is refused with another signature of certificate %d, even if it is the root\'s own', async index => {
    const chain = await cas(3);
    const forged = Buffer.from(chain[index]);
    forged[forged.length - 1] = 255 - forged[forged.length - 1];
    chain[index] = forged;
    expect(() => read(...chain)).toThrow(`${index === 0 ? 'certificate' : `certificate, certificate ${index + 1},`} must be signed by the certificate that follows it`);
  });

  test('is refused if a path length forbids the CAs below it, as OpenSSL does', async () => {
    const root = await testCa({ pathLength: 0 });
    const below = await testCertificate({ ...root.issuer, pathLength: undefined }, { profile: 'ca', subject: { commonName: 'Plant' } });
    const leaf = await testCertificate(issuerBy(below, signerOf(DEVICE_KEYS.EC_P256)), { algorithm: 'EC_P384' });
    expect(() => read(below, root.certificate)).toThrow('certificate, certificate 2, must allow as many CAs below it as the chain has, 1, got a path length of 0');
    await expect(testCertificate(root.issuer, { profile: 'ca' })).rejects.toThrow('the signing CA has a pathLength of 0');
    const { stderr } = openssl(['verify', '-x509_strict', '-attime', String(NOW.getTime() / 1000), '-CAfile', file('short.pem', pem(root.certificate)),
      '-untrusted', file('below.pem', pem(below)), file('leaf.pem', pem(leaf))]);
    expect(stderr).toContain('path length constraint exceeded');
  });

  test('is refused with a certificate of a device at any place', async () => {
    const ca = await testCa();
    const device = await testCertificate(ca.issuer);
    const words = 'must be a CA certificate, with CA:TRUE in its basicConstraints and, if it has a keyUsage, keyCertSign in it (RFC 5280, section 6.1.4), got another certificate';
    expect(() => read(device, ca.certificate)).toThrow(`certificate ${words}`);
    expect(() => read(ca.certificate, device)).toThrow(`certificate, certificate 2, ${words}`);
  });

  test.each([
    ['without basicConstraints', 'keyUsage = critical, keyCertSign\nsubjectKeyIdentifier = hash', 'must be a CA certificate'],
    ['with CA:FALSE', CA_EXTENSIONS.replace('TRUE', 'FALSE'), 'must be a CA certificate'],
    ['without keyCertSign', CA_EXTENSIONS.replace('keyCertSign', 'cRLSign'), 'must be a CA certificate'],
    ['with constraints on names of a type that is unknown here', `${CA_EXTENSIONS}\nnameConstraints = critical, permitted;RID:1.2.3`, 'name constraints of an unknown type'],
    ['with constraints on addresses that are no network', `${CA_EXTENSIONS}\nnameConstraints = permitted;IP:10.0.0.0/255.0.255.0`, 'on addresses that are not networks'],
  ])('is refused with a CA %s', (_, extensions, words) => {
    expect(() => readCaChain('certificate', foreign({ extensions }))).toThrow(words);
  });

  test('is accepted with a CA without keyUsage, as `openssl req -x509` makes it', () => {
    expect(readCaChain('certificate', foreign({ extensions: 'basicConstraints = critical, CA:TRUE\nsubjectKeyIdentifier = hash' })).certificate.ca).toBe(true);
  });

  test('is refused with a certificate of X.509 version 1, as OpenSSL makes it without extensions', () => {
    const key = file('v1-key.pem', DEVICE_KEYS.RSA_2048);
    const request = opensslOutput(['req', '-new', '-key', key, '-subj', '/CN=Old Root']);
    const old = opensslOutput(['x509', '-req', '-signkey', key, '-days', '30'], request);
    expect(opensslOutput(['x509', '-noout', '-text'], old)).toContain('Version: 1 ');
    expect(() => readCaChain('certificate', old)).toThrow(
      'certificate can\'t be used: the certificate must have version 3, with extensions (RFC 5280, section 4.1.2.1); `openssl x509 -req`');
  });

  test('is refused with octets after a certificate, or with damaged base64', async () => {
    const [own] = await cas(1);
    const words = 'certificate, block 1, must be the base64 of one certificate in DER, got something else';
    expect(() => read(Buffer.concat([own, Buffer.of(0)]))).toThrow(words);
    expect(() => read(own.subarray(0, -1))).toThrow(words);
    expect(() => read(Buffer.from('hello'))).toThrow(words);
    expect(() => readCaChain('certificate', 'hello')).toThrow('certificate must hold a certificate in PEM (-----BEGIN CERTIFICATE-----), got a string without one');
    expect(() => readCaChain('certificate', `${pem(own)}${' '.repeat(65_536)}`)).toThrow('certificate must be up to 65536 characters long, got 66');
  });

  test('is refused with a private key, and the message shows nothing of the key', async () => {
    const [own] = await cas(1);
    for (const key of [CA_KEYS.EC_P256, CA_KEYS.RSA_2048.replace(/PRIVATE KEY/g, 'RSA PRIVATE KEY'), CA_KEYS.EC_P256.replace(/PRIVATE KEY/g, 'ENCRYPTED PRIVATE KEY')]) {
      for (const text of [key, pem(own) + key, key + pem(own)]) {
        let message = '';
        try {
          readCaChain('certificate', text);
        } catch (error) {
          ({ message } = error as Error);
        }
        expect(message).toBe('certificate must hold certificates only, got a private key (not shown); take it out of the declaration, and consider it disclosed');
      }
    }
  });

  test('is refused if an extension occurs twice', async () => {
    const [own] = await cas(1);
    expect(() => read(withExtensionTwice(own))).toThrow('certificate can\'t be used: the certificate has the extension basicConstraints (2.5.29.19) twice');
  });
});

/** The first extension once more; the signature is not looked at before. */
function withExtensionTwice(der: Buffer): Buffer {
  const certificate = new DerReader(der).sequence();
  const tbs = certificate.sequence();
  const version = explicit(0, integer(2));
  tbs.element(0xa0);
  const fields = [tbs.element(Tag.INTEGER), ...Array.from({ length: 5 }, () => tbs.element(Tag.SEQUENCE))];
  const list = tbs.explicit(3).sequence();
  const extensions: Buffer[] = [];
  while (list.more) {
    extensions.push(list.element(Tag.SEQUENCE));
  }
  const twice = sequence(version, ...fields, explicit(3, sequence(...extensions, extensions[0])));
  return sequence(twice, certificate.element(Tag.SEQUENCE), element(Tag.BIT_STRING, certificate.contents(Tag.BIT_STRING)));
}

describe('an old chain', () => {
  const spki = { type: 'spki', format: 'der' } as const;
  const shortKey = () => generateKeyPairSync('rsa', { modulusLength: 1024, publicKeyEncoding: spki, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } }).privateKey;

  /** A CA of ours below a root of OpenSSL's. */
  function below(root: string, key: string, digest = 'sha256'): string {
    const [rootFile, keyFile] = [file('old-root.pem', root), file('old-key.pem', key)];
    const request = opensslOutput(['req', '-new', '-key', file('plant-key.pem', DEVICE_KEYS.EC_P256), '-subj', '/CN=Plant']);
    const extensions = file('plant.cnf', `${CA_EXTENSIONS}\nauthorityKeyIdentifier = keyid`);
    return opensslOutput(['x509', '-req', '-CA', rootFile, '-CAkey', keyFile, '-CAcreateserial', '-days', '20', `-${digest}`, '-extfile', extensions], request);
  }

  test('with a signature over SHA-1 is accepted only if that is allowed, even if it is the root\'s signature of itself', () => {
    const root = foreign({ extensions: CA_EXTENSIONS, digest: 'sha1' });
    const text = below(root, DEVICE_KEYS.RSA_2048) + root;
    expect(() => readCaChain('certificate', text)).toThrow(
      'certificate, certificate 2, must not be signed over SHA-1 or MD5; renew it, or set allowLegacyChain to accept it');
    expect(readCaChain('certificate', text, true).chain).toHaveLength(1);
    expect(checkCaChain('certificate', text)).toBeUndefined();
    const ownBySha1 = below(root, DEVICE_KEYS.RSA_2048, 'sha1') + root;
    expect(() => readCaChain('certificate', ownBySha1)).toThrow('certificate must not be signed over SHA-1 or MD5');
    expect(readCaChain('certificate', ownBySha1, true).chain).toHaveLength(1);
  });

  test('with an RSA key of 1024 bits is accepted only if that is allowed, and never for the CA itself', () => {
    const key = shortKey();
    const root = foreign({ extensions: CA_EXTENSIONS, key });
    const text = below(root, key) + root;
    expect(() => readCaChain('certificate', text)).toThrow('certificate, certificate 2, must have an RSA key of at least 2048 bits, got 1024');
    expect(readCaChain('certificate', text, true).chain).toHaveLength(1);
    expect(() => readCaChain('certificate', root, true)).toThrow('certificate must have an RSA key of at least 2048 bits, got 1024');
  });
});

/** How OpenSSL is to write `Acmé` and `plain`: in T61String, BMPString, UTF8String, or each in the least that can hold it. */
const STRING_MASKS = ['MASK:0x2806', 'MASK:0x2804', 'MASK:0x0800', 'utf8only', 'pkix', 'default'];

test.each(STRING_MASKS)('a certificate below a CA that OpenSSL made with %s has its name and key identifier byte for byte, and verifies', async mask => {
  const config = file('mixed.cnf', `
    [req]
    distinguished_name = name
    x509_extensions = extensions
    prompt = no
    string_mask = ${mask}
    utf8 = yes
    [name]
    0.O = Acmé
    1.OU = Sensors
    +CN = Acme Root
    2.OU = plain
    [extensions]
    ${CA_EXTENSIONS.replace('hash', '0102030405060708090a')}
    nameConstraints = permitted;DNS:example.com
  `.replace(/^ +/gm, ''));
  const root = opensslOutput(['req', '-x509', '-new', '-config', config, '-key', file('mixed-key.pem', DEVICE_KEYS.RSA_2048), '-days', '30']);
  const { certificate } = readCaChain('certificate', root);
  const issuer = issuerBy(certificate.der, signerOf(DEVICE_KEYS.RSA_2048));
  const leaf = await testCertificate(issuer, { validity: issuer.validity, extensions: { subjectAlternativeNames: { dns: ['a.example.com'] } } });
  const parsed = parseCertificate(leaf);
  expect(parsed.issuer).toEqual(certificate.subject);
  expect(parsed.authorityKeyIdentifier!.toString('hex')).toBe('0102030405060708090a');
  expect(openssl(['verify', '-x509_strict', '-CAfile', file('mixed-ca.pem', root), file('mixed.pem', pem(leaf))])).toMatchObject({ status: 0, stderr: '' });
});
