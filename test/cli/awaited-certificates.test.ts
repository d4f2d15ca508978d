import { join } from 'node:path';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { CertificateOutputs, KeyAlgorithm, PrivateIotCa } from '../../src';
import { temporaryFolder } from '../support/cli-assembly';
import { cli, cliError, cliOk } from '../support/cli-run';
import { synthesized } from '../support/synthesized';

/** Deploys a CA that is signed elsewhere and has no certificate yet, with what else the app declares; answers the outputs file. */
async function deployed(more: (stack: Stack, ca: PrivateIotCa) => void): Promise<string> {
  const app = synthesized(scope => {
    const stack = new Stack(scope, 'Iot');
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, signedElsewhere: true, keyAlgorithm: KeyAlgorithm.EC_P256 });
    new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca } });
    more(stack, ca);
  });
  const out = join(temporaryFolder(), 'out');
  await cliOk('local', '--app', app, '--out', out);
  return join(out, 'outputs.json');
}

const REST = 'declare the result as signedCertificate, and deploy again';
const WAITING = `the CA of Iot.CaCertificate is waiting for its signature: have its certificate signing request signed (Iot.Request), ${REST}`;
const withRequest = (stack: Stack, ca: PrivateIotCa): CfnOutput => new CfnOutput(stack, 'Request', { value: ca.certificateSigningRequestPem });

test.each([
  ['export', (file: string) => ['export', '--outputs', file, '--out', temporaryFolder()]],
  ['inspect', (file: string) => ['inspect', file]],
  ['lint', (file: string) => ['lint', file]],
])('%s says of outputs without a certificate that their CA is waiting for its signature, and what to do', async (_, args) => {
  const file = await deployed(withRequest);
  expect(await cliError(...args(file))).toBe(`error: ${file}: no output holds a certificate, because ${WAITING}`);
});

test('a request that is no output is named as the first thing to do', async () => {
  const file = await deployed(() => undefined);
  expect(await cliError('export', '--outputs', file, '--out', temporaryFolder())).toBe(`error: ${file}: no output holds a certificate, because the CA of `
    + `Iot.CaCertificate is waiting for its signature: add an output of its certificateSigningRequestPem and deploy, have that request signed, ${REST}`);
});

test('an export writes the certificates that are there, and notes which CA is waiting', async () => {
  const file = await deployed((stack, ca) => {
    withRequest(stack, ca);
    const other = new PrivateIotCa(stack, 'Other', { subject: { commonName: 'Other' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
    new CfnOutput(stack, 'OtherCertificate', { value: other.certificatePem });
  });
  expect(await cli('export', '--outputs', file, '--out', temporaryFolder())).toMatchObject({ code: 0, stderr: `note: ${WAITING}\n` });
});
