import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CertificateOutputs, PemSource, PrivateIotCa } from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cliOk, readJson } from '../../support/cli-run';
import { opensslOutput } from '../../support/openssl';
import { OpensslCa, OpensslCas } from '../../support/openssl-ca';

const cas = new OpensslCas();

/** Deploys a CA that OpenSSL made, and a device of it, and answers the device's certificate. */
async function deploy(folder: string, existing: OpensslCa, generation?: number, replaces?: string): Promise<X509Certificate> {
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Existing');
  const ca = PrivateIotCa.fromExistingCa(stack, 'Ca', {
    certificate: PemSource.inline(existing.certificatePem), privateKey: Secret.fromSecretNameV2(stack, 'Key', 'acme/key'), generation, replaces,
  });
  const device = ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' } });
  new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca }, certificates: { Device: device } });
  app.synth();
  writeFileSync(join(folder, 'ca.key'), existing.privateKeyPem);
  await cliOk('local', '--app', app.outdir, '--out', folder, '--secret', `acme/key=${join(folder, 'ca.key')}`);
  await cliOk('export', '--outputs', join(folder, 'outputs.json'), '--out', folder);
  return new X509Certificate(readFileSync(join(folder, 'device.pem')));
}

/** The serial numbers of the certificates that a local deployment's ledgers hold, by their status. */
function serialNumbersBelow(folder: string, status: string): string[] {
  const ledgers = Object.values<{ entries: { [key: string]: { status: string } } }>(readJson(join(folder, 'state.json')).ledgers);
  return ledgers.flatMap(({ entries }) => Object.entries(entries)).filter(([, entry]) => entry.status === status).map(([key]) => key.split('/').at(-1)!);
}

test('an existing CA of another generation issues everything anew, and withdraws its former certificates', async () => {
  const folder = temporaryFolder();
  const existing = cas.root();
  const before = await deploy(folder, existing);
  const { physicalId } = readJson(join(folder, 'state.json')).stacks.Existing.resources.Ca1E0C8272;
  await expect(deploy(folder, existing, 2)).rejects.toThrow('which has living certificates');
  const after = await deploy(folder, existing, 2, physicalId);
  expect(after.serialNumber).not.toBe(before.serialNumber);
  expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).toBe(existing.certificatePem);
  expect(opensslOutput(['verify', '-x509_strict', '-CAfile', join(folder, 'ca.pem'), join(folder, 'device.pem')])).toContain(': OK');
  expect(serialNumbersBelow(folder, 'WITHDRAWN')).toContain(before.serialNumber);
  expect(serialNumbersBelow(folder, 'ISSUED')).toContain(after.serialNumber);
});
