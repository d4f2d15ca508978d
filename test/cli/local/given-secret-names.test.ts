import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnOutput, CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DeliveryFormat, DeviceCertificate, IPrivateIotCa, KeyAlgorithm, PemSource, PrivateIotCa } from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cliError, cliOk, readJson } from '../../support/cli-run';
import { OpensslCas } from '../../support/openssl-ca';
import { synthesized } from '../../support/synthesized';

const P256 = { keyAlgorithm: KeyAlgorithm.EC_P256 };
const existing = new OpensslCas().root();
let out: string;

beforeEach(() => {
  out = join(temporaryFolder(), 'out');
});

function keyFile(): string {
  const file = join(temporaryFolder(), 'ca.key');
  writeFileSync(file, existing.privateKeyPem);
  return file;
}

/** An app with a CA whose key is in a secret, beside one whose key the deployment makes. */
function appWith(secret: (stack: Stack) => ISecret): string {
  return synthesized(app => {
    const stack = new Stack(app, 'Iot');
    const ca = existingCa(stack, secret(stack));
    new PrivateIotCa(stack, 'Made', { subject: { commonName: 'Made here' }, ...P256 });
    new DeviceCertificate(stack, 'Gateway', { ca, subject: { commonName: 'gateway' }, deliveryFormats: [DeliveryFormat.pkcs12()], ...P256 });
    new CfnOutput(stack, 'Device', { value: ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' } }).certificatePem });
  });
}

function existingCa(stack: Stack, privateKey: ISecret): IPrivateIotCa {
  return PrivateIotCa.fromExistingCa(stack, 'Ca', { certificate: PemSource.inline(existing.certificatePem), privateKey });
}

const local = (app: string, name: string, ...more: string[]): string[] => ['local', '--app', app, '--out', out, '--secret', `${name}=${keyFile()}`, ...more];
const imported = (stack: Stack): ISecret => Secret.fromSecretNameV2(stack, 'Key', 'acme/key');
const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:acme/key-AbCdEf';

test.each<[string, string, (stack: Stack) => ISecret]>([
  ['its name', 'acme/key', imported],
  ['its ARN', ARN, stack => Secret.fromSecretCompleteArn(stack, 'Key', ARN)],
  ['its name, where the app has its ARN', 'acme/key', stack => Secret.fromSecretCompleteArn(stack, 'Key', ARN)],
  ['the path of its construct', 'Iot/Key', stack => new Secret(stack, 'Key')],
  ['its name, which the app makes of its own', 'iot-local/key', stack => Secret.fromSecretNameV2(stack, 'Key', `iot-${stack.region}/key`)],
  ['its name, which is the value of a parameter', 'acme/key', stack =>
    Secret.fromSecretNameV2(stack, 'Key', new CfnParameter(stack, 'KeyName', { default: 'acme/key' }).valueAsString)],
])('a secret that a certificate reads is given by %s', async (_, name, secret) => {
  await cliOk(...local(appWith(secret), name));
  expect(readJson(join(out, 'outputs.json')).Iot.Device).toContain('CERTIFICATE');
});

test('a secret of a nested stack is given by its name, and so is one that another stack hands over', async () => {
  const nested = synthesized(app => existingCa(new NestedStack(new Stack(app, 'Iot'), 'Nested') as Stack, imported(app.node.findChild('Iot') as Stack)));
  await cliOk(...local(nested, 'acme/key'));
  const handedOver = synthesized(app => {
    const owner = new Stack(app, 'Owner');
    const name = new CfnOutput(owner, 'KeyName', { value: 'acme/key' });
    const user = new Stack(app, 'User');
    existingCa(user, Secret.fromSecretNameV2(user, 'Key', owner.exportValue(name.value, { name: 'KeyName' })));
  });
  await cliOk(...local(handedOver, 'acme/key'));
});

test.each(['acme/kye', 'acme', 'key', 'Ca', 'Iot', 'gateway', 'Made here', 'SecretArn', 'EC_P256', 'acme/key-backup2', ARN.replace('acme', 'other')])(
  'a mistyped name such as %s is refused before anything is written, and the error names those that can be given', async name => {
    expect(await cliError(...local(appWith(imported), name))).toBe(`error: --secret ${name}: no certificate in this deployment reads this secret; `
      + 'the secrets that can be given are Iot/Gateway/Pkcs12Passphrase, acme/key');
    expect(existsSync(out)).toBe(false);
  });

test('for an app that reads no secret, the error says that none can be given', async () => {
  const app = synthesized(scope => new PrivateIotCa(new Stack(scope, 'Iot'), 'Ca', { subject: { commonName: 'Made here' }, ...P256 }));
  expect(await cliError(...local(app, 'Nope'))).toBe('error: --secret Nope: no certificate in this deployment reads this secret; this deployment has no secret that can be given');
});

test.each([
  ['the key of a CA', 'Iot/Made/PrivateKey', 'Made'],
  ['a key in a form of delivery', 'Iot/Gateway/Pkcs12', 'Gateway'],
])('a secret into which the deployment itself writes %s is not given', async (_, name, owner) => {
  expect(await cliError(...local(appWith(imported), name)))
    .toBe(`error: --secret ${name}: the deployment writes this secret itself, with the private key of ${owner}; leave it out`);
  expect(existsSync(out)).toBe(false);
});
