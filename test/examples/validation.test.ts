import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '../support/cli-assembly';

const ROOT = resolve(__dirname, '..', '..');
const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter(name => existsSync(join(ROOT, 'examples', name, 'app.ts')));

let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
  const ca = join(folder, 'openssl'); // of existing-openssl-ca
  execFileSync('bash', [join(ROOT, 'examples', 'existing-openssl-ca', 'make-ca.sh'), ca], { stdio: 'ignore' });
  const fleet = join(folder, 'fleet-files'); // of fleet
  execFileSync('bash', [join(ROOT, 'examples', 'fleet', 'make-fleet.sh'), fleet, '10'], { stdio: 'ignore' });
  execFileSync(process.execPath, [
    require.resolve('tsx/cli'), '--tsconfig', join(ROOT, 'examples', 'tsconfig.json'), join(ROOT, 'test', 'support', 'all-examples.cjs'), folder, ...EXAMPLES,
  ], { env: { ...process.env, CDK_VALIDATION: undefined, CDK_CONTEXT_JSON: JSON.stringify({ ca, fleet }) }, stdio: ['ignore', 'pipe', 'pipe'] });
}, 600_000);

test('there are several examples', () => {
  expect(EXAMPLES.length).toBeGreaterThan(7);
});

test.each(EXAMPLES)('%s: the templates pass the validation that the CDK does by default', example => {
  const { pluginReports } = JSON.parse(readFileSync(join(folder, example, 'validation-report.json'), 'utf8'));
  expect(pluginReports).toEqual([]);
});
