import { generateKeyPairSync } from 'node:crypto';
import {
  Annotations, App, Aws, CfnMapping, CfnOutput, CfnParameter, CfnResource, Duration, Fn, Lazy, NestedStack, SecretValue, Stack, Stage, Tags, Token,
} from 'aws-cdk-lib';
import { TrustStore } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import * as library from '../../../src';
import {
  ApsaraMqttRevocation, AwsIotClientCertificateValidation, AwsIotRevocation, AzureRevocation, TencentIotHubRevocation, ApsaraMqttCaRegistration,
  AwsIotCaRegistration, AwsIotThing, AwsIotThingPolicy, AzureCaRegistration, AzureIotService, CaCertificate, CertificateOutputs, CrossCertificate,
  DeviceCertificate, DeviceCertificateFleet, ExpiryAlarms, FleetManifest, Renewal, HuaweiIotdaCaRegistration, HuaweiIotdaRevocation, InvocationAlarm,
  KeyStorage, PemSource, PrivateIotCa, PrivateIotCaDashboard,
  PrivateIotCaFunctions, ProofOfPossessionSignature, ServerCertificate, SigningAlarm, TencentIotHubCaRegistration,
  TrustBundle, LoadBalancerRevocation, RevocationPublication, RolesAnywhereRevocation, VerificationCertificate,
} from '../../../src';
import { opensslCa, opensslRequest } from '../../support/foreign-ca';
import { fullStack } from '../../support/full-stack';
import { assertNoPrivateKey } from '../../support/secrecy';
import { stackOf } from '../../support/stacks';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const DER = privateKey.export({ type: 'pkcs8', format: 'der' });
const BASE64 = DER.toString('base64');
const OWN = '1.3.6.1.4.1.99999.1';
const { certificate } = opensslCa('Acme');

const late = (text: string) => Lazy.string({ produce: () => text });
const caIn = (stack: Stack) => new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme' }, allowedCustomExtensions: [OWN] });
const inKms = (stack: Stack) => new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme' }, pathLength: 1, keyStorage: KeyStorage.kms() });
const credentialsIn = (stack: Stack) => Secret.fromSecretNameV2(stack, 'Credentials', 'credentials');
const device = (stack: Stack, options: object) => caIn(stack).addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' }, ...options });
const imported = (stack: Stack, attributes: object) => PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Ca', {
  caId: `ca-${'0'.repeat(32)}`,
  certificatePem: certificate,
  ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
  privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf',
  ...attributes,
});

/** What synthesis says when it refuses; empty where it doesn't. Fails where it shows any of the key. */
function refusal(app: App): string {
  try {
    app.synth();
    return '';
  } catch (error) {
    const { message, stack } = error as Error;
    assertNoPrivateKey([message, String(stack)].map(text => text.replace(/PRIVATE KEY/g, '')), [KEY]);
    return message;
  }
}

const words = (where: string) => `${where} must not hold a private key (not shown); take it out of the declaration, and consider it disclosed`;

/** Declares in a stack and answers what synthesis says. */
function refusedIn(declare: (stack: Stack) => void): string {
  const stack = stackOf();
  declare(stack);
  return refusal(stack.node.root as App);
}

describe('a private key does not get into a template,', () => {
  test.each<[string, (stack: Stack) => void, string]>([
    ['as the name of a CA at a platform', stack => new ApsaraMqttCaRegistration(stack, 'Apsara', {
      ca: caIn(stack), instanceId: 'post-cn-7mz2d000001', region: 'cn-hangzhou', caName: KEY, credentials: credentialsIn(stack),
    }), 'Stack/Apsara: CaName'],
    ['as the path of roles', stack => PrivateIotCaFunctions.of(caIn(stack).stack).apply({ rolePath: `/${BASE64}/` }), 'Stack/PrivateIotCaProvider/Role: Path'],
    ['as a tag', stack => Tags.of(caIn(stack)).add('note', KEY), 'Stack/Ca/PrivateKey: Tags.0.Value'],
    ['as a tag of the stack', stack => Stack.of(caIn(stack)).tags.setTag('note', KEY), '[Stack] Tags.0.Value'],
    ['as the certificate of a CA of AWS IoT Core that is made late', stack =>
      new AwsIotCaRegistration(stack, 'Registration', { caCertificate: PemSource.inline(late(KEY)) }), 'Stack/Registration: CACertificatePem'],
    ['as a topic', stack => new AwsIotThingPolicy(stack, 'Policy', { topics: [`${BASE64}/${Aws.REGION}`] }), 'Stack/Policy: PolicyDocument.Statement.1.Resource.0'],
    ['as the certificate of an imported CA, in an output', stack => {
      new CertificateOutputs(stack, 'Outputs', { cas: { Ca: imported(stack, { certificatePem: late(KEY) }) } });
    }, 'Stack/Outputs/CaCertificate: Value'],
    ['as a certificate above an imported CA, in an output', stack => {
      new CfnOutput(stack, 'Trusted', { value: new TrustBundle([imported(stack, { certificatePem: Aws.REGION, issuerCertificates: [late(KEY)] })]).pem });
    }, 'Stack/Trusted: Value'],
    ['in an extension, as an OCTET STRING', stack => device(stack, {
      customExtensions: [{ oid: OWN, valueDerBase64: Buffer.concat([Buffer.from([0x04, 0x81, DER.length]), DER]).toString('base64') }],
    }), 'Stack/Ca/Sensor: Extensions.CustomExtensions.0.Value'],
    ['in a URL', stack => device(stack, { certificatePolicies: [{ oid: '1.2.3', cpsUri: `https://acme.example/${late(BASE64)}` }] }),
      'Stack/Ca/Sensor: Extensions.CertificatePolicies.0.CpsUri'],
    ['as a URN', stack => device(stack, { subjectAlternativeNames: { uri: [`urn:x:${late(DER.toString('base64url'))}`] } }),
      'Stack/Ca/Sensor: Extensions.SubjectAlternativeNames.Uri.0'],
    ['in pieces around a token', stack => device(stack, { subject: { commonName: `${KEY.slice(0, 15)}${Aws.NO_VALUE}${KEY.slice(15)}` } }),
      'Stack/Ca/Sensor: Subject.CommonName'],
    ['in lines that CloudFormation joins', stack => new CfnOutput(caIn(stack), 'Output', { value: Fn.join('\n', [...KEY.split('\n'), Aws.REGION]) }),
      'Stack/Ca/Output: Value'],
    ['in what CloudFormation substitutes', stack => new CfnOutput(caIn(stack), 'Output', {
      value: Fn.sub('-----BEGIN ${Kind} KEY-----${Body}${AWS::Region}', { Kind: 'PRIVATE', Body: KEY.split('\n').slice(1).join('\n') }),
    }), 'Stack/Ca/Output: Value'],
    ['in what CloudFormation encodes', stack => new CfnOutput(caIn(stack), 'Output', { value: Fn.base64(`${KEY}${Aws.REGION}`) }), 'Stack/Ca/Output: Value'],
    ['in what CloudFormation selects', stack => new CfnOutput(caIn(stack), 'Output', { value: Fn.conditionIf('Always', KEY, 'x').toString() }), 'Stack/Ca/Output: Value'],
    ['as the default of a parameter', stack => new CfnParameter(caIn(stack), 'Parameter', { default: KEY }), 'Stack/Ca/Parameter: Default'],
    ['as a name in a map', stack => new CfnMapping(caIn(stack), 'Map', { mapping: { [KEY]: { a: 'b' } } }), 'Stack/Ca/Map: (not shown)'],
    ['as the description of the stack', stack => {
      caIn(stack);
      stack.templateOptions.description = `key ${BASE64}`;
    }, '[Stack] Description'],
    ['as the format version of the template', stack => {
      caIn(stack);
      stack.templateOptions.templateFormatVersion = KEY;
    }, '[Stack] AWSTemplateFormatVersion'],
    ['as a construct id', stack => new Construct(caIn(stack), `Key${BASE64}`), '(not shown): the construct id'],
    ['as a JSON Web Key in a map', stack => new CfnResource(caIn(stack), 'Other', { type: 'A::B::C', properties: { Key: privateKey.export({ format: 'jwk' }) } }),
      'Stack/Ca/Other: Key'],
    ['as a logical id', stack => new CfnOutput(caIn(stack), 'Output', { value: 'x' })
      .overrideLogicalId(DER.toString('hex')), 'Stack/Ca/Output: the logical id'],
  ])('%s', (_, declare, where) => {
    expect(refusedIn(declare)).toContain(words(where));
  });
});

describe('a construct keeps private keys out of its whole stack:', () => {
  /** Each alone in a stack; what it needs is in the other one. */
  const alone: { [name in keyof typeof library]?: (stack: Stack, other: Stack) => unknown } = {
    ApsaraMqttCaRegistration: (stack, other) => new ApsaraMqttCaRegistration(stack, 'Apsara', {
      ca: caIn(other), instanceId: 'post-cn-7mz2d000001', region: 'cn-hangzhou', caName: 'acme', credentials: credentialsIn(stack),
    }),
    ApsaraMqttRevocation: (stack, other) => new ApsaraMqttRevocation(stack, 'Revocation', {
      ca: inKms(other), instanceId: 'post-cn-7mz2d000001', region: 'cn-hangzhou', credentials: credentialsIn(stack),
    }),
    AwsIotCaRegistration: stack => new AwsIotCaRegistration(stack, 'Registration', { caCertificate: PemSource.inline(certificate) }),
    AwsIotClientCertificateValidation: (stack, other) => new AwsIotClientCertificateValidation(stack, 'Validation', { cas: [inKms(other)] }),
    AwsIotRevocation: (stack, other) => new AwsIotRevocation(stack, 'Revocation', { ca: inKms(other) }),
    AwsIotThing: (stack, other) => {
      const ca = caIn(other);
      return new AwsIotThing(stack, 'Thing', {
        certificate: ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } }), caRegistration: new AwsIotCaRegistration(other, 'Registration', { ca }),
      });
    },
    AwsIotThingPolicy: stack => new AwsIotThingPolicy(stack, 'Policy'),
    AzureCaRegistration: (stack, other) => new AzureCaRegistration(stack, 'Azure', {
      ca: caIn(other),
      service: AzureIotService.iotHub({ subscriptionId: '91d12660-3dec-467a-be2a-213b5544ddc0', resourceGroup: 'iot', name: 'acme' }),
      caName: 'acme',
      credentials: credentialsIn(stack),
    }),
    AzureRevocation: (stack, other) => new AzureRevocation(stack, 'Revocation', {
      ca: inKms(other),
      service: AzureIotService.iotHub({ subscriptionId: '91d12660-3dec-467a-be2a-213b5544ddc0', resourceGroup: 'iot', name: 'acme' }),
      credentials: credentialsIn(stack),
    }),
    CaCertificate: (stack, other) => new CaCertificate(stack, 'Below', { ca: inKms(other), certificateSigningRequest: PemSource.inline(opensslRequest('/CN=Below')) }),
    CertificateRenewals: (stack, other) => new DeviceCertificate(stack, 'Renewed', {
      ca: inKms(other), subject: { commonName: 'sensor-001' }, renewal: Renewal.beforeExpiry(Duration.days(30)),
    }),
    CertificateOutputs: stack => new CertificateOutputs(stack, 'Outputs', {}),
    CrossCertificate: (stack, other) => new CrossCertificate(stack, 'Cross', {
      ca: inKms(other), subjectCa: new PrivateIotCa(other, 'Next', { subject: { commonName: 'Next' } }),
    }),
    DeviceCertificate: (stack, other) => new DeviceCertificate(stack, 'Sensor', { ca: inKms(other), subject: { commonName: 'sensor-001' } }),
    DeviceCertificateFleet: (stack, other) => new DeviceCertificateFleet(stack, 'Fleet', {
      ca: inKms(other), manifest: FleetManifest.fromBucket(Bucket.fromBucketName(other, 'Manifests', 'manifests'), 'devices.csv'),
    }),
    ExpiryAlarms: (stack, other) => new ExpiryAlarms(stack, 'Expiry', { ca: inKms(other) }),
    HuaweiIotdaCaRegistration: (stack, other) => new HuaweiIotdaCaRegistration(stack, 'Huawei', {
      ca: caIn(other),
      endpoint: 'a160f4a4cd.st1.iotda-app.cn-north-4.myhuaweicloud.com',
      projectId: '77b6a44cba5143ab91d13ab9a8ff44fd',
      credentials: credentialsIn(stack),
    }),
    HuaweiIotdaRevocation: (stack, other) => new HuaweiIotdaRevocation(stack, 'Revocation', {
      ca: inKms(other),
      endpoint: 'a160f4a4cd.st1.iotda-app.cn-north-4.myhuaweicloud.com',
      projectId: '77b6a44cba5143ab91d13ab9a8ff44fd',
      credentials: credentialsIn(stack),
    }),
    InvocationAlarm: stack => new InvocationAlarm(stack, 'Alarm'),
    LoadBalancerRevocation: (stack, other) => new LoadBalancerRevocation(stack, 'Lists', {
      publication: caIn(other).publishRevocation(),
      trustStore: TrustStore.fromTrustStoreArn(stack, 'Store', 'arn:aws:elasticloadbalancing:eu-central-1:111111111111:truststore/devices/0123456789abcdef'),
    }),
    PrivateIotCa: stack => caIn(stack),
    PrivateIotCaDashboard: (stack, other) => new PrivateIotCaDashboard(stack, 'Dashboard', { cas: [caIn(other)] }),
    ProofOfPossessionSignature: (stack, other) => new ProofOfPossessionSignature(stack, 'Proof', { ca: inKms(other), verificationCode: 'code-1' }),
    RevocationPublication: (stack, other) => new RevocationPublication(stack, 'Lists', { ca: inKms(other) }),
    RolesAnywhereRevocation: (stack, other) => new RolesAnywhereRevocation(stack, 'Lists', {
      publication: caIn(other).publishRevocation(),
      trustAnchorArn: 'arn:aws:rolesanywhere:eu-central-1:111111111111:trust-anchor/11111111-2222-3333-4444-555555555555',
    }),
    ServerCertificate: (stack, other) => new ServerCertificate(stack, 'Broker', {
      ca: inKms(other), subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['broker.acme.example'] },
    }),
    SigningAlarm: (stack, other) => new SigningAlarm(stack, 'Alarm', { ca: inKms(other) }),
    TencentIotHubCaRegistration: (stack, other) => new TencentIotHubCaRegistration(stack, 'Tencent', {
      ca: caIn(other), caName: 'acme', registrationCode: 'code', region: 'ap-guangzhou', credentials: credentialsIn(stack),
    }),
    TencentIotHubRevocation: (stack, other) => new TencentIotHubRevocation(stack, 'Revocation', {
      ca: inKms(other), productIds: ['ABCDE12345'], region: 'ap-guangzhou', credentials: credentialsIn(stack),
    }),
    VerificationCertificate: (stack, other) => new VerificationCertificate(stack, 'Verification', { ca: inKms(other), registrationCode: 'code-1' }),
  };

  test('every one of the library is tested here', () => {
    const constructs = Object.entries<unknown>(library).filter(([, exported]) => typeof exported === 'function' && exported.prototype instanceof Construct);
    expect(Object.keys(alone).sort()).toEqual(constructs.map(([name]) => name).sort());
  });

  const more: [string, (stack: Stack, other: Stack) => unknown][] = [
    ['an imported CA', stack => imported(stack, {})],
    ['a trust bundle', (stack, other) => new TrustBundle([caIn(other)]).pemFor(stack)],
  ];

  test.each([...Object.entries(alone), ...more])('%s', (_, declare) => {
    const env = { account: '111111111111', region: 'eu-central-1' };
    const app = new App();
    const stack = new Stack(app, 'Stack', { env });
    declare(stack, new Stack(app, 'Other', { env }));
    new CfnOutput(stack, 'Mine', { value: `text ${BASE64}` });
    expect(refusal(app)).toContain(words('Stack/Mine: Value'));
  });
});

describe('a stack of an app that uses the library is searched for private keys', () => {
  const secretIn = (scope: Construct) => new Secret(scope, 'CaKey', { secretStringValue: SecretValue.unsafePlainText(KEY) });
  const adopt = (scope: Construct, secret: ISecret) => PrivateIotCa.fromExistingCa(scope, 'Ca', { certificate: PemSource.inline(certificate), privateKey: secret });

  test('even if it holds nothing of the library but the secret of a CA', () => {
    const app = new App();
    adopt(new Stack(app, 'Stack'), secretIn(new Stack(app, 'Secrets')));
    expect(refusal(app)).toContain(words('[Stack] Secrets/CaKey: SecretString'));
  });

  test('even if it is declared later', () => {
    const app = new App();
    caIn(new Stack(app, 'Stack'));
    secretIn(new Stack(app, 'Later'));
    expect(refusal(app)).toContain(words('Later/CaKey: SecretString'));
  });

  test('even if it is nested in another', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    adopt(stack, secretIn(new NestedStack(stack, 'Nested')));
    expect(refusal(app)).toContain(words('Stack/Nested/CaKey: SecretString'));
  });

  test('even if it is one of the app around a stage, or of another stage', () => {
    const app = new App();
    caIn(new Stack(new Stage(app, 'Stage'), 'Stack'));
    secretIn(new Stack(app, 'Pipeline'));
    secretIn(new Stack(new Stage(app, 'Other'), 'Stack'));
    const said = refusal(app);
    expect(said).toContain(words('Pipeline/CaKey: SecretString'));
    expect(said).toContain(words('Other/Stack/CaKey: SecretString'));
  });

  test('unless the app does not use the library', () => {
    const app = new App();
    secretIn(new Stack(app, 'Stack'));
    expect(refusal(app)).toBe('');
  });
});

describe('a private key does not get into the metadata of the cloud assembly', () => {
  test.each<[string, (construct: Construct) => void, string]>([
    ['as metadata', construct => construct.node.addMetadata('note', KEY), 'the metadata note'],
    ['within metadata', construct => construct.node.addMetadata('note', { keys: [BASE64] }), 'the metadata note.keys.0'],
    ['as metadata that is made late', construct => construct.node.addMetadata('note', late(KEY)), 'the metadata note'],
    ['as a kind of metadata', construct => construct.node.addMetadata(BASE64, 'x'), '(not shown)'],
    ['as a note', construct => Annotations.of(construct).addInfo(`the key is ${KEY}`), 'the metadata aws:cdk:info'],
    ['as a warning', construct => Annotations.of(construct).addWarningV2('mine', KEY), 'the metadata aws:cdk:warning'],
  ])('%s', (_, write, what) => {
    expect(refusedIn(stack => write(caIn(stack)))).toContain(words(`Stack/Ca: ${what}`));
    expect(refusedIn(stack => {
      caIn(stack);
      write(new Construct(new NestedStack(stack, 'Nested'), 'Other'));
    })).toContain(words(`Stack/Nested/Other: ${what}`));
  });
});

test('a private key is also found in the stacks around a nested stack, and in those of a stage', () => {
  const app = new App();
  const parent = new Stack(new Stage(app, 'Stage'), 'Parent');
  const nested = new NestedStack(parent, 'Nested', { parameters: { Key: KEY } });
  new CfnOutput(nested, 'Mine', { value: KEY });
  caIn(nested);
  const said = refusal(app);
  expect(said).toContain(words('Stage/Parent/Nested.NestedStack/Nested.NestedStackResource: Parameters.Key'));
  expect(said).toContain(words('Stage/Parent/Nested/Mine: Value'));
});

describe('a template without a private key', () => {
  test('passes with everything that this library can put into a stack', () => {
    expect(refusal(fullStack().node.root as App)).toBe('');
  });

  test('passes with a program that reads keys, with certificates, and with numbers that can be known only at deployment', () => {
    expect(refusedIn(stack => new CfnResource(caIn(stack), 'Other', {
      type: 'A::B::C',
      properties: {
        Code: 'if (!pem.startsWith("-----BEGIN PRIVATE KEY-----")) {\n  refuse(pem);\n}',
        Certificate: `${certificate}${Aws.REGION}`,
        Fingerprint: 'ab'.repeat(32),
        Number: Token.asNumber({ Ref: 'Number' }),
      },
    }))).toBe('');
  });
});
