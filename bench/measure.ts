import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** As deep below the root as the module that looks for `assets/` relative to itself, in src/constructs/provider. */
const FOLDER = join(__dirname, 'bundles', 'modules');

/** A module of the benchmark as one file, bundled as what is shipped is bundled. */
export function bundled(entry: string, external: string[] = []): string {
  const outfile = join(FOLDER, `${entry}.js`);
  buildSync({
    entryPoints: [join(__dirname, 'entries', `${entry}.ts`)],
    outfile,
    external,
    bundle: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  return outfile;
}

/** What a fresh process prints. */
export function run(file: string, args: string[] = [], nodeOptions: string[] = [], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(process.execPath, [...nodeOptions, file, ...args], {
    encoding: 'utf8',
    cwd: join(__dirname, '..'),
    env: { ...process.env, CDK_VALIDATION: 'false', AWS_REGION: 'eu-central-1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env },
  });
}
