import { awscdk } from 'projen';

/** An example, and what it needs to be deployed. */
interface Demo {
  readonly task: string;
  readonly example: string;
  readonly out: string;
  /** A command that makes what the app reads. */
  readonly before?: string;
  /** The app's context. */
  readonly context?: { readonly [name: string]: string };
  /** A script that deploys several versions and looks at each, in place of the usual steps. */
  readonly story?: string;
  /** The options of `private-iot-ca local` besides the folders. */
  readonly options?: readonly string[];
  /** What `private-iot-ca revoke` revokes before the export. */
  readonly revoke?: string;
  /** The options of `private-iot-ca export` besides the folders. */
  readonly exportOptions?: readonly string[];
  /** Those of another `private-iot-ca local`, for stacks that take what was exported. */
  readonly optionsAfterExport?: readonly string[];
  /** What to look at then. */
  readonly next?: string;
}

/**
 * The examples, deployed on this machine without an account: synthesized as a user's app, deployed by the command line
 * with the code that runs in the function, exported as a pipeline would.
 */
const DEMOS: readonly Demo[] = [
  { task: 'demo', example: 'alibaba-iot', out: 'demo-out', options: ['--parameters RegistrationCode=7dc9a483ebbf7e6997b7b0c4d1e2f3a5'] },
  { task: 'demo:aws-iot', example: 'aws-iot', out: 'demo-out/aws-iot' },
  {
    task: 'demo:multi-account-aws',
    example: 'multi-account-aws',
    out: 'demo-out/multi-account-aws',
    options: ['--stack Home'],
    optionsAfterExport: ['--parameters CaCertificate="$(cat demo-out/multi-account-aws/ca.pem)"'],
  },
  {
    task: 'demo:azure-dps',
    example: 'azure-dps',
    out: 'demo-out/azure-dps',
    options: [
      '--parameters SubscriptionId=00000000-0000-0000-0000-000000000000',
      '--parameters ResourceGroup=iot',
      '--parameters DpsName=acme-dps',
      '--parameters CredentialsArn=arn:aws:secretsmanager:eu-central-1:111111111111:secret:azure-AbCdEf',
    ],
  },
  {
    task: 'demo:mosquitto',
    example: 'mosquitto',
    out: 'demo-out/mosquitto',
    exportOptions: ['--platform mosquitto', '--private-keys', '--broker-folder "$PWD/demo-out/mosquitto/mosquitto"'],
  },
  {
    task: 'demo:revocation',
    example: 'revocation',
    out: 'demo-out/revocation',
    revoke: '--common-name sensor-001 --reason keyCompromise',
    exportOptions: [
      '--platform mosquitto', '--private-keys', '--crl demo-out/revocation/crl/Plant-IotCaF7CE946A.crl', '--broker-folder "$PWD/demo-out/revocation/mosquitto"',
    ],
    next: 'examples/revocation/check.sh demo-out/revocation shows that OpenSSL and Mosquitto refuse the revoked device',
  },
  {
    task: 'demo:roll-over',
    example: 'roll-over',
    out: 'demo-out/roll-over',
    before: 'rm -rf demo-out/roll-over',
    context: { 'steps': 'demo-out/roll-over/steps', 'aws:cdk:enable-path-metadata': 'true' },
    story: 'bash examples/roll-over/roll-over.sh demo-out/roll-over',
  },
  {
    task: 'demo:fleet',
    example: 'fleet',
    out: 'demo-out/fleet',
    before: 'rm -rf demo-out/fleet && bash examples/fleet/make-fleet.sh demo-out/fleet',
    context: { fleet: 'demo-out/fleet' },
    story: 'bash examples/fleet/fleet.sh demo-out/fleet',
  },
  { task: 'demo:factories', example: 'kms-root-and-factory-cas', out: 'demo-out/factories' },
  {
    task: 'demo:existing-ca',
    example: 'existing-openssl-ca',
    out: 'demo-out/existing-ca',
    before: 'bash examples/existing-openssl-ca/make-ca.sh demo-out/existing-ca/openssl',
    context: { ca: 'demo-out/existing-ca/openssl' },
    options: [
      '--parameters RegistrationCode=7dc9a483ebbf7e6997b7b0c4d1e2f3a5',
      '--secret acme-iot-root-ca/key=demo-out/existing-ca/openssl/myIoTCARoot.key',
      '--secret acme-iot-root-ca/passphrase=demo-out/existing-ca/openssl/passphrase.txt',
    ],
  },
];

const CLI = 'node assets/cli/private-iot-ca.js';

export function addDemos(project: awscdk.AwsCdkConstructLibrary): void {
  for (const { task, example, out, before, context, story, options = [], revoke, exportOptions = [], optionsAfterExport, next } of DEMOS) {
    const demo = project.addTask(task, { description: `Deploy examples/${example} on this machine, into ${out}` });
    demo.spawn(project.tasks.tryFind('bundle')!);
    if (before) {
      demo.exec(before);
    }
    demo.exec(`tsx --tsconfig examples/tsconfig.json examples/${example}/app.ts`, {
      env: { CDK_OUTDIR: `${out}/cdk.out`, ...context ? { CDK_CONTEXT_JSON: JSON.stringify(context) } : {} },
    });
    if (story) {
      demo.exec(story);
      continue;
    }
    const local = [`${CLI} local --app ${out}/cdk.out --out ${out}`];
    demo.exec([...local, ...options].join(' '));
    if (revoke) {
      demo.exec(`${CLI} revoke --local ${out} --yes ${revoke}`);
    }
    demo.exec([`${CLI} export --outputs ${out}/outputs.json --out ${out}`, ...exportOptions].join(' '));
    if (optionsAfterExport) {
      demo.exec([...local, ...optionsAfterExport].join(' '));
    }
    if (next) {
      demo.say(next);
    }
  }
}
