import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal } from 'aws-cdk-lib/aws-iam';
import { DeviceCertificate, HashAlgorithm, KeyAlgorithm, KeyStorage, PrivateIotCa, PrivateIotCaAttributes } from '../src';
import { opensslCa, P384 } from './support/foreign-ca';
import { opensslOutput } from './support/openssl';
import { CERTIFICATES_ONLY, LEDGER_ACTIONS, ledgerRights, propertiesOf, rightsOf, stackOf, stackWithCa } from './support/stacks';

const HOME = { account: '111111111111', region: 'eu-central-1' };
const KEY_ARN = 'arn:aws:kms:eu-central-1:111111111111:key/0987dcba-09fe-87dc-65ba-ab0987654321';
const TABLE_ARN = 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger';
const ROOT = opensslCa('Acme IoT Root CA');
const SUB = opensslCa('Acme Issuing CA', { issuer: ROOT, pathLength: 0 });
const IMPORTED: PrivateIotCaAttributes = {
  caId: 'ca-0123456789abcdef0123456789abcdef', certificatePem: ROOT.certificate, ledgerTableArn: TABLE_ARN, signingKeyArn: KEY_ARN,
};
const SUBJECT = { commonName: 'sensor-001' };

function imported(attrs: Partial<PrivateIotCaAttributes> = {}, env?: { account: string; region: string }) {
  const stack = new Stack(new App(), 'Stack', { env });
  return { stack, ca: PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Ca', { ...IMPORTED, ...attrs }) };
}

describe('the certificate given as the CA\'s', () => {
  test.each<[string, Partial<PrivateIotCaAttributes>, string]>([
    ['it is not the certificate of a CA', { certificatePem: opensslCa('sensor', { ca: false, issuer: ROOT }).certificate }, 'must be a CA certificate'],
    ['the certificate above it is that of another CA', { certificatePem: SUB.certificate, issuerCertificates: [opensslCa('Other').certificate] },
      'must be signed by the certificate that follows it (the CA\'s own comes first, the root last)'],
  ])('is refused if %s', (_, attributes, message) => {
    expect(() => imported(attributes)).toThrow(`Stack/Ca: certificatePem, with issuerCertificates, ${message}`);
  });

  test('is accepted with those above it, and the function gets its key identifier, to compare it with the ledger', () => {
    const { stack, ca } = imported({ certificatePem: SUB.certificate, issuerCertificates: [ROOT.certificate] });
    ca.addDeviceCertificate('Sensor', { subject: SUBJECT });
    const identifier = opensslOutput(['x509', '-noout', '-ext', 'subjectKeyIdentifier'], SUB.certificate).split('\n')[1].replace(/[ :]/g, '').toLowerCase();
    expect(propertiesOf(stack, 'Custom::IotDeviceCertificate')).toMatchObject({ IssuerKeyIdentifier: identifier });
  });
});

test('a CA in a stack with an env is refused for a stack without one, in which its secret could not be named', () => {
  const app = new App();
  const ca = new PrivateIotCa(new Stack(app, 'Home', { env: HOME }), 'Ca', { subject: { commonName: 'Root' } });
  expect(() => new DeviceCertificate(new Stack(app, 'Devices'), 'Sensor', { ca, subject: SUBJECT }))
    .toThrow('ca must be in the account of the stack that uses it, got Home/Ca, but only the stack Home has an env, and Devices has none; set the same env for both');
});

describe('a CA whose key is in KMS can be used', () => {
  test.each([
    ['account', { account: '222222222222', region: 'eu-central-1' }],
    ['Region', { account: '111111111111', region: 'us-east-1' }],
  ])('from another %s, by its attributes: the function is told its ledger by ARN, and may sign and record', (_, env) => {
    const { stack, ca } = imported({}, env);
    ca.addDeviceCertificate('Sensor', { subject: SUBJECT });
    expect(propertiesOf(stack, 'Custom::IotDeviceCertificate')).toMatchObject({ LedgerTable: TABLE_ARN, Issuer: IMPORTED.caId });
    expect(rightsOf(stack, 'PrivateIotCaProviderRightsOn')).toEqual([{ Action: ['kms:GetPublicKey', 'kms:Sign'], Resource: KEY_ARN }, ledgerRights(TABLE_ARN)]);
  });

  test('from another account as the issuer of a CA', () => {
    const { certificate } = opensslCa('Acme IoT Root CA', { pathLength: 1 });
    const { stack, ca: issuer } = imported({ certificatePem: certificate }, { account: '222222222222', region: 'eu-central-1' });
    new PrivateIotCa(stack, 'Factory', { subject: { commonName: 'Factory CA' }, issuer });
    expect(propertiesOf(stack, 'Custom::PrivateIotCa')).toMatchObject({
      LedgerTable: { Ref: 'FactoryLedger549B896E' }, Issuer: IMPORTED.caId, IssuerLedgerTable: TABLE_ARN,
    });
  });

  test('from a stack without an account and a Region: the ARN is right everywhere', () => {
    const { stack, ca } = imported();
    ca.addDeviceCertificate('Sensor', { subject: SUBJECT });
    expect(propertiesOf(stack, 'Custom::IotDeviceCertificate').LedgerTable).toBe(TABLE_ARN);
  });

  test('from its own account and Region by the name of its ledger', () => {
    const { stack, ca } = imported({}, HOME);
    ca.addDeviceCertificate('Sensor', { subject: SUBJECT });
    expect(propertiesOf(stack, 'Custom::IotDeviceCertificate').LedgerTable).toBe('Ledger');
  });

  test('from another Region of the same app, as it is', () => {
    const app = new App();
    const ca = new PrivateIotCa(new Stack(app, 'Home', { env: HOME, crossRegionReferences: true }), 'Ca', {
      subject: { commonName: 'Root' }, keyStorage: KeyStorage.kms(), keyAlgorithm: KeyAlgorithm.EC_P384,
    });
    const stack = new Stack(app, 'Devices', { env: { ...HOME, region: 'us-east-1' }, crossRegionReferences: true });
    new DeviceCertificate(stack, 'Sensor', { ca, subject: SUBJECT });
    const { LedgerTable, Issuer, HashAlgorithm: digest } = propertiesOf(stack, 'Custom::IotDeviceCertificate');
    expect(JSON.stringify(LedgerTable)).toContain('FnGetAttCaLedger0A52F403Arn');
    expect(JSON.stringify(Issuer)).toContain('RefCa1E0C8272');
    expect(digest).toBe(HashAlgorithm.SHA_384);
    expect(rightsOf(stack, 'PrivateIotCaProviderRightsOn').map(each => (each as { Action: unknown }).Action)).toEqual([
      ['kms:GetPublicKey', 'kms:Sign'], LEDGER_ACTIONS,
    ]);
  });
});

describe('a right of another account', () => {
  const statementsFor = (document: { Statement: { Principal: unknown }[] }) =>
    document.Statement.filter(({ Principal }) => JSON.stringify(Principal).includes('222222222222'));
  const principal = { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::222222222222:root']] } };

  test('to issue is in the policies of the key and of the ledger, and in no other', () => {
    const { stack, ca } = stackWithCa({ keyStorage: KeyStorage.kms() });
    const grant = ca.grantIssue(new AccountPrincipal('222222222222'));
    expect(grant.success).toBe(true);
    const key = propertiesOf(stack, 'AWS::KMS::Key').KeyPolicy as { Statement: { Principal: unknown }[] };
    expect(statementsFor(key)).toEqual([{ Action: ['kms:Sign', 'kms:GetPublicKey'], Effect: 'Allow', Principal: principal, Resource: '*' }]);
    const [replica] = propertiesOf(stack, 'AWS::DynamoDB::GlobalTable').Replicas as { ResourcePolicy: { PolicyDocument: never } }[];
    expect(statementsFor(replica.ResourcePolicy.PolicyDocument)).toEqual([
      { Action: LEDGER_ACTIONS, Condition: CERTIFICATES_ONLY, Effect: 'Allow', Principal: principal, Resource: '*' },
    ]);
    expect(JSON.stringify(rightsOf(stack))).not.toContain('222222222222');
  });

  test('is no reference of a resource to itself, which CloudFormation refuses', () => {
    const { stack, ca } = stackWithCa({ keyStorage: KeyStorage.kms() });
    ca.grantIssue(new AccountPrincipal('222222222222'));
    for (const [id, { Properties }] of Object.entries<{ Properties: object }>(Template.fromStack(stack).toJSON().Resources)) {
      const text = JSON.stringify(Properties);
      expect([`{"Ref":"${id}"}`, `{"Fn::GetAtt":["${id}",`].filter(reference => text.includes(reference))).toEqual([]);
    }
  });

  const across = (keyStorage: KeyStorage) => {
    const app = new App();
    const home = new Stack(app, 'Home', { env: HOME });
    const ca = new PrivateIotCa(home, 'Ca', { subject: { commonName: 'Root' }, keyAlgorithm: KeyAlgorithm.EC_P256, keyStorage });
    const stack = new Stack(app, 'Devices', { env: { ...HOME, account: '222222222222' } });
    return { home, ca, stack };
  };

  test('is given automatically if a stack of another account uses a CA of the same app', () => {
    const { home, ca, stack } = across(KeyStorage.kms());
    for (const id of ['One', 'Two']) {
      new DeviceCertificate(stack, id, { ca, subject: { commonName: id } });
    }
    const key = propertiesOf(home, 'AWS::KMS::Key').KeyPolicy as { Statement: { Principal: unknown }[] };
    expect(statementsFor(key)).toMatchObject([{ Action: ['kms:Sign', 'kms:GetPublicKey'] }]);
    const [replica] = propertiesOf(home, 'AWS::DynamoDB::GlobalTable').Replicas as { ResourcePolicy: { PolicyDocument: never } }[];
    expect(statementsFor(replica.ResourcePolicy.PolicyDocument)).toMatchObject([{ Action: LEDGER_ACTIONS, Condition: CERTIFICATES_ONLY }]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('CA of the account'));
  });

  test('is asked for by a warning, with the line to add, if the CA is known by its attributes', () => {
    const { stack, ca } = imported({}, { account: '222222222222', region: 'eu-central-1' });
    ca.addDeviceCertificate('Sensor', { subject: SUBJECT });
    Annotations.fromStack(stack).hasWarning('/Stack/Ca', Match.stringLikeRegexp(
      'this CA belongs to the account 111111111111, .* let the account 222222222222 use them: in the CA\'s stack, '
      + 'call ca\\.grantIssue\\(new AccountPrincipal\\(\'222222222222\'\\)\\), and deploy that stack first'));
  });

  test('is not asked for if the account is the same, or not known before deployment', () => {
    for (const env of [HOME, undefined]) {
      const { stack, ca } = imported({}, env);
      ca.addDeviceCertificate('Sensor', { subject: SUBJECT });
      Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('CA of the account'));
    }
  });

  test('is refused for a CA whose key is in a secret, instead of opening the ledger alone', () => {
    const { stack, ca } = stackWithCa();
    expect(() => ca.grantIssue(new AccountPrincipal('222222222222'))).toThrow('Stack/Ca: grantIssue must be given a role or a user of the CA\'s own account, '
      + 'got "AccountPrincipal(222222222222)"; the key is in a secret, which no other account can use: declare the CA with KeyStorage.kms()');
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('222222222222');
  });

  test('is no success if key and ledger are elsewhere', () => {
    const { ca } = imported({}, HOME);
    expect(ca.grantIssue(new AccountPrincipal('222222222222')).success).toBe(false);
  });

  test('is not there unless it is given', () => {
    const { stack } = stackWithCa({ keyStorage: KeyStorage.kms() });
    expect(propertiesOf(stack, 'AWS::DynamoDB::GlobalTable').Replicas).toEqual([expect.not.objectContaining({ ResourcePolicy: expect.anything() })]);
  });
});

describe('a CA whose key is in a secret is refused from elsewhere, because the secret can\'t be read there:', () => {
  const secret = { signingKeyArn: undefined, privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf' };
  test.each([
    ['account', { account: '222222222222', region: 'eu-central-1' }, 'account of the stack that uses it, 222222222222, got "111111111111"'],
    ['Region', { account: '111111111111', region: 'us-east-1' }, 'Region of the stack that uses it, us-east-1, got "eu-central-1"'],
  ])('from another %s', (_, env, difference) => {
    const { ca } = imported(secret, env);
    expect(() => ca.addDeviceCertificate('Sensor', { subject: SUBJECT }))
      .toThrow(`ca must be in the ${difference} (Stack/Ca); only a CA whose key is in KMS can be used from another account or Region`);
  });
});

describe('the certificate of an imported CA', () => {
  test('tells the algorithm of its key, the digest of KMS, and the path length', () => {
    const { certificate } = opensslCa('Curve', { newKey: P384, pathLength: 3 });
    const { ca } = imported({ certificatePem: certificate });
    expect([ca.keyAlgorithm, ca.defaultHashAlgorithm, ca.pathLength]).toEqual([KeyAlgorithm.EC_P384, HashAlgorithm.SHA_384, 3]);
    expect(() => new PrivateIotCa(ca.stack, 'Sub', { subject: SUBJECT, issuer: ca, pathLength: 3 }))
      .toThrow('Stack/Sub: pathLength must be from 0 to 2 below Stack/Ca, whose pathLength is 3, got 3');
  });

  test('tells whether the chain ends in a root', () => {
    const whole = imported({ certificatePem: SUB.certificate, issuerCertificates: [ROOT.certificate] }).ca;
    expect(whole.stack.resolve(whole.certificateChainPem)).toBe(`${SUB.certificate}${ROOT.certificate}`);
    expect(whole.certificateChainWithoutRootPem).toBe(SUB.certificate);
    expect(imported({ certificatePem: SUB.certificate }).ca.certificateChainWithoutRootPem).toBe(SUB.certificate);
    expect(imported().ca.certificateChainWithoutRootPem).toBe('');
  });

  test('does not tell the extensions that certificates below it can have, which are declared', () => {
    const { ca } = imported({ allowedCustomExtensions: ['1.3.6.1.4.1.99999.1'] });
    const declare = (id: string, oid: string) => ca.addDeviceCertificate(id, { subject: SUBJECT, customExtensions: [{ oid, valueDerBase64: 'BQA=' }] });
    expect(() => declare('A', '1.3.6.1.4.1.99999.1')).not.toThrow();
    expect(() => declare('B', '1.3.6.1.4.1.99999.2')).toThrow('Stack/Ca/B: customExtensions must be among those that the CA allows (1.3.6.1.4.1.99999.1), got');
  });
});

describe('an imported CA', () => {
  test.each<[string, Partial<PrivateIotCaAttributes>, string]>([
    ['its key in no place', { signingKeyArn: undefined }, 'either privateKeySecretArn or signingKeyArn must be given, because the key of the CA is in only one place'],
    ['its key in two places', { privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf' },
      'either privateKeySecretArn or signingKeyArn must be given'],
    ['another algorithm than its certificate\'s', { keyAlgorithm: KeyAlgorithm.RSA_2048 },
      'keyAlgorithm must be that of the CA\'s certificate, EC_P256, got "RSA_2048"'],
    ['two certificates in place of one', { certificatePem: `${SUB.certificate}${ROOT.certificate}` },
      'certificatePem must hold one certificate, got 2; declare each certificate above the CA as an item of issuerCertificates'],
    ['two certificates in place of one above it', { certificatePem: SUB.certificate, issuerCertificates: [ROOT.certificate, `${ROOT.certificate}${ROOT.certificate}`] },
      'issuerCertificates[1] must hold one certificate, got 2; declare each certificate above the CA as an item of issuerCertificates'],
    ['a private key in place of a certificate above it', {
      certificatePem: SUB.certificate, issuerCertificates: ['-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n'],
    }, 'issuerCertificates[0] must be PEM blocks with the label CERTIFICATE and nothing else, got (a private key, not shown)'],
    ['an alias in place of its key', { signingKeyArn: 'arn:aws:kms:eu-central-1:111111111111:alias/iot-ca' },
      'signingKeyArn must be a key and not an alias, because rights can\'t be granted on an alias; use Key.fromKeyArn()'],
  ])('is refused with %s', (_, attrs, message) => {
    expect(() => imported(attrs)).toThrow(`Stack/Ca: ${message}`);
  });
});

test('stacks of one app without an account and a Region share a CA by name', () => {
  const { stack: home, ca } = stackWithCa({ keyStorage: KeyStorage.kms() });
  const stack = stackOf(home.node.root as App, 'Devices');
  new DeviceCertificate(stack, 'Sensor', { ca, subject: SUBJECT });
  expect(JSON.stringify(propertiesOf(stack, 'Custom::IotDeviceCertificate').LedgerTable)).toContain('ExportsOutputRefCaLedger0A52F403');
});
