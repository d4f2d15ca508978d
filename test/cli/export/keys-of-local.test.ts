import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CertificateOutputs, DeliveryFormat, KeyAlgorithm, PemSource, PrivateIotCa } from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cli, cliError, cliOk, generatedPath, readJson } from '../../support/cli-run';
import { opensslOutput } from '../../support/openssl';
import { OpensslCas } from '../../support/openssl-ca';
import { synthesized } from '../../support/synthesized';

const cas = new OpensslCas();
const P256 = { keyAlgorithm: KeyAlgorithm.EC_P256 };

describe('a device whose key is delivered in other formats too, on this machine', () => {
  let deployed: string;
  let serialNumber: string;

  beforeAll(async () => {
    deployed = join(temporaryFolder(), 'out');
    const [pkcs12, der, combined] = [DeliveryFormat.pkcs12(), DeliveryFormat.der(), DeliveryFormat.combinedPem()];
    await cliOk('local', '--out', deployed, '--app', synthesized(app => {
      const stack = new Stack(app, 'Iot');
      const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, ...P256 });
      const device = ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' }, deliveryFormats: [pkcs12, der, combined], ...P256 });
      new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca }, certificates: { Sensor: device } });
      new CfnOutput(stack, 'CaPrivateKeySecret', { value: ca.privateKeySecret!.secretArn });
      new CfnOutput(stack, 'SensorBundle', { value: device.delivered(pkcs12).secret.secretArn });
      new CfnOutput(stack, 'SensorPassphrase', { value: device.delivered(pkcs12).passphrase!.secretArn });
      new CfnOutput(stack, 'SensorDer', { value: device.delivered(der).secret.secretArn });
      new CfnOutput(stack, 'SensorCombined', { value: device.delivered(combined).secret.secretArn });
    }));
    serialNumber = readJson(join(deployed, 'outputs.json')).Iot.SensorSerialNumber;
    expect(serialNumber).toMatch(/^[0-9A-F]{40}$/);
  });

  /** The one file of a secret. */
  function file(output: string): string {
    const folder = join(deployed, 'keys', readJson(join(deployed, 'outputs.json')).Iot[output].split(':').at(-1));
    return join(folder, readdirSync(folder)[0]);
  }

  test('has a file for each format, whose name says what it holds', () => {
    const names = ['SensorPrivateKeySecret', 'SensorCombined', 'SensorBundle', 'SensorDer', 'SensorPassphrase'].map(output => file(output).split('/').at(-1));
    expect(names).toEqual([`${serialNumber}.pem`, `${serialNumber}.pem`, `${serialNumber}.base64`, `${serialNumber}.base64`, 'generated.txt']);
    const bundle = join(temporaryFolder(), 'sensor.p12');
    writeFileSync(bundle, Buffer.from(readFileSync(file('SensorBundle'), 'utf8'), 'base64'));
    expect(opensslOutput(['pkcs12', '-in', bundle, '-passin', `file:${file('SensorPassphrase')}`, '-nokeys', '-clcerts'])).toContain('BEGIN CERTIFICATE');
  });

  test('is exported with its key, and the notes say what the other outputs hold instead', async () => {
    const out = temporaryFolder();
    const { code, stderr } = await cli('export', '--outputs', join(deployed, 'outputs.json'), '--out', out, '--private-keys');
    expect([code, stderr.split('\n').sort()]).toEqual([0, ['',
      'note: Iot.CaPrivateKeySecret: the secret holds the private key of the CA Fleet, which only --ca-private-key exports; left out',
      'note: Iot.SensorBundle: the secret holds a key in PKCS#12; only unencrypted private keys in PEM are exported; left out',
      'note: Iot.SensorDer: the secret holds a key in DER; only unencrypted private keys in PEM are exported; left out',
      'note: Iot.SensorPassphrase: the secret has no version with the serial number of one of these certificates, so it holds none of their private keys; left out']]);
    expect(readdirSync(out).filter(name => name.includes('key'))).toEqual(['sensor.key.pem']);
  });

  test('has no secret that a mistyped --ca-private-key could mean', async () => {
    expect(await cliError('export', '--outputs', join(deployed, 'outputs.json'), '--out', temporaryFolder(), '--ca-private-key', 'Nope'))
      .toBe('error: --ca-private-key must be an output with the ARN of the secret that holds the private key of a CA (Iot.CaPrivateKeySecret), got "Nope"');
  });
});

test.each<[string, string, (stack: Stack) => ISecret]>([
  ['declares', 'Iot/Key', stack => new Secret(stack, 'Key')],
  ['imports', 'acme/key', stack => Secret.fromSecretNameV2(stack, 'Key', 'acme/key')],
])('the key of a CA in a secret that the app %s, given by --secret, is in the file that was given, which the export says', async (_, name, secretIn) => {
  const folder = temporaryFolder();
  const existing = cas.root();
  writeFileSync(join(folder, 'ca.key'), existing.privateKeyPem);
  await cliOk('local', '--out', folder, '--secret', `${name}=${join(folder, 'ca.key')}`, '--app', synthesized(app => {
    const stack = new Stack(app, 'Iot');
    const privateKey = secretIn(stack);
    const ca = PrivateIotCa.fromExistingCa(stack, 'Ca', { certificate: PemSource.inline(existing.certificatePem), privateKey });
    new CfnOutput(stack, 'CaCertificate', { value: ca.certificatePem });
    new CfnOutput(stack, 'CaKey', { value: privateKey.secretArn });
  }));
  const { code, stderr } = await cli('export', '--outputs', join(folder, 'outputs.json'), '--out', join(folder, 'pem'), '--ca-private-key', 'CaKey');
  expect([code, stderr]).toEqual([1, 'error: no key from Iot.CaKey: the local deployment does not keep the value of this secret; if its key was given with '
    + '`local --secret`, use the file that was given\n']);
  expect(readdirSync(join(folder, 'pem'))).toEqual(['ca.pem', 'manifest.json']);
  expect(generatedPath(join(folder, 'keys'), 'Iot-Key')).toBe(join(folder, 'keys', 'Iot-Key'));
});
