import { awscdk } from 'projen';

/**
 * The examples, deployed on this machine without an account: synthesized as a user's app, deployed by the command line
 * with the code that runs in the function, exported as a pipeline would.
 */
const DEMOS = [
  { task: 'demo', example: 'alibaba-iot', out: 'demo-out', registrationCode: '7dc9a483ebbf7e6997b7b0c4d1e2f3a5' },
  {
    task: 'demo:aws-iot',
    example: 'aws-iot',
    out: 'demo-out/aws-iot',
    registrationCode: '94da5a3b6c1f0e2d7788990011223344556677889900aabbccddeeff00112233',
  },
];

const CLI = 'node assets/cli/private-iot-ca.js';

export function addDemos(project: awscdk.AwsCdkConstructLibrary): void {
  for (const { task, example, out, registrationCode } of DEMOS) {
    const demo = project.addTask(task, { description: `Deploy examples/${example} on this machine, into ${out}` });
    demo.spawn(project.tasks.tryFind('bundle')!);
    demo.exec(`tsx --tsconfig examples/tsconfig.json examples/${example}/app.ts`, { env: { CDK_OUTDIR: `${out}/cdk.out` } });
    demo.exec(`${CLI} local --app ${out}/cdk.out --out ${out} --parameters RegistrationCode=${registrationCode}`);
    demo.exec(`${CLI} export --outputs ${out}/outputs.json --out ${out}`);
  }
}
