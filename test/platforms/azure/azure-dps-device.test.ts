import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { PresentedCertificate, StrictDps } from './strict-dps';
import { IotPlatform, KeyAlgorithm, PrivateIotCa } from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cliOk } from '../../support/cli-run';
import { opensslOutput } from '../../support/openssl';

let dps: StrictDps;
let folder: string;

/** A device of a CA below a root, deployed and exported. */
beforeAll(async () => {
  dps = await StrictDps.start();
  folder = temporaryFolder();
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Dps');
  const common = { keyAlgorithm: KeyAlgorithm.EC_P256, platforms: [IotPlatform.AZURE_DPS] };
  const root = new PrivateIotCa(stack, 'Root', { ...common, subject: { commonName: 'Acme Root CA' }, pathLength: 1 });
  const factory = new PrivateIotCa(stack, 'Factory', { ...common, subject: { commonName: 'Acme Factory CA' }, issuer: root });
  const device = factory.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  new CfnOutput(stack, 'RootCertificate', { value: root.certificatePem });
  new CfnOutput(stack, 'FactoryCertificate', { value: factory.certificatePem });
  new CfnOutput(stack, 'DeviceCertificate', { value: device.certificatePem });
  new CfnOutput(stack, 'DeviceCertificateChain', { value: device.certificateChainWithoutRootPem });
  new CfnOutput(stack, 'DevicePrivateKeySecret', { value: device.privateKeySecret!.secretArn });
  app.synth();
  await cliOk('local', '--app', app.outdir, '--out', folder);
  await cliOk('export', '--outputs', join(folder, 'outputs.json'), '--out', folder, '--private-keys');
});
afterAll(() => dps.stop());

const file = (name: string): string => readFileSync(join(folder, name), 'utf8');
const certificate = (name: string): X509Certificate => new X509Certificate(file(name));
const presented = (name: string): PresentedCertificate => ({ chain: file(name), privateKey: file('device.key.pem') });

const ASSIGNING = { status: 202, body: { status: 'assigning' } };
const CA_NOT_FOUND = { status: 401, body: { errorCode: 401002, message: 'CA certificate not found.' } };

describe('a device at the Device Provisioning Service', () => {
  test('is registered with its chain up to a verified root', async () => {
    dps.verified = [certificate('root.pem')];
    expect(await dps.asDevice('sensor-001', presented('device-chain.pem'))).toEqual(ASSIGNING);
  });

  test('is registered without its chain where the very CA that signs it is verified', async () => {
    dps.verified = [certificate('factory.pem')];
    expect(await dps.asDevice('sensor-001', presented('device.pem'))).toEqual(ASSIGNING);
  });

  test('gets 401002 without the chain to a verified root', async () => {
    dps.verified = [certificate('root.pem')];
    expect(await dps.asDevice('sensor-001', presented('device.pem'))).toEqual(CA_NOT_FOUND);
  });

  test('gets 401002 where no CA of its chain is verified', async () => {
    dps.verified = [];
    expect(await dps.asDevice('sensor-001', presented('device-chain.pem'))).toEqual(CA_NOT_FOUND);
  });

  test('is refused with a certificate of a CA in place of a device\'s', async () => {
    const both = opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '-', '-days', '1', '-subj', '/CN=sensor-001']);
    const ca = new X509Certificate(both);
    expect(ca.ca).toBe(true);
    dps.verified = [ca];
    expect(await dps.asDevice('sensor-001', { chain: ca.toString(), privateKey: both })).toEqual({ status: 401, body: { errorCode: 401000, message: 'Unauthorized' } });
  });

  test('is refused under another registration ID than its common name', async () => {
    dps.verified = [certificate('root.pem')];
    expect(await dps.asDevice('sensor-002', presented('device-chain.pem'))).toMatchObject({ status: 401, body: { errorCode: 401000 } });
  });
});
