import { CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { ExistingCaProps, HashAlgorithm, IotPlatform, IPrivateIotCa, KeyAlgorithm, PemSource, PrivateIotCa } from '../../../src';
import { readCaChain } from '../../../src/pki/ca-chain';
import { opensslCa, P384, RSA } from '../../support/foreign-ca';
import { attributeOf, ledgerRights, logicalIds, propertiesOf, rightsOf, stackOf } from '../../support/stacks';

const TYPE = 'Custom::ExistingIotCa';
const KEY_ARN = 'arn:aws:kms:eu-central-1:111111111111:key/0987dcba-09fe-87dc-65ba-ab0987654321';
const ROOT = opensslCa('Old Root', { newKey: RSA });
const SUB = opensslCa('Old Sub', { issuer: ROOT, pathLength: 1 });
const CHAIN = `${SUB.certificate}${ROOT.certificate}`;

function secretIn(stack: Stack, id = 'Key'): ISecret {
  return Secret.fromSecretCompleteArn(stack, id, `arn:aws:secretsmanager:eu-central-1:111111111111:secret:${id}-AbCdEf`);
}

function existing(props: Partial<ExistingCaProps> = {}, stack = stackOf()): { stack: Stack; ca: IPrivateIotCa } {
  const privateKey = props.signingKey ? undefined : secretIn(stack);
  return { stack, ca: PrivateIotCa.fromExistingCa(stack, 'Ca', { certificate: PemSource.inline(CHAIN), privateKey, ...props }) };
}

test('an existing CA of the fewest properties is its certificate, its key in a secret, and a ledger of its own', () => {
  const { stack, ca } = existing();
  expect(propertiesOf(stack, TYPE)).toEqual({
    ServiceToken: attributeOf('PrivateIotCaProviderFunction8B248EC3', 'Arn'),
    ServiceTimeout: '1200',
    LedgerTable: { Ref: 'CaLedger0A52F403' },
    CertificatePem: CHAIN,
    KeyStorage: { Type: 'ExistingSecret', SecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Key-AbCdEf' },
    AllowLegacyChain: false,
    Generation: 1,
    Platforms: [],
  });
  expect(logicalIds(stack)).toEqual({ 'AWS::DynamoDB::GlobalTable': ['CaLedger0A52F403'], 'Custom::ExistingIotCa': ['Ca1E0C8272'] });
  Template.fromStack(stack).hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'RetainExceptOnCreate' });
  expect(stack.resolve([ca.caId, ca.certificatePem])).toEqual([{ Ref: 'Ca1E0C8272' }, attributeOf('Ca1E0C8272', 'CertificatePem')]);
});

test('an existing CA with all properties renders every one of them', () => {
  const stack = stackOf();
  existing({
    passphrase: secretIn(stack, 'Passphrase'),
    allowLegacyChain: true,
    platforms: [IotPlatform.AWS_IOT_CORE],
    allowedCustomExtensions: ['1.3.6.1.4.1.99999.1'],
    generation: 3,
    removalPolicy: RemovalPolicy.DESTROY,
  }, stack);
  Template.fromStack(stack).hasResourceProperties(TYPE, {
    KeyStorage: {
      Type: 'ExistingSecret',
      SecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Key-AbCdEf',
      PassphraseSecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Passphrase-AbCdEf',
    },
    AllowLegacyChain: true,
    Generation: 3,
    Platforms: ['aws-iot-core'],
  });
  Template.fromStack(stack).hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
});

test('the certificate of an existing CA has its known values, and splits into a chain with and without its root', () => {
  const { ca } = existing();
  expect([ca.keyAlgorithm, ca.pathLength, ca.defaultHashAlgorithm, ca.validity]).toEqual([KeyAlgorithm.EC_P256, 1, HashAlgorithm.SHA_256, undefined]);
  expect(ca.caCertificates).toEqual([SUB.certificate, ROOT.certificate]);
  expect(ca.certificateChainWithoutRootPem).toBe(SUB.certificate);
  expect(existing({ certificate: PemSource.inline(ROOT.certificate) }).ca).toMatchObject({
    keyAlgorithm: KeyAlgorithm.RSA_2048, pathLength: undefined, certificateChainPem: ROOT.certificate, certificateChainWithoutRootPem: '',
  });
});

test('an existing CA issues every kind of certificate', () => {
  const { stack, ca } = existing();
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } });
  ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' });
  ca.addServerCertificate('Broker', { subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['broker.acme.example'] } });
  new PrivateIotCa(stack, 'Below', { subject: { commonName: 'Below' }, issuer: ca });
  for (const type of ['Custom::IotDeviceCertificate', 'Custom::IotVerificationCertificate', 'Custom::IotServerCertificate']) {
    expect(propertiesOf(stack, type)).toMatchObject({ LedgerTable: { Ref: 'CaLedger0A52F403' }, Issuer: { Ref: 'Ca1E0C8272' } });
  }
  expect(propertiesOf(stack, 'Custom::IotVerificationCertificate').KeyAlgorithm).toBe('EC_P256');
  expect(propertiesOf(stack, 'Custom::PrivateIotCa')).toMatchObject({ Issuer: { Ref: 'Ca1E0C8272' }, IssuerLedgerTable: { Ref: 'CaLedger0A52F403' } });
});

describe('the certificate of an existing CA can come', () => {
  test('from a parameter of the template', () => {
    const stack = stackOf();
    const { ca } = existing({ certificate: PemSource.inline(new CfnParameter(stack, 'Pem').valueAsString) }, stack);
    expect(propertiesOf(stack, TYPE)).toMatchObject({ CertificatePem: { Ref: 'Pem' } });
    expect([ca.keyAlgorithm, ca.pathLength]).toEqual([undefined, undefined]);
    expect(stack.resolve(ca.certificateChainPem)).toEqual({ Ref: 'Pem' });
  });

  test('from the Parameter Store', () => {
    const stack = stackOf();
    existing({ certificate: PemSource.parameter(StringParameter.fromStringParameterName(stack, 'Pem', '/iot/ca')) }, stack);
    expect(propertiesOf(stack, TYPE)).toMatchObject({ CertificatePem: { Ref: 'PemParameter' } });
  });

  test('from a secret, which the function can then read', () => {
    const stack = stackOf();
    const { ca } = existing({ certificate: PemSource.secret(secretIn(stack, 'Pem')) }, stack);
    expect(propertiesOf(stack, TYPE)).toMatchObject({ CertificateSecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Pem-AbCdEf' });
    expect(propertiesOf(stack, TYPE)).not.toHaveProperty('CertificatePem');
    expect(stack.resolve(ca.certificateChainPem)).toEqual({
      'Fn::Join': ['', [attributeOf('Ca1E0C8272', 'CertificatePem'), attributeOf('Ca1E0C8272', 'IssuerChainPem')]],
    });
    expect(rightsOf(stack)).toEqual([{
      Action: 'secretsmanager:GetSecretValue',
      Resource: ['Key', 'Pem'].map(id => `arn:aws:secretsmanager:eu-central-1:111111111111:secret:${id}-AbCdEf`),
    }, ledgerRights(attributeOf('CaLedger0A52F403', 'Arn'))]);
  });
});

describe('the function of an existing CA can', () => {
  test('read the key and its passphrase, and write neither', () => {
    const stack = stackOf();
    existing({ passphrase: secretIn(stack, 'Passphrase') }, stack);
    expect(rightsOf(stack)).toEqual([{
      Action: 'secretsmanager:GetSecretValue',
      Resource: ['Key', 'Passphrase'].map(id => `arn:aws:secretsmanager:eu-central-1:111111111111:secret:${id}-AbCdEf`),
    }, ledgerRights(attributeOf('CaLedger0A52F403', 'Arn'))]);
  });

  test('sign with a key that is in KMS', () => {
    const stack = stackOf();
    const { ca } = existing({ signingKey: Key.fromKeyArn(stack, 'Key', KEY_ARN) }, stack);
    expect(propertiesOf(stack, TYPE).KeyStorage).toEqual({ Type: 'Kms', KeyArn: KEY_ARN });
    expect(rightsOf(stack)).toEqual([
      { Action: ['kms:GetPublicKey', 'kms:Sign'], Resource: KEY_ARN }, ledgerRights(attributeOf('CaLedger0A52F403', 'Arn')),
    ]);
    expect(ca.privateKeySecret).toBeUndefined();
  });
});

test('grantIssue lets a principal do what the function may, and grantReadPrivateKey read the key', () => {
  const stack = stackOf();
  const { ca } = existing({ passphrase: secretIn(stack, 'Passphrase') }, stack);
  const [issuer, backup] = ['Issuer', 'Backup'].map(id => new Role(stack, id, { assumedBy: new AccountPrincipal('111111111111') }));
  ca.grantIssue(issuer);
  ca.grantReadPrivateKey(backup);
  expect(rightsOf(stack, 'IssuerDefaultPolicy')).toEqual([
    { Action: 'secretsmanager:GetSecretValue', Resource: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Key-AbCdEf' },
    { Action: 'secretsmanager:GetSecretValue', Resource: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Passphrase-AbCdEf' },
    ledgerRights(attributeOf('CaLedger0A52F403', 'Arn')),
  ].map(each => expect.objectContaining(each)));
  expect(JSON.stringify(rightsOf(stack, 'BackupDefaultPolicy'))).not.toContain('dynamodb');
});

test('a key in KMS on another curve than P-256 signs over its own digest', () => {
  const stack = stackOf();
  const { certificate } = opensslCa('Curve', { newKey: P384 });
  const { ca } = existing({ certificate: PemSource.inline(certificate), signingKey: Key.fromKeyArn(stack, 'Key', KEY_ARN) }, stack);
  expect(ca.defaultHashAlgorithm).toBe(HashAlgorithm.SHA_384);
});

test('faults in the certificate of a CA in use bring a warning, and do not stop it', () => {
  const { stack } = existing({ certificate: PemSource.inline(opensslCa('Old', { critical: false }).certificate) });
  Annotations.fromStack(stack).hasWarning('/Stack/Ca', Match.stringLikeRegexp('the certificate breaks .*basic.*RFC 5280, section 4.2.1.9'));
  expect(Annotations.fromStack(existing().stack).findWarning('*', Match.anyValue())).toEqual([]);
});

test('faults in the certificates above a CA in use bring a warning too, with their place in the chain', () => {
  const root = opensslCa('Old', { critical: false });
  const { stack } = existing({ certificate: PemSource.inline(opensslCa('Below', { issuer: root }).certificate + root.certificate) });
  Annotations.fromStack(stack).hasWarning('/Stack/Ca', Match.stringLikeRegexp('certificate 2 of the chain breaks rfc5280-basic-constraints-critical'));
});

test('a CA without a subject key identifier is accepted, with a warning that names the validators that refuse its certificates', () => {
  const { stack } = existing({ certificate: PemSource.inline(opensslCa('Old', { extensions: ['subjectKeyIdentifier = none', 'authorityKeyIdentifier = none'] }).certificate) });
  Annotations.fromStack(stack).hasWarning('/Stack/Ca', Match.stringLikeRegexp('a CA must have a subject key identifier; without it, wolfSSL and OpenSSL in strict mode refuse'));
});

test.each([
  ['evil.example', 'treat the commonName "evil.example" as a host name'],
  ['Plant CA', 'wolfSSL, and Botan if it has a dot, treat it as a host name'],
])('a CA whose common name, %s, is a host name outside of the constraints above it to some validators is accepted, with a warning that names them', (commonName, words) => {
  const root = opensslCa('Old', { extensions: ['nameConstraints = critical, permitted;DNS:acme.example'] });
  const { stack } = existing({ certificate: PemSource.inline(opensslCa(commonName, { issuer: root }).certificate + root.certificate) });
  Annotations.fromStack(stack).hasWarning('/Stack/Ca', Match.stringLikeRegexp(`certificate has names or name constraints because of which some validators refuse everything below it: .*${words}`));
});

test.each([
  ['81', 'wolfSSL 5.5 and, if the constraints are critical, Java 17 refuse everything below a constraint on mailboxes that is empty'],
  ['82', 'wolfSSL 5.5 refuses everything below a constraint on host names that is empty'],
  ['86', 'wolfSSL 5.5 and, if the constraints are critical, Java 17 refuse everything below a constraint on URIs that is empty'],
])('a CA that excludes all names of a type, %s, is accepted, with a warning that names the validators that refuse all below it', (tag, words) => {
  const { stack } = existing({ certificate: PemSource.inline(opensslCa('Old', { extensions: [`nameConstraints = critical, DER:30:06:A1:04:30:02:${tag}:00`] }).certificate) });
  Annotations.fromStack(stack).hasWarning('/Stack/Ca', Match.stringLikeRegexp(words));
});

test('a CA with critical policies is accepted, and one with a critical extension that nobody processes is refused by its name', () => {
  const withExtension = (extension: string) => PemSource.inline(opensslCa('Old', { extensions: [extension] }).certificate);
  expect(existing({ certificate: withExtension('certificatePolicies = critical, 1.2.3.4') }).ca.keyAlgorithm).toBe(KeyAlgorithm.EC_P256);
  expect(() => existing({ certificate: withExtension('inhibitAnyPolicy = critical, 0') }))
    .toThrow('must have no critical extension that this library does not process, got inhibitAnyPolicy (2.5.29.54): ');
});

describe('the certificate of an existing CA, if it is known at synthesis,', () => {
  const other = opensslCa('Other');
  const cases: [string, string, boolean?][] = [
    ['no certificate', 'MIIB'],
    ['a leaf', opensslCa('Leaf', { ca: false }).certificate],
    ['a chain in the wrong order', `${ROOT.certificate}${SUB.certificate}`],
    ['a chain of another root', `${SUB.certificate}${other.certificate}`],
    ['a signature over SHA-1', opensslCa('Weak', { digest: 'sha1' }).certificate],
    ['a short RSA key', opensslCa('Short', { newKey: ['rsa:1024'] }).certificate],
    ['a short RSA key, whatever is allowed above it', opensslCa('Short', { newKey: ['rsa:1024'] }).certificate, true],
  ];
  test.each(cases)('is refused in the words of the function for %s', (_, text, allowLegacyChain = false) => {
    const words = complaintOf(() => readCaChain('certificate', text, allowLegacyChain));
    expect(words).toMatch(/^certificate/);
    expect(complaintOf(() => existing({ certificate: PemSource.inline(text), allowLegacyChain }))).toBe(`Stack/Ca: ${words}`);
  });

  test('is accepted as an old chain if old chains are allowed', () => {
    const weak = opensslCa('Weak', { digest: 'sha1' });
    const { ca } = existing({ certificate: PemSource.inline(weak.certificate), allowLegacyChain: true });
    expect(ca.keyAlgorithm).toBe(KeyAlgorithm.EC_P256);
  });

  test('is refused for a key that can\'t be declared', () => {
    const { certificate } = opensslCa('Odd', { newKey: ['ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'] });
    expect(() => existing({ certificate: PemSource.inline(certificate) }))
      .toThrow('Stack/Ca: certificate must have a key that can be declared (KeyAlgorithm), got another algorithm, size or public exponent');
  });
});

function complaintOf(declare: () => unknown): string {
  try {
    declare();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing is refused');
}

describe('an existing CA', () => {
  test('is refused for a key in no place, or in two', () => {
    const stack = stackOf();
    const message = 'Stack/Ca: either privateKey or signingKey must be given, because the key of the CA is in only one place';
    expect(() => existing({ privateKey: undefined })).toThrow(`${message}, got neither`);
    expect(() => existing({ privateKey: secretIn(stack), signingKey: Key.fromKeyArn(stack, 'Kms', KEY_ARN) }, stack)).toThrow(`${message}, got both`);
  });

  test('is refused for a passphrase for a key in KMS', () => {
    const stack = stackOf();
    expect(() => existing({ signingKey: Key.fromKeyArn(stack, 'Kms', KEY_ARN), passphrase: secretIn(stack) }, stack))
      .toThrow('Stack/Ca: passphrase must be left out if the key is in KMS');
  });

  test.each<[string, Partial<ExistingCaProps>, string]>([
    ['a platform that does not take its key', { platforms: [IotPlatform.ALIBABA_CLOUD_IOT] },
      'keyAlgorithm of the CA must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got "EC_P256"'],
    ['a generation of zero', { generation: 0 }, 'generation must be a whole number from 1 to 1000000, got 0'],
    ['an extension of its own that the CA decides on', { allowedCustomExtensions: ['2.5.29.19'] },
      'allowedCustomExtensions must not name extensions that the CA decides on, got "2.5.29.19"'],
  ])('is refused for %s', (_, props, message) => {
    expect(() => existing(props)).toThrow(`Stack/Ca: ${message}`);
  });

  test('is refused for more CAs than an account of the platform can register, made here and elsewhere', () => {
    const stack = stackOf();
    for (let n = 1; n <= 10; n++) {
      new PrivateIotCa(stack, `Ca${n}`, { subject: { commonName: `Root ${n}` }, platforms: [IotPlatform.TENCENT_IOT_HUB] });
    }
    expect(() => existing({ platforms: [IotPlatform.TENCENT_IOT_HUB] }, stack))
      .toThrow('Stack/Ca: platforms must name Tencent Cloud IoT Hub for at most 10 CAs, because an account can register no more, got 11');
  });
});
