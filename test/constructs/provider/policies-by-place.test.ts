import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DeviceCertificate, KeyAlgorithm, KeyStorage, PemSource, PrivateIotCa, PrivateIotCaAttributes } from '../../../src';
import { opensslCa } from '../../support/foreign-ca';
import { REGISTRATIONS } from '../../support/registrations';
import { onlyVia, propertiesOf, rightsOf, stackOf, stackWithCa } from '../../support/stacks';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:';
const ROOT = opensslCa('Acme IoT Root CA');
const SUBJECT = { commonName: 'sensor-001' };

/** The logical ids of the policies in a stack whose logical ids begin so. */
function policiesOf(declare: (stack: Stack) => void, prefix: string): string[] {
  const stack = stackOf();
  declare(stack);
  return Object.keys(Template.fromStack(stack).findResources('AWS::IAM::Policy')).filter(id => id.startsWith(prefix));
}

const withCa = (stack: Stack) => new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
const withPath = (path: string, encrypted = false) => (stack: Stack) => withCa(stack).addDeviceCertificate('Sensor', {
  subject: SUBJECT, keyStorage: KeyStorage.parameterStore({ path, encryptionKey: encrypted ? new Key(stack, 'Key') : undefined }),
});
const withImported = (changes: Partial<PrivateIotCaAttributes>) => (stack: Stack) => {
  const ca = PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Ca', {
    caId: 'ca-0123456789abcdef0123456789abcdef',
    certificatePem: ROOT.certificate,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
    privateKeySecretArn: `${SECRET}CaKey-AbCdEf`,
    ...changes,
  });
  new DeviceCertificate(stack, 'Sensor', { ca, subject: SUBJECT });
};
const withKey = (generation: number) => (stack: Stack) => new PrivateIotCa(stack, 'Ca', {
  subject: { commonName: 'Root' }, keyAlgorithm: KeyAlgorithm.EC_P256, keyStorage: KeyStorage.kms(), generation,
});

describe('another policy, so that the old one is there for the removal in the cleanup, is made for', () => {
  test.each<[string, (stack: Stack) => void, (stack: Stack) => void, string]>([
    ['another path of a parameter', withPath('/iot/a'), withPath('/iot/b'), 'PrivateIotCaProviderRightsOnStackCaSensor'],
    ['another key that encrypts a parameter', withPath('/iot/a'), withPath('/iot/a', true), 'PrivateIotCaProviderRightsOnStackCaSensor'],
    ['another ledger of an imported CA', withImported({}),
      withImported({ ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Other' }), 'PrivateIotCaProviderRightsOn'],
    ['another key of an imported CA', withImported({}), withImported({ privateKeySecretArn: `${SECRET}Other-AbCdEf` }), 'PrivateIotCaProviderRightsOn'],
    ['another key in KMS, by a new generation', withKey(1), withKey(2), 'PrivateIotCaProviderRightsOn'],
  ])('%s', (_, before, after, prefix) => {
    const [old, ...none] = policiesOf(before, prefix);
    expect(none).toEqual([]);
    expect(policiesOf(before, prefix)).toEqual([old]); // every synthesis says the same
    expect(policiesOf(after, prefix)).toEqual([expect.not.stringMatching(`^${old}$`)]);
  });

  test.each(REGISTRATIONS)('other credentials for $platform', ({ registrar, declare }) => {
    const withCredentials = (name: string) => (stack: Stack) => {
      declare(stack, 'acme', withCa(stack), Secret.fromSecretCompleteArn(stack, 'Credentials', `${SECRET}${name}-AbCdEf`));
    };
    const [ofCredentials] = policiesOf(withCredentials('One'), `${registrar}RightsOnStackCredentials`);
    expect(policiesOf(withCredentials('One'), `${registrar}RightsOnStackCredentials`)).toEqual([ofCredentials]);
    expect(policiesOf(withCredentials('Two'), `${registrar}RightsOnStackCredentials`)).toEqual([expect.not.stringMatching(`^${ofCredentials}$`)]);
  });
});

describe('a secret that is known by its name', () => {
  const declare = (env?: { account: string; region: string }) => {
    const stack = new Stack(new App(), 'Stack', { env });
    const named = (name: string) => Secret.fromSecretNameV2(stack, name, name);
    PrivateIotCa.fromExistingCa(stack, 'Ca', {
      certificate: PemSource.secret(named('iot-ca-master')), privateKey: named('iot-ca-secret'), passphrase: named('iot-ca-phrase'),
    });
    return stack;
  };

  test('is read by it, because an ARN that ends with it could be taken for that of another secret', () => {
    expect(propertiesOf(declare(), 'Custom::ExistingIotCa')).toMatchObject({
      CertificateSecretArn: 'iot-ca-master', KeyStorage: { SecretArn: 'iot-ca-secret', PassphraseSecretArn: 'iot-ca-phrase' },
    });
  });

  test('can be read under the ARN that Secrets Manager has given it', () => {
    expect(JSON.stringify(rightsOf(declare({ account: '111111111111', region: 'eu-central-1' })))).toContain(':secret:iot-ca-secret-??????');
  });

  test('is read by its ARN if that is whole, or of another Region', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
    PrivateIotCa.fromExistingCa(stack, 'Ca', {
      certificate: PemSource.inline(ROOT.certificate),
      privateKey: Secret.fromSecretCompleteArn(stack, 'Key', `${SECRET}Key-AbCdEf`),
      passphrase: Secret.fromSecretPartialArn(stack, 'Passphrase', `${SECRET}Passphrase`),
    });
    expect(propertiesOf(stack, 'Custom::ExistingIotCa').KeyStorage).toMatchObject({ SecretArn: `${SECRET}Key-AbCdEf`, PassphraseSecretArn: `${SECRET}Passphrase` });
  });
});

describe('the service through which a key can be used', () => {
  const conditionIn = (stack: Stack) => JSON.stringify(rightsOf(stack).filter(right => JSON.stringify(right).includes('kms:Decrypt'))
    .map(right => (right as { Condition: unknown }).Condition));
  const declare = (stack: Stack, secretArn: string) => PrivateIotCa.fromExistingCa(stack, 'Ca', {
    certificate: PemSource.inline(ROOT.certificate),
    privateKey: Secret.fromSecretAttributes(stack, 'CaKey', { secretCompleteArn: secretArn, encryptionKey: new Key(stack, 'Key') }),
  });

  test('is that of the Region of the secret, whatever the Region of the stack', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
    declare(stack, `${SECRET}CaKey-AbCdEf`);
    expect(conditionIn(stack)).toBe('[{"StringEquals":{"kms:ViaService":"secretsmanager.eu-central-1.amazonaws.com"}}]');
  });

  test('has either suffix in China, and if the Region is not known', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'cn-north-1' } });
    declare(stack, 'arn:aws-cn:secretsmanager:cn-north-1:111111111111:secret:CaKey-AbCdEf');
    expect(conditionIn(stack)).toContain('["secretsmanager.cn-north-1.amazonaws.com","secretsmanager.cn-north-1.amazonaws.com.cn"]');
    const { stack: anywhere, ca } = stackWithCa();
    ca.addDeviceCertificate('Sensor', { subject: SUBJECT, keyStorage: KeyStorage.secretsManager({ encryptionKey: new Key(anywhere, 'Key') }) });
    expect(conditionIn(anywhere)).toBe(JSON.stringify([onlyVia('secretsmanager')]));
  });
});

describe('an imported CA whose key has a passphrase', () => {
  test('is issued from with the right to read it, by the key that encrypts it', () => {
    const stack = stackOf();
    const passphraseEncryptionKey = Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-central-1:111111111111:key/0987dcba-09fe-87dc-65ba-ab0987654321');
    withImported({ passphraseSecretArn: `${SECRET}Phrase-AbCdEf`, passphraseEncryptionKey })(stack);
    const rights = rightsOf(stack, 'PrivateIotCaProviderRightsOn');
    expect(rights).toContainEqual({ Action: 'secretsmanager:GetSecretValue', Resource: [`${SECRET}CaKey-AbCdEf`, `${SECRET}Phrase-AbCdEf`] });
    expect(rights).toContainEqual({
      Action: 'kms:Decrypt',
      Resource: passphraseEncryptionKey.keyArn,
      Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com' } },
    });
  });

  test.each<[string, Partial<PrivateIotCaAttributes>, string]>([
    ['a key in KMS', {
      privateKeySecretArn: undefined,
      signingKeyArn: 'arn:aws:kms:eu-central-1:111111111111:key/0987dcba-09fe-87dc-65ba-ab0987654321',
      passphraseSecretArn: `${SECRET}Phrase-AbCdEf`,
    }, 'Stack/Ca: passphraseSecretArn must be left out if the key is in KMS'],
    ['a key for a secret that is not given', { passphraseEncryptionKey: Key.fromKeyArn(stackOf(), 'Key', 'arn:aws:kms:eu-central-1:111111111111:key/a') },
      'Stack/Ca: passphraseEncryptionKey must be left out without passphraseSecretArn, whose secret it encrypts'],
  ])('is refused with %s', (_, changes, message) => {
    expect(() => withImported(changes)(stackOf())).toThrow(message);
  });
});
