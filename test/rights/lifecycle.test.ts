import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { App, Duration, Stack, Tags } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  DeliveryFormat, ExpiryAlarms, KeyAlgorithm, KeyStorage, PemSource, PrivateIotCa, ProofOfPossessionSignature, Renewal, Retirement, SubjectRule,
} from '../../src';
import { readCertificates } from '../../src/pki/certificate-pem';
import { opensslCa, opensslRequest } from '../support/foreign-ca';
import { MOTO_TIMEOUT, motoUrl } from '../support/moto';
import { ocspRequests } from '../support/ocsp-requests';
import { makeDue, makeEndSoon } from '../support/renewals';
import { AwsWorld } from '../support/rights/aws-world';
import { assertKeysUsed, assertRights, assertStrangersDenied } from '../support/rights/expectations';
import { PlayedStack } from '../support/rights/played-stack';
import { RecordedAws } from '../support/rights/recorded-aws';
import { Template } from '../support/rights/template-values';

const ACCOUNT = '123456789012';
const PLACES = [
  { partition: 'aws', account: ACCOUNT, region: 'eu-central-1' },
  { partition: 'aws-cn', account: ACCOUNT, region: 'cn-north-1' },
  { partition: 'aws-us-gov', account: ACCOUNT, region: 'us-gov-west-1' },
];
const OLD = opensslCa('Old Root');
const requestAbout = ocspRequests();
const REQUEST = opensslRequest('/CN=Elsewhere');
const P256 = { keyAlgorithm: KeyAlgorithm.EC_P256 };

/** Some 400 calls; milliseconds. */
const LONG = 360_000;

let aws: RecordedAws;
let world: AwsWorld | undefined;

beforeAll(async () => {
  aws = await RecordedAws.start(await motoUrl());
}, MOTO_TIMEOUT);
afterEach(() => world?.stop());
afterAll(() => aws.stop());

/** The template of a stack in an app of its own. */
function templateOf({ account, region }: AwsWorld, name: string, declare: (stack: Stack) => void): Template {
  const app = new App();
  const stack = new Stack(app, name, { env: { account, region } });
  declare(stack);
  return app.synth().getStackByName(name).template;
}

/** The secrets and keys that others have made. */
async function outside(made: AwsWorld) {
  const { physicalId } = await made.make('AWS::KMS::Key', 'Outside', 'outside', { KeyPolicy: rootPolicy(made) });
  const keyArn = `arn:${made.partition}:kms:${made.region}:${made.account}:key/${physicalId}`;
  const name = `${made.partition}/iot-ca-secret`;
  await made.secret(OLD.key, undefined, name);
  const [others, pem] = [await made.secret('of others'), await made.secret(OLD.certificate, keyArn)];
  return { keyArn, name, others, pem, request: await made.secret(opensslRequest('/CN=sensor-9')), lists: await made.bucket() };
}

function rootPolicy({ partition, account }: AwsWorld): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS: `arn:${partition}:iam::${account}:root` } }] };
}

type Outside = Awaited<ReturnType<typeof outside>>;

/** Everything the library has, in one stack; in its second version with what is behind each construct changed. */
function everything(stack: Stack, { keyArn, name, pem, request, lists }: Outside, second: boolean, idOf: (ca: string) => string | undefined): void {
  const generation = second ? 2 : 1;
  const secret = (id: string, secretCompleteArn: string, encryptionKey?: IKey) =>
    Secret.fromSecretAttributes(stack, id, { secretCompleteArn, encryptionKey });
  const outsideKey = Key.fromKeyArn(stack, 'OutsideKey', keyArn);
  const encryptionKey = second ? outsideKey : new Key(stack, 'EncryptionKey');
  const subject = (commonName: string) => ({ subject: { commonName } });
  const ca = new PrivateIotCa(stack, 'Ca', { ...subject('Root'), ...P256, pathLength: 1, keyStorage: KeyStorage.secretsManager({ encryptionKey: outsideKey }) });
  const inKms = new PrivateIotCa(stack, 'InKms', { ...subject('In KMS'), ...P256, keyStorage: KeyStorage.kms(), generation, replaces: idOf('InKms') });
  const below = new PrivateIotCa(stack, 'Below', { ...subject('Below'), ...P256, issuer: ca, generation, replaces: idOf('Below'), renewal: Renewal.beforeExpiry(Duration.days(365)) });
  new PrivateIotCa(stack, 'Awaited', { ...subject('Awaited'), ...P256, signedElsewhere: true });
  const existing = PrivateIotCa.fromExistingCa(stack, 'Existing', {
    certificate: PemSource.secret(secret('Pem', pem, outsideKey)), privateKey: Secret.fromSecretNameV2(stack, 'Named', name), generation, replaces: idOf('Existing'),
  });
  ca.addVerificationCertificate('Verification', { registrationCode: `code-${generation}` });
  ca.addCaCertificate('Elsewhere', { certificateSigningRequest: PemSource.inline(REQUEST), generation });
  ca.addCrossCertificate('InKms', { subjectCa: inKms, generation });
  new PrivateIotCa(stack, 'Former', { ...subject('Former'), ...P256, retirement: second ? Retirement.whenUnused() : undefined });
  new ProofOfPossessionSignature(stack, 'Proof', { ca: inKms, verificationCode: `code-${generation}` });
  ca.addDeviceCertificate('Sensor', {
    ...subject('sensor-001'),
    ...P256,
    generation,
    deliveryFormats: [
      DeliveryFormat.pkcs12({ encryptionKey: outsideKey }), DeliveryFormat.pkcs12({ legacy: true }),
      DeliveryFormat.combinedPem(), DeliveryFormat.der(),
    ],
  });
  const inParameter = { ...P256, generation };
  inKms.addDeviceCertificate('Common', { ...subject('sensor-002'), ...inParameter, keyStorage: KeyStorage.parameterStore({ encryptionKey }) });
  below.addDeviceCertificate('Own', { ...subject('sensor-003'), ...inParameter, keyStorage: KeyStorage.parameterStore({ path: `/iot/${generation}`, encryptionKey }) });
  existing.addDeviceCertificate('Requested', {
    certificateSigningRequest: PemSource.secret(secret('Request', request)), allowedSubject: SubjectRule.exact({ commonName: 'sensor-9' }), generation,
  });
  ca.addDeviceCertificate('Renewed', { ...subject('sensor-006'), ...P256, renewal: Renewal.beforeExpiry(Duration.days(182)) });
  inKms.addDeviceCertificate('RenewedToo', {
    ...subject('sensor-007'),
    ...P256,
    renewal: Renewal.beforeExpiry(Duration.days(182), { keepKey: true }),
    validity: Duration.days(400),
    keyStorage: KeyStorage.parameterStore({ encryptionKey }),
  });
  ca.addServerCertificate('Broker', { ...subject('broker'), ...P256, subjectAlternativeNames: { dns: ['broker.acme.example'] } });
  // Their parameters stay, and one of them loses its last tag.
  const staying = [undefined, '/iot/staying'].map((path, index) =>
    ca.addDeviceCertificate(`Staying${index}`, { ...subject(`sensor-1${index}`), ...P256, keyStorage: KeyStorage.parameterStore({ path }) }));
  inKms.publishRevocation({ bucket: Bucket.fromBucketName(stack, 'Lists', lists), url: 'http://pki.acme.example', partitions: second ? 2 : 1 });
  if (keyArn.startsWith('arn:aws:')) { // CloudFront is not everywhere
    existing.publishRevocation({ ocsp: true });
  }
  ca.grantRevoke(new ServicePrincipal('iot.amazonaws.com'));
  new ExpiryAlarms(stack, 'Expiry', { ca });
  Tags.of(stack).add(second ? 'owner' : 'team', 'acme');
  if (second) {
    Tags.of(staying[1]).remove('owner');
  }
  if (!second) {
    below.addDeviceCertificate('Leaving', { ...subject('sensor-004'), ...inParameter, keyStorage: KeyStorage.parameterStore({ path: '/iot/leaving' }) });
    ca.addDeviceCertificate('LeavingToo', { ...subject('sensor-005'), ...P256 });
  }
}

describe.each(PLACES)('in $partition', place => {
  test('every call of create, update, cleanup, rollback and delete is allowed by what the resource depends on, and every right is used', async () => {
    const made = world = new AwsWorld(aws, place);
    const given = await outside(made);
    const stack = new PlayedStack(made, 'Everything');
    const version = (second: boolean): Template => templateOf(made, 'Everything', each => everything(each, given, second, ca => stack.idOf(ca)));
    await stack.deploy(version(false));
    const second = version(true);
    await assertStrangersDenied(stack, made, { secret: given.others, key: given.keyArn });
    if (place.partition === 'aws') { // elsewhere, names differ and nothing else
      await stack.deploy(second, Object.keys(second.Resources).find(id => id.startsWith('CaBroker') && second.Resources[id].Type.startsWith('Custom::')));
    }
    await stack.deploy(second);
    const ledgerOf = (ca: string): string => [...stack.names('AWS::DynamoDB::GlobalTable')].find(([id]) => id.startsWith(`${ca}Ledger`))![1];
    for (const [ca, renewed] of [['Ca', 'CaRenewed'], ['InKms', 'InKmsRenewedToo']]) {
      await makeDue(made.client(DynamoDBClient), ledgerOf(ca), stack.idOf(ca)!, stack.certificateOf(renewed).serialNumber);
    }
    const [below, belowLedger] = [stack.certificateOf('Below').serialNumber, ledgerOf('Below')];
    await makeDue(made.client(DynamoDBClient), ledgerOf('Ca'), stack.idOf('Ca')!, below, 'Custom::PrivateIotCa');
    const before = stack.used.length;
    await stack.use('PrivateIotCaRenewals', { 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} });
    expect(stack.used.slice(before).filter(({ action }) => action === 'kms:Sign')).toHaveLength(1); // the other key is in a secret
    const { Items } = await made.client(DynamoDBClient).send(new ScanCommand({
      TableName: belowLedger, FilterExpression: 'renews = :below', ExpressionAttributeValues: { ':below': { S: below } },
    }));
    expect(Items).toEqual([expect.objectContaining({ status: { S: 'ISSUED' }, keyVersion: { S: below } })]); // in the CA's own ledger
    await makeEndSoon(made.client(DynamoDBClient), ledgerOf('Ca'), stack.idOf('Ca')!, stack.certificateOf('CaBroker').serialNumber);
    await stack.use('Expiry', { 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} });
    await stack.use('CaRevokeFunction', { stacks: ['Everything'], reason: 'certificateHold' });
    await stack.use('CaRevokeFunction', { commonNames: ['sensor-001'], reason: 'keyCompromise' });
    if (place.partition === 'aws') {
      const ocsp = { rawPath: `/ocsp/${stack.idOf('Existing')}`, requestContext: { http: { method: 'POST' } }, headers: { 'content-type': 'application/ocsp-request' } };
      const request = requestAbout(readCertificates('certificate', OLD.certificate)[0], ['4A'.repeat(20)]);
      await stack.use('ExistingRevocationOcsp', { ...ocsp, body: request.toString('base64'), isBase64Encoded: true });
    }
    await stack.delete();
    expect(stack.used.length).toBeGreaterThan(200);
    assertRights(stack);
    assertKeysUsed(stack);
  }, LONG);
});
