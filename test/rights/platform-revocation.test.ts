import { App, Stack } from 'aws-cdk-lib';
import { AwsIotRevocation, DeviceCertificate, KeyAlgorithm, PrivateIotCa } from '../../src';
import { StrictIot } from '../platforms/aws-iot/strict-iot';
import { MOTO_TIMEOUT, motoUrl } from '../support/moto';
import { temporaryFiles } from '../support/openssl';
import { AwsWorld, Place } from '../support/rights/aws-world';
import { assertRights, assertStrangersDenied } from '../support/rights/expectations';
import { NeededRight } from '../support/rights/needed-rights';
import { PlayedStack } from '../support/rights/played-stack';
import { RecordedAws } from '../support/rights/recorded-aws';
import { Template } from '../support/rights/template-values';

const ACCOUNT = '123456789012';
const PLACES = [
  { partition: 'aws', account: ACCOUNT, region: 'eu-central-1' },
  { partition: 'aws-cn', account: ACCOUNT, region: 'cn-northwest-1' },
  { partition: 'aws-us-gov', account: ACCOUNT, region: 'us-gov-east-1' },
];
/** Milliseconds. */
const LONG = 120_000;

const SCHEDULE = { 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} };

const file = temporaryFiles();
let aws: RecordedAws;
let world: AwsWorld | undefined;

beforeAll(async () => {
  aws = await RecordedAws.start(await motoUrl());
}, MOTO_TIMEOUT);
afterEach(() => world?.stop());
afterAll(() => aws.stop());

function templateOf({ account, region }: Place, declare: (stack: Stack, ca: PrivateIotCa) => unknown): Template {
  const app = new App();
  const stack = new Stack(app, 'Revoked', { env: { account, region } });
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' }, keyAlgorithm: KeyAlgorithm.EC_P256, pathLength: 1 });
  for (const name of ['sensor-001', 'sensor-002']) {
    new DeviceCertificate(stack, name, { ca, subject: { commonName: name }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  }
  new PrivateIotCa(stack, 'Factory', { issuer: ca, subject: { commonName: 'Acme Factory CA' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  ca.revokeFunction;
  declare(stack, ca);
  return app.synth().getStackByName('Revoked').template;
}

/** What the ledger's stream says about a certificate, and what the queue of a platform delivers then. */
function eventsAbout(ca: string, serialNumber: string): { fromStream: object; fromQueue: object } {
  const Keys = { pk: { S: `revoked#${ca}` }, sk: { S: `serial#${serialNumber}` } };
  const event = { 'source': 'private-iot-ca', 'detail-type': 'Certificate Revocation Changed', 'detail': { ca, serialNumber } };
  return {
    fromStream: { Records: [{ eventSource: 'aws:dynamodb', dynamodb: { Keys, SequenceNumber: '1' } }] },
    fromQueue: { Records: [{ messageId: '1', eventSource: 'aws:sqs', body: JSON.stringify(event) }] },
  };
}

/** The right for a call to AWS IoT. */
function iotRight({ method, path }: { readonly method: string; readonly path: string }, { partition, account, region }: Place): NeededRight {
  const [, kind, id] = /^\/(certificates|cacertificate)\/(\w+)/.exec(path)!;
  const operation = `${method === 'PUT' ? 'Update' : 'Describe'}${kind === 'certificates' ? 'Certificate' : 'CACertificate'}`;
  return {
    action: `iot:${operation}`, resource: `arn:${partition}:iot:${region}:${account}:${kind === 'certificates' ? 'cert' : 'cacert'}/${id}`, context: {},
  };
}

describe.each(PLACES)('in $partition', place => {
  test('a revocation is announced and carried over to AWS IoT Core by allowed calls alone, and every right is used', async () => {
    const iot = await StrictIot.start();
    const here = world = new AwsWorld(aws, place);
    const { accessKeyId, secretAccessKey, sessionToken } = iot.credentials;
    here.platform = {
      AWS_ENDPOINT_URL_IOT: iot.url,
      NODE_EXTRA_CA_CERTS: file('iot.pem', iot.pem),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
    here.otherCalls = () => iot.calls.splice(0).map(call => iotRight(call, place));
    const stack = new PlayedStack(here, 'Revoked');
    await stack.deploy(templateOf(here, (scope, ca) => new AwsIotRevocation(scope, 'Revocation', { ca })));
    await assertStrangersDenied(stack, here, { secret: await here.secret('others'), key: `arn:${place.partition}:kms:${place.region}:${ACCOUNT}:key/others` });
    const caId = stack.idOf('Ca')!;
    const [device, factory] = ['sensor001', 'Factory'].map(id => stack.certificateOf(id));
    const registered = iot.state.registerCertificate({ certificatePem: device.pem, certificateMode: 'SNI_ONLY', status: 'ACTIVE' });
    iot.state.carryOut('POST', '/cacertificate?setAsActive=true&allowAutoRegistration=true', { caCertificate: factory.pem, certificateMode: 'SNI_ONLY' });
    await stack.use('CaRevokeFunction', { serialNumbers: [device.serialNumber, factory.serialNumber], reason: 'keyCompromise' });
    for (const { serialNumber } of [device, factory]) {
      const { fromStream, fromQueue } = eventsAbout(caId, serialNumber);
      await stack.use('CaRevocationEvents', fromStream);
      await stack.use('Revocation', fromQueue);
    }
    await stack.use('Revocation', SCHEDULE);
    expect(iot.state.certificates.get(registered)!.status).toBe('REVOKED');
    await stack.delete();
    await iot.stop();
    assertRights(stack);
  }, LONG);
});
