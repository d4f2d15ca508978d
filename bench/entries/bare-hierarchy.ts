import { App, CustomResource, Stack } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CAS_A_STACK } from './limits-of-stacks';

// The resources of as many CAs, without this library: a secret, a table and a custom resource each, and a function in each stack.
const cas = Number(process.argv[2]);
const start = performance.now();
const app = new App();
for (let first = 0; first < cas; first += CAS_A_STACK) {
  const stack = new Stack(app, `Stack${first}`);
  const { functionArn: serviceToken } = new Function(stack, 'Function', {
    code: Code.fromInline('exports.handler = async () => {};'), handler: 'index.handler', runtime: Runtime.NODEJS_22_X,
  });
  for (let n = first; n < Math.min(cas, first + CAS_A_STACK); n++) {
    const secret = new Secret(stack, `Secret${n}`);
    const table = new TableV2(stack, `Table${n}`, { partitionKey: { name: 'pk', type: AttributeType.STRING } });
    new CustomResource(stack, `Ca${n}`, { serviceToken, properties: { Subject: { CommonName: `Plant ${n}` }, Secret: secret.secretArn, Table: table.tableName } });
  }
}
app.synth();
console.log(performance.now() - start);
