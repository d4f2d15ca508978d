import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { temporaryFolder, writeAssembly } from '../support/cli-assembly';
import { cliOk, filesBelow, readJson } from '../support/cli-run';
import { iotTemplate } from '../support/cli-templates';
import { opensslOutput } from '../support/openssl';
import { whereInstalled } from '../support/second-opinions';

const ROOT = resolve(__dirname, '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'pipeline');

const { test: testPipeline } = whereInstalled(['jq', 'bash'].every(program => !spawnSync(program, ['--version']).error), 'jq or bash', 'jq');

function yaml(file: string): any {
  return createRequire(require.resolve('projen'))('yaml').parse(readFileSync(join(EXAMPLE, file), 'utf8'));
}

describe('the steps of a pipeline', () => {
  let folder: string;
  beforeEach(async () => {
    folder = temporaryFolder();
    await cliOk('local', '--app', writeAssembly(join(folder, 'app'), { Iot: { template: iotTemplate() } }), '--out', folder);
  });

  const run = (environment: { [name: string]: string } = {}) => spawnSync('bash', [join(EXAMPLE, 'after-deploy.sh')], {
    cwd: folder, encoding: 'utf8', env: { ...process.env, PRIVATE_IOT_CA: `node ${join(ROOT, 'assets', 'cli', 'private-iot-ca.js')}`, ...environment },
  });

  testPipeline('export, check and list the devices by what platforms know them by, without any key', () => {
    expect(run()).toMatchObject({ status: 0, stderr: '' });
    const device = readJson(join(folder, 'certificates', 'manifest.json')).certificates.find(({ output }: { output: string }) => output === 'Device0CertificatePem');
    expect(filesBelow(join(folder, 'certificates'))['devices.tsv'].split('\n')[0].split('\t')).toEqual([
      'CN=sensor-001', device.sha256Fingerprint, device.serialNumber, device.sha1Fingerprint.toUpperCase(), 'device0.pem', device.privateKeyArn,
    ]);
    expect(device.privateKeyArn).toBe(readJson(join(folder, 'outputs.json')).Iot.Device0Secret);
    expect(Object.values(filesBelow(join(folder, 'certificates'))).join('')).not.toContain('PRIVATE KEY');
  });

  testPipeline('end where a certificate is about to end, and say which one', () => {
    const { status, stderr } = run({ DAYS: '400' });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^Iot\.Device0CertificatePem ends on \S+Z: raise its generation\nIot\.Device0CertificateChain ends on .*\n$/)]);
  });

  testPipeline('end where lint has an error', () => {
    const outputs = readJson(join(folder, 'outputs.json'));
    const weak = opensslOutput(['req', '-x509', '-newkey', 'rsa:1024', '-nodes', '-keyout', join(folder, 'weak.key'), '-subj', '/CN=weak']);
    writeFileSync(join(folder, 'outputs.json'), JSON.stringify({ Iot: { ...outputs.Iot, WeakCertificate: weak } }));
    expect(run()).toMatchObject({ status: 1, stdout: expect.stringContaining('an RSA key must have at least 2048 bits, got 1024') });
  });
});

describe('the workflow and the build', () => {
  const commands = (steps: readonly { run?: string }[]) => steps.flatMap(({ run }) => run ?? []);

  test('deploy with an outputs file, run the same steps, and pass on the results', () => {
    const { jobs: { deploy } } = yaml('github-actions.yml');
    const { phases, artifacts } = yaml('buildspec.yml');
    const upload = deploy.steps.find(({ uses }: { uses?: string }) => uses?.startsWith('actions/upload-artifact@'));
    expect([upload.with.path, artifacts['base-directory']]).toEqual(['certificates/', 'certificates']);
    for (const each of [commands(deploy.steps), phases.build.commands]) {
      expect(each).toEqual(expect.arrayContaining([
        'npx cdk deploy --all --require-approval never --outputs-file outputs.json', 'bash after-deploy.sh',
      ]));
      expect(each.join('\n')).not.toContain('--private-keys');
    }
  });

  test('the workflow has a role of AWS instead of a stored key', () => {
    const { permissions, jobs } = yaml('github-actions.yml');
    expect(permissions).toEqual({ 'id-token': 'write', 'contents': 'read' });
    expect(JSON.stringify(jobs)).not.toMatch(/secrets\.|aws-access-key-id/);
  });
});

test('the pipeline is synthesized, and its project may assume the roles of cdk bootstrap and read no secret', () => {
  const out = join(temporaryFolder(), 'cdk.out');
  const { status, stderr } = spawnSync(process.execPath, [
    require.resolve('tsx/cli'), '--tsconfig', join(ROOT, 'examples', 'tsconfig.json'), join(EXAMPLE, 'codepipeline.ts'),
  ], { encoding: 'utf8', env: { ...process.env, CDK_OUTDIR: out } });
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('Error')]);
  const { Resources } = readJson(join(out, 'CertificatePipeline.template.json'));
  const [pipeline] = Object.values<any>(Resources).filter(({ Type }) => Type === 'AWS::CodePipeline::Pipeline');
  expect(pipeline.Properties.Stages.map(({ Name, Actions }: any) => [Name, Actions[0].ActionTypeId.Provider]))
    .toEqual([['Source', 'CodeStarSourceConnection'], ['Certificates', 'CodeBuild']]);
  const [, policy] = Object.entries<any>(Resources).find(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith('DeploymentRole'))!;
  const actions = policy.Properties.PolicyDocument.Statement.flatMap(({ Action }: { Action: string | string[] }) => Action);
  expect(actions).toContain('sts:AssumeRole');
  expect(actions.filter((action: string) => /^(secretsmanager|ssm|iam):/.test(action))).toEqual([]);
}, 60_000);
