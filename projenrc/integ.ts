import { awscdk } from 'projen';

/** Snapshots have no stack traces, which name the folder in which they were made. */
const ENVIRONMENT = { CDK_DISABLE_STACK_TRACE: '1', CDK_VALIDATION: 'false' };

/**
 * Integration tests of the packed library. They are a package of their own: integ-runner reads the assemblies of older versions of
 * aws-cdk-lib than the library is developed against.
 */
export function addIntegrationTests(project: awscdk.AwsCdkConstructLibrary): void {
  const packed = project.addTask('integ:pack', { description: 'Install the packed library and integ-runner into integ/' });
  packed.spawn(project.preCompileTask);
  packed.spawn(project.compileTask);
  packed.exec('rm -f cdk-private-iot-ca-*.tgz && npm ci --no-audit --no-fund', { cwd: 'integ' });
  packed.exec('npm pack --silent --ignore-scripts --pack-destination . .. && npm install --silent --no-save --no-audit --no-fund ./cdk-private-iot-ca-*.tgz', { cwd: 'integ' });
  const verify = project.addTask('integ:verify', { description: 'Compare the templates of the integration tests with their snapshots; needs no account', env: ENVIRONMENT });
  verify.spawn(packed);
  verify.exec('npx integ-runner', { cwd: 'integ' });
  const deploy = project.addTask('integ', { description: 'Deploy what has changed of the integration tests to AWS, check it, delete it, and update the snapshots', receiveArgs: true, env: ENVIRONMENT });
  deploy.spawn(packed);
  deploy.exec('npx integ-runner --update-on-failed', { cwd: 'integ', receiveArgs: true });
  project.gitignore.exclude('/integ/node_modules/', '/integ/*.tgz', '/integ/*.snapshot/asset.*', '/integ/cdk-integ.out.*');
  project.addPackageIgnore('/integ/');
}
