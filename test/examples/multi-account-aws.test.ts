import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { StrictIotState } from '../platforms/aws-iot/strict-iot-state';
import { openssl } from '../support/openssl';

const ROOT = resolve(__dirname, '..', '..');
const ELSEWHERE = ['Region-us-east-1', 'Region-ap-southeast-1', 'Account-222222222222-eu-central-1'];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-example-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(args: string[], cwd = folder, env = {}): string {
  return execFileSync(process.execPath, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The CA's registration as the template of a stack declares it. */
function registrationIn(stackName: string): { readonly [property: string]: any } {
  const { Resources } = JSON.parse(readFileSync(join(folder, 'cdk.out', `${stackName}.template.json`), 'utf8'));
  return Object.values<any>(Resources).find(({ Type }) => Type === 'AWS::IoT::CACertificate').Properties;
}

test('multi-account-aws: the CA that is made on this machine is accepted by every account and Region in which the templates register it', () => {
  const cli = (...args: string[]) => run([join(ROOT, 'assets', 'cli', 'private-iot-ca.js'), ...args]);
  run([join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'), '--tsconfig', '../tsconfig.json', 'app.ts'], join(ROOT, 'examples', 'multi-account-aws'),
    { CDK_OUTDIR: join(folder, 'cdk.out') });
  cli('local', '--stack', 'Home', '--out', '.');
  cli('export');
  const caCertificate = readFileSync(join(folder, 'ca.pem'), 'utf8');
  const report = cli('local', '--out', '.', '--parameters', `CaCertificate=${caCertificate}`);
  ELSEWHERE.forEach(stackName => expect(report).toContain(`stack ${stackName}`));
  expect(report).toContain('4 × AWS::IoT::CACertificate'); // where it ends is said, over all stacks

  const ids = ['Home', ...ELSEWHERE].map(stackName => {
    const { CertificateMode, VerificationCertificatePem, RegistrationConfig: { TemplateBody } } = registrationIn(stackName);
    const registered = new StrictIotState().carryOut('POST', '/cacertificate?setAsActive=true', {
      caCertificate,
      certificateMode: CertificateMode,
      verificationCertificate: VerificationCertificatePem,
      registrationConfig: { templateBody: withName(TemplateBody), roleArn: 'arn:aws:iam::111111111111:role/provisioning' },
    });
    return registered.certificateId;
  });
  expect(new Set(ids).size).toBe(1);
  expect(registrationIn(ELSEWHERE[2]).CACertificatePem).toEqual({ Ref: 'CaCertificate' });

  expect(openssl(['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', join(folder, 'ca.pem'), join(folder, 'device.pem')]).status).toBe(0);
  const { Home } = JSON.parse(readFileSync(join(folder, 'outputs.json'), 'utf8'));
  const device = new X509Certificate(readFileSync(join(folder, 'device.pem')));
  expect(Home.DeviceCertificateId).toBe(device.fingerprint256.replace(/:/g, '').toLowerCase());
}, 60_000);

/** A provisioning template in which the name of the policy, a reference, is filled in. */
function withName(templateBody: { 'Fn::Join': [string, unknown[]] }): string {
  return templateBody['Fn::Join'][1].map(part => typeof part === 'string' ? part : 'DevicePolicy').join('');
}
