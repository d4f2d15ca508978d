import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { testCa, testCertificate } from './fixtures';
import { DeclaredExtensions } from '../../src/contract/extensions';
import { parseCertificate } from '../../src/pki/certificate';
import { Tag } from '../../src/pki/der';
import { DerReader } from '../../src/pki/der-reader';
import { OID } from '../../src/pki/object-identifiers';
import { toPem } from '../../src/pki/pem';
import { openssl, opensslOutput, temporaryFiles } from '../support/openssl';

x509.cryptoProvider.set(webcrypto as never);

const file = temporaryFiles();
const pem = (der: Buffer) => toPem('CERTIFICATE', der);

/** One of everything that a device or a server can have. */
const EVERYTHING: DeclaredExtensions = {
  subjectAlternativeNames: {
    dns: ['mqtt.example.com', '*.example.com'],
    ip: ['192.0.2.1', '2001:db8::ff'],
    uri: ['urn:acme:device:1'],
    email: ['ops@example.com'],
    directory: [{ country: 'CN', organization: 'Acmé', commonName: 'other' }],
  },
  extendedKeyUsages: [OID.serverAuth, '1.3.6.1.4.1.99999.7', OID.clientAuth],
  certificatePolicies: [{ oid: '1.3.6.1.4.1.99999.1' }, { oid: '2.5.29.32.0', cpsUri: 'https://example.com/cps' }],
  crlDistributionPoints: ['http://crl.example.com/a.crl', 'ldap://ldap.example.com/CN=a?certificateRevocationList'],
  ocspUrls: ['http://ocsp.example.com'],
  caIssuersUrls: ['http://example.com/ca.cer'],
  customExtensions: [
    { oid: '1.3.6.1.4.1.99999.2', value: 'DAVoZWxsbw==' }, // UTF8String "hello"
    { oid: '2.999.4294967295', value: 'BQA=' }, // NULL
  ],
};

/** One of everything that a CA can have. */
const CONSTRAINTS: DeclaredExtensions = {
  nameConstraints: {
    critical: true,
    permitted: { dns: ['example.com'], ip: ['10.0.0.0/8', 'fd00::/8'], uri: ['.example.com'], email: ['example.com'], directory: [{ organization: 'Acme' }] },
    excluded: { dns: ['secret.example.com'], ip: ['10.9.0.0/16'] },
  },
};

async function device(extensions: DeclaredExtensions): Promise<Buffer> {
  return testCertificate((await testCa()).issuer, { extensions });
}

/** The extensions as `openssl x509 -text` prints them, with single spaces. */
function textOf(der: Buffer): string {
  return opensslOutput(['x509', '-noout', '-text', '-certopt', 'ext_parse'], pem(der)).replace(/\s+/g, ' ');
}

describe('openssl x509 -text', () => {
  test('shows everything that was declared, in the order in which certificates have it', async () => {
    expect(textOf(await device(EVERYTHING))).toContain([
      'X509v3 Extended Key Usage: TLS Web Client Authentication, TLS Web Server Authentication, 1.3.6.1.4.1.99999.7',
      'X509v3 Subject Alternative Name: DNS:mqtt.example.com, DNS:*.example.com, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:FF, '
      + 'URI:urn:acme:device:1, email:ops@example.com, DirName:/C=CN/O=Acm\\xC3\\xA9/CN=other',
      'X509v3 Certificate Policies: Policy: 1.3.6.1.4.1.99999.1 Policy: X509v3 Any Policy CPS: https://example.com/cps',
      'X509v3 CRL Distribution Points: Full Name: URI:http://crl.example.com/a.crl URI:ldap://ldap.example.com/CN=a?certificateRevocationList',
      'Authority Information Access: OCSP - URI:http://ocsp.example.com CA Issuers - URI:http://example.com/ca.cer',
    ].join(' '));
  });

  test('shows the constraints of a CA', async () => {
    expect(textOf((await testCa({ extensions: CONSTRAINTS })).certificate)).toContain([
      'X509v3 Name Constraints: critical',
      'Permitted: DNS:example.com IP:10.0.0.0/255.0.0.0 IP:FD00:0:0:0:0:0:0:0/FF00:0:0:0:0:0:0:0 URI:.example.com email:example.com DirName:O = Acme',
      'Excluded: DNS:secret.example.com IP:10.9.0.0/255.255.0.0',
    ].join(' '));
  });

  test('says which extensions are critical', async () => {
    const text = textOf(await device(EVERYTHING));
    expect([...text.matchAll(/(?:X509v3 )?([A-Z][A-Za-z ]+|[\d.]+): critical/g)].map(([, name]) => name.trim())).toEqual([
      'Basic Constraints', 'Key Usage',
    ]);
  });
});

describe('@peculiar/x509', () => {
  test('reads back everything that was declared', async () => {
    const certificate = new x509.X509Certificate(await device(EVERYTHING));
    const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)!;
    expect(names.names.items.map(({ type, value }) => [type, value])).toEqual([
      ['dns', 'mqtt.example.com'], ['dns', '*.example.com'], ['ip', '192.0.2.1'], ['ip', '2001:db8::ff'], ['url', 'urn:acme:device:1'], ['email', 'ops@example.com'],
      ['dn', 'C=CN, O=Acmé, CN=other'],
    ]);
    expect(names.critical).toBe(false);
    expect(certificate.getExtension(x509.ExtendedKeyUsageExtension)!.usages).toEqual([OID.clientAuth, OID.serverAuth, '1.3.6.1.4.1.99999.7']);
    expect(certificate.getExtension(x509.CertificatePolicyExtension)!.policies).toEqual(['1.3.6.1.4.1.99999.1', '2.5.29.32.0']);
    expect(certificate.getExtension(x509.CRLDistributionPointsExtension)!.distributionPoints.map(point =>
      point.distributionPoint!.fullName!.map(name => name.uniformResourceIdentifier))).toEqual([EVERYTHING.crlDistributionPoints]);
    const access = certificate.getExtension(x509.AuthorityInfoAccessExtension)!;
    expect([access.ocsp, access.caIssuers].map(list => list.map(({ value }) => value))).toEqual([EVERYTHING.ocspUrls, EVERYTHING.caIssuersUrls]);
    for (const { oid, value } of EVERYTHING.customExtensions!) {
      const extension = certificate.getExtension(oid)!;
      expect([extension.critical, Buffer.from(extension.value).toString('base64')]).toEqual([false, value]);
    }
  });

  test('finds each extension once', async () => {
    const oids = new x509.X509Certificate(await device(EVERYTHING)).extensions.map(({ type }) => type);
    expect(oids).toEqual([
      OID.basicConstraints, OID.keyUsage, OID.extKeyUsage,
      OID.subjectAltName, OID.certificatePolicies, OID.cRLDistributionPoints, OID.authorityInfoAccess,
      '1.3.6.1.4.1.99999.2', '2.999.4294967295', OID.subjectKeyIdentifier, OID.authorityKeyIdentifier,
    ]);
  });
});

describe('a certificate', () => {
  test('with all of it verifies strictly', async () => {
    const ca = await testCa();
    const verify = async (extensions: DeclaredExtensions) => openssl(['verify', '-x509_strict', '-attime', '1772366400', '-CAfile', file('ca.pem', pem(ca.certificate)),
      file('leaf.pem', pem(await testCertificate(ca.issuer, { extensions })))]);
    expect(await verify(EVERYTHING)).toMatchObject({ status: 0, stderr: '' });
  });

  test('is for the declared hosts, according to OpenSSL and Node.js', async () => {
    const leaf = await device(EVERYTHING);
    const node = new X509Certificate(leaf);
    expect([node.checkHost('mqtt.example.com'), node.checkHost('a.example.com'), node.checkIP('192.0.2.1'), node.checkIP('2001:db8::ff'), node.checkEmail('ops@example.com')])
      .toEqual(['mqtt.example.com', '*.example.com', '192.0.2.1', '2001:db8::ff', 'ops@example.com']);
    expect([node.checkHost('example.com'), node.checkHost('a.b.example.com'), node.checkIP('192.0.2.2'), node.checkEmail('a@example.com')])
      .toEqual([undefined, undefined, undefined, undefined]);
    const check = (...args: string[]) => opensslOutput(['x509', '-noout', ...args], pem(leaf)).trim();
    expect([check('-checkhost', 'a.example.com'), check('-checkip', '192.0.2.1'), check('-checkhost', 'example.org')]).toEqual([
      'Hostname a.example.com does match certificate', 'IP 192.0.2.1 does match certificate', 'Hostname example.org does NOT match certificate',
    ]);
  });

  test('names a usage once if the profile has it already', async () => {
    const der = await device({ extendedKeyUsages: [OID.clientAuth, OID.clientAuth] });
    expect(new x509.X509Certificate(der).getExtension(x509.ExtendedKeyUsageExtension)!.usages).toEqual([OID.clientAuth]);
  });

  test('has the same bytes for no extensions as for an empty declaration', async () => {
    const { issuer } = await testCa({ algorithm: 'RSA_2048' });
    expect(await testCertificate(issuer, { extensions: {} })).toEqual(await testCertificate(issuer));
  });

  test('can have 50 names, and all of them are read', async () => {
    const dns = Array.from({ length: 50 }, (_, index) => `n${index}.example.com`);
    const names = new X509Certificate(await device({ subjectAlternativeNames: { dns } })).subjectAltName!;
    expect(names.split(', ')).toEqual(dns.map(name => `DNS:${name}`));
  });
});

test.each([
  ['two elements', 'BQAFAA=='],
  ['an element that is too short', 'DAVoZWw='],
  ['a length that is not the shortest', 'BIEBAA=='],
])('issuing fails for an extension with %s as its value', async (_, value) => {
  await expect(device({ customExtensions: [{ oid: '1.2.3', value }] })).rejects.toThrow(
    /^customExtensions must have one element of DER as the value of 1\.2\.3: DER (must|is cut off)/);
});

/** What is signed; the signature of ECDSA differs each time. */
const tbs = (der: Buffer) => new DerReader(der).sequence().element(Tag.SEQUENCE);

describe('the octets', () => {
  test('of a certificate with everything never change', async () => {
    expect(tbs(await device(EVERYTHING)).toString('hex')).toBe([
      // TBSCertificate
      '30820373',
      // version
      'a003020102',
      // serialNumber
      '02144b1b2c3d4e5f60718293a4b5c6d7e8f901234567',
      // signature: ecdsa-with-SHA256
      '300a06082a8648ce3d040302',
      // issuer
      '3037310b300906035504061302434e310d300b060355040a130441636d65311930170603550403131041636d6520496f5420526f6f74204341',
      // validity
      '301e170d3236303330313131303030305a170d3237303330313132303030305a',
      // subject
      '303b310d300b060355040a130441636d65310f300d06035504051306412d303030313119301706035504030c1073656e736f725f30303140706c616e',
      '74',
      // subjectPublicKeyInfo
      '3059301306072a8648ce3d020106082a8648ce3d030107034200047648d69bb139f53b151e0c582a1547b0480557f71fc55bff153f6bd9487bb00643',
      '0f69831fcdee91d9cd6660fba6014af7bf27c548b22296ffef16302a06c750',
      // extensions
      'a382025730820253',
      // basicConstraints, critical
      '300c0603551d130101ff04023000',
      // keyUsage, critical
      '300e0603551d0f0101ff040403020780',
      // extKeyUsage: the profile's clientAuth first
      '30280603551d250421301f06082b0601050507030206082b0601050507030106092b06010401868d1f07',
      // subjectAltName: dNSName, iPAddress, uniformResourceIdentifier, rfc822Name, directoryName with an explicit tag
      '3081990603551d1104819130818e82106d7174742e6578616d706c652e636f6d820d2a2e6578616d706c652e636f6d8704c0000201871020010db800',
      '00000000000000000000ff861175726e3a61636d653a6465766963653a31810f6f7073406578616d706c652e636f6da42f302d310b30090603550406',
      '1302434e310e300c060355040a0c0541636dc3a9310e300c060355040313056f74686572',
      // certificatePolicies
      '30450603551d20043e303c300b06092b06010401868d1f01302d0604551d20003025302306082b06010505070201161768747470733a2f2f6578616d',
      '706c652e636f6d2f637073',
      // cRLDistributionPoints: one point of two URLs
      '30650603551d1f045e305c305aa058a056861c687474703a2f2f63726c2e6578616d706c652e636f6d2f612e63726c86366c6461703a2f2f6c646170',
      '2e6578616d706c652e636f6d2f434e3d613f63657274696669636174655265766f636174696f6e4c697374',
      // authorityInfoAccess: OCSP, caIssuers
      '305a06082b06010505070101044e304c302306082b060105050730018617687474703a2f2f6f6373702e6578616d706c652e636f6d302506082b0601',
      '05050730028619687474703a2f2f6578616d706c652e636f6d2f63612e636572',
      // 1.3.6.1.4.1.99999.2
      '301406092b06010401868d1f0204070c0568656c6c6f',
      // 2.999.4294967295
      '300d060788378fffffff7f04020500',
      // subjectKeyIdentifier
      '301d0603551d0e041604141a3c8eee30b25e68e8ce25d641ed582935ee9642',
      // authorityKeyIdentifier
      '301f0603551d2304183016801434657d207867ec3f6936aa8fcfb36c5b1b4ad57a',
    ].join(''));
  });

  test('of the constraints of a CA never change', async () => {
    expect(tbs((await testCa({ extensions: CONSTRAINTS })).certificate).toString('hex')).toContain([
      // nameConstraints, critical
      '3081a70603551d1e0101ff04819c308199',
      // permittedSubtrees
      'a073',
      // dNSName
      '300d820b6578616d706c652e636f6d',
      // iPAddress: a network and its mask
      '300a87080a000000ff000000',
      // iPAddress: a network and its mask
      '30228720fd000000000000000000000000000000ff000000000000000000000000000000',
      // uniformResourceIdentifier
      '300e860c2e6578616d706c652e636f6d',
      // rfc822Name
      '300d810b6578616d706c652e636f6d',
      // directoryName
      '3013a411300f310d300b060355040a130441636d65',
      // excludedSubtrees
      'a122',
      // dNSName
      '301482127365637265742e6578616d706c652e636f6d',
      // iPAddress: a network and its mask
      '300a87080a090000ffff0000',
    ].join(''));
  });
});

test('a certificate with all extensions is parsed like one without them', async () => {
  const { subject, validity, ca, unknownCritical } = parseCertificate(await device(EVERYTHING));
  const plain = parseCertificate(await device({}));
  expect({ subject, validity, ca }).toEqual({ subject: plain.subject, validity: plain.validity, ca: false });
  expect(unknownCritical).toEqual([]);
});
