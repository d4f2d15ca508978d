import { DEVICE_KEYS, issuerBy, NOW, testCa, TestCaOptions, testCertificate, TestCertificateOptions } from './fixtures';
import {
  assertCanIssue, assertSignedInOrder, checkCaChain, checkCaNames, checkChainIsValid, checkIssuesDevices, readCaChain,
} from '../../src/pki/ca-chain';
import { Certificate, parseCertificate } from '../../src/pki/certificate';
import { OID } from '../../src/pki/object-identifiers';
import { toPem } from '../../src/pki/pem';
import { signerOf } from '../../src/pki/signer';
import { openssl, temporaryFiles } from '../support/openssl';

const file = temporaryFiles();
const pem = (...certificates: readonly Buffer[]) => certificates.map(der => toPem('CERTIFICATE', der)).join('');
const read = (...certificates: readonly Buffer[]) => readCaChain('certificate', pem(...certificates));

const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const usages = (...extendedKeyUsages: string[]): TestCaOptions => ({ extensions: { extendedKeyUsages } });

/** A CA below a root that does not look at what it signs. */
async function below(root: TestCaOptions, options: TestCertificateOptions) {
  const { certificate, issuer } = await testCa({ subject: { organization: 'Acme', commonName: 'Root' }, ...root });
  const own = await testCertificate({ ...issuer, nameConstraints: undefined, pathLength: undefined }, {
    profile: 'ca', subject: { organization: 'Acme', commonName: 'Plant' }, publicKey: signerOf(DEVICE_KEYS.EC_P256).publicKey, ...options,
  });
  return [own, certificate] as const;
}

describe('a CA whose certificate names another key identifier for its issuer than the issuer has', () => {
  test('is refused, because OpenSSL does not find the issuer, although the issuer\'s key signed it', async () => {
    const root = await testCa();
    const own = await testCertificate({ ...root.issuer, keyIdentifier: Buffer.of(1, 2, 3) }, { profile: 'ca', subject: { commonName: 'Plant' } });
    const leaf = await testCertificate(issuerBy(own, signerOf(DEVICE_KEYS.EC_P256)), { algorithm: 'EC_P384' });
    const { status, stderr } = openssl(['verify', '-attime', String(NOW.getTime() / 1000), '-CAfile', file('root.pem', pem(root.certificate)),
      '-untrusted', file('own.pem', pem(own)), file('leaf.pem', pem(leaf))]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('unable to get local issuer certificate')]);
    expect(() => read(own, root.certificate)).toThrow(new Error('certificate must be signed by the certificate that follows it '
      + '(the CA\'s own comes first, the root last), got another order or another chain'));
    expect(read(own).certificate.authorityKeyIdentifier).toEqual(Buffer.of(1, 2, 3));
  });
});

describe('the complaint about a chain', () => {
  test('is the same that reading it would throw, and there is none for a good one', async () => {
    const [own, root] = await below({}, {});
    expect(checkCaChain('certificatePem', pem(own, root))).toBeUndefined();
    expect(checkCaChain('certificatePem', pem(root, own))).toBe('certificatePem must be signed by the certificate that follows it '
      + '(the CA\'s own comes first, the root last), got another order or another chain');
  });

  test('names the certificate whose names break the constraints of a CA above it, because nothing below it would verify', async () => {
    const permitted = (organization: string): TestCaOptions =>
      ({ extensions: { nameConstraints: { critical: true, permitted: { directory: [{ organization }] } } } });
    const chain = await below(permitted('Other'), {});
    expect(checkCaChain('certificate', pem(...chain))).toBe('certificate can\'t be used, because nothing below it would verify: the CA\'s name constraints '
      + 'do not permit directory:"O=Acme, CN=Plant"; they permit only directory:"O=Other"');
    expect(checkCaChain('certificate', pem(...await below(permitted('Acme'), {})))).toBeUndefined();
    const beside = await below({ extensions: { nameConstraints: { critical: true, permitted: { dns: ['acme.example'] } } } }, { extensions: { subjectAlternativeNames: { dns: ['a.evil.example'] } } });
    expect(checkCaChain('certificate', pem(...beside))).toContain('do not permit dns:"a.evil.example"');
  });

  test('does not apply constraints to a CA that has its issuer\'s name, as when its key is renewed', async () => {
    const subject = { organization: 'Acme', commonName: 'Root' };
    const chain = await below({ extensions: { nameConstraints: { critical: true, excluded: { directory: [{ organization: 'Acme' }] } } } }, { subject });
    expect(checkCaChain('certificate', pem(...chain))).toBeUndefined();
  });

  test('does not apply the constraints of a CA to its own name, which only those below it must keep', async () => {
    const excluded: TestCertificateOptions = { extensions: { nameConstraints: { critical: true, excluded: { directory: [{ organization: 'Acme' }] } } } };
    expect(checkCaChain('certificate', pem(...await below({}, excluded)))).toBeUndefined();
  });

  test('names a certificate that a key of another algorithm has signed', async () => {
    for (const algorithm of ['RSA_2048', 'ED25519', 'EC_P384'] as const) {
      const [own] = await below({}, {});
      const { certificate } = await testCa({ algorithm, subject: { organization: 'Acme', commonName: 'Root' } });
      const { authorityKeyIdentifier: _, ...unidentified } = read(own).certificate;
      expect(() => assertSignedInOrder('certificate', [unidentified as Certificate, read(certificate).certificate])).toThrow('certificate must be signed by the certificate that follows it');
    }
  });

  test('names a certificate that OpenSSL can\'t read, as a ledger may hold one that was changed', async () => {
    const [own, root] = (await below({}, {})).map(parseCertificate);
    expect(() => assertSignedInOrder('certificate', [{ ...own, der: own.der.subarray(1) }, root])).toThrow('certificate must be signed by the certificate that follows it');
  });

  test('counts the path length from the place in the chain', async () => {
    expect(checkCaChain('certificate', pem(...await below({ pathLength: 1 }, { pathLength: 0 })))).toBeUndefined();
    expect(checkCaChain('certificate', pem(...await below({ pathLength: 0 }, {})))).toBe(
      'certificate, certificate 2, must allow as many CAs below it as the chain has, 1, got a path length of 0');
  });
});

describe('a CA that is limited to usages', () => {
  const words = (got: string) => new Error('certificate must allow clientAuth or serverAuth if it, or a CA above it, has extended key usages, '
    + `got "${got}": validators refuse devices and servers below it; have it renewed without extendedKeyUsage`);

  test.each<[string, TestCaOptions, TestCertificateOptions, string | undefined]>([
    ['none', {}, {}, undefined],
    ['clients', {}, usages(OID.clientAuth), undefined],
    ['servers', usages(OID.serverAuth), {}, undefined],
    ['mail, by itself', {}, usages(EMAIL_PROTECTION), EMAIL_PROTECTION],
    ['mail, by the CA above', usages(EMAIL_PROTECTION), {}, EMAIL_PROTECTION],
    ['any, which OpenSSL does not take for every usage', {}, usages(OID.anyExtendedKeyUsage), 'anyExtendedKeyUsage'],
  ])('can issue if they are for clients or servers: %s', async (_, root, own, refused) => {
    const { certificate, issuer } = await testCa(root);
    const der = await testCertificate(issuer, { profile: 'ca', subject: { commonName: 'Plant' }, ...own });
    const judge = () => assertCanIssue('certificate', read(der, certificate));
    refused === undefined ? expect(judge).not.toThrow() : expect(judge).toThrow(words(refused));
  });

  test('can\'t issue if the usages of the CAs have none in common', async () => {
    const { certificate, issuer } = await testCa(usages(OID.serverAuth));
    const der = await testCertificate(issuer, { profile: 'ca', subject: { commonName: 'Plant' }, ...usages(OID.clientAuth, EMAIL_PROTECTION) });
    expect(() => assertCanIssue('certificate', read(der, certificate))).toThrow(words(`clientAuth, ${EMAIL_PROTECTION}, serverAuth`));
  });

  test('to servers brings a warning, because it can\'t issue for devices', async () => {
    const of = async (options: TestCaOptions) => checkIssuesDevices('certificate', read((await testCa(options)).certificate));
    expect(await of({})).toBeUndefined();
    expect(await of(usages(OID.serverAuth, OID.clientAuth))).toBeUndefined();
    expect(await of(usages(OID.serverAuth))).toBe('certificate should allow clientAuth if it, or a CA above it, has extended key usages, got "serverAuth": '
      + 'it can issue certificates for servers, but not for devices');
  });
});

test('a CA can issue only with a key that can be declared', async () => {
  const { certificate } = await testCa();
  const chain = read(certificate);
  expect(() => assertCanIssue('certificate', chain)).not.toThrow();
  const odd = { ...chain, certificate: { ...chain.certificate, publicKey: Buffer.concat([chain.certificate.publicKey, Buffer.of(0)]) } };
  expect(() => assertCanIssue('certificate', odd)).toThrow(
    new Error('certificate must have a key that can be declared (KeyAlgorithm), got another algorithm, size or public exponent'));
});

describe('a CA whose names or constraints some validators refuse', () => {
  const complaint = async (root: TestCaOptions, own: TestCertificateOptions) => checkCaNames('certificate', read(...await below(root, own)));
  const permitted = (names: object): TestCaOptions => ({ extensions: { nameConstraints: { critical: true, permitted: names } } });
  const BECAUSE = 'certificate has names or name constraints because of which some validators refuse everything below it: ';

  test('brings no warning if all validators accept them', async () => {
    expect(await complaint({}, {})).toBeUndefined();
    expect(await complaint(permitted({ dns: ['acme.example'] }), { extensions: { subjectAlternativeNames: { dns: ['ca.acme.example'] } } })).toBeUndefined();
    expect(await complaint({}, permitted({ dns: ['acme.example'], email: ['acme.example'] }))).toBeUndefined();
  });

  test('brings a warning for a common name that looks like a host name outside, and for any other one outside', async () => {
    expect(await complaint(permitted({ dns: ['acme.example'] }), {})).toMatch(`${BECAUSE}without a subjectAlternativeNames.dns, validators treat the commonName "Plant" as a host name`);
    expect(await complaint(permitted({ dns: ['acme.example'] }), { subject: { commonName: 'Plant 7' } }))
      .toMatch(`${BECAUSE}the commonName "Plant 7" should lie within the host names that a CA above permits, "acme.example": wolfSSL`);
  });

  test('brings a warning for an empty base in the constraints, its own or those of a CA above', async () => {
    const words = 'has names or name constraints because of which some validators refuse everything below it: wolfSSL 5.5 refuses everything below a constraint on host names that is empty';
    expect(await complaint({}, permitted({ dns: [''] }))).toBe(`certificate ${words}`);
    expect(await complaint(permitted({ dns: [''] }), {})).toBe(`certificate, certificate 2, ${words}`);
  });

  test('brings no warning for its own constraints, which only those below it must keep', async () => {
    expect(await complaint({}, { ...permitted({ dns: ['acme.example'] }), subject: { commonName: 'Plant 7' } })).toBeUndefined();
  });

  test('brings a warning for the constraints of any CA above, not only of the nearest', async () => {
    const chain = read(...await below(permitted({ email: ['acme.example'] }), { subject: { commonName: 'Plant 7' } }));
    const top = read((await testCa(permitted({ dns: ['acme.example'] }))).certificate).certificate;
    expect(checkCaNames('certificate', { ...chain, chain: [...chain.chain, top] })).toMatch(`${BECAUSE}the commonName "Plant 7" should lie within the host names`);
  });

  test('brings a warning for a mailbox, beside its subject or in it, that wolfSSL refuses', async () => {
    const names = { subjectAlternativeNames: { email: ['operations@acme.com'] } };
    expect(await complaint(permitted({ email: ['acme.com'] }), { extensions: names })).toMatch(`${BECAUSE}the part of the mailbox "operations@acme.com" before its @ should be shorter`);
  });

  test('brings a warning for a wildcard that reaches into the names that a CA above excludes', async () => {
    const root: TestCaOptions = { extensions: { nameConstraints: { critical: true, excluded: { dns: ['a.acme.example'] } } } };
    expect(await complaint(root, { extensions: { subjectAlternativeNames: { dns: ['*.acme.example'] } } })).toMatch(`${BECAUSE}the CA's name constraints exclude dns:"*.acme.example", which some`);
  });
});

describe('the validity of a chain', () => {
  test('is that of each certificate in it, to the second', async () => {
    const [from, to] = ['2026-03-01T00:00:00Z', '2026-06-01T00:00:00Z'].map(text => new Date(text));
    const [own, root] = await below({ validity: { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') } }, { validity: { notBefore: from, notAfter: to } });
    const check = (now: Date) => checkChainIsValid('certificate', read(own, root), now);
    expect([from, to].map(check)).toEqual([undefined, undefined]);
    const words = (now: string) => `certificate must be valid on ${now}, got a certificate that is valid from 2026-03-01T00:00:00Z to 2026-06-01T00:00:00Z`;
    expect(check(new Date(from.getTime() - 1000))).toBe(words('2026-02-28T23:59:59Z'));
    expect(check(new Date(to.getTime() + 1000))).toBe(words('2026-06-01T00:00:01Z'));
    expect(checkChainIsValid('certificate', read(root), new Date('2028-01-01T00:00:00Z'))).toContain('got a certificate that is valid from 2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z');
    expect(checkChainIsValid('certificate', { certificate: read(own).certificate, chain: [read(root).certificate] }, new Date('2026-02-01T00:00:00Z'))).toContain('2026-03-01');
  });
});
