import { App, Stack } from 'aws-cdk-lib';
import { CERTIFICATES_A_STACK } from './limits-of-stacks';
import { PrivateIotCa } from '../../src';

const certificates = Number(process.argv[2]);
const start = performance.now();
const app = new App();
for (let first = 0; first < certificates; first += CERTIFICATES_A_STACK) {
  const stack = new Stack(app, `Stack${first}`);
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: `Root ${first}` } });
  for (let n = first; n < Math.min(certificates, first + CERTIFICATES_A_STACK); n++) {
    ca.addDeviceCertificate(`Device${n}`, { subject: { commonName: `device-${n}` } });
  }
}
app.synth();
console.log(performance.now() - start);
