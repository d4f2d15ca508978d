import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '../support/cli-assembly';
import { cli, readJson } from '../support/cli-run';
import { cdkInitFlags } from '../support/feature-flags';

const ROOT = resolve(__dirname, '..', '..');
const EXAMPLES = join(ROOT, 'examples');

/**
 * Synthesizes an example as `cdk synth` does in a project with the flags of `cdk init`.
 *
 * @param validation `undefined` to have CDK validate the templates, which takes a while
 */
function synthesize(example: string, folder: string, context: object, validation: string | undefined): string {
  const outdir = join(folder, 'cdk.out');
  execFileSync(process.execPath, [require.resolve('tsx/cli'), '--tsconfig', join(EXAMPLES, 'tsconfig.json'), 'app.ts'], {
    cwd: join(EXAMPLES, example),
    env: { ...process.env, CDK_VALIDATION: validation, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify({ ...cdkInitFlags(), ...context }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return outdir;
}

/** Deploys what was synthesized, which must say nothing but notes. */
async function deploy(app: string, folder: string, ...options: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli('local', '--app', app, '--out', folder, ...options);
  expect([stderr.replace(/^note: .*\n/gm, ''), code]).toEqual(['', 0]);
  return stdout;
}

test('the flags of cdk init make references between stacks weak', () => {
  expect(cdkInitFlags()).toMatchObject({ '@aws-cdk/core:defaultCrossStackReferences': 'weak' });
});

test.each<[string, string[], string]>([
  ['alibaba-iot', [], 'AlibabaIot'],
  ['aws-iot', [], 'AwsIot'],
  ['azure-dps', ['SubscriptionId=91d12660-3dec-467a-be2a-213b5544ddc0', 'ResourceGroup=iot', 'DpsName=acme-dps',
    'CredentialsArn=arn:aws:secretsmanager:eu-central-1:111111111111:secret:azure-AbCdEf'], 'AzureDps'],
  ['mosquitto', [], 'Mosquitto'],
  ['roll-over', [], 'Plant'],
  ['multi-account-aws', ['CaCertificate=none'], 'Home'],
  ['kms-root-and-factory-cas', [], 'Factory-suzhou'],
])('%s: in a project with the flags of cdk init it is synthesized, and deployed locally', async (example, parameters, stack) => {
  const folder = temporaryFolder();
  // The one whose stacks use each other's resources is validated too.
  const app = synthesize(example, folder, {}, example === 'kms-root-and-factory-cas' ? undefined : 'false');
  await deploy(app, folder, ...parameters.flatMap(given => ['--parameters', given]));
  expect(JSON.stringify(readJson(join(folder, 'outputs.json'))[stack])).toContain('BEGIN CERTIFICATE');
}, 120_000);

test('existing-openssl-ca: in a project with the flags of cdk init it is synthesized, and deployed locally', async () => {
  const folder = temporaryFolder();
  const made = join(folder, 'openssl');
  execFileSync('bash', [join(EXAMPLES, 'existing-openssl-ca', 'make-ca.sh'), made], { stdio: 'ignore' });
  const app = synthesize('existing-openssl-ca', folder, { ca: made }, 'false');
  const secret = (name: string, file: string) => ['--secret', `acme-iot-root-ca/${name}=${join(made, file)}`];
  const given = [...secret('key', 'myIoTCARoot.key'), ...secret('passphrase', 'passphrase.txt'), '--parameters', 'RegistrationCode=code1'];
  expect(await deploy(app, folder, ...given)).toContain('Custom::ExistingIotCa');
}, 120_000);
