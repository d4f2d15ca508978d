import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  DeviceCertificateFleet, DeviceCertificateFleetProps, ExtendedKeyUsage, FleetManifest, FleetManifestFormat, IotPlatform, KeyAlgorithm,
  KeyRecipient, KeyStorage, PrivateIotCa, PrivateIotCaFunctions,
} from '../../../src';

const RECIPIENT = generateKeyPairSync('rsa', {
  modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const MANIFEST = join(mkdtempSync(join(tmpdir(), 'fleet-')), 'sensors.csv');
writeFileSync(MANIFEST, 'deviceId,certificateSigningRequest\nsensor-1,\nsensor-2,\n');
const WITHOUT_REQUESTS = join(dirname(MANIFEST), 'keys.csv');
writeFileSync(WITHOUT_REQUESTS, 'deviceId\nsensor-1\n');

type Options = Partial<DeviceCertificateFleetProps>;

function declared(options: (stack: Stack) => Options = () => ({}), keyStorage?: KeyStorage) {
  const stack = new Stack(new App(), 'Iot', { env: { account: '111111111111', region: 'eu-central-1' } });
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' }, keyAlgorithm: KeyAlgorithm.EC_P256, keyStorage });
  const fleet = new DeviceCertificateFleet(stack, 'Sensors', { ca, manifest: FleetManifest.fromAsset(MANIFEST), ...options(stack) });
  return { stack, ca, fleet, template: () => Template.fromStack(stack) };
}

/** The state machine's definition, with each reference as its name. */
function definitionOf(template: Template): any {
  const [{ Properties: { DefinitionString } }] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const parts = (DefinitionString['Fn::Join'][1] as unknown[]).map(part => typeof part === 'string' ? part : String(Object.values(part as object).flat()[0]));
  return JSON.parse(parts.join(''));
}

describe('the resource of a fleet', () => {
  test('has the properties of a device certificate, and what is a fleet\'s own', () => {
    const { template } = declared(() => ({
      subject: { organization: 'Acme' },
      keyAlgorithm: KeyAlgorithm.EC_P256,
      keyRecipient: KeyRecipient.publicKey(RECIPIENT.publicKey),
      validity: Duration.days(90),
      renewBefore: Duration.days(30),
      extendedKeyUsages: [ExtendedKeyUsage.SERVER_AUTH],
      platforms: [IotPlatform.AWS_IOT_CORE],
      generation: 2,
    }));
    template().hasResourceProperties('Custom::IotDeviceCertificateFleet', {
      ServiceTimeout: '3600',
      LedgerTable: Match.anyValue(),
      Issuer: Match.anyValue(),
      Subject: { Organization: 'Acme' },
      KeyAlgorithm: 'EC_P256',
      HashAlgorithm: 'SHA-256',
      ValidityDays: 90,
      ClipToIssuer: false,
      Generation: 2,
      Platforms: ['aws-iot-core'],
      Extensions: { ExtendedKeyUsages: ['1.3.6.1.5.5.7.3.1'] },
      Manifest: { Bucket: Match.anyValue(), Key: Match.stringLikeRegexp('[0-9a-f]{64}\\.csv') },
      ManifestFormat: 'csv',
      Recipient: { PublicKeyPem: RECIPIENT.publicKey },
      RenewBeforeDays: 30,
      RunOnDeploy: true,
    });
  });

  test('depends on the rights of all functions, so that a run in the deployment has them', () => {
    const { template } = declared();
    const [{ DependsOn }] = Object.values(template().findResources('Custom::IotDeviceCertificateFleet'));
    expect(DependsOn).toEqual(expect.arrayContaining(['Planner', 'Worker', 'Finisher', 'Runner', 'Run']
      .map(name => expect.stringMatching(new RegExp(`^Sensors${name}Rights`)))));
  });

  test('says by its attributes how the run of the deployment ended', () => {
    const { stack, fleet } = declared();
    const attributes = [fleet.runId, fleet.runStatus, fleet.issuedCount, fleet.refusedCount, fleet.runMessage].map(each => stack.resolve(each)['Fn::GetAtt'][1]);
    expect(attributes).toEqual(['RunId', 'Status', 'Issued', 'Refused', 'Message']);
  });
});

describe('the state machine', () => {
  test('plans, maps over the pieces of the plan, and sums up', () => {
    const { template } = declared(() => ({ batchSize: 100, maxConcurrency: 7, toleratedFailurePercentage: 10 }));
    const definition = definitionOf(template());
    expect(definition.StartAt).toBe('Plan');
    expect(Object.entries<any>(definition.States).map(([name, { Type, Next, End }]) => [name, Type, Next ?? End])).toEqual([
      ['Plan', 'Task', 'Issue'], ['Issue', 'Map', 'Sum up'], ['Sum up', 'Task', 'Enough?'],
      ['Enough?', 'Choice', undefined], ['Done', 'Succeed', undefined], ['Failed', 'Fail', undefined],
    ]);
    expect(definition.States.Issue).toMatchObject({
      MaxConcurrency: 7,
      ToleratedFailurePercentage: 10,
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' } },
      ItemReader: { ReaderConfig: { InputType: 'JSON' } },
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Sum up' }],
    });
    template().hasResourceProperties('AWS::Lambda::Function', { Handler: 'index.plan', Environment: { Variables: Match.objectLike({ BATCH_SIZE: '100' }) } });
  });

  test('logs what happens, and not what its states are given', () => {
    declared().template().hasResourceProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: Match.objectLike({ Level: 'ALL', IncludeExecutionData: false }),
    });
  });

  test('can be started by whom that is granted', () => {
    const { stack, fleet, template } = declared();
    fleet.grantRun(new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyName: Match.stringLikeRegexp('^OperatorDefaultPolicy'),
      PolicyDocument: Match.objectLike({ Statement: Match.arrayWith([Match.objectLike({ Action: 'states:StartExecution' })]) }),
    });
  });
});

describe('the bucket of results', () => {
  test('is private, versioned, encrypted by KMS, refuses plain HTTP, and stays', () => {
    const { template } = declared();
    template().hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
        BucketEncryption: { ServerSideEncryptionConfiguration: [Match.objectLike({ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } })] },
      }),
    });
    template().hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: Match.objectLike({ Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })] }),
    });
  });

  test('can be one that is there, of which the functions may use the folder of the fleet alone', () => {
    const { template } = declared(stack => ({ resultsBucket: Bucket.fromBucketName(stack, 'Own', 'acme-results') }));
    template().resourceCountIs('AWS::S3::Bucket', 0);
    const resources = Object.entries(template().findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Sensors'))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement).filter(({ Action }) => /PutObject/.test(JSON.stringify(Action))).flatMap(({ Resource }) => Resource);
    expect(resources.length).toBeGreaterThan(10);
    resources.forEach(resource => expect(JSON.stringify(resource)).toMatch(/s3:::acme-results\/Iot-?Sensors[^/]*\/runs\/\*\//));
  });
});

describe('a fleet', () => {
  test('makes no keys without a recipient, and its worker may write no archives of keys', () => {
    const text = JSON.stringify(declared().template().toJSON());
    expect(text).not.toContain('RECIPIENT');
    expect(text).not.toContain('/keys/*');
  });

  test('may read the public key of a KMS key, and nothing else with it', () => {
    const { template } = declared(stack => ({
      keyRecipient: KeyRecipient.kmsKey(new Key(stack, 'Recipient', { keySpec: KeySpec.RSA_3072, keyUsage: KeyUsage.ENCRYPT_DECRYPT })),
    }));
    const actions = Object.values(template().findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Resource }) => JSON.stringify(Resource).includes('Recipient')).flatMap(({ Action }) => Action);
    expect(actions).toEqual(['kms:GetPublicKey']);
  });

  test('warns of a CA whose key is in KMS, with the way out', () => {
    const { stack } = declared(() => ({}), KeyStorage.kms());
    Annotations.fromStack(stack).hasWarning('/Iot/Sensors', Match.stringLikeRegexp('ca should have its key in Secrets Manager.*issuer: Ca.*cdk-private-iot-ca:fleet-ca-in-kms'));
  });

  test('says how long its first run takes and what it costs', () => {
    const { stack } = declared();
    Annotations.fromStack(stack).hasInfo('/Iot/Sensors', Match.stringLikeRegexp('2 devices in one batch, .* a month for what is kept'));
    Annotations.fromStack(stack).hasNoWarning('/Iot/Sensors', Match.anyValue());
  });

  test('takes the rows of its manifest for devices, also where a request has several lines', () => {
    const request = `-----BEGIN CERTIFICATE REQUEST-----\n${'MIIB\n'.repeat(9)}-----END CERTIFICATE REQUEST-----`;
    const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
    const csv = join(folder, 'sensors.csv');
    writeFileSync(csv, `deviceId,certificateSigningRequest\r\n${Array.from({ length: 700 }, (_, index) => `sensor-${index},"${request}"\r\n`).join('')}`);
    const jsonLines = join(folder, 'sensors.jsonl');
    writeFileSync(jsonLines, Array.from({ length: 700 }, (_, index) => JSON.stringify({ deviceId: `sensor "${index}`, certificateSigningRequest: '' })).join('\n'));
    for (const path of [csv, jsonLines]) {
      const { stack } = declared(() => ({ manifest: FleetManifest.fromAsset(path) }));
      Annotations.fromStack(stack).hasInfo('/Iot/Sensors', Match.stringLikeRegexp('first run, if no row is refused: 700 devices in '));
    }
  });

  test('has roles and logs as PrivateIotCaFunctions says, those of its state machine too', () => {
    const { stack, template } = declared();
    PrivateIotCaFunctions.of(stack).apply({ rolePath: '/iot/', logRetention: RetentionDays.TWO_YEARS });
    const roles = Object.entries(template().findResources('AWS::IAM::Role')).filter(([id]) => id.startsWith('Sensors'));
    expect(roles.map(([, { Properties }]) => Properties.Path)).toEqual(Array(5).fill('/iot/'));
    const logs = Object.entries(template().findResources('AWS::Logs::LogGroup')).filter(([id]) => id.startsWith('Sensors'));
    expect(logs.map(([, { Properties }]) => Properties.RetentionInDays)).toEqual(Array(5).fill(731));
  });

  test('has logs of its own in each stack, although another app may have the same path', () => {
    const names = Object.values(declared().template().findResources('AWS::Logs::LogGroup')).flatMap(({ Properties }) => Properties.LogGroupName ?? []);
    expect(names).toEqual([{ 'Fn::Join': ['', ['/aws/vendedlogs/states/', { Ref: 'AWS::StackName' }, expect.stringMatching(/^-Iot-?Sensors/)]] }]);
  });

  test('reads a manifest that arrives in a bucket later', () => {
    const { template } = declared(stack => ({
      manifest: FleetManifest.fromBucket(Bucket.fromBucketName(stack, 'Inbox', 'acme-inbox'), 'devices', { format: FleetManifestFormat.JSON_LINES }), runOnDeploy: false,
    }));
    template().hasResourceProperties('Custom::IotDeviceCertificateFleet', {
      Manifest: { Bucket: 'acme-inbox', Key: 'devices' }, ManifestFormat: 'jsonl', RunOnDeploy: false,
    });
    expect(JSON.stringify(template().toJSON())).toContain(':s3:::acme-inbox/devices');
  });

  test.each<[string, (stack: Stack) => Options, string]>([
    ['a batchSize of 0', () => ({ batchSize: 0 }), 'batchSize must be a whole number from 1 to 1000, got 0'],
    ['a batch that takes longer than its worker has', () => ({ batchSize: 900, keyAlgorithm: KeyAlgorithm.RSA_4096, keyRecipient: KeyRecipient.publicKey(RECIPIENT.publicKey) }),
      'batchSize must be small enough for the time of a worker with keys of RSA_4096, from 1 to 37'],
    ['no recipient for devices without requests', () => ({ manifest: FleetManifest.fromAsset(WITHOUT_REQUESTS) }), 'keyRecipient must be given, because no row of the manifest has a certificateSigningRequest'],
    ['a folder as manifest', () => ({ manifest: FleetManifest.fromAsset(tmpdir()) }), 'path must be a file, got'],
    ['a maxConcurrency of 10001', () => ({ maxConcurrency: 10_001 }), 'maxConcurrency must be a whole number from 1 to 10000'],
    ['a percentage above 100', () => ({ toleratedFailurePercentage: 101 }), 'toleratedFailurePercentage must be a whole number from 0 to 100'],
    ['a renewal of the whole validity', () => ({ renewBefore: Duration.days(365) }), 'renewBefore must be whole days, less than validity, from 1 to 364, got 365'],
    ['a validity longer than that of the CA', () => ({ validity: Duration.days(9_000) }), 'validity must be shorter than the 3650 days of the CA'],
    ['a key and a bucket', stack => ({ encryptionKey: new Key(stack, 'Key'), resultsBucket: Bucket.fromBucketName(stack, 'Own', 'own') }), 'encryptionKey must be left out'],
    ['a country in words', () => ({ subject: { country: 'Germany' } }), 'subject.country must be a country code'],
    ['a symmetric key as recipient', stack => ({ keyRecipient: KeyRecipient.kmsKey(new Key(stack, 'Key')) }), 'keyRecipient must be a KMS key of the spec RSA_2048'],
    ['a private key as recipient', () => ({ keyRecipient: KeyRecipient.publicKey(RECIPIENT.privateKey) }), 'got a private key (not shown)'],
    ['a file that is not there', () => ({ manifest: FleetManifest.fromAsset('nothing.csv') }), 'nothing.csv", which is none or does not exist'],
    ['a name without a format', stack => ({ manifest: FleetManifest.fromBucket(Bucket.fromBucketName(stack, 'Inbox', 'acme-inbox'), 'devices.txt') }), 'format must be given'],
  ])('is refused with %s, and the message says what is allowed', (_, options, message) => {
    expect(() => declared(options)).toThrow(message);
  });

  test('is refused if its declaration does not fit into the environment of its worker', () => {
    const { stack } = declared(() => ({ crlDistributionPoints: Array.from({ length: 8 }, (_, index) => `http://pki.acme.example/${'x'.repeat(600)}/${index}`) }));
    expect(() => (stack.node.root as App).synth()).toThrow(/must fit into the 4096 bytes that the environment of a function can have/);
  });
});
