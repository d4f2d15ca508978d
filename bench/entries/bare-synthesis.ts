import { App, CustomResource, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CERTIFICATES_A_STACK } from './limits-of-stacks';

// The resources of as many device certificates, without this library: a secret and a custom resource each.
const certificates = Number(process.argv[2]);
const start = performance.now();
const app = new App();
for (let first = 0; first < certificates; first += CERTIFICATES_A_STACK) {
  const stack = new Stack(app, `Stack${first}`);
  for (let n = first; n < Math.min(certificates, first + CERTIFICATES_A_STACK); n++) {
    const secret = new Secret(stack, `Secret${n}`);
    new CustomResource(stack, `Device${n}`, {
      serviceToken: 'arn:aws:lambda:eu-central-1:123456789012:function:certificates',
      properties: { Subject: { CommonName: `device-${n}` }, Secret: secret.secretArn },
    });
  }
}
app.synth();
console.log(performance.now() - start);
