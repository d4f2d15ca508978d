import 'reflect-metadata';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as x509 from '@peculiar/x509';
import { existingCaIdentity, parseExistingCa } from '../../src/issuing/existing-ca';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { SecretValue } from '../../src/issuing/ports';
import { LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';
import { foreignCertificate } from '../support/cli-certificates';
import { deviceProperties, EXISTING_KEY, existingCaProperties, PASSPHRASE, Properties, request, SECRET, verificationProperties } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';
import { openssl, opensslOutput } from '../support/openssl';
import { CA_EXTENSIONS, derOf, OpensslCa, OpensslCas, P256 } from '../support/openssl-ca';

const cas = new OpensslCas();
const RSA = ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];
const SERVER_KEY = { Type: 'SecretsManager', SecretArn: `${SECRET}Server-AbCdEf` };
const ENCRYPTED_KEY = { Type: 'ExistingSecret', SecretArn: EXISTING_KEY, PassphraseSecretArn: PASSPHRASE };
const CERTIFICATE_SECRET = `${SECRET}Certificate-AbCdEf`;

let world: MemoryWorld;
let root: OpensslCa;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const adopt = (certificatePem: string, changes: Properties = {}) =>
  handle(request('existing', 'Create', existingCaProperties({ CertificatePem: certificatePem, ...changes })));

beforeAll(() => {
  root = cas.root();
});

beforeEach(() => {
  world = new MemoryWorld();
  world.now = new Date(Date.now() + 60_000); // after whatever OpenSSL makes meanwhile
  world.secretValues.set(EXISTING_KEY, root.privateKeyPem);
});

/** Runs a command of OpenSSL that writes its result to a file. */
function made(...args: string[]): Buffer {
  const path = cas.path('made', '');
  opensslOutput([...args, '-out', path]);
  return readFileSync(path);
}

describe('the key of an existing CA can be', () => {
  const RSA_CA = () => cas.root({ key: RSA });
  const EC_CA = () => cas.root({ key: P256 });
  const FORMS: [string, () => OpensslCa, (keyFile: string) => SecretValue, boolean][] = [
    ['PKCS#8', RSA_CA, key => made('pkcs8', '-topk8', '-nocrypt', '-in', key).toString(), false],
    ['PKCS#8 in DER', EC_CA, key => made('pkcs8', '-topk8', '-nocrypt', '-in', key, '-outform', 'DER'), false],
    ['PKCS#8 as octets', EC_CA, key => made('pkcs8', '-topk8', '-nocrypt', '-in', key), false],
    ['encrypted PKCS#8', EC_CA, key => made('pkcs8', '-topk8', '-in', key, '-passout', 'pass:Tr0ub4dor').toString(), true],
    ['encrypted PKCS#8 in DER', EC_CA, key => made('pkcs8', '-topk8', '-in', key, '-passout', 'pass:Tr0ub4dor', '-outform', 'DER'), true],
    ['PKCS#1', RSA_CA, key => made('rsa', '-traditional', '-in', key).toString(), false],
    ['PKCS#1 in DER', RSA_CA, key => made('rsa', '-traditional', '-in', key, '-outform', 'DER'), false],
    ['encrypted PKCS#1 in OpenSSL\'s older form', RSA_CA, key => made('rsa', '-traditional', '-aes256', '-in', key, '-passout', 'pass:Tr0ub4dor').toString(), true],
    ['SEC 1', EC_CA, key => made('ec', '-in', key).toString(), false],
    ['SEC 1 in DER', EC_CA, key => made('ec', '-in', key, '-outform', 'DER'), false],
    ['encrypted SEC 1 in OpenSSL\'s older form', EC_CA, key => made('ec', '-aes128', '-in', key, '-passout', 'pass:Tr0ub4dor').toString(), true],
  ];
  test.each(FORMS)('%s', async (_, makeCa, form, encrypted) => {
    const ca = makeCa();
    world.secretValues.set(EXISTING_KEY, form(cas.path('key.pem', ca.privateKeyPem)));
    world.secretValues.set(PASSPHRASE, 'Tr0ub4dor\n');
    const { physicalResourceId, data } = await adopt(ca.certificatePem, encrypted ? { KeyStorage: ENCRYPTED_KEY } : {});
    expect(data!.CertificatePem).toBe(ca.certificatePem);
    const device = await handle(request('device', 'Create', deviceProperties(physicalResourceId)));
    expect(cas.verify(device.data!.CertificatePem, '', ca.certificatePem, ['-purpose', 'sslclient'])).toBe('certificate: OK');
  });
});

describe('a CA that OpenSSL made by the command of the guide', () => {
  /** `openssl req -new -x509` asks for the passphrase; what it writes is PKCS#8, encrypted by it. */
  function seedCa(...more: string[]): string {
    const [keyFile, certificateFile] = [cas.path('ca.key', ''), cas.path('ca.crt', '')];
    opensslOutput(['req', '-new', '-x509', '-days', '3650', '-keyout', keyFile, '-out', certificateFile, '-passout', 'pass:geheim',
      '-subj', '/C=CN/ST=Zhejiang/O=Acme/CN=Acme CA', ...more]);
    world.secretValues.set(EXISTING_KEY, readFileSync(keyFile, 'utf8'));
    world.secretValues.set(PASSPHRASE, Buffer.from('geheim\r\n'));
    expect(world.secretValues.get(EXISTING_KEY)).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    return readFileSync(certificateFile, 'utf8');
  }

  // OpenSSL's own configuration leaves out the key usage of a CA, which only -x509_strict insists on.
  test.each([['', [], []], [' with a key usage', ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'], ['-x509_strict']]] as const)(
    'issues for every purpose%s', async (_, more, strict) => {
      const certificatePem = seedCa(...more);
      const { physicalResourceId } = await adopt(certificatePem, { KeyStorage: ENCRYPTED_KEY });
      const names = { Extensions: { SubjectAlternativeNames: { Dns: ['broker.example.com'] } } };
      const verification = await handle(request('verification', 'Create', verificationProperties(physicalResourceId)));
      const device = await handle(request('device', 'Create', deviceProperties(physicalResourceId, { KeyAlgorithm: 'RSA_2048' })));
      const server = await handle(request('server', 'Create', deviceProperties(physicalResourceId, { ...names, KeyStorage: SERVER_KEY })));
      const verify = ({ data }: LifecycleResult, ...purpose: string[]) => cas.verify(data!.CertificatePem, '', certificatePem, purpose, strict);
      expect(verify(verification)).toBe('certificate: OK');
      expect(verify(device, '-purpose', 'sslclient')).toBe('certificate: OK');
      expect(verify(server, '-purpose', 'sslserver', '-verify_hostname', 'broker.example.com')).toBe('certificate: OK');
      expect(world.versions.size).toBe(2); // the keys of device and server; that of the CA was copied nowhere
    });
});

test('an existing CA can have its key in KMS', async () => {
  const KeyArn = 'arn:aws:kms:eu-central-1:111111111111:key/0a1b';
  world.hsmKeys.set(KeyArn, root.privateKeyPem);
  const { physicalResourceId } = await adopt(root.certificatePem, { KeyStorage: { Type: 'Kms', KeyArn } });
  const { data } = await handle(request('device', 'Create', deviceProperties(physicalResourceId)));
  expect(cas.verify(data!.CertificatePem, '', root.certificatePem)).toBe('certificate: OK');
  world.hsmKeys.set(KeyArn, cas.key());
  await expect(handle(request('verification', 'Create', verificationProperties(physicalResourceId)))).rejects.toThrow(`the KMS key ${KeyArn} is not the key of the CA's certificate`);
  await expect(adopt(cas.root({ subject: '/CN=Other' }).certificatePem, { KeyStorage: { Type: 'Kms', KeyArn } })).rejects.toThrow('privateKey must be the key of the CA\'s certificate, got another key');
});

test('an existing CA issues for servers and for no devices if its extended key usages are for servers, because OpenSSL would refuse the devices', async () => {
  const { certificatePem } = cas.root({ privateKeyPem: root.privateKeyPem, extensions: [...CA_EXTENSIONS, 'extendedKeyUsage=serverAuth'] });
  const { physicalResourceId } = await adopt(certificatePem);
  await expect(handle(request('device', 'Create', deviceProperties(physicalResourceId)))).rejects.toThrow(
    'the CA, or a CA above it, has extended key usages without clientAuth: serverAuth; validators refuse certificates that it issues for this usage');
  const names = { SubjectAlternativeNames: { Dns: ['broker.acme.example'] } };
  const { data } = await handle(request('server', 'Create', deviceProperties(physicalResourceId, { KeyStorage: SERVER_KEY, Extensions: names })));
  expect(cas.verify(data!.CertificatePem, '', certificatePem, ['-purpose', 'sslserver'])).toBe('certificate: OK');
});

test('an existing CA issues no certificate that outlives a CA above it', async () => {
  const above = cas.root({ subject: '/CN=Above', days: 9 });
  const below = cas.below(above, { privateKeyPem: root.privateKeyPem, subject: '/CN=Below', days: 3650 });
  const { physicalResourceId } = await adopt(below.certificatePem + above.certificatePem);
  await expect(handle(request('device', 'Create', deviceProperties(physicalResourceId)))).rejects.toThrow('after the end of the CA, or of a CA above it, on');
  const { data } = await handle(request('device', 'Create', deviceProperties(physicalResourceId, { ClipToIssuer: 'true' })));
  const end = (pem: string) => new Date(new X509Certificate(pem).validTo).getTime();
  expect(end(data!.CertificatePem)).toBe(end(above.certificatePem));
});

describe('an existing CA', () => {
  const leaf = () => cas.below(root, { subject: '/CN=leaf', extensions: ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature', 'subjectKeyIdentifier=hash'] });
  const own = (options: Parameters<OpensslCas['root']>[0]) => cas.root({ privateKeyPem: root.privateKeyPem, ...options });
  const without = (line: string, ...instead: string[]) => [...CA_EXTENSIONS.filter(extension => !extension.startsWith(line)), ...instead];
  const CASES: [string, () => string, string][] = [
    ['the key of another certificate', () => cas.root().certificatePem, 'privateKey must be the key of the CA\'s certificate, got another key'],
    ['a leaf in place of a CA', () => leaf().certificatePem, 'certificate must be a CA certificate, with CA:TRUE in its basicConstraints'],
    ['a CA that may not sign certificates', () => own({ extensions: without('keyUsage', 'keyUsage=critical,cRLSign') }).certificatePem, 'and, if it has a keyUsage, keyCertSign in it'],
    ['a CA that has expired', () => own({ dates: ['20100101000000Z', '20110101000000Z'] }).certificatePem, 'got a certificate that is valid from 2010-01-01T00:00:00Z to 2011-01-01T00:00:00Z'],
    ['a CA that is not valid yet', () => own({ dates: ['21000101000000Z', '21100101000000Z'] }).certificatePem, 'got a certificate that is valid from 2100-01-01T00:00:00Z to 2110-01-01T00:00:00Z'],
    ['a certificate of version 1', () => own({ extensions: [] }).certificatePem, 'certificate can\'t be used: the certificate must have version 3'],
    ['a signature over SHA-1', () => own({ more: ['-sha1'] }).certificatePem, 'certificate must not be signed over SHA-1 or MD5; renew it, or set allowLegacyChain'],
    ['a critical extension that is unknown', () => own({ extensions: [...CA_EXTENSIONS, '1.3.6.1.4.1.99999.1=critical,ASN1:NULL'] }).certificatePem,
      'no critical extension that this library does not process, got 1.3.6.1.4.1.99999.1: '],
    ['a critical extension that is known and not acted upon', () => own({ extensions: [...CA_EXTENSIONS, 'policyConstraints=critical,requireExplicitPolicy:0'] }).certificatePem,
      'no critical extension that this library does not process, got policyConstraints (2.5.29.36): '],
    ['certificates in the wrong order', () => {
      const below = cas.below(root, { privateKeyPem: root.privateKeyPem, subject: '/CN=Below' });
      return root.certificatePem + below.certificatePem;
    }, 'must be signed by the certificate that follows it (the CA\'s own comes first, the root last), got another order or another chain'],
    ['a path length above it that is too small', () => {
      const short = cas.root({ extensions: without('basicConstraints', 'basicConstraints=critical,CA:TRUE,pathlen:0') });
      return cas.below(short, { privateKeyPem: root.privateKeyPem, subject: '/CN=Below' }).certificatePem + short.certificatePem;
    }, 'certificate, certificate 2, must allow as many CAs below it as the chain has, 1, got a path length of 0'],
    ['a CA for nothing that is issued here', () => own({ extensions: [...CA_EXTENSIONS, 'extendedKeyUsage=OCSPSigning'] }).certificatePem,
      'certificate must allow clientAuth or serverAuth if it, or a CA above it, has extended key usages, got "OCSPSigning"'],
    ['a CA whose name violates the constraints above it', () => {
      const above = cas.root({ subject: '/O=Acme', extensions: [...CA_EXTENSIONS, 'nameConstraints=critical,permitted;dirName:acme', '[acme]', 'O=Acme'] });
      return cas.below(above, { privateKeyPem: root.privateKeyPem, subject: '/O=Other/CN=Below' }).certificatePem + above.certificatePem;
    }, 'certificate can\'t be used, because nothing below it would verify: the CA\'s name constraints do not permit directory:"O=Other, CN=Below"'],
    ['no certificate', () => 'certificate', 'certificate must hold a certificate in PEM'],
    ['a private key in place of the certificate', () => root.privateKeyPem, 'certificate must hold certificates only, got a private key (not shown)'],
  ];
  test.each(CASES)('is refused for %s, and nothing gets into the ledger', async (_, certificate, message) => {
    const error = await adopt(certificate()).catch(caught => caught);
    expect(error.message).toContain(message);
    expect(world.entries.size).toBe(0);
  });

  test('is refused for a wrong passphrase, none, or one that is not there, and none is shown', async () => {
    world.secretValues.set(EXISTING_KEY, made('pkcs8', '-topk8', '-in', cas.path('key.pem', root.privateKeyPem), '-passout', 'pass:right').toString());
    await expect(adopt(root.certificatePem)).rejects.toThrow('passphrase must be given, because privateKey is encrypted');
    await expect(adopt(root.certificatePem, { KeyStorage: ENCRYPTED_KEY })).rejects.toThrow(`passphrase must be in the secret ${PASSPHRASE} as text, got no value`);
    world.secretValues.set(PASSPHRASE, '\n');
    await expect(adopt(root.certificatePem, { KeyStorage: ENCRYPTED_KEY })).rejects.toThrow('as text, got an empty text');
    world.secretValues.set(PASSPHRASE, Buffer.from([0xff, 0xfe]));
    await expect(adopt(root.certificatePem, { KeyStorage: ENCRYPTED_KEY })).rejects.toThrow('as text, got bytes that are not UTF-8');
    world.secretValues.set(PASSPHRASE, 'wrong-passphrase');
    const error = await adopt(root.certificatePem, { KeyStorage: ENCRYPTED_KEY }).catch(caught => caught);
    expect(error.message).toContain('passphrase must be the one that privateKey was encrypted with, got another one (not shown)');
    expect(error.message).not.toContain('wrong-passphrase');
    expect(world.entries.size).toBe(0);
  });

  test('is refused for a secret without a key, or with octets that are none', async () => {
    world.secretValues.set(EXISTING_KEY, Buffer.from('30030201', 'hex'));
    await expect(adopt(root.certificatePem)).rejects.toThrow('privateKey must be a private key in PEM');
    world.secretValues.delete(EXISTING_KEY);
    await expect(adopt(root.certificatePem)).rejects.toThrow(`privateKey must be in the secret ${EXISTING_KEY}, which has no value`);
  });

  test('is refused if the platform does not take its key, even if the platform is declared later', async () => {
    const platforms = { Platforms: ['alibaba-cloud-iot'] };
    await expect(adopt(root.certificatePem, platforms)).rejects.toThrow('keyAlgorithm of the CA must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got "EC_P256"');
    const { physicalResourceId } = await adopt(root.certificatePem);
    await expect(handle(request('existing', 'Update', existingCaProperties({ CertificatePem: root.certificatePem, ...platforms }), physicalResourceId)))
      .rejects.toThrow('for Alibaba Cloud IoT Platform');
  });
});

test('an existing CA can have RSA keys of 1024 bits and SHA-1 above it only if allowLegacyChain says so, and never itself', async () => {
  const old = cas.root({ key: ['RSA', '-pkeyopt', 'rsa_keygen_bits:1024'], more: ['-sha1'], subject: '/CN=Old Root' });
  const below = cas.below(old, { privateKeyPem: root.privateKeyPem, subject: '/CN=Below', more: ['-sha256'] });
  const chain = below.certificatePem + old.certificatePem;
  await expect(adopt(chain)).rejects.toThrow('certificate, certificate 2, must not be signed over SHA-1 or MD5; renew it, or set allowLegacyChain to accept it');
  const { physicalResourceId } = await adopt(chain, { AllowLegacyChain: 'true' });
  const { data } = await handle(request('device', 'Create', deviceProperties(physicalResourceId)));
  expect(cas.verify(data!.CertificatePem, below.certificatePem, old.certificatePem, ['-auth_level', '0'])).toBe('certificate: OK');
  world.secretValues.set(EXISTING_KEY, old.privateKeyPem);
  await expect(adopt(old.certificatePem, { AllowLegacyChain: 'true' })).rejects.toThrow('certificate must have an RSA key of at least 2048 bits, got 1024');
});

test('an existing CA has its key identifier copied into its certificates, even if that is not the SHA-1 of its key', async () => {
  const odd = cas.root({ extensions: [...CA_EXTENSIONS.slice(0, 2), 'subjectKeyIdentifier=0102030405060708090a0b0c'] });
  world.secretValues.set(EXISTING_KEY, odd.privateKeyPem);
  const { physicalResourceId, data: ca } = await adopt(odd.certificatePem);
  expect(ca!.SubjectKeyIdentifier).toBe('0102030405060708090a0b0c');
  const { data } = await handle(request('device', 'Create', deviceProperties(physicalResourceId)));
  const text = opensslOutput(['x509', '-noout', '-ext', 'authorityKeyIdentifier'], data!.CertificatePem);
  expect(text).toMatch(/01:02:03:04:05:06:07:08:09:0A:0B:0C/);
  expect(cas.verify(data!.CertificatePem, '', odd.certificatePem)).toBe('certificate: OK');
});

test.each([
  ['printable and UTF-8 strings mixed', ['[dn]', 'C=CN', 'O=FORMAT', 'CN=Größe'], 'default'],
  ['Teletex strings', ['[dn]', 'C=CN', 'O=Acme_Old', 'CN=Acme@Root'], 'nombstr'],
  ['an RDN of two attributes', ['[dn]', 'C=CN', 'O=Acme', 'CN=Root', '+OU=Plant 1'], 'utf8only'],
])('an existing CA has its name, with %s, in its certificates, byte for byte', async (_, dn, mask) => {
  const config = cas.path('dn.cnf', ['[req]', 'prompt=no', 'utf8=yes', `string_mask=${mask}`, 'distinguished_name=dn', 'x509_extensions=ext', '[ext]', ...CA_EXTENSIONS, ...dn].join('\n'));
  const certificatePem = opensslOutput(['req', '-new', '-x509', '-utf8', '-days', '3650', '-config', config, '-key', cas.path('key.pem', root.privateKeyPem)]);
  const { physicalResourceId } = await adopt(certificatePem);
  const { data } = await handle(request('device', 'Create', deviceProperties(physicalResourceId)));
  const [subject, issuer] = [nameOf(certificatePem, 'subject'), nameOf(data!.CertificatePem, 'issuer')];
  expect(issuer).toBe(subject);
  expect(cas.verify(data!.CertificatePem, '', certificatePem)).toBe('certificate: OK');
});

/** A name as OpenSSL dumps it: with the tag of every string. */
function nameOf(pem: string, which: 'subject' | 'issuer'): string {
  return openssl(['x509', '-noout', `-${which}`, '-nameopt', 'multiline,show_type,dump_all'], pem).stdout.replace(/^.*=\s*$/m, '').trim();
}

describe('a second declaration', () => {
  test('by a retry or an update answers the same id and the same data', async () => {
    const event = request('existing', 'Create', existingCaProperties({ CertificatePem: root.certificatePem }));
    const created = await handle(event);
    expect(await handle(event)).toEqual(created);
    expect(await handle(request('existing', 'Update', event.properties, created.physicalResourceId))).toEqual(created);
    expect(world.entries.size).toBe(1);
  });

  test('with the key in another place signs from there, and a rollback brings the old place back', async () => {
    const { physicalResourceId } = await adopt(root.certificatePem);
    const moved = { Type: 'ExistingSecret', SecretArn: `${SECRET}Moved-AbCdEf` };
    const update = (KeyStorage: object) => handle(request('existing', 'Update', existingCaProperties({ CertificatePem: root.certificatePem, KeyStorage }), physicalResourceId));
    await expect(update(moved)).rejects.toThrow('Moved-AbCdEf, which has no value');
    world.secretValues.set(moved.SecretArn, root.privateKeyPem);
    expect((await update(moved)).physicalResourceId).toBe(physicalResourceId);
    world.secretValues.delete(EXISTING_KEY);
    await handle(request('device', 'Create', deviceProperties(physicalResourceId)));
    world.secretValues.set(EXISTING_KEY, root.privateKeyPem);
    await update({ Type: 'ExistingSecret', SecretArn: EXISTING_KEY });
    expect(world.entry(physicalResourceId)).toMatchObject({ status: 'ISSUED', keyStorage: { SecretArn: EXISTING_KEY } });
  });

  test('with certificates above the CA that were missing has them in the chain from then on', async () => {
    const top = cas.root({ subject: '/CN=Top' });
    const below = cas.below(top, { privateKeyPem: root.privateKeyPem, subject: '/CN=Below' });
    const { physicalResourceId } = await adopt(below.certificatePem);
    expect(world.entry(physicalResourceId)!.chain).toHaveLength(0);
    const updated = await handle(request('existing', 'Update', existingCaProperties({ CertificatePem: below.certificatePem + top.certificatePem }), physicalResourceId));
    expect(updated.physicalResourceId).toBe(physicalResourceId);
    expect(world.entry(physicalResourceId)!.chain).toEqual(derOf(top.certificatePem));
  });
});

describe('an existing CA whose certificate is in a secret', () => {
  const properties = (changes = {}) => existingCaProperties({ CertificateSecretArn: CERTIFICATE_SECRET, ...changes });

  test('is answered with the chain above it, and read once: another certificate there is read when the generation is raised', async () => {
    const top = cas.root({ subject: '/CN=Top' });
    const below = cas.below(top, { privateKeyPem: root.privateKeyPem, subject: '/CN=Below' });
    await expect(handle(request('existing', 'Create', properties()))).rejects.toThrow(`certificate must be in the secret ${CERTIFICATE_SECRET}, which has no value`);
    world.secretValues.set(CERTIFICATE_SECRET, below.certificatePem + top.certificatePem);
    const created = await handle(request('existing', 'Create', properties()));
    expect(created.data).toMatchObject({ CertificatePem: below.certificatePem, IssuerChainPem: top.certificatePem });
    const renewed = cas.below(top, { privateKeyPem: root.privateKeyPem, subject: '/CN=Below' });
    world.secretValues.set(CERTIFICATE_SECRET, Buffer.from(renewed.certificatePem + top.certificatePem));
    expect(await handle(request('existing', 'Update', properties(), created.physicalResourceId))).toEqual(created);
    const next = await handle(request('existing', 'Update', properties({ Generation: '2' }), created.physicalResourceId));
    expect(next.physicalResourceId).not.toBe(created.physicalResourceId);
    expect(next.data!.CertificatePem).toBe(renewed.certificatePem);
  });

  test('stays the same if the key moves', async () => {
    world.secretValues.set(CERTIFICATE_SECRET, root.certificatePem);
    const created = await handle(request('existing', 'Create', properties()));
    world.secretValues.set(CERTIFICATE_SECRET, cas.root().certificatePem);
    const KeyArn = 'arn:aws:kms:eu-central-1:111111111111:key/0a1b';
    world.hsmKeys.set(KeyArn, root.privateKeyPem);
    const moved = await handle(request('existing', 'Update', properties({ KeyStorage: { Type: 'Kms', KeyArn } }), created.physicalResourceId));
    expect(moved).toEqual(created);
    expect(world.entry(created.physicalResourceId)).toMatchObject({ keyStorage: { Type: 'Kms' } });
  });

  test('is in the ledger twice, under two identities, if it is raised to a new generation and is the same', async () => {
    world.secretValues.set(CERTIFICATE_SECRET, root.certificatePem);
    const first = await handle(request('existing', 'Create', properties()));
    const second = await handle(request('existing', 'Update', properties({ Generation: '2' }), first.physicalResourceId));
    expect(second.data).toEqual(first.data);
    await handle(request('existing', 'Delete', properties(), first.physicalResourceId));
    expect(world.issued().map(({ identity }) => identity)).toEqual([second.physicalResourceId]);
  });
});

test('an existing CA is withdrawn by a removal that touches neither its key nor its certificate, and can be declared again', async () => {
  const properties = existingCaProperties({ CertificatePem: root.certificatePem });
  const created = await handle(request('existing', 'Create', properties));
  const before = [...world.secretValues];
  await handle(request('existing', 'Delete', properties, created.physicalResourceId));
  expect(world.entry(created.physicalResourceId)).toMatchObject({ status: 'WITHDRAWN', certificate: derOf(root.certificatePem) });
  expect([...world.secretValues]).toEqual(before);
  world.now = new Date(world.now.getTime() + 1000);
  expect(await handle(request('existing', 'Create', properties))).toEqual(created);
  expect(world.issued()).toHaveLength(1);
});

test('an existing CA has the identity of its certificate, whatever text is around it', () => {
  const identity = (certificatePem: string, changes = {}) =>
    existingCaIdentity(parseExistingCa(existingCaProperties({ CertificatePem: certificatePem, ...changes })), { stackId: 's', logicalResourceId: 'r' });
  const own = identity(root.certificatePem);
  expect(own).toMatch(/^ca-[0-9a-f]{32}$/);
  expect(identity(opensslOutput(['x509', '-text'], root.certificatePem))).toBe(own);
  expect(identity(root.certificatePem.replaceAll('\n', '\r\n'), { Platforms: ['aws-iot-core'], AllowLegacyChain: 'true', LedgerTable: 'other' })).toBe(own);
  expect(identity(root.certificatePem, { Generation: '2' })).not.toBe(own);
  expect(identity(cas.root({ privateKeyPem: root.privateKeyPem }).certificatePem)).not.toBe(own);
});

test('an existing CA is in the ledger with the values of its certificate', async () => {
  const { physicalResourceId } = await adopt(root.certificatePem);
  const certificate = new X509Certificate(root.certificatePem);
  expect(world.entry(physicalResourceId)).toMatchObject({
    issuer: physicalResourceId,
    serialNumber: certificate.serialNumber,
    profile: 'ca',
    keyAlgorithm: 'EC_P256',
    status: 'ISSUED',
    subject: 'Acme Existing CA',
    notAfter: new Date(certificate.validTo).toISOString().replace('.000', ''),
  });
  expect(createPublicKey(root.privateKeyPem).equals(certificate.publicKey)).toBe(true);
});

test('an existing CA is not exchanged for the present contents of its secret after its ledger was emptied', async () => {
  world.secretValues.set(CERTIFICATE_SECRET, root.certificatePem);
  const properties = existingCaProperties({ CertificateSecretArn: CERTIFICATE_SECRET });
  const { physicalResourceId } = await handle(request('existing', 'Create', properties));
  const other = cas.root();
  world.secretValues.set(CERTIFICATE_SECRET, other.certificatePem);
  world.secretValues.set(EXISTING_KEY, other.privateKeyPem);
  world.entries.clear();
  world.current.clear();
  await expect(handle(request('existing', 'Update', properties, physicalResourceId))).rejects.toThrow(
    `Existing: the ledger ledger does not hold the certificate ${physicalResourceId} that this resource has; restore the table`);
});

test('an existing CA whose name is longer than RFC 5280 allows can issue, because nobody can change it any more', async () => {
  const ca = await foreignCertificate({
    name: `CN=${'a'.repeat(300)}`,
    notAfter: new Date(world.now.getTime() + 400 * 86_400_000),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.SubjectKeyIdentifierExtension('00112233445566778899aabbccddeeff00112233'),
    ],
  });
  world.secretValues.set(EXISTING_KEY, ca.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const { physicalResourceId } = await adopt(ca.pem);
  const device = await handle(request('device', 'Create', deviceProperties(physicalResourceId, { ValidityDays: '30' })));
  expect(new X509Certificate(device.data!.CertificatePem).verify(new X509Certificate(ca.pem).publicKey)).toBe(true);
});
