import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { HuaweiIotdaRevocation, HuaweiIotdaRevocationProps } from '../../../src';
import { stackWithCa } from '../../support/stacks';

const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Huawei-AbCdEf';
const ENDPOINT = 'a160f4a4cd.st1.iotda-app.cn-north-4.myhuaweicloud.com';
const PROJECT = '77b6a44cba5143ab91d13ab9a8ff44fd';

function declared(changes: Partial<HuaweiIotdaRevocationProps> = {}) {
  const { stack, ca } = stackWithCa();
  const credentials = Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS);
  const props = { ca, endpoint: ENDPOINT, projectId: PROJECT, credentials, ...changes };
  new HuaweiIotdaRevocation(stack, 'Revocation', props);
  return { stack, props };
}

function environmentOf(changes: Partial<HuaweiIotdaRevocationProps> = {}): { [name: string]: unknown } {
  const [made] = Object.values(Template.fromStack(declared(changes).stack).findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.huaweiRevocation' } }));
  return made.Properties.Environment.Variables;
}

test('the function gets what names the instance, and nothing of the credentials but the ARN of their secret', () => {
  const common = { STACK_ID: { Ref: 'AWS::StackId' }, CA_ID: expect.anything(), LEDGER_TABLE: expect.anything() };
  expect(environmentOf()).toEqual({ ...common, ENDPOINT, PROJECT_ID: PROJECT, CREDENTIALS_SECRET_ARN: CREDENTIALS });
  expect(environmentOf({ endpoint: 'iotda.acme.internal', instanceId: '1ba84d6d-4321', appId: 'space-1', region: 'cn-east-3' })).toEqual({
    ...common,
    ENDPOINT: 'iotda.acme.internal',
    PROJECT_ID: PROJECT,
    INSTANCE_ID: '1ba84d6d-4321',
    APP_ID: 'space-1',
    REGION: 'cn-east-3',
    CREDENTIALS_SECRET_ARN: CREDENTIALS,
  });
});

test('the function can read the credentials, what is revoked, and which certificates have the same common name, and can change nothing', () => {
  const template = Template.fromStack(declared().stack);
  const [rights] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('RevocationRights'));
  const statements: { Action: string | string[]; Resource: unknown }[] = rights[1].Properties.PolicyDocument.Statement;
  expect(statements.find(({ Action }) => Action === 'secretsmanager:GetSecretValue')?.Resource).toBe(CREDENTIALS);
  expect(new Set(statements.flatMap(({ Action }) => Action))).toEqual(new Set(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem', 'secretsmanager:GetSecretValue']));
});

test('a host of another name without its Region causes a warning', () => {
  Annotations.fromStack(declared({ endpoint: 'iotda.acme.internal' }).stack)
    .hasWarning('/Stack/Revocation', Match.stringLikeRegexp('region must be given if the endpoint does not contain it'));
});

test('the revocations of a CA are carried over once to a resource space, and to several', () => {
  const { stack, props } = declared();
  expect(() => new HuaweiIotdaRevocation(stack, 'Other', { ...props, appId: 'space-1' })).not.toThrow();
  expect(() => new HuaweiIotdaRevocation(stack, 'Again', props)).toThrow(
    `Stack/Again: ca must be a CA whose revocations are not carried over to Huawei Cloud IoTDA/${ENDPOINT}/${PROJECT} yet, got Stack/Ca, for which Stack/Revocation does so`);
});

test.each<[string, Partial<HuaweiIotdaRevocationProps>, string]>([
  ['a URL as endpoint', { endpoint: `https://${ENDPOINT}` }, 'endpoint must be the host of the access address for applications over HTTPS'],
  ['a project that leads elsewhere', { projectId: '../x' }, 'projectId must be 1 to 32 letters and digits'],
  ['an empty instance', { instanceId: '' }, 'instanceId must be 1 to 36 letters, digits, underscores and hyphens, got ""'],
  ['a Region that the endpoint contradicts', { region: 'cn-east-3' }, 'region must be cn-north-4, as in the endpoint, or be left out, got "cn-east-3"'],
])('%s is refused', (_, changes, message) => {
  expect(() => declared(changes)).toThrow(`Stack/Revocation: ${message}`);
});
