import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { CertificateOutputs, DeviceCertificate, KeyAlgorithm, PrivateIotCa } from '../../../src';
import { temporaryFolder, writeJson } from '../../support/cli-assembly';
import { cli, cliError, cliOk, filesBelow, readJson } from '../../support/cli-run';
import { opensslCa } from '../../support/foreign-ca';

const STRENGTHS = ['strong', 'weak', 'both'] as const;

type Outputs = { readonly [stack: string]: { readonly [output: string]: string } };

/** Deploys a CA in one stack and a device of it in another with the command line, and answers the folder. */
async function deployed(strength: typeof STRENGTHS[number]): Promise<string> {
  const folder = temporaryFolder();
  const app = new App({ outdir: join(folder, 'cdk.out'), context: { '@aws-cdk/core:defaultCrossStackReferences': strength } });
  const caStack = new Stack(app, 'CaStack');
  const ca = new PrivateIotCa(caStack, 'Ca', { subject: { commonName: 'Fleet Root' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  new CertificateOutputs(caStack, 'Outputs', { cas: { Ca: ca } });
  new CfnOutput(caStack, 'Authority', { value: ca.privateKeySecret!.secretArn });
  const stack = new Stack(app, 'PumpStack');
  const pump = new DeviceCertificate(stack, 'Pump', { ca, subject: { commonName: 'pump-1' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  new CertificateOutputs(stack, 'Outputs', { certificates: { Pump: pump } });
  app.synth();
  await cliOk('local', '--app', app.outdir, '--out', folder);
  return folder;
}

/** The outputs that the CDK has added and that hold this value. */
function ownOutputs(outputs: Outputs, value: string): string[] {
  return Object.keys(outputs.CaStack).filter(output => outputs.CaStack[output] === value && output !== 'Authority');
}

describe.each(STRENGTHS)('a CA and its devices in two stacks, by %s references', strength => {
  let folder: string;
  let file: string;
  let outputs: Outputs;

  beforeAll(async () => {
    folder = await deployed(strength);
    file = join(folder, 'outputs.json');
    outputs = readJson(file);
  });

  test('are exported with the keys of the devices alone, and the CA\'s key is not even read', async () => {
    expect(ownOutputs(outputs, outputs.CaStack.Authority).length).toBeGreaterThan(0); // or this would prove nothing
    const { Authority: _, ...others } = outputs.CaStack;
    const [copy, out] = [join(temporaryFolder(), 'outputs.json'), temporaryFolder()];
    writeJson(copy, { ...outputs, CaStack: others });
    const keys = join(folder, 'keys', outputs.CaStack.Authority.split(':').at(-1)!);
    const key = Object.values(filesBelow(keys))[0];
    rmSync(keys, { recursive: true }); // whoever reads it is told so
    await cliOk('export', '--outputs', copy, '--local', folder, '--out', out, '--private-keys');
    writeJson(join(keys, `${new X509Certificate(outputs.CaStack.CaCertificate).serialNumber}.pem`), key);
    expect(Object.keys(filesBelow(out))).toEqual(['CaStack/ca.pem', 'PumpStack/pump.key.pem', 'PumpStack/pump.pem', 'manifest.json']);
    expect(new X509Certificate(outputs.PumpStack.PumpCertificate).checkPrivateKey(createPrivateKey(readFileSync(join(out, 'PumpStack/pump.key.pem'))))).toBe(true);
  });

  test('are exported with the CA\'s key if an output of the app is named for it', async () => {
    const out = temporaryFolder();
    const { code, stderr } = await cli('export', '--outputs', file, '--out', out, '--ca-private-key', 'CaStack.Authority');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^warning: \S+ca\.key\.pem is the private key of the CA Fleet Root: /)]);
    expect(new X509Certificate(outputs.CaStack.CaCertificate).checkPrivateKey(createPrivateKey(readFileSync(join(out, 'CaStack/ca.key.pem'))))).toBe(true);
    const [own] = ownOutputs(outputs, outputs.CaStack.Authority);
    expect(await cliError('export', '--outputs', file, '--out', out, '--ca-private-key', own)).toContain('(CaStack.Authority), got');
  });
});

describe('an output that the CDK makes', () => {
  const NAMES = [
    'ExportsOutputRefCaPrivateKey3406A7462C5A6784',
    'ExportsOutputFnGetAttCa1E0C8272CertificatePem055C5458',
    'ExportsOutputFnGetAttNestedNestedStackNestedNestedStackResourceDEFDAA4DOutputsStageSNestedCaLedger627CF77DRef91117CF2',
    'PublishOutputRefCaPrivateKey3406A7461B3CF147',
    'PublishOutputFnGetAttCa1E0C8272CertificatePem6EE0FB07',
  ];

  test('is passed over by inspect, lint and export, and one of the app with a similar name is not', async () => {
    const pem = opensslCa('Fleet Root').certificate;
    const file = join(temporaryFolder(), 'outputs.json');
    const declared = ['CaCertificate', 'ExportedByName', 'PublishOutput', 'ExportsOutputReference'];
    writeJson(file, { Iot: Object.fromEntries([...NAMES, ...declared].map(name => [name, pem])) });
    for (const command of ['inspect', 'lint']) {
      const { stdout } = await cli(command, file);
      expect(stdout.match(/^Iot\.\w+/gm)).toEqual(command === 'inspect' ? declared.map(name => `Iot.${name}`) : ['Iot.CaCertificate']); // lint says each certificate once
    }
    const out = temporaryFolder();
    await cliOk('export', '--outputs', file, '--out', out);
    expect(readJson(join(out, 'manifest.json')).certificates.map(({ output }: { output: string }) => output)).toEqual(declared);
  });
});
