import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..', '..');
const CLI = join(ROOT, 'assets', 'cli', 'private-iot-ca.js');
const GIVEN = ['SubscriptionId=91d12660-3dec-467a-be2a-213b5544ddc0', 'ResourceGroup=iot', 'DpsName=acme-dps',
  'CredentialsArn=arn:aws:secretsmanager:eu-central-1:111111111111:secret:azure-AbCdEf'];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-azure-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, args: string[], cwd = folder): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', env: { ...process.env, CDK_OUTDIR: join(folder, 'cdk.out') }, stdio: ['ignore', 'pipe', 'pipe'] });
}

test('the example azure-dps: a machine without an account makes the CA and the device certificate, and says that the registration is left out', () => {
  run(join(ROOT, 'node_modules', '.bin', 'tsx'), ['--tsconfig', '../tsconfig.json', 'app.ts'], join(ROOT, 'examples', 'azure-dps'));
  const said = run(process.execPath, [CLI, 'local', '--out', '.', ...GIVEN.flatMap(value => ['--parameters', value])]);
  expect(said).toContain('1 × Custom::AzureCaUpload');
  expect(said).toContain('1 × Custom::AzureCaVerification');
  expect(said).toMatch(new RegExp('RegistrationVerificationCertificate\\w* \\(Custom::IotVerificationCertificate\\) of stack \\S+: its code comes from the platform, '
    + 'in the deployment of RegistrationUpload\\w* \\(Custom::AzureCaUpload\\)'));
  expect(said).toMatch(/output CertificateName of stack AzureDps.*: it refers to/);

  run(process.execPath, [CLI, 'export']);
  expect(run('openssl', ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'ca.pem', 'device.pem'])).toBe('device.pem: OK\n');
  expect(existsSync(join(folder, 'verification.pem'))).toBe(false);
  const before = readFileSync(join(folder, 'state.json'), 'utf8');
  expect(run(process.execPath, [CLI, 'local', '--out', '.'])).toContain('no changes');
  expect(readFileSync(join(folder, 'state.json'), 'utf8')).toBe(before);
}, 60_000);
