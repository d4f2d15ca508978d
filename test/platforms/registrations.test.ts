import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsIotCaRegistration, AwsIotCertificateMode, IotPlatform, KeyAlgorithm, PrivateIotCa } from '../../src';
import { PLATFORMS } from '../../src/platforms/registry';
import { REGISTRATIONS } from '../support/registrations';
import { stackWithCa, statementsOf } from '../support/stacks';

const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Credentials-AbCdEf';

const imported = (stack: Stack): ISecret =>
  stack.node.tryFindChild('Credentials') as ISecret | undefined ?? Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS);

describe.each(REGISTRATIONS)('a registration with $platform', ({ platform, registrar, firstType, retainedType, attribute, declare }) => {
  const rightsIn = (stack: Stack) => statementsOf(stack).filter(({ policy }) => policy.startsWith(registrar));

  test('has the properties and attributes that all registrations have', () => {
    const { stack, ca } = stackWithCa();
    const registration = declare(stack, 'acme', ca, imported(stack), { generation: 2, removalPolicy: RemovalPolicy.RETAIN });
    expect(registration.platform._render()).toBe(platform);
    expect(stack.resolve(registration.registeredCaId)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^acme/), attribute] });
    Template.fromStack(stack).hasResourceProperties(firstType, { Generation: 2 });
    Template.fromStack(stack).hasResource(retainedType, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(() => declare(stack, 'zero', ca, imported(stack), { generation: 0 })).toThrow('Stack/zero: generation must be a whole number from 1 to 1000000, got 0');
  });

  test('has a function that can read the credentials, record registrations and write its log, and nothing else', () => {
    const { stack, ca } = stackWithCa();
    declare(stack, 'acme', ca, imported(stack));
    expect(rightsIn(stack).map(({ Action, Resource, Condition }) => ({ Action, Resource, Condition }))).toEqual([
      { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [expect.stringMatching(`^${registrar}Log`), 'Arn'] } },
      { Action: 'secretsmanager:GetSecretValue', Resource: CREDENTIALS },
      {
        Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
        Resource: { 'Fn::GetAtt': ['CaLedger0A52F403', 'Arn'] },
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['registration#*'] } },
      },
    ]);
    expect(Object.values(Template.fromStack(stack).findResources(firstType))[0].Properties.LedgerTable).toEqual({ Ref: 'CaLedger0A52F403' });
  });

  test('reads credentials that a key encrypts by that key, through Secrets Manager only', () => {
    const { stack, ca } = stackWithCa();
    declare(stack, 'acme', ca, new Secret(stack, 'Credentials', { encryptionKey: new Key(stack, 'Key') }));
    const [decrypt] = rightsIn(stack).filter(({ Action }) => Action === 'kms:Decrypt');
    expect(JSON.stringify(decrypt.Condition)).toContain('kms:ViaService');
  });

  test('shares its function with the others of the stack', () => {
    const { stack, ca } = stackWithCa();
    ['one', 'two'].forEach(id => declare(stack, id, ca, imported(stack)));
    const tokens = Object.values(Template.fromStack(stack).findResources(firstType)).map(({ Properties }) => Properties.ServiceToken['Fn::GetAtt'][0]);
    expect(tokens).toEqual([expect.stringMatching(`^${registrar}Function`), tokens[0]]);
  });

  test('has its rights for as long as it is there, whatever else leaves the stack', () => {
    const declaredWith = (...names: string[]): Stack => {
      const { stack, ca } = stackWithCa();
      const secretOf = (id: string) => stack.node.tryFindChild(id) as Secret | undefined ?? new Secret(stack, id);
      names.forEach(name => declare(stack, name, ca, secretOf(name.slice(0, 5))));
      return stack;
    };
    const policies = (stack: Stack): string[] => Object.keys(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
      .filter(id => id.startsWith(`${registrar}Rights`));
    const [ofAlpha, ofCa, ofBravo] = policies(declaredWith('alpha1', 'bravo1', 'bravo2'));
    expect(policies(declaredWith('alpha1', 'bravo2'))).toEqual([ofAlpha, ofCa, ofBravo]);
    expect(policies(declaredWith('alpha1'))).toEqual([ofAlpha, ofCa]);
    const resources = Object.values(Template.fromStack(declaredWith('alpha1', 'bravo1')).findResources(firstType));
    expect(resources.map(({ DependsOn }) => [...DependsOn].sort())).toEqual([[ofAlpha, ofCa].sort(), [ofBravo, ofCa].sort()]); // CloudFormation deletes in the reverse order
  });

  test('stands beside that of the successor of its CA, with its own ledger', () => {
    const { stack, ca } = stackWithCa();
    const next = new PrivateIotCa(stack, 'Ca2036', { subject: { commonName: 'Acme IoT Root CA 2036' }, predecessor: ca });
    const registrations = [ca, next].map((each, index) => declare(stack, ['acme', 'acme2036'][index], each, imported(stack)));
    expect(new Set(registrations.map(({ registeredCaId }) => JSON.stringify(stack.resolve(registeredCaId)))).size).toBe(2);
    const ledgers = Object.values(Template.fromStack(stack).findResources(firstType)).map(({ Properties }) => Properties.LedgerTable);
    expect(ledgers).toEqual([ca, next].map(({ ledger }) => stack.resolve(ledger.tableName)));
  });

  test('checks the devices of its CA that are not declared for another platform', () => {
    const declaredWith = (platforms?: IotPlatform[]): Stack => {
      const { stack, ca } = stackWithCa();
      declare(stack, 'acme', ca, imported(stack));
      ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor' }, keyAlgorithm: KeyAlgorithm.ED25519, platforms });
      return stack;
    };
    expect(() => Template.fromStack(declaredWith([IotPlatform.MOSQUITTO]))).not.toThrow();
    expect(() => Template.fromStack(declaredWith())).toThrow(new RegExp(`Stack/Ca/Device: keyAlgorithm must be one of .* for ${PLATFORMS[platform].name}, got "ED25519", `
      + 'with which its CA is registered; declare platforms for a device of another platform'));
  });

  test('waits for a CA that is signed elsewhere', () => {
    const { stack, ca } = stackWithCa({ signedElsewhere: true });
    expect(() => declare(stack, 'acme', ca, imported(stack)))
      .toThrow('Stack/acme: ca must have its certificate before it can be registered, and Stack/Ca is waiting for it; register the CA in the deployment with its signedCertificate');
  });

  test('fails for a CA whose key the platform is not known to take', () => {
    const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.ED25519 });
    expect(() => declare(stack, 'acme', ca, imported(stack)))
      .toThrow(new RegExp(`keyAlgorithm of the CA must be one of RSA_2048, .* for ${PLATFORMS[platform].name}, got "ED25519"`));
  });
});

test.each(Object.values(AwsIotCertificateMode))('AWS IoT Core registers a CA and its successor in one stack, in the mode %s', mode => {
  const { stack, ca } = stackWithCa();
  const next = new PrivateIotCa(stack, 'Ca2036', { subject: { commonName: 'Acme IoT Root CA 2036' }, predecessor: ca });
  [ca, next].forEach((each, index) => new AwsIotCaRegistration(stack, `Registration${index}`, { ca: each, mode }));
  Template.fromStack(stack).resourceCountIs('AWS::IoT::CACertificate', 2);
});

test('the functions of the platforms are one asset, in which each has a handler', () => {
  const { stack, ca } = stackWithCa();
  const credentials = imported(stack);
  REGISTRATIONS.forEach(({ platform, declare }) => declare(stack, platform, ca, credentials));
  const functions = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
    .map(({ Properties }) => Properties).filter(({ Description }) => Description.startsWith('Registers CAs'));
  expect(functions.map(({ Handler }) => Handler).sort()).toEqual(['index.apsaraMqtt', 'index.azure', 'index.huawei', 'index.tencent']);
  expect(new Set(functions.map(({ Code }) => Code.S3Key)).size).toBe(1);
});
