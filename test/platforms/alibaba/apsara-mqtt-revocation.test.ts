import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ApsaraMqttRevocation, ApsaraMqttRevocationProps } from '../../../src';
import { expectAlarm, functionOf, rightsOf } from '../../support/revocation-functions';
import { stackWithCa } from '../../support/stacks';

const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Apsara-AbCdEf';
const INSTANCE = 'post-cn-7mz2d000001';

function declared(changes: Partial<ApsaraMqttRevocationProps> = {}) {
  const { stack, ca } = stackWithCa();
  const credentials = Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS);
  const props = { ca, instanceId: INSTANCE, region: 'cn-hangzhou', credentials, ...changes };
  return { stack, props, revocation: new ApsaraMqttRevocation(stack, 'Revocation', props) };
}

test('the function gets what names the instance, and nothing of the credentials but the ARN of their secret', () => {
  const common = { STACK_ID: { Ref: 'AWS::StackId' }, CA_ID: expect.anything(), LEDGER_TABLE: expect.anything(), INSTANCE_ID: INSTANCE, CREDENTIALS_SECRET_ARN: CREDENTIALS };
  expect(functionOf(declared().stack, 'apsaraMqttRevocation').Environment.Variables).toEqual({ ...common, ENDPOINT: 'onsmqtt.cn-hangzhou.aliyuncs.com' });
  expect(functionOf(declared({ endpoint: 'onsmqtt-vpc.cn-hangzhou.aliyuncs.com' }).stack, 'apsaraMqttRevocation').Environment.Variables)
    .toEqual({ ...common, ENDPOINT: 'onsmqtt-vpc.cn-hangzhou.aliyuncs.com' });
});

test('the function can read the credentials and what is revoked, and can change nothing in AWS', () => {
  const { actions, secrets } = rightsOf(declared().stack, 'Revocation');
  expect(secrets).toEqual([CREDENTIALS]);
  expect(actions).toEqual(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem', 'secretsmanager:GetSecretValue']);
});

test('an alarm tells that revocations are not carried over', () => {
  const { stack, revocation } = declared();
  expectAlarm(stack, revocation, 'Alibaba Cloud ApsaraMQ for MQTT');
});

test('the revocations of a CA are carried over once to an instance, and to several', () => {
  const { stack, props } = declared();
  expect(() => new ApsaraMqttRevocation(stack, 'Other', { ...props, instanceId: 'post-cn-7mz2d000002' })).not.toThrow();
  expect(() => new ApsaraMqttRevocation(stack, 'Again', props)).toThrow('Stack/Again: ca must be a CA whose revocations are not carried over to '
    + `the instance ${INSTANCE} of ApsaraMQ for MQTT yet, got Stack/Ca, for which Stack/Revocation does so`);
});

test.each<[Partial<ApsaraMqttRevocationProps>, string]>([
  [{ instanceId: '' }, 'instanceId must not be empty, got ""'],
  [{ region: 'Hangzhou' }, 'region must be the id of a region, such as cn-hangzhou or ap-guangzhou, got "Hangzhou"'],
  [{ endpoint: 'https://x.com' }, 'endpoint must be the host name of the platform\'s API, without https://, got "https://x.com"'],
  [{ credentials: 'secret-value' as never }, 'credentials must be an ISecret of aws-secretsmanager, such as Secret.fromSecretNameV2(), got a string (not shown)'],
])('%j is refused', (changes, message) => {
  expect(() => declared(changes)).toThrow(`Stack/Revocation: ${message}`);
});
