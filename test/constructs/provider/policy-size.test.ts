import { App, Aws, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { DeliveryFormat, DeviceCertificateOptions, KeyStorage, PemSource, PrivateIotCa } from '../../../src';
import { CertificateProvider } from '../../../src/constructs/provider/certificate-provider';
import { largestSize } from '../../../src/constructs/provider/policy-size';
import { stackOf, stackWithCa } from '../../support/stacks';

/** IAM, "IAM and AWS STS quotas": characters without white space, of a managed policy, and of all inline policies of a role. */
const [MANAGED, INLINE] = [6_144, 10_240];

const WHERE = 'us-gov-west-1:111111111111';
const PSEUDO: Record<string, string> = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'us-gov-west-1',
  'AWS::AccountId': '111111111111',
  'AWS::StackId': 'arn:aws-us-gov:cloudformation:us-gov-west-1:111111111111:stack/Stack/5b6d4a40-0000-11f1-9a3c-0a1b2c3d4e5f',
};

/** A policy with the names that CloudFormation, Secrets Manager and KMS give, in the partition with the longest ones. */
function deployed(value: unknown, stackName: string, resources: Record<string, { Type: string }>): unknown {
  if (Array.isArray(value)) {
    return value.map(each => deployed(each, stackName, resources));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as { 'Ref'?: string; 'Fn::GetAtt'?: [string, string]; 'Fn::Join'?: [string, unknown[]] };
  if (join) {
    return join[1].map(each => deployed(each, stackName, resources)).join(join[0]);
  }
  const id = ref ?? attribute?.[0];
  if (id === undefined) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, deployed(each, stackName, resources)]));
  }
  const names: Record<string, string> = {
    'AWS::SecretsManager::Secret': `arn:aws-us-gov:secretsmanager:${WHERE}:secret:${id}-abcdefghijkl-AbCdEf`,
    'AWS::DynamoDB::GlobalTable': `arn:aws-us-gov:dynamodb:${WHERE}:table/${stackName}-${id}-ABCDEFGHIJKLM`.slice(0, 255 + 57),
    'AWS::KMS::Key': `arn:aws-us-gov:kms:${WHERE}:key/mrk-0123456789abcdef0123456789abcdef`,
    'AWS::Logs::LogGroup': `arn:aws-us-gov:logs:${WHERE}:log-group:${stackName}-${id}-ABCDEFGHIJKL:*`,
  };
  return PSEUDO[id] ?? names[resources[id].Type];
}

/** The characters of each managed policy of the function, and of its inline policies together, as they are deployed. */
function sizesOf(stack: Stack): { managed: number[]; inline: number } {
  const template = Template.fromStack(stack);
  const { Resources } = template.toJSON();
  const sizes = (type: string) => Object.values(template.findResources(type))
    .map(({ Properties }) => JSON.stringify(deployed(Properties.PolicyDocument, stack.stackName, Resources)).length);
  return { managed: sizes('AWS::IAM::ManagedPolicy'), inline: sizes('AWS::IAM::Policy').reduce((sum, size) => sum + size, 0) };
}

/** CloudFormation, "quotas": resources in a template; ten are left to the CA and to the function. */
const RESOURCES = 490;

const TOO_MANY_KEYS = 'the rights of a stack\'s function on keys must fit into 10 managed policies; move this certificate to another stack';

/** Declares devices until the stack is full or one is refused. */
function fill(options: (stack: Stack, n: number) => Partial<DeviceCertificateOptions>): { stack: Stack; number: number } {
  const { stack, ca } = stackWithCa();
  for (let n = 0; ; n++) {
    const id = `TemperatureSensor${n}`;
    try {
      ca.addDeviceCertificate(id, { subject: { commonName: `sensor-${n}` }, ...options(stack, n) });
    } catch (error) {
      expect((error as Error).message).toBe(`Stack/Ca/${id}: ${TOO_MANY_KEYS}`);
      ca.node.tryRemoveChild(id);
      return { stack, number: n };
    }
    if (n % 10 === 9 && stack.node.findAll().filter(CfnResource.isCfnResource).length > RESOURCES - 60) {
      return { stack, number: n + 1 };
    }
  }
}

describe('the rights on as many keys as a stack can have fit into the limits of IAM,', () => {
  const keyOf = (stack: Stack): Key => stack.node.tryFindChild('Key') as Key | undefined ?? new Key(stack, 'Key');
  const kinds: [string, number, (stack: Stack, n: number) => Partial<DeviceCertificateOptions>][] = [
    ['keys in secrets', 210, () => ({})],
    ['keys in secrets that a customer key encrypts', 210, stack => ({ keyStorage: KeyStorage.secretsManager({ encryptionKey: keyOf(stack) }) })],
    ['keys with bundles and passphrases', 60, () => ({ deliveryFormats: [DeliveryFormat.pkcs12(), DeliveryFormat.pkcs12({ legacy: true }), DeliveryFormat.der()] })],
    ['keys with bundles, encrypted by a customer key each', 60, (stack, n) => {
      const encryptionKey = new Key(stack, `Key${n}`);
      return { keyStorage: KeyStorage.secretsManager({ encryptionKey }), deliveryFormats: [DeliveryFormat.pkcs12({ encryptionKey })] };
    }],
    ['requests in secrets with the longest names', 60, (stack, n) => {
      const secretCompleteArn = `arn:aws:secretsmanager:eu-central-1:111111111111:secret:${'n'.repeat(500)}${n}-AbCdEf`;
      return { subject: { commonName: `sensor-${n}` }, certificateSigningRequest: PemSource.secret(Secret.fromSecretAttributes(stack, `Request${n}`, { secretCompleteArn })) };
    }],
  ];
  test.each(kinds)('with %s', (_, atLeast, options) => {
    const { stack, number } = fill(options);
    expect(number).toBeGreaterThanOrEqual(atLeast);
    const { managed, inline } = sizesOf(stack);
    expect(managed.length).toBeLessThanOrEqual(10);
    expect(Math.max(...managed)).toBeLessThanOrEqual(MANAGED);
    expect(inline).toBeLessThanOrEqual(INLINE);
  });
});

test('keys in the Parameter Store take one right for all of them, so that only CloudFormation limits their number', () => {
  const { stack, ca } = stackWithCa();
  for (let n = 0; n < 480; n++) {
    ca.addDeviceCertificate(`Sensor${n}`, { subject: { commonName: `sensor-${n}` }, keyStorage: KeyStorage.parameterStore() });
  }
  const { managed, inline } = sizesOf(stack);
  expect(managed).toEqual([]);
  expect(inline).toBeLessThan(2_000);
});

const INLINE_COMPLAINT = /the rights on CAs and on parameters with a path of their own must fit into the 10240 characters that IAM allows for the inline policies of a role, got up to \d+; move some of them to another stack/;

describe('the rights on CAs, an issuer among them, fit into the limits of IAM,', () => {
  test('with twelve CAs of a hierarchy, with keys in secrets', () => {
    const stack = stackOf();
    const issuer = new PrivateIotCa(stack, 'Root', { subject: { commonName: 'Root' }, pathLength: 1 });
    for (let n = 1; n < 12; n++) {
      new PrivateIotCa(stack, `FactoryInTown${n}`, { subject: { commonName: `Factory ${n}` }, issuer });
    }
    expect(sizesOf(stack).inline).toBeLessThanOrEqual(INLINE);
    expect(() => new PrivateIotCa(stack, 'Another', { subject: { commonName: 'Another' }, issuer }))
      .toThrow('a stack must use at most 12 CAs, because IAM limits the rights of its function, got Stack/Another as CA number 13; move it to another stack');
  });

  test('with an issuer of another stack, which counts', () => {
    const { stack: home, ca: issuer } = stackWithCa({ pathLength: 1 });
    const stack = stackOf(home.node.root as App, 'Factories');
    for (let n = 1; n < 12; n++) {
      new PrivateIotCa(stack, `Factory${n}`, { subject: { commonName: `Factory ${n}` }, issuer });
    }
    expect(() => new PrivateIotCa(stack, 'Another', { subject: { commonName: 'Another' } })).toThrow('a stack must use at most 12 CAs');
  });

  test('with twelve CAs whose keys are in KMS', () => {
    const stack = stackOf();
    for (let n = 1; n <= 12; n++) {
      new PrivateIotCa(stack, `FactoryInTown${n}`, { subject: { commonName: `Factory ${n}` }, keyStorage: KeyStorage.kms() });
    }
    expect(sizesOf(stack).inline).toBeLessThanOrEqual(INLINE);
  });

  test('with fewer CAs if each has more secrets with keys of their own, or if names are long, and synthesis says so', () => {
    const declare = (stack: Stack, n: number) => {
      const [privateKey, passphrase, pem] = ['Key', 'Passphrase', 'Pem'].map(id =>
        new Secret(stack, `${id}OfFactory${n}`, { encryptionKey: new Key(stack, `Encrypting${id}OfFactory${n}`) }));
      PrivateIotCa.fromExistingCa(stack, `Factory${n}`, { certificate: PemSource.secret(pem), privateKey, passphrase });
    };
    const largest = Array.from({ length: 12 }, (_, n) => n + 1).filter(number => {
      const stack = stackOf();
      Array.from({ length: number }, (_, n) => declare(stack, n));
      try {
        return sizesOf(stack).inline <= INLINE;
      } catch (error) {
        expect((error as Error).message).toMatch(INLINE_COMPLAINT);
        return false;
      }
    });
    expect(largest.length).toBeGreaterThanOrEqual(5);
    expect(largest.length).toBeLessThan(12);
  });

  test('with paths of parameters that the user chose, which need the same room', () => {
    const declare = (number: number): Stack => {
      const { stack, ca } = stackWithCa();
      for (let n = 0; n < number; n++) {
        const keyStorage = KeyStorage.parameterStore({ path: `/iot/devices/sensor-${n}` });
        ca.addDeviceCertificate(`Sensor${n}`, { subject: { commonName: `sensor-${n}` }, keyStorage });
      }
      return stack;
    };
    expect(sizesOf(declare(30)).inline).toBeLessThanOrEqual(INLINE);
    expect(() => sizesOf(declare(45))).toThrow(INLINE_COMPLAINT);
  });
});

test('the policies of another function that has the role need room too', () => {
  const { stack } = stackWithCa();
  const actions = Array.from({ length: 1_000 }, (_, n) => `iot:Action${n}`);
  const other = new Construct(stack, 'Other');
  new Policy(other, 'Rights', { roles: [CertificateProvider.of(stack)._share(other)], statements: [new PolicyStatement({ actions, resources: ['*'] })] });
  expect(() => sizesOf(stack)).toThrow(INLINE_COMPLAINT);
});

test('a name that only the deployment knows, such as that of a nested stack, counts with its greatest length', () => {
  const { stack } = stackWithCa();
  const nested = new NestedStack(stack, 'Nested');
  const sizeIn = (each: Stack): number => largestSize(each, Aws.STACK_ID);
  expect(sizeIn(nested) - sizeIn(stack)).toBe(128 - stack.stackName.length);
});

test('the counted size is never less than the deployed one', () => {
  const { stack, ca } = stackWithCa();
  const encryptionKey = new Key(stack, 'Key');
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'a' }, keyStorage: KeyStorage.parameterStore({ encryptionKey, path: '/iot/a' }) });
  ca.addDeviceCertificate('Other', { subject: { commonName: 'b' }, deliveryFormats: [DeliveryFormat.pkcs12({ encryptionKey })] });
  const { Resources } = Template.fromStack(stack).toJSON();
  const documents = Object.values<{ Properties: { PolicyDocument?: object } }>(Resources)
    .flatMap(({ Properties: { PolicyDocument } }) => PolicyDocument ?? []);
  expect(documents.length).toBeGreaterThan(3);
  for (const document of documents) {
    const real = JSON.stringify(deployed(document, stack.stackName, Resources)).length;
    expect(largestSize(stack, document)).toBeGreaterThanOrEqual(real);
    expect(largestSize(stack, document)).toBeLessThan(1.5 * real);
  }
});
