import { awscdk } from 'projen';

/** Mutation tests. They are a package of their own, so that `npm ci` of the library does not install Stryker. */
export function addMutationTests(project: awscdk.AwsCdkConstructLibrary): void {
  const mutate = project.addTask('mutate', {
    description: 'Mutate the files of a portion, as in PORTION=constraints npm run mutate, and tell which mutants no test notices', env: { CDK_VALIDATION: 'false' },
  });
  mutate.exec('npm ci --no-audit --no-fund', { cwd: 'mutation' });
  mutate.exec('node mutation/node_modules/.bin/stryker run mutation/stryker.config.mjs');
  project.gitignore.exclude('/mutation/node_modules/', '/mutation/report.json', '/.stryker-tmp/');
  project.addPackageIgnore('/mutation/');
}
