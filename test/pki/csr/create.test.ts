import 'reflect-metadata';
import { createPublicKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { extension, fromPem, NULL_DER, SPKI_DER } from './requests';
import { HASH_ALGORITHM_NAMES, KEY_ALGORITHM_NAMES, KEY_ALGORITHMS } from '../../../src/contract/key-algorithms';
import { readCertificationRequest } from '../../../src/pki/certification-request';
import { createCertificationRequest } from '../../../src/pki/create-certification-request';
import { sequence, TRUE } from '../../../src/pki/der';
import { encodeName } from '../../../src/pki/name';
import { toPem } from '../../../src/pki/pem';
import { signerOf } from '../../../src/pki/signer';
import { certtool, hasCerttool, openssl, opensslOutput, temporaryFiles } from '../../support/openssl';
import { whereInstalled } from '../../support/second-opinions';
import { CA_KEYS, CA_SUBJECT } from '../fixtures';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);


const file = temporaryFiles();
const SUBJECT = encodeName(CA_SUBJECT);
const CONSTRAINTS = extension('2.5.29.19', Buffer.from('30060101ff020100', 'hex'), TRUE);
const USAGE = extension('2.5.29.15', Buffer.from('03020106', 'hex'), TRUE);
const CASES = KEY_ALGORITHM_NAMES.flatMap(algorithm => HASH_ALGORITHM_NAMES.map(hash => [algorithm, hash] as const));

describe('a request for a CA', () => {
  test.each(CASES)('verifies in OpenSSL and asks for the declared extensions, by %s with %s', async (algorithm, hash) => {
    const der = await createCertificationRequest(SUBJECT, signerOf(CA_KEYS[algorithm]), hash, sequence(CONSTRAINTS, USAGE));
    const pem = file(`${algorithm}-${hash}.pem`, toPem('CERTIFICATE REQUEST', der));
    const { status, stderr } = openssl(['req', '-in', pem, '-verify', '-noout']);
    expect([status, stderr]).toEqual([0, expect.stringContaining('verify OK')]);
    const text = opensslOutput(['req', '-in', pem, '-noout', '-text', '-nameopt', 'RFC2253']);
    expect(text).toContain('Version: 1 (0x0)');
    expect(text).toContain('Subject: CN=Acme IoT Root CA,O=Acme,C=CN');
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:0\s+X509v3 Key Usage: critical\s+Certificate Sign, CRL Sign/);
    if (algorithm !== 'ED25519') {
      expect(text).toMatch(new RegExp(`Signature Algorithm: (ecdsa-with-)?${hash.replace('-', '')}`, 'i'));
    }
    expect(fromPem(opensslOutput(['req', '-in', pem, '-noout', '-pubkey']))).toEqual(createPublicKey(CA_KEYS[algorithm]).export(SPKI_DER));

    const request = readCertificationRequest(der);
    expect([request.subject, request.attributes, request.extensions.map(({ oid }) => oid)]).toEqual([SUBJECT, [], ['2.5.29.19', '2.5.29.15']]);
    if (KEY_ALGORITHMS[algorithm].family !== 'ED25519') {
      expect(await new x509.Pkcs10CertificateRequest(der).verify()).toBe(true);
    }
  });

  whereInstalled(hasCerttool(), 'certtool', 'gnutls-bin').test.each(KEY_ALGORITHM_NAMES)('verifies in GnuTLS, by %s', async algorithm => {
    const der = await createCertificationRequest(SUBJECT, signerOf(CA_KEYS[algorithm]), 'SHA-384', sequence(CONSTRAINTS, USAGE));
    const { status, stdout, stderr } = certtool(['--crq-info'], toPem('CERTIFICATE REQUEST', der));
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('rror')]);
    expect(stdout).toContain('Self signature: verified');
    expect(stdout).toContain('Subject: CN=Acme IoT Root CA,O=Acme,C=CN');
  });
});

test('a request without extensions has the field for attributes that RFC 2986 demands, as OpenSSL writes it', async () => {
  const key = file('key.pem', CA_KEYS.RSA_2048);
  const der = await createCertificationRequest(SUBJECT, signerOf(CA_KEYS.RSA_2048), 'SHA-256');
  const name = ['-subj', '/C=CN/O=Acme/CN=Acme IoT Root CA', '-config', file('openssl.cnf', '[req]\ndistinguished_name=n\nstring_mask=default\n[n]\n')];
  expect(der).toEqual(fromPem(opensslOutput(['req', '-new', '-sha256', '-key', key, ...name])));
  expect(readCertificationRequest(der).extensions).toEqual([]);
});

test('a request can be signed elsewhere, and is refused if another key signed it', async () => {
  const [ours, theirs] = [signerOf(CA_KEYS.EC_P256), signerOf(CA_KEYS.EC_P384)];
  const later = { publicKey: ours.publicKey, sign: async (data: Buffer) => ours.sign(data, 'SHA-256') };
  expect(readCertificationRequest(await createCertificationRequest(SUBJECT, later, 'SHA-256')).publicKey).toEqual(ours.publicKey);
  const wrong = await createCertificationRequest(SUBJECT, { ...theirs, publicKey: ours.publicKey }, 'SHA-256');
  expect(() => readCertificationRequest(wrong)).toThrow('its signature does not verify');
  await expect(createCertificationRequest(SUBJECT, { ...ours, publicKey: NULL_DER }, 'SHA-256')).rejects.toThrow('the CA\'s key must be RSA_2048');
});
