import { CfnParameter } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { TencentIotHubRevocation, TencentIotHubRevocationProps } from '../../../src';
import { expectAlarm, functionOf, rightsOf } from '../../support/revocation-functions';
import { stackWithCa } from '../../support/stacks';

const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Tencent-AbCdEf';

function declared(changes: Partial<TencentIotHubRevocationProps> = {}) {
  const { stack, ca } = stackWithCa();
  const credentials = Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS);
  const props = { ca, productIds: ['ABCDE12345', 'SB9OJFCJ1C'], region: 'ap-guangzhou', credentials, ...changes };
  return { stack, props, revocation: new TencentIotHubRevocation(stack, 'Revocation', props) };
}

const COMMON = { STACK_ID: { Ref: 'AWS::StackId' }, CA_ID: expect.anything(), LEDGER_TABLE: expect.anything(), REGION: 'ap-guangzhou', CREDENTIALS_SECRET_ARN: CREDENTIALS };

test('the function gets what names the products, and nothing of the credentials but the ARN of their secret', () => {
  expect(functionOf(declared().stack, 'tencentRevocation').Environment.Variables)
    .toEqual({ ...COMMON, PRODUCT_IDS: 'ABCDE12345,SB9OJFCJ1C', ENDPOINT: 'iotcloud.tencentcloudapi.com' });
  expect(functionOf(declared({ endpoint: 'iotcloud.intl.tencentcloudapi.com' }).stack, 'tencentRevocation').Environment.Variables)
    .toMatchObject({ ENDPOINT: 'iotcloud.intl.tencentcloudapi.com' });
});

test('products can be parameters of the stack', () => {
  const { stack, props } = declared();
  const products = new CfnParameter(stack, 'Products', { type: 'CommaDelimitedList' });
  const product = new CfnParameter(stack, 'Product');
  new TencentIotHubRevocation(stack, 'OfList', { ...props, productIds: products.valueAsList });
  new TencentIotHubRevocation(stack, 'OfOne', { ...props, productIds: [product.valueAsString, 'ABCDE12345'] });
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.tencentRevocation' } });
  expect(Object.values(functions).map(({ Properties }) => Properties.Environment.Variables.PRODUCT_IDS)).toEqual([
    'ABCDE12345,SB9OJFCJ1C', { 'Fn::Join': [',', { Ref: 'Products' }] }, { 'Fn::Join': ['', [{ Ref: 'Product' }, ',ABCDE12345']] },
  ]);
});

test('the function can read the credentials, what is revoked, and which certificates have the same common name, and can change nothing in AWS', () => {
  const { actions, secrets } = rightsOf(declared().stack, 'Revocation');
  expect(secrets).toEqual([CREDENTIALS]);
  expect(actions).toEqual(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem', 'secretsmanager:GetSecretValue']);
});

test('an alarm tells that revocations are not carried over', () => {
  const { stack, revocation } = declared();
  expectAlarm(stack, revocation, 'Tencent Cloud IoT Hub');
});

test('the revocations of a CA are carried over once to the same products, and to others', () => {
  const { stack, props } = declared();
  expect(() => new TencentIotHubRevocation(stack, 'Other', { ...props, productIds: ['ABCDE12346'] })).not.toThrow();
  expect(() => new TencentIotHubRevocation(stack, 'Again', props)).toThrow('Stack/Again: ca must be a CA whose revocations are not carried over to '
    + 'the products ABCDE12345, SB9OJFCJ1C of Tencent Cloud IoT Hub yet, got Stack/Ca, for which Stack/Revocation does so');
});

test.each<[Partial<TencentIotHubRevocationProps>, string]>([
  [{ productIds: [] }, 'productIds must be at least one ID of a product, such as ABCDE12345, got an empty list'],
  [{ productIds: ['ABCDE12345,X'] }, 'productIds must be IDs of products, such as ABCDE12345, each of 1 to 32 letters and digits, got "ABCDE12345,X"'],
  [{ productIds: 'ABCDE12345' as never }, 'productIds must be a list in which each item is a string, got a string "ABCDE12345"'],
  [{ region: 'guangzhou' }, 'region must be the id of a region, such as cn-hangzhou or ap-guangzhou, got "guangzhou"'],
  [{ endpoint: 'X' }, 'endpoint must be the host name of the platform\'s API, without https://, got "X"'],
])('%j is refused', (changes, message) => {
  expect(() => declared(changes)).toThrow(`Stack/Revocation: ${message}`);
});
