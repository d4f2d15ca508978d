import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HashAlgorithm, KeyAlgorithm, KeyStorage, PemSource, PrivateIotCa, PrivateIotCaProps } from '../../../src';
import { opensslCa } from '../../support/foreign-ca';
import { attributeOf, ledgerRights, logicalIds, rightsOf, stackOf, stackWithCa } from '../../support/stacks';

const TYPE = 'Custom::PrivateIotCa';
const SUBJECT = { commonName: 'Factory CA' };
const KEEP = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'];

function withSubordinate(
  props: Partial<PrivateIotCaProps> = {}, issuerProps: Partial<PrivateIotCaProps> = {},
): { stack: Stack; ca: PrivateIotCa; root: PrivateIotCa } {
  const { stack, ca: root } = stackWithCa({ pathLength: 1, ...issuerProps });
  return { stack, root, ca: new PrivateIotCa(stack, 'Factory', { subject: SUBJECT, issuer: root, ...props }) };
}

/** The properties of the subordinate. */
function factoryOf(stack: Stack): Record<string, unknown> {
  return Template.fromStack(stack).toJSON().Resources.Factory212BF0B2.Properties;
}

test('a subordinate CA with the fewest properties is valid for five years, signs leaves only, and is recorded in two ledgers', () => {
  const { stack } = withSubordinate();
  expect(factoryOf(stack)).toEqual({
    ServiceToken: attributeOf('PrivateIotCaProviderFunction8B248EC3', 'Arn'),
    ServiceTimeout: '1200',
    Subject: { CommonName: 'Factory CA' },
    KeyAlgorithm: 'RSA_2048',
    HashAlgorithm: 'SHA-256',
    ValidityDays: 1825,
    PathLength: 0,
    Generation: 1,
    Platforms: [],
    RetainKey: true,
    LedgerTable: { Ref: 'FactoryLedger549B896E' },
    KeyStorage: { Type: 'SecretsManager', SecretArn: { Ref: 'FactoryPrivateKey6AE0F4FF' } },
    Issuer: { Ref: 'Ca1E0C8272' },
    IssuerKeyIdentifier: { 'Fn::GetAtt': ['Ca1E0C8272', 'SubjectKeyIdentifier'] },
    IssuerLedgerTable: { Ref: 'CaLedger0A52F403' },
    ClipToIssuer: false,
  });
  expect(logicalIds(stack)[TYPE]).toEqual(['Ca1E0C8272', 'Factory212BF0B2']);
});

test('a subordinate CA with all properties renders every one of them', () => {
  const { stack } = withSubordinate({
    keyAlgorithm: KeyAlgorithm.EC_P256,
    hashAlgorithm: HashAlgorithm.SHA_512,
    validity: Duration.days(9000),
    clipToIssuer: true,
    pathLength: 1,
    nameConstraints: {
      permitted: { dns: ['acme.example'], ip: ['10.0.0.0/8', 'fd00::/8'], directory: [{ organization: 'Acme', country: 'CN' }] },
      excluded: { uri: ['.test.acme.example'], email: ['acme.example'] },
      critical: false,
    },
    allowedCustomExtensions: ['1.3.6.1.4.1.99999.1'],
    crlDistributionPoints: ['http://crl.acme.example/root.crl'],
    keyStorage: KeyStorage.secretsManager(),
    generation: 2,
  }, { pathLength: 2 });
  expect(factoryOf(stack)).toMatchObject({
    KeyAlgorithm: 'EC_P256',
    HashAlgorithm: 'SHA-512',
    ValidityDays: 9000,
    ClipToIssuer: true,
    PathLength: 1,
    Generation: 2,
    Extensions: {
      NameConstraints: {
        Critical: false,
        Permitted: { Dns: ['acme.example'], Ip: ['10.0.0.0/8', 'fd00::/8'], Directory: [{ Country: 'CN', Organization: 'Acme' }] },
        Excluded: { Uri: ['.test.acme.example'], Email: ['acme.example'] },
      },
      CrlDistributionPoints: ['http://crl.acme.example/root.crl'],
    },
  });
});

test('a CA without an issuer renders none', () => {
  const { stack } = stackWithCa();
  const properties = Object.keys(Object.values(Template.fromStack(stack).findResources(TYPE))[0].Properties);
  expect(properties.filter(name => /Issuer|Signed|Extensions|NotBefore|NotAfter/.test(name))).toEqual([]);
});

test('the function can use the CA\'s own resources and issue with the CA above, each by a policy that lasts as long as that CA', () => {
  const { stack } = withSubordinate();
  expect(rightsOf(stack, 'PrivateIotCaProviderRightsOnStackFactory')).toEqual([
    { Action: KEEP, Resource: { Ref: 'FactoryPrivateKey6AE0F4FF' } }, ledgerRights(attributeOf('FactoryLedger549B896E', 'Arn')),
  ]);
  expect(rightsOf(stack, 'PrivateIotCaProviderRightsOnStackCa')).toEqual([
    { Action: KEEP, Resource: { Ref: 'CaPrivateKey3406A746' } }, ledgerRights(attributeOf('CaLedger0A52F403', 'Arn')),
  ]);
  expect(rightsOf(stack)).toHaveLength(4);
  const { DependsOn } = Template.fromStack(stack).toJSON().Resources.Factory212BF0B2;
  expect(DependsOn).toEqual([
    'PrivateIotCaProviderOwnStack784B1F56', // whether a deployment replaces or removes it
    'PrivateIotCaProviderRightsOnStackCaDC4BAF94D43DB4658B3F88D6',
    'PrivateIotCaProviderRightsOnStackFactory4552D121CB8BAE3F9F342BC9',
  ]);
});

test('a subordinate CA in another stack than its issuer has a function that can read the issuer\'s key, and not write it', () => {
  const { stack: rootStack, ca: root } = stackWithCa({ pathLength: 1 });
  const stack = stackOf(rootStack.node.root as never, 'Factories');
  new PrivateIotCa(stack, 'Factory', { subject: SUBJECT, issuer: root });
  expect(rightsOf(stack, 'PrivateIotCaProviderRightsOnStackCa')).toEqual([
    { Action: 'secretsmanager:GetSecretValue', Resource: { 'Fn::ImportValue': 'Stack:ExportsOutputRefCaPrivateKey3406A7462C5A6784' } },
    ledgerRights({ 'Fn::ImportValue': 'Stack:ExportsOutputFnGetAttCaLedger0A52F403Arn06C0E967' }),
  ]);
});

test('chains of any depth begin with the certificate and end with the root, which can be left out', () => {
  const { stack, root, ca } = withSubordinate({ pathLength: 1 }, { pathLength: 2 });
  const line = new PrivateIotCa(stack, 'Line', { subject: { commonName: 'Line' }, issuer: ca, validity: Duration.days(1000) });
  const device = line.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } });
  const texts = [device, line, ca, root].map(({ certificatePem }) => stack.resolve(certificatePem));
  const joined = (parts: unknown[]) => ({ 'Fn::Join': ['', parts] });
  expect(stack.resolve(device.certificateChainPem)).toEqual(joined(texts));
  expect(stack.resolve(device.certificateChainWithoutRootPem)).toEqual(joined(texts.slice(0, -1)));
  expect(stack.resolve(line.certificateChainPem)).toEqual(joined(texts.slice(1)));
  expect(stack.resolve(ca.certificateChainWithoutRootPem)).toEqual(texts[2]);
  expect(root.certificateChainWithoutRootPem).toBe('');
  expect(stack.resolve(line.caCertificates)).toEqual(texts.slice(1));
});

test('below a CA whose chain does not end in a root, nothing is taken off the chain', () => {
  const stack = stackOf();
  const root = opensslCa('Offline Root');
  const issuer = new PrivateIotCa(stack, 'Issuing', {
    subject: { commonName: 'Issuing' },
    keyAlgorithm: KeyAlgorithm.EC_P256,
    signedElsewhere: true,
    pathLength: 1,
    signedCertificate: PemSource.inline(opensslCa('Issuing', { issuer: root, pathLength: 1 }).certificate),
  });
  const ca = new PrivateIotCa(stack, 'Factory', { subject: SUBJECT, issuer });
  expect(stack.resolve(ca.certificateChainWithoutRootPem)).toEqual(stack.resolve(ca.certificateChainPem));
  expect(JSON.stringify(stack.resolve(ca.certificateChainWithoutRootPem))).toContain('-----BEGIN CERTIFICATE-----');
});

describe('a subordinate CA', () => {
  const cases: [string, Partial<PrivateIotCaProps>, Partial<PrivateIotCaProps>, string][] = [
    ['an issuer that signs leaves only', {}, { pathLength: 0 },
      'the issuer Stack/Ca must have a pathLength of at least 1 to sign a CA below it, got 0, the default'],
    ['a path as long as the issuer\'s', { pathLength: 2 }, { pathLength: 2 }, 'pathLength must be from 0 to 1 below Stack/Ca, whose pathLength is 2, got 2'],
    ['a validity longer than the issuer\'s', { validity: Duration.days(3650) }, {},
      'validity must be shorter than the 3650 days of the CA, which is issued first, got 3650 days; declare a shorter validity, or set clipToIssuer'],
    ['the default validity under an issuer of a year', {}, { validity: Duration.days(366) }, 'validity must be shorter than the 366 days of the CA'],
    ['name constraints without names', { nameConstraints: {} }, {}, 'nameConstraints must permit or exclude at least one name, got none; otherwise leave it out'],
    ['an address with bits behind its length', { nameConstraints: { permitted: { ip: ['10.0.0.1/8'] } } }, {},
      'nameConstraints.permitted.ip must be a network such as 10.0.0.0/8 or fd00::/8, with no bit set after its prefix length, got "10.0.0.1/8"'],
    ['an upper-case domain', { nameConstraints: { excluded: { dns: ['ACME.example'] } } }, {}, 'nameConstraints.excluded.dns must be a domain in lower case'],
    ['an extension of its own that its issuer does not allow', { customExtensions: [{ oid: '1.3.6.1.4.1.99999.1', valueDerBase64: 'BQA=' }] }, {},
      'customExtensions must be among those that the CA allows (none), got "1.3.6.1.4.1.99999.1"; add it to allowedCustomExtensions of the CA'],
  ];
  test.each(cases)('is refused for %s', (_, props, issuerProps, message) => {
    expect(() => withSubordinate(props, issuerProps)).toThrow(`Stack/Factory: ${message}`);
  });

  test('is refused for clipping to an issuer that is not there', () => {
    expect(() => stackWithCa({ clipToIssuer: false })).toThrow('Stack/Ca: clipToIssuer must be left out for a CA that has no issuer');
  });
});

test('a CA with an extension that its issuer allows is rendered, and a root needs no permission', () => {
  const customExtensions = [{ oid: '1.3.6.1.4.1.99999.1', valueDerBase64: 'BQA=' }];
  const { stack } = withSubordinate({ customExtensions }, { allowedCustomExtensions: ['1.3.6.1.4.1.99999.1'] });
  expect(factoryOf(stack).Extensions).toEqual({ CustomExtensions: [{ Oid: '1.3.6.1.4.1.99999.1', Value: 'BQA=' }] });
  expect(() => stackWithCa({ customExtensions })).not.toThrow();
});
