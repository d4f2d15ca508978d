import { ACCOUNT, CloudFormationFunction, REGION, STACK_ID } from '../support/cloudformation-function';
import { lifecycle } from '../support/lifecycle';

const BUCKET = `cloudformation-custom-resource-response-${REGION.replaceAll('-', '')}`;
const GENUINE_URL = `https://${BUCKET}.s3.${REGION}.amazonaws.com/stack%7CCa%7C1?X-Amz-Signature=00`;

const set = lifecycle();

/** A function that is told where DynamoDB and Secrets Manager are, and holds to the real rules for a ResponseURL. */
let lambda: CloudFormationFunction;

beforeAll(async () => {
  lambda = await CloudFormationFunction.start(undefined, {
    AWS_ENDPOINT_URL_DYNAMODB: set.proxy.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: set.proxy.url,
  });
});
afterAll(() => lambda?.stop());

describe.each(['Create', 'Delete'] as const)('a forged request (%s)', requestType => {
  test.each([
    ['to be answered to another host', { ResponseURL: 'https://example.com/?X-Amz-Signature=00' }],
    ['to be answered without encryption', { ResponseURL: GENUINE_URL.replace('https:', 'http:') }],
    ['to be answered to a host that begins alike', { ResponseURL: GENUINE_URL.replace('amazonaws.com', 'amazonaws.com.example.com') }],
    ['to be answered to a host that ends alike', { ResponseURL: GENUINE_URL.replace(BUCKET, `${BUCKET}-x`) }],
    ['to be answered to a host hidden behind a user', { ResponseURL: GENUINE_URL.replace('.com/', '.com@example.com/') }],
    ['to be answered to another port', { ResponseURL: GENUINE_URL.replace('.com/', '.com:8443/') }],
    ['to be answered to the bucket of somebody else', { ResponseURL: `https://s3.${REGION}.amazonaws.com/somebody/?X-Amz-Signature=00` }],
    ['to be answered to the bucket of another Region', { ResponseURL: GENUINE_URL.replace('eucentral1', 'useast1') }],
    ['to be answered to the machine itself', {}], // the proxy, as the function under test is not told that it stands for all of AWS
    ['to be answered to the credentials of the machine', { ResponseURL: 'http://169.254.169.254/latest/meta-data/?X-Amz-Signature=00' }],
  ])('%s is refused, and no connection is made to anywhere', async (_, changes) => {
    const { stack, proxy } = set;
    const event = stack.event(requestType, await stack.ca(), { PhysicalResourceId: 'ca-0', ...changes });
    proxy.reset();
    lambda.log.length = 0;
    stack.lambda = lambda;
    expect(await stack.send(event)).toEqual({ connections: 0, requestId: event.RequestId }); // neither an error nor an answer
    expect([proxy.calls, proxy.answerAttempts]).toEqual([[], 0]);
    expect(lambda.log.map(line => JSON.parse(line))).toEqual([expect.objectContaining({ level: 'WARN', message: 'refused' })]);
  });
});

describe.each(['Create', 'Delete'] as const)('a request (%s) that CloudFormation makes for another function', requestType => {
  const own = STACK_ID.split(':');
  const stackIn = (partition: string, region: string, account: string) => ['arn', partition, own[2], region, account, ...own.slice(5)].join(':');

  test.each([
    ['another stack of the account', `${STACK_ID.slice(0, -1)}f`],
    ['a stack in another account', stackIn('aws', REGION, '210987654321')],
    ['a stack in another Region', stackIn('aws', 'us-east-1', ACCOUNT)],
    ['a stack in another partition', stackIn('aws-cn', REGION, ACCOUNT)],
    ['something that is no stack', `arn:aws:iam::${ACCOUNT}:role/admin`],
  ])('(%s) is refused at once, and nothing is done', async (_, StackId) => {
    const { stack, proxy } = set;
    const outcome = await stack.send(stack.event(requestType, await stack.ca(), { PhysicalResourceId: 'ca-0', StackId }));
    expect(outcome.answer).toMatchObject({ Status: 'FAILED', StackId, Reason: expect.stringMatching(/^Ca: StackId must be the id of the stack that the function belongs to, got /) });
    expect(proxy.calls).toEqual([]);
  });
});

test('a genuine request makes connections, so that their absence means something', async () => {
  const { stack } = set;
  const outcome = await stack.send(stack.event('Create', await stack.ca()));
  expect(outcome.answer).toMatchObject({ Status: 'SUCCESS' });
  expect(outcome.connections).toBeGreaterThan(0);
});
