import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CaCertificate, CaCertificateOptions, HashAlgorithm, KeyAlgorithm, PemSource, PrivateIotCa, PrivateIotCaProps, SubjectRule } from '../../../src';
import { opensslRequest } from '../../support/foreign-ca';
import { attributeOf, ledgerRights, logicalIds, propertiesOf, rightsOf, stackWithCa } from '../../support/stacks';

const TYPE = 'Custom::IotCaCertificate';
const REQUEST = opensslRequest('/O=Acme/CN=Factory CA');
const KEEP = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'];

function withBelow(
  options: Partial<CaCertificateOptions> = {}, caProps: Partial<PrivateIotCaProps> = {},
): { stack: Stack; ca: PrivateIotCa; below: CaCertificate } {
  const { stack, ca } = stackWithCa({ pathLength: 1, ...caProps });
  return { stack, ca, below: ca.addCaCertificate('Factory', { certificateSigningRequest: PemSource.inline(REQUEST), ...options }) };
}

test('the certificate of a CA elsewhere takes key and subject from its request, and is valid for five years', () => {
  const { stack } = withBelow();
  expect(propertiesOf(stack, TYPE)).toEqual({
    ServiceToken: attributeOf('PrivateIotCaProviderFunction8B248EC3', 'Arn'),
    ServiceTimeout: '1200',
    LedgerTable: { Ref: 'CaLedger0A52F403' },
    Issuer: { Ref: 'Ca1E0C8272' },
    IssuerKeyIdentifier: { 'Fn::GetAtt': ['Ca1E0C8272', 'SubjectKeyIdentifier'] },
    CertificateSigningRequest: REQUEST,
    PathLength: 0,
    HashAlgorithm: 'SHA-256',
    ValidityDays: 1825,
    ClipToIssuer: false,
    Generation: 1,
  });
  expect(logicalIds(stack)[TYPE]).toEqual(['CaFactoryE7F509CC']);
});

test('the certificate of a CA elsewhere with all properties renders every one of them', () => {
  const { stack } = withBelow({
    subject: { commonName: 'Factory 1', organization: 'Acme' },
    pathLength: 1,
    nameConstraints: { permitted: { dns: ['factory1.acme.example'] } },
    hashAlgorithm: HashAlgorithm.SHA_384,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2031-01-01T00:00:00Z'),
    clipToIssuer: true,
    generation: 2,
    certificatePolicies: [{ oid: '1.3.6.1.4.1.99999.2', cpsUri: 'https://acme.example/cps' }],
    customExtensions: [{ oid: '1.3.6.1.4.1.99999.1', valueDerBase64: 'BQA=' }],
  }, { pathLength: 2, allowedCustomExtensions: ['1.3.6.1.4.1.99999.1'] });
  const properties = propertiesOf(stack, TYPE);
  expect(properties).toMatchObject({
    Subject: { CommonName: 'Factory 1', Organization: 'Acme' },
    PathLength: 1,
    HashAlgorithm: 'SHA-384',
    NotBefore: '2026-01-01T00:00:00Z',
    NotAfter: '2031-01-01T00:00:00Z',
    ClipToIssuer: true,
    Generation: 2,
    Extensions: {
      NameConstraints: { Critical: true, Permitted: { Dns: ['factory1.acme.example'] } },
      CertificatePolicies: [{ Oid: '1.3.6.1.4.1.99999.2', CpsUri: 'https://acme.example/cps' }],
      CustomExtensions: [{ Oid: '1.3.6.1.4.1.99999.1', Value: 'BQA=' }],
    },
  });
  expect(properties).not.toHaveProperty('ValidityDays');
});

test('the certificate of a CA elsewhere adds no key, no secret and no right but that to sign', () => {
  const { stack } = withBelow();
  expect(logicalIds(stack)['AWS::SecretsManager::Secret']).toEqual(['CaPrivateKey3406A746']);
  expect(rightsOf(stack)).toEqual([{ Action: KEEP, Resource: { Ref: 'CaPrivateKey3406A746' } }, ledgerRights(attributeOf('CaLedger0A52F403', 'Arn'))]);
});

test('the chain of a CA elsewhere is its certificate and then those of the CA', () => {
  const { stack, ca, below } = withBelow();
  const [own, root] = [below, ca].map(({ certificatePem }) => stack.resolve(certificatePem));
  expect(stack.resolve(below.certificateChainPem)).toEqual({ 'Fn::Join': ['', [own, root]] });
  expect(stack.resolve(below.certificateChainWithoutRootPem)).toEqual(own);
  expect(stack.resolve(below.ignoredRequests)).toEqual(attributeOf('CaFactoryE7F509CC', 'IgnoredRequests'));
});

test('a request in a secret is read by the function, which can read that secret alone', () => {
  const { stack, ca } = stackWithCa({ pathLength: 1 });
  const secret = Secret.fromSecretCompleteArn(stack, 'Request', 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Request-AbCdEf');
  new CaCertificate(stack, 'Factory', { ca, certificateSigningRequest: PemSource.secret(secret), subject: { commonName: 'Factory' } });
  expect(propertiesOf(stack, TYPE)).toMatchObject({ CertificateSigningRequestSecretArn: secret.secretArn });
  expect(propertiesOf(stack, TYPE)).not.toHaveProperty('CertificateSigningRequest');
  expect(rightsOf(stack, 'PrivateIotCaProviderKeys')).toEqual([{ Action: 'secretsmanager:GetSecretValue', Resource: secret.secretArn }]);
});

test('a request can be a parameter, which is checked at deployment', () => {
  const { stack, ca } = stackWithCa({ pathLength: 1 });
  ca.addCaCertificate('Factory', { certificateSigningRequest: PemSource.inline(new CfnParameter(stack, 'Request').valueAsString), allowedSubject: SubjectRule.fromConstructId() });
  expect(propertiesOf(stack, TYPE)).toMatchObject({ CertificateSigningRequest: { Ref: 'Request' } });
});

describe('the certificate of a CA elsewhere', () => {
  test.each<[string, Partial<CaCertificateOptions>, Partial<PrivateIotCaProps>, string]>([
    ['a CA that signs leaves only', {}, { pathLength: 0 }, 'the issuer Stack/Ca must have a pathLength of at least 1 to sign a CA below it, got 0, the default'],
    ['a path as long as the CA\'s', { pathLength: 1 }, {}, 'pathLength must be 0 below Stack/Ca, whose pathLength is 1, got 1'],
    ['a validity longer than the CA\'s', { validity: Duration.days(3650) }, {}, 'validity must be shorter than the 3650 days of the CA'],
    ['a validity and an end', { validity: Duration.days(1), notAfter: new Date('2031-01-01T00:00:00Z') }, {},
      'validity must be given either as a number of days or with notAfter, not both'],
    ['an end before the beginning', { notBefore: new Date('2031-01-01T00:00:00Z'), notAfter: new Date('2030-01-01T00:00:00Z') }, {},
      'notAfter must be after notBefore, 2031-01-01T00:00:00Z, got 2030-01-01T00:00:00Z'],
    ['a string that is no request', { certificateSigningRequest: PemSource.inline('request') }, {}, 'certificateSigningRequest must be'],
    ['a request without a common name', { certificateSigningRequest: PemSource.inline(opensslRequest('/O=Acme')) }, {},
      'subject.commonName must be 1 to 64 characters long, got 0'],
    ['an extension that the CA does not allow', { customExtensions: [{ oid: '1.3.6.1.4.1.99999.1', valueDerBase64: 'BQA=' }] },
      { allowedCustomExtensions: ['1.3.6.1.4.1.99999.2', '1.3.6.1.4.1.99999.3'] },
      'customExtensions must be among those that the CA allows (1.3.6.1.4.1.99999.2, 1.3.6.1.4.1.99999.3), got "1.3.6.1.4.1.99999.1"; add it to allowedCustomExtensions of the CA'],
    ['a generation of zero', { generation: 0 }, {}, 'generation must be a whole number from 1 to 1000000, got 0'],
  ])('is refused for %s', (_, options, caProps, message) => {
    expect(() => withBelow(options, { keyAlgorithm: KeyAlgorithm.EC_P256, ...caProps })).toThrow(`Stack/Ca/Factory: ${message}`);
  });
});
