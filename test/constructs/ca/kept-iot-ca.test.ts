import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { IotPlatform, KeyAlgorithm, PrivateIotCa } from '../../../src';
import { KeptCaProps } from '../../../src/constructs/ca/kept-iot-ca';
import { attributeOf, ledgerRights, propertiesOf, rightsOf, stackOf } from '../../support/stacks';

const CA_ID = `ca-${'0123456789abcdef'.repeat(2)}`;
const TABLE = 'arn:aws:dynamodb:eu-central-1:111111111111:table/Iot-CaLedger-1ABCDEF';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaPrivateKey-AbCdEf-AbCdEf';

const PASSPHRASE = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Passphrase-AbCdEf';
const KEY = 'arn:aws:kms:eu-central-1:111111111111:key/00000000-0000-0000-0000-000000000000';

function kept(props: Partial<KeptCaProps> = {}) {
  const stack = stackOf();
  const ca = PrivateIotCa.fromKeptCa(stack, 'Ca', { caId: CA_ID, ledgerTableArn: TABLE, privateKeySecretArn: SECRET, ...props });
  return { stack, ca };
}

test('a kept CA is declared with the ledger that it had, and issues with the key that it had', () => {
  const { stack, ca } = kept();
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } });
  expect(propertiesOf(stack, 'Custom::KeptIotCa')).toMatchObject({ CaId: CA_ID, LedgerTable: 'Iot-CaLedger-1ABCDEF' });
  expect(rightsOf(stack)).toEqual(expect.arrayContaining([expect.objectContaining({ Action: 'secretsmanager:GetSecretValue', Resource: SECRET }), ledgerRights(TABLE)]));
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
  const [id] = Object.keys(template.findResources('Custom::KeptIotCa'));
  template.hasResourceProperties('Custom::IotDeviceCertificate', { Issuer: attributeOf(id, 'CaId'), LedgerTable: 'Iot-CaLedger-1ABCDEF' });
  expect(stack.resolve(ca.certificatePem)).toEqual(attributeOf(id, 'CertificatePem'));
});

test('a kept CA of a stack that is gone names that stack', () => {
  const formerStackId = 'arn:aws:cloudformation:eu-central-1:111111111111:stack/Iot/5b6d4a40-0000-11f1-9a3c-0a1b2c3d4e5f';
  expect(propertiesOf(kept({ formerStackId }).stack, 'Custom::KeptIotCa')).toMatchObject({ FormerStackId: formerStackId });
});

test('a kept CA below another one is recorded in the ledger of that one too, and its chain ends there', () => {
  const stack = stackOf();
  const root = new PrivateIotCa(stack, 'Root', { subject: { commonName: 'Root' }, pathLength: 1 });
  const ca = PrivateIotCa.fromKeptCa(stack, 'Ca', { caId: CA_ID, ledgerTableArn: TABLE, privateKeySecretArn: SECRET, issuer: root });
  expect(propertiesOf(stack, 'Custom::KeptIotCa').IssuerLedgerTable).toEqual(stack.resolve(root.ledger.tableName));
  expect(ca.caCertificates).toHaveLength(2);
});

test('the function can read the passphrase of a kept CA, and decrypt its secret with the KMS key that it has', () => {
  const stack = stackOf();
  const ca = PrivateIotCa.fromKeptCa(stack, 'Ca', {
    caId: CA_ID,
    ledgerTableArn: TABLE,
    privateKeySecretArn: SECRET,
    passphraseSecretArn: PASSPHRASE,
    passphraseEncryptionKey: Key.fromKeyArn(stack, 'Key', KEY),
  });
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } });
  expect(rightsOf(stack)).toEqual(expect.arrayContaining([
    expect.objectContaining({ Action: 'secretsmanager:GetSecretValue', Resource: [SECRET, PASSPHRASE] }),
    expect.objectContaining({ Action: 'kms:Decrypt', Resource: KEY }),
  ]));
});

test('a kept CA of another account or Region is refused, because it is used by its attributes there', () => {
  const app = new App();
  const declare = (id: string, region: string, account: string) =>
    PrivateIotCa.fromKeptCa(new Stack(app, id, { env: { account, region } }), 'Ca', { caId: CA_ID, ledgerTableArn: TABLE, privateKeySecretArn: SECRET });
  expect(() => declare('Here', 'eu-central-1', '111111111111')).not.toThrow();
  expect(() => declare('There', 'eu-west-1', '111111111111')).toThrow('There/Ca: ledgerTableArn must be in the Region of the stack, eu-west-1, got "eu-central-1"; '
    + 'use a CA from elsewhere with PrivateIotCa.fromPrivateIotCaAttributes');
  expect(() => declare('Theirs', 'eu-central-1', '222222222222')).toThrow('ledgerTableArn must be in the account of the stack, 222222222222, got "111111111111"');
});

test.each<[string, Partial<KeptCaProps>]>([
  ['caId must be the caId of a CA, ca- followed by 32 hexadecimal digits, got "device-1"', { caId: 'device-1' }],
  ['replaces must be the caId of a CA, ca- followed by 32 hexadecimal digits, got "the old one"', { replaces: 'the old one' }],
  ['formerStackId must be a stack id, such as arn:aws:cloudformation:eu-central-1:111111111111:stack/Iot/5b6d4a40-0000-11f1-9a3c-0a1b2c3d4e5f, got "Iot"',
    { formerStackId: 'Iot' }],
  ['either privateKeySecretArn or signingKeyArn must be given, because the key of the CA is in only one place, got neither', { privateKeySecretArn: undefined }],
  ['either privateKeySecretArn or signingKeyArn must be given, because the key of the CA is in only one place, got both',
    { signingKeyArn: KEY }],
  ['privateKeySecretArn must be a complete ARN, such as arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf, got "acme/key"',
    { privateKeySecretArn: 'acme/key' }],
  ['passphraseSecretArn must be a complete ARN, such as arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf, '
    + 'got "arn:aws:secretsmanager:eu-central-1:111111111111:secret:acme/key"', { passphraseSecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:acme/key' }],
  ['ledgerTableArn must be a complete ARN, such as arn:aws:dynamodb:eu-central-1:111111111111:table/Iot-CaLedger-1ABCDEF, got "Iot-CaLedger"',
    { ledgerTableArn: 'Iot-CaLedger' }],
  ['encryptionKey must be left out without privateKeySecretArn, whose secret it encrypts',
    { privateKeySecretArn: undefined, signingKeyArn: KEY, encryptionKey: Key.fromKeyArn(stackOf(), 'Key', KEY) }],
  ['pathLength must be', { pathLength: -1 }],
  ['allowedCustomExtensions must', { allowedCustomExtensions: ['nonsense'] }],
  ['keyAlgorithm of the CA must be one of', { platforms: [IotPlatform.ALIBABA_CLOUD_IOT], keyAlgorithm: KeyAlgorithm.EC_P384 }],
  ['signingKeyArn must be a complete ARN', { privateKeySecretArn: undefined, signingKeyArn: '1234abcd-12ab-34cd-56ef-1234567890ab' }],
  ['passphraseSecretArn must be left out if the key is in KMS', { privateKeySecretArn: undefined, signingKeyArn: KEY, passphraseSecretArn: PASSPHRASE }],
])('a kept CA is refused with %s', (message, props) => {
  expect(() => kept(props)).toThrow(`Stack/Ca: ${message}`);
});
