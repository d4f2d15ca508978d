import { awscdk } from 'projen';

/**
 * Readable files, for the functions and for the command line, built here and shipped: nothing is bundled on a
 * user's machine. Not minified, so that what signs with a CA's key can be read where it runs. Syntax of Node.js 20, so
 * that the same file runs in tests, in local deployments and in the newest Lambda runtime.
 */
const BUNDLES = [
  { entry: 'src/issuing/index.ts', outfile: 'assets/handler/index.js' },
  { entry: 'src/cli/index.ts', outfile: 'assets/cli/private-iot-ca.js' },
  { entry: 'src/platforms/registrars.ts', outfile: 'assets/registrars/index.js' },
  { entry: 'src/platforms/aws-iot/registrar/index.ts', outfile: 'assets/aws-iot/index.js' },
];

/** Adds the `bundle` task, runs it before compiling, testing and packaging, and keeps what only the bundles need out of the package. */
export function addBundles(project: awscdk.AwsCdkConstructLibrary): void {
  const bundle = project.addTask('bundle', { description: 'Bundle the function and the command line into assets/' });
  // What an earlier version has bundled must not be packed with the rest.
  bundle.exec('node -e "fs.rmSync(\'assets\', { recursive: true, force: true })"');
  for (const { entry, outfile } of BUNDLES) {
    bundle.exec([
      'esbuild', entry, '--bundle', '--platform=node', '--target=node20', '--main-fields=module,main', '--legal-comments=eof',
      '--log-level=warning', '--log-override:unsupported-require-call=error', `--outfile=${outfile}`,
    ].join(' '));
  }
  project.preCompileTask.spawn(bundle);
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
