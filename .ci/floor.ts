import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// Packs the library as it is published, installs it beside exactly the lowest versions of its peers, type-checks an app that
// uses it, and synthesizes that app. Nothing of the repository is in reach but the package.

const ROOT = resolve(__dirname, '..');
const APP = `
import { App, Duration, Stack } from 'aws-cdk-lib';
import { IotPlatform, KeyAlgorithm, PrivateIotCa } from 'cdk-private-iot-ca';
const app = new App();
const ca = new PrivateIotCa(new Stack(app, 'Floor'), 'Ca', { subject: { commonName: 'Root' }, platforms: [IotPlatform.AWS_IOT_CORE] });
ca.addVerificationCertificate('Verification', { registrationCode: 'ab'.repeat(32), platform: IotPlatform.AWS_IOT_CORE });
ca.addDeviceCertificate('Device', { subject: { commonName: 'd' }, keyAlgorithm: KeyAlgorithm.EC_P256, validity: Duration.days(30) });
const { template } = app.synth().getStackByName('Floor');
const types = Object.values<{ Type: string }>(template.Resources).map(({ Type }) => Type);
for (const type of ['Custom::PrivateIotCa', 'Custom::IotVerificationCertificate', 'Custom::IotDeviceCertificate']) {
  if (!types.includes(type)) throw new Error(type + ' is missing');
}
`;

const folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-floor-'));
const run = (command: string, args: string[]) => execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });

try {
  const { peerDependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const lowest = (name: string) => `${name}@${peerDependencies[name].replace('^', '')}`;
  const [{ filename, files }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', folder, '--ignore-scripts'],
    { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as { filename: string; files: { path: string }[] }[];

  const paths = files.map(({ path }) => path);
  for (const needed of ['.jsii', 'API.md', 'README.md', 'LICENSE', 'lib/index.js', 'assets/handler/index.js', 'assets/cli/private-iot-ca.js']) {
    if (!paths.includes(needed)) {
      throw new Error(`the package lacks ${needed}`);
    }
  }
  const stray = paths.find(path => /^(src|test|bench|examples|decisions|docs|website|integ|mutation|projenrc|lib\/handlers|lib\/cli|\.ci)\//.test(path));
  if (stray) {
    throw new Error(`the package holds ${stray}, which is not for users`);
  }

  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  writeFileSync(join(folder, 'app.ts'), APP);
  run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error', `./${filename}`, lowest('aws-cdk-lib'),
    lowest('constructs'), `typescript@${devDependencies.typescript}`, `@types/node@${devDependencies['@types/node']}`]);
  run('npx', ['tsc', '--strict', '--module', 'node16', '--target', 'es2022', '--types', 'node', '--skipLibCheck', 'false', 'app.ts']);
  run(process.execPath, ['app.js']);
  run(process.execPath, ['node_modules/cdk-private-iot-ca/assets/cli/private-iot-ca.js', 'local', '--help']);
  console.log(`the packed library works with ${lowest('aws-cdk-lib')} and ${lowest('constructs')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
