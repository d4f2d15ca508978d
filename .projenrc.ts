import { awscdk, DependencyType, javascript, release } from 'projen';
import { addBundles } from './projenrc/bundles';
import { addDemos } from './projenrc/demo';
import { addDocs } from './projenrc/docs';
import { enforceImportRules } from './projenrc/import-rules';
import { addIntegrationTests } from './projenrc/integ';
import { enforceMessageRules } from './projenrc/message-rules';
import { addMutationTests } from './projenrc/mutation';
import { addWorkflows } from './projenrc/workflows';

/** What every workflow checks. */
const CI_STEP = { name: 'Check', run: 'bash .ci/run' };

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-private-iot-ca',
  description: 'A private CA for IoT devices as AWS CDK constructs: the CA, the verification certificate and device certificates, made at deploy time',
  keywords: ['cdk', 'iot', 'x509', 'certificate', 'certificate-authority', 'pki', 'mqtt', 'aws-iot', 'alibaba-cloud', 'azure-iot'],
  author: 'cdk-private-iot-ca contributors',
  authorAddress: 'maintainers@cdk-private-iot-ca.dev',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-private-iot-ca/cdk-private-iot-ca.git',
  license: 'Apache-2.0',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,
  sampleCode: false,

  // A maintainer starts a release, which publishes to npm, PyPI, Maven Central, NuGet and Go. What is checked is described by .ci/run alone.
  githubOptions: { mergify: false, pullRequestLint: false },
  buildWorkflow: false,
  depsUpgrade: false,
  pullRequestTemplate: false,
  release: true,
  releaseTrigger: release.ReleaseTrigger.workflowDispatch(),
  workflowNodeVersion: '24',
  releaseWorkflowSetupSteps: [CI_STEP],
  npmTrustedPublishing: true, // npm attests where a package was built
  npmProvenance: true,
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  minNodeVersion: '20.12.0', // the first 20.x with crypto.hash()

  // The floor for users. From 2.198.0 on, determineLatestNodeRuntime() answers nodejs22.x or newer in the commercial
  // and China Regions; below it answers nodejs20.x, with which AWS no longer lets functions be created. Nothing else
  // in this library needs more. .ci/run synthesizes the packed library against exactly this version.
  cdkVersion: '2.198.0',
  constructsVersion: '10.0.5',
  peerDependencyOptions: { pinnedDevDependency: false },

  publishToPypi: { distName: 'cdk-private-iot-ca', module: 'cdk_private_iot_ca' },
  publishToMaven: {
    javaPackage: 'io.github.cdkprivateiotca',
    mavenGroupId: 'io.github.cdk-private-iot-ca',
    mavenArtifactId: 'cdk-private-iot-ca',
  },
  publishToNuget: { dotNetNamespace: 'CdkPrivateIotCa', packageId: 'CdkPrivateIotCa' },
  publishToGo: { moduleName: 'github.com/cdk-private-iot-ca/cdk-private-iot-ca-go' },

  bin: { 'private-iot-ca': 'assets/cli/private-iot-ca.js' },

  // No runtime dependency: what the function and the command line need is swallowed by the bundles in assets/.
  devDeps: [
    '@aws-sdk/client-cloudformation@^3.1164.0',
    '@alicloud/openapi-core@^1.0.8', // the platforms' own clients, for the tests of ours
    '@aws-sdk/client-dynamodb@^3.1164.0',
    '@aws-sdk/client-iot@^3.1164.0',
    '@aws-sdk/client-kms@^3.1164.0',
    '@aws-sdk/client-eventbridge@^3.1164.0',
    '@aws-sdk/client-lambda@^3.1164.0',
    '@aws-sdk/client-s3@^3.1164.0',
    '@aws-sdk/client-secrets-manager@^3.1164.0',
    '@aws-sdk/client-sfn@^3.1164.0',
    '@aws-sdk/client-ssm@^3.1164.0',
    '@azure/arm-deviceprovisioningservices@^6.0.0',
    '@azure/arm-iothub@^6.3.0',
    '@cloud-copilot/iam-simulate@^0.1.173', // what IAM would say of the functions' calls
    '@huaweicloud/huaweicloud-sdk-core@^3.1.211',
    '@peculiar/x509@^2.2.0',
    'aedes@^1.2.0', // a broker for the tests
    'asn1js@^3.0.7', // the structures of pkijs
    'aws-cdk@2.1148.1', // the command line that reads assemblies of the aws-cdk-lib below
    'cdk-nag@^3.0.2',
    'commander@^14.0.3',
    'csv-parse@^7.0.3',
    'esbuild@^0.28.2',
    'fast-check@^4.10.2',
    'mqtt@^5.16.0', // a client for the tests
    'pkijs@^3.4.0', // CMS, for the private keys of fleets; from 4.0.0 on, tests could not load it, because it has ES modules only
    'reflect-metadata@^0.2.2',
    'tencentcloud-sdk-nodejs-common@^4.1.220',
    'tsx@^4.23.15',
  ],
  eslintOptions: { dirs: ['src'], devdirs: ['test', 'projenrc', 'bench', 'examples'] },
  jestOptions: {
    jestConfig: {
      maxWorkers: '100%', // by default one processor is left idle, of the two that CI has
      collectCoverage: false,
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
      setupFiles: ['<rootDir>/test/support/environment.ts'],
      moduleNameMapper: { '^cdk-private-iot-ca$': '<rootDir>/src/index.ts' },
      testSequencer: '<rootDir>/test/support/longest-first.cjs',
      testTimeout: 120_000, // generous: the machine may be busy with other work
    },
  },
  gitignore: [
    '/assets/', '/demo-out/', '/bench/bundles/', '/bench/peers/node_modules/', '/bench/plots/node_modules/', 'cdk.out', '.venv/',
    '/examples/*/ca/', '/examples/*/keys/', '/examples/**/*.key.pem', '/examples/*/local-out/',
  ],
});

// Developed against the newest version that the published `cdk` command line can read (its assembly schema), not the floor.
for (const name of ['aws-cdk-lib', 'constructs']) {
  project.deps.removeDependency(name, DependencyType.BUILD);
}
project.addDevDeps('aws-cdk-lib@2.275.0', 'constructs@^10.5.1');

// Tests are compiled by esbuild, which the bundles need anyway. test/docs/snippets.test.ts checks their types.
project.deps.removeDependency('ts-jest', DependencyType.BUILD);
project.jest!.config.transform = { '\\.ts$': '<rootDir>/test/support/typescript.cjs' };

// Of its 1.13.0, not every platform's binary has been published, so that no complete lock file can be made.
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// Source maps with their sources would be a fifth of the package.
project.tsconfig!.file.addOverride('compilerOptions.inlineSourceMap', false);
project.tsconfig!.file.addOverride('compilerOptions.inlineSources', false);

addBundles(project);
addDemos(project);
addDocs(project);
addIntegrationTests(project);
addMutationTests(project);
enforceImportRules(project);
project.eslint!.addOverride({ files: ['src/**/*.ts'], rules: { 'max-lines': ['error', 300] } });
enforceMessageRules(project);
addWorkflows(project, CI_STEP);

const bench = project.addTask('bench', { description: 'Measure against the targets, into bench/results.json, and update docs/performance.md' });
bench.spawn(project.tasks.tryFind('bundle')!);
for (const folder of ['peers', 'plots']) {
  bench.exec(`npm install --prefix bench/${folder} --no-package-lock --silent`);
}
for (const version of [22, 24]) {
  bench.exec(`npx --yes --package=node@${version} -c "tsx bench/index.ts"`);
}
bench.exec('node bench/plots/draw.js');
bench.spawn(project.tasks.tryFind('docs:tables')!);
bench.exec('tsx bench/verdict.ts');

const driver = project.addTask('driver', {
  description: 'Play CloudFormation against the function, with every fault at every call and random histories: what runs at night',
  env: { DRIVER_FULL: 'true', RANDOM_SEEDS: 'true', DRIVER_HISTORIES: '$(echo ${DRIVER_HISTORIES:-2000})' },
});
driver.spawn(project.tasks.tryFind('bundle')!);
driver.exec('jest test/driver');

const histories = project.addTask('histories', {
  description: 'Run every test of random cases with a new seed, with more histories of revocations and more changes for diff: what runs at night',
  env: { RANDOM_SEEDS: 'true', REVOCATION_HISTORIES: '$(echo ${REVOCATION_HISTORIES:-2000})', DIFF_CHANGES: '$(echo ${DIFF_CHANGES:-500})' },
});
histories.exec('jest --coverage=false $(grep -rlE "seedOf\\(|support/properties\'" --include=\'*.test.ts\' --exclude-dir=driver test)');

project.synth();
