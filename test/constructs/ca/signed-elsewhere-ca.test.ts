import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { HashAlgorithm, IotPlatform, KeyAlgorithm, KeyStorage, PemSource, PrivateIotCa, PrivateIotCaProps } from '../../../src';
import { readCaChain } from '../../../src/pki/ca-chain';
import { opensslCa, RSA } from '../../support/foreign-ca';
import { attributeOf, ledgerRights, propertiesOf, rightsOf, stackOf, stackWithCa } from '../../support/stacks';

const TYPE = 'Custom::PrivateIotCa';
const ROOT = opensslCa('Offline Root');
const SIGNED = opensslCa('Acme IoT Root CA', { issuer: ROOT, pathLength: 0, newKey: RSA }).certificate;

function awaited(props: Partial<PrivateIotCaProps> = {}): { stack: Stack; ca: PrivateIotCa } {
  return stackWithCa({ signedElsewhere: true, ...props });
}

test('a CA that is signed elsewhere has a key and a request, and no validity, because its issuer decides on that', () => {
  const { stack, ca } = awaited();
  expect(propertiesOf(stack, TYPE)).toEqual({
    ServiceToken: attributeOf('PrivateIotCaProviderFunction8B248EC3', 'Arn'),
    ServiceTimeout: '1200',
    Subject: { CommonName: 'Acme IoT Root CA' },
    KeyAlgorithm: 'RSA_2048',
    HashAlgorithm: 'SHA-256',
    PathLength: 0,
    Generation: 1,
    Platforms: [],
    RetainKey: true,
    LedgerTable: { Ref: 'CaLedger0A52F403' },
    KeyStorage: { Type: 'SecretsManager', SecretArn: { Ref: 'CaPrivateKey3406A746' } },
    SignedElsewhere: true,
  });
  expect(stack.resolve(ca.certificateSigningRequestPem)).toEqual(attributeOf('Ca1E0C8272', 'CertificateSigningRequestPem'));
  expect(ca.validity).toBeUndefined();
  expect(rightsOf(stack)).toEqual([
    expect.objectContaining({ Resource: { Ref: 'CaPrivateKey3406A746' } }), ledgerRights(attributeOf('CaLedger0A52F403', 'Arn')),
  ]);
});

test('a CA that is signed elsewhere has a chain once it is signed: that of its certificate, with the root if that was given', () => {
  const { stack, ca } = awaited({ signedCertificate: PemSource.inline(`${SIGNED}${ROOT.certificate}`) });
  expect(propertiesOf(stack, TYPE)).toMatchObject({ SignedElsewhere: true, SignedCertificatePem: `${SIGNED}${ROOT.certificate}` });
  expect(ca.caCertificates).toEqual([SIGNED, ROOT.certificate]);
  expect(ca.certificateChainWithoutRootPem).toBe(SIGNED);
  expect(awaited({ signedCertificate: PemSource.inline(SIGNED) }).ca.certificateChainWithoutRootPem).toBe(SIGNED);
});

test('the declaration of the certificate changes nothing else, so that the CA stays the same', () => {
  const { SignedCertificatePem, ...signed } = propertiesOf(awaited({ signedCertificate: PemSource.inline(SIGNED) }).stack, TYPE);
  expect(SignedCertificatePem).toBe(SIGNED);
  expect(signed).toEqual(propertiesOf(awaited().stack, TYPE));
});

test('the certificate can be a parameter, which is empty at first', () => {
  const stack = stackOf();
  const signedCertificate = PemSource.inline(new CfnParameter(stack, 'Signed', { default: '' }).valueAsString);
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Issuing' }, signedElsewhere: true, signedCertificate });
  expect(propertiesOf(stack, TYPE)).toMatchObject({ SignedCertificatePem: { Ref: 'Signed' } });
  expect(stack.resolve(ca.certificateChainPem)).toEqual({ Ref: 'Signed' });
});

test('the wishes for the certificate are in the request, and the key can be in KMS', () => {
  const { stack } = awaited({ keyStorage: KeyStorage.kms(), pathLength: 1, nameConstraints: { permitted: { dns: ['acme.example'] } } });
  expect(propertiesOf(stack, TYPE)).toMatchObject({
    KeyStorage: { Type: 'Kms' }, PathLength: 1, Extensions: { NameConstraints: { Critical: true, Permitted: { Dns: ['acme.example'] } } },
  });
});

describe('the certificate of a CA that is signed elsewhere, if it is known at synthesis,', () => {
  test.each<[string, string]>([
    ['a leaf', opensslCa('Leaf', { ca: false }).certificate],
    ['another root than the one that has signed', `${SIGNED}${opensslCa('Other').certificate}`],
    ['no certificate', '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n'],
  ])('is refused in the words of the function for %s', (_, text) => {
    let words = '';
    try {
      readCaChain('signedCertificate', text);
    } catch (error) {
      words = (error as Error).message;
    }
    expect(words).toMatch(/^signedCertificate/);
    expect(() => awaited({ signedCertificate: PemSource.inline(text) })).toThrow(new Error(`Stack/Ca: ${words}`));
  });

  test('is refused if it breaks a rule of RFC 5280', () => {
    const text = opensslCa('Acme', { issuer: ROOT, critical: false }).certificate;
    expect(() => awaited({ signedCertificate: PemSource.inline(text) })).toThrow(/^Stack\/Ca: the certificate breaks .*RFC 5280, section 4.2.1.9/);
  });
});

describe('a CA that is signed elsewhere', () => {
  test.each<[string, Partial<PrivateIotCaProps>, string]>([
    ['a validity', { validity: Duration.days(1) }, 'validity, notBefore and notAfter must be left out for a CA that is signedElsewhere, because its issuer determines them'],
    ['a beginning', { notBefore: new Date() }, 'validity, notBefore and notAfter must be left out for a CA that is signedElsewhere'],
    ['an end', { notAfter: new Date() }, 'validity, notBefore and notAfter must be left out for a CA that is signedElsewhere'],
    ['a certificate of a CA that signs itself', { signedElsewhere: undefined, signedCertificate: PemSource.inline(SIGNED) },
      'signedCertificate must be left out for a CA that is not signedElsewhere'],
    ['clipping', { clipToIssuer: true }, 'clipToIssuer must be left out for a CA that has no issuer'],
    ['a digest that the curve of its KMS key does not sign over',
      { keyStorage: KeyStorage.kms(), keyAlgorithm: KeyAlgorithm.EC_P256, hashAlgorithm: HashAlgorithm.SHA_384 },
      'hashAlgorithm must be SHA-256 under a CA with an EC_P256 key in AWS KMS, got "SHA-384"'],
    ['a platform that does not take its key', { platforms: [IotPlatform.ALIBABA_CLOUD_IOT], keyAlgorithm: KeyAlgorithm.EC_P256 },
      'keyAlgorithm must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got "EC_P256"'],
    ['a path of 11', { pathLength: 11 }, 'pathLength must be a whole number of CAs below this one from 0 to 10, got 11'],
  ])('is refused for %s', (_, props, message) => {
    expect(() => awaited(props)).toThrow(`Stack/Ca: ${message}`);
  });

  test('is refused for an issuer here', () => {
    const { stack, ca: issuer } = stackWithCa({ pathLength: 1 });
    expect(() => new PrivateIotCa(stack, 'Sub', { subject: { commonName: 'Sub' }, issuer, signedElsewhere: true }))
      .toThrow('Stack/Sub: issuer must be left out for a CA that is signedElsewhere');
  });

  test('is refused for a certificate in a secret, which would be read once only', () => {
    const stack = stackOf();
    const signedCertificate = PemSource.secret(Secret.fromSecretNameV2(stack, 'Secret', 'signed'));
    expect(() => new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'a' }, signedElsewhere: true, signedCertificate }))
      .toThrow('Stack/Ca: signedCertificate must be given with PemSource.inline(), file() or parameter()');
  });

  test('is refused for the request of a CA that has none, and the DER of a certificate that is not there yet', () => {
    expect(() => stackWithCa().ca.certificateSigningRequestPem).toThrow('Stack/Ca: certificateSigningRequestPem is available only for a CA that is signedElsewhere');
    expect(() => awaited().ca.certificateDerBase64).toThrow('Stack/Ca: certificateDerBase64 is available only for a CA that has its signedCertificate');
    expect(() => awaited({ signedCertificate: PemSource.inline(SIGNED) }).ca.certificateDerBase64).not.toThrow();
  });
});
