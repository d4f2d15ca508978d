import { awscdk } from 'projen';
import { BUNDLES, ESBUILD_OPTIONS } from './bundle-entries';

/** `.ci/run` builds once and then sets `BUILT`: the tests, each demo and the integration tests would bundle and compile the same again. */
const UNLESS_BUILT = 'node -e "process.exit(process.env.BUILT ? 1 : 0)"';

/** Adds the `bundle` task, runs it before compiling, testing and packaging, and keeps what only the bundles need out of the package. */
export function addBundles(project: awscdk.AwsCdkConstructLibrary): void {
  const bundle = project.addTask('bundle', { description: 'Bundle the function and the command line into assets/', condition: UNLESS_BUILT });
  project.compileTask.addCondition(UNLESS_BUILT);
  // What an earlier version has bundled must not be packed with the rest.
  bundle.exec('node -e "fs.rmSync(\'assets\', { recursive: true, force: true })"');
  for (const { entry, outfile } of BUNDLES) {
    bundle.exec([
      'esbuild', entry, '--bundle', `--platform=${ESBUILD_OPTIONS.platform}`, `--target=${ESBUILD_OPTIONS.target}`,
      `--main-fields=${ESBUILD_OPTIONS.mainFields.join(',')}`, '--legal-comments=eof',
      '--log-level=warning', '--log-override:unsupported-require-call=error', `--outfile=${outfile}`,
    ].join(' '));
  }
  const notices = project.addTask('notices', { description: 'Write THIRD-PARTY-NOTICES.md for what is bundled', exec: 'tsx projenrc/third-party-notices.ts' });
  project.preCompileTask.spawn(bundle);
  project.preCompileTask.spawn(notices);
  project.testTask.prependSpawn(bundle);
  // A package without assets installs and fails at the first synthesis.
  project.tasks.all.filter(({ name }) => name.startsWith('package:')).forEach(task => task.prependSpawn(bundle));
  for (const folder of ['lambda', 'issuing', 'cli', 'platforms/registrar', 'platforms/*/registrar']) {
    project.eslint?.allowDevDeps(`src/${folder}/**`);
    project.addPackageIgnore(`/lib/${folder}/`);
  }
  for (const path of ['resource/', 'platforms/registrars*', 'platforms/*/kit*']) {
    project.addPackageIgnore(`/lib/${path}`);
  }
  project.addPackageIgnore('!/assets/');
  for (const path of ['/bench/', '/decisions/', '/docs/', '/examples/', '/demo-out/', '/.ci/', '/CONTRIBUTING.md', '.venv/']) {
    project.addPackageIgnore(path);
  }
}
