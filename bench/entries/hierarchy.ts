import { App, Stack } from 'aws-cdk-lib';
import { CAS_A_STACK } from './limits-of-stacks';
import { PrivateIotCa } from '../../src';

const subordinates = Number(process.argv[2]) - 1;
const start = performance.now();
const app = new App();
const stacks = Array.from({ length: Math.ceil(subordinates / CAS_A_STACK) }, (_, index) => new Stack(app, `Stack${index}`));
const root = new PrivateIotCa(stacks[0], 'Root', { subject: { commonName: 'Root' }, pathLength: 1 });
for (let n = 0; n < subordinates; n++) {
  new PrivateIotCa(stacks[Math.floor(n / CAS_A_STACK)], `Plant${n}`, { subject: { commonName: `Plant ${n}` }, issuer: root });
}
app.synth();
console.log(performance.now() - start);
