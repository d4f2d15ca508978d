import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { temporaryFolder } from './cli-assembly';
import { cli, cliOk } from './cli-run';
import { Device } from './mqtt';
import { CertificateOutputs, KeyAlgorithm, PrivateIotCa } from '../../src';
import { parseCertificate } from '../../src/pki/certificate';
import { readCertificates } from '../../src/pki/certificate-pem';
import { selfIssuer } from '../../src/pki/issue';
import { toPem } from '../../src/pki/pem';
import { Signer, signerOf } from '../../src/pki/signer';
import { DEVICE_KEYS, testCa, testCertificate } from '../pki/fixtures';

/** What was deployed for a broker, and what others come with to be let in. */
export interface BrokerCertificates {
  /** The exported files: ca.pem, device.pem, device.key.pem, and the kit's folder. */
  readonly folder: string;
  readonly device: Device;
  readonly refused: { readonly [who: string]: Device };
}

const HOUR = 3_600_000;

/** Deploys a CA, a broker and a device on this machine, and exports what a broker is given. */
export async function brokerCertificates(keyAlgorithm: KeyAlgorithm, platform: string, kitFolder?: string): Promise<BrokerCertificates> {
  const folder = temporaryFolder();
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Broker');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA', organization: 'Acme' }, keyAlgorithm });
  const broker = ca.addServerCertificate('Server', {
    subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['localhost'], ip: ['127.0.0.1'] }, keyAlgorithm,
  });
  const device = ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001', organization: 'Acme' }, keyAlgorithm });
  new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca }, certificates: { Server: broker, Device: device } });
  new CfnOutput(stack, 'CaSecret', { value: ca.privateKeySecret!.secretArn }); // for certificates that nobody should make
  app.synth();
  await cliOk('local', '--app', app.outdir, '--out', folder);
  const exported = await cli('export', '--outputs', join(folder, 'outputs.json'), '--out', folder, '--private-keys', '--ca-private-key', 'CaSecret',
    '--platform', platform, '--broker-folder', kitFolder ?? join(folder, platform));
  expect([exported.code, exported.stderr]).toEqual([0, expect.stringMatching(/^warning: \S+ca\.key\.pem is the private key of the CA /)]);
  const file = (name: string) => readFileSync(join(folder, name), 'utf8');
  return {
    folder,
    device: { certificate: file('device.pem'), privateKey: file('device.key.pem') },
    refused: {
      'no certificate at all': {},
      'the CA itself': { certificate: file('ca.pem'), privateKey: file('ca.key.pem') },
      'a server': { certificate: file('server.pem'), privateKey: file(join(platform, 'server.key.pem')) },
      ...await issuedFor(signerOf(file('ca.key.pem')), file('ca.pem'), keyAlgorithm.toString() as 'RSA_2048' | 'EC_P256'),
    },
  };
}

/** A device that has expired, and one of another CA with the same name. */
async function issuedFor(signer: Signer, caPem: string, algorithm: 'RSA_2048' | 'EC_P256'): Promise<{ [who: string]: Device }> {
  const { subject: name } = parseCertificate(readCertificates('ca', caPem)[0]);
  const now = Math.floor(Date.now() / 1000) * 1000;
  const expired = { notBefore: new Date(now - 48 * HOUR), notAfter: new Date(now - 24 * HOUR) };
  const valid = { notBefore: new Date(now - HOUR), notAfter: new Date(now + 24 * HOUR) };
  const other = await testCa({ algorithm, subject: name, validity: valid });
  const subject = { commonName: 'sensor-001', organization: 'Acme' };
  const privateKey = DEVICE_KEYS[algorithm];
  const certificate = async (issuer: Parameters<typeof testCertificate>[0], validity: typeof valid) =>
    toPem('CERTIFICATE', await testCertificate(issuer, { algorithm, subject, validity }));
  return {
    'an expired device': { certificate: await certificate(selfIssuer(name, signer), expired), privateKey },
    'a device of another CA with the same name': { certificate: await certificate(other.issuer, valid), privateKey },
  };
}
