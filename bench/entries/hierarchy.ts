import { App, Stack } from 'aws-cdk-lib';
import { PrivateIotCa } from '../../src';

/** A stack uses twelve CAs at most, and the root is one of them in each. */
const SUBORDINATES_A_STACK = 11;

const subordinates = Number(process.argv[2]) - 1;
const start = performance.now();
const app = new App();
const stacks = Array.from({ length: Math.ceil(subordinates / SUBORDINATES_A_STACK) }, (_, index) => new Stack(app, `Stack${index}`));
const root = new PrivateIotCa(stacks[0], 'Root', { subject: { commonName: 'Root' }, pathLength: 1 });
for (let n = 0; n < subordinates; n++) {
  new PrivateIotCa(stacks[Math.floor(n / SUBORDINATES_A_STACK)], `Plant${n}`, { subject: { commonName: `Plant ${n}` }, issuer: root });
}
app.synth();
console.log(performance.now() - start);
