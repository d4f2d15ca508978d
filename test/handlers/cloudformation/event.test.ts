import { parseEvent } from '../../../src/handlers/cloudformation/event';

const FUNCTION = 'arn:aws:lambda:eu-central-1:123456789012:function:certificates';
const STACK = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/iot/51af3dc0-da77-11e4-872e-1234567890ab';
const BUCKET_URL = `https://cloudformation-custom-resource-response-eucentral1.s3.eu-central-1.amazonaws.com/${encodeURIComponent(STACK)}%7CDevice%7Cb3a1`;
const RESPONSE_URL = `${BUCKET_URL}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261128T153012Z&X-Amz-Expires=7200&X-Amz-Signature=0a1b`;

const REQUEST = {
  RequestType: 'Update',
  ServiceToken: FUNCTION,
  ResponseURL: RESPONSE_URL,
  StackId: STACK,
  RequestId: 'b3a1',
  LogicalResourceId: 'Device',
  PhysicalResourceId: 'device-1',
  ResourceType: 'Custom::IotDeviceCertificate',
  ResourceProperties: { ServiceToken: FUNCTION, Generation: '1' },
  OldResourceProperties: { ServiceToken: FUNCTION },
};

test('a request of CloudFormation is read', () => {
  expect(parseEvent(REQUEST, FUNCTION)).toEqual({
    requestType: 'Update',
    requestId: 'b3a1',
    stackId: STACK,
    logicalResourceId: 'Device',
    resourceType: 'Custom::IotDeviceCertificate',
    physicalResourceId: 'device-1',
    properties: { ServiceToken: FUNCTION, Generation: '1' },
    oldProperties: { ServiceToken: FUNCTION },
    requestedAt: new Date('2026-11-28T15:30:12Z'),
    responseUrl: RESPONSE_URL,
  });
});

test('a creation has no physical id, whatever is sent', () => {
  expect(parseEvent({ ...REQUEST, RequestType: 'Create' }, FUNCTION).physicalResourceId).toBeUndefined();
});

test.each(['Create', 'Delete'])('only an update has old properties, and no %s', RequestType => {
  expect(parseEvent({ ...REQUEST, RequestType }, FUNCTION).oldProperties).toBeUndefined();
});

test('an update without its old properties is read', () => {
  expect(parseEvent({ ...REQUEST, OldResourceProperties: undefined }, FUNCTION).oldProperties).toBeUndefined();
});

test.each<[string, string | undefined]>([
  ['X-Amz-Date=20261128T153012Z&X-Amz-Expires=7200', '2026-11-28T15:30:12Z'],
  ['AWSAccessKeyId=AKIAEXAMPLE&Expires=1795890612&Signature=ab%3D', '2026-11-28T18:30:12Z'],
  ['X-Amz-Date=20260231T153012Z', undefined],
  ['X-Amz-Date=yesterday&Expires=1795890612', undefined],
  ['X-Amz-Date=', undefined],
  [`Expires=${'9'.repeat(400)}`, undefined],
  ['Expires=-1', undefined],
  ['Expires=1e9', undefined],
  ['X-Amz-Signature=0a1b', undefined],
])('of a request that is to be answered at ?%s it is known when it was made, or by when it has to be answered: %s', (query, time) => {
  const { requestedAt } = parseEvent({ ...REQUEST, ResponseURL: `${BUCKET_URL}?${query}` }, FUNCTION);
  expect(requestedAt).toEqual(time === undefined ? undefined : new Date(time));
});

test('a function that is invoked by a version or an alias knows its own place', () => {
  expect(parseEvent(REQUEST, `${FUNCTION}:live`).stackId).toBe(STACK);
});

describe('where CloudFormation takes answers', () => {
  const BUCKET = 'cloudformation-custom-resource-response-eucentral1';
  test.each([
    `https://${BUCKET}.s3.amazonaws.com/a?b`,
    `https://${BUCKET}.s3.eu-central-1.amazonaws.com/a?b`,
    `https://${BUCKET}.s3-eu-central-1.amazonaws.com/a?b`,
    `https://${BUCKET}.s3.dualstack.eu-central-1.amazonaws.com/a?b`,
    `https://s3.eu-central-1.amazonaws.com/${BUCKET}/a?b`,
    `https://s3-eu-central-1.amazonaws.com/${BUCKET}/a?b`,
    `https://s3.amazonaws.com/${BUCKET}/a?b`,
  ])('%s is taken', ResponseURL => {
    expect(parseEvent({ ...REQUEST, ResponseURL }, FUNCTION).responseUrl).toBe(ResponseURL);
  });

  test.each([
    ['aws-cn', 'cn-north-1', 'cloudformation-custom-resource-response-cnnorth1.s3.cn-north-1.amazonaws.com.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'cloudformation-custom-resource-response-usgovwest1.s3.us-gov-west-1.amazonaws.com'],
    ['aws-eusc', 'eusc-de-east-1', 'cloudformation-custom-resource-response-euscdeeast1.s3.eusc-de-east-1.amazonaws.eu'],
  ])('in the partition %s in %s', (partition, region, host) => {
    const event = { ...REQUEST, StackId: `arn:${partition}:cloudformation:${region}:123456789012:stack/s/u`, ResponseURL: `https://${host}/a?b` };
    expect(parseEvent(event, `arn:${partition}:lambda:${region}:123456789012:function:f`).responseUrl).toBe(event.ResponseURL);
  });

  test.each([
    ['without encryption', `http://${BUCKET}.s3.amazonaws.com/a`],
    ['another host', 'https://example.com/a'],
    ['another host that begins alike', `https://${BUCKET}.s3.amazonaws.com.example.com/a`],
    ['another host that ends alike', 'https://evil-s3.eu-central-1.amazonaws.com/a'],
    ['another bucket', 'https://my-bucket.s3.eu-central-1.amazonaws.com/a'],
    ['another bucket by path', 'https://s3.eu-central-1.amazonaws.com/my-bucket/a'],
    ['a bucket that begins alike, by path', `https://s3.eu-central-1.amazonaws.com/${BUCKET}-mine/a`],
    ['the bucket of another Region', 'https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/a'],
    ['the domain of another partition', `https://${BUCKET}.s3.eu-central-1.amazonaws.com.cn/a`],
    ['another port', `https://${BUCKET}.s3.amazonaws.com:8443/a`],
    ['a user', `https://user@${BUCKET}.s3.amazonaws.com/a`],
    ['a host hidden in the user', `https://${BUCKET}.s3.amazonaws.com@example.com/a`],
    ['the metadata of the machine', 'http://169.254.169.254/latest/meta-data/'],
    ['no URL', 'nowhere'],
    ['a file', 'file:///etc/passwd'],
    ['something else', 42],
  ])('%s is refused', (_, ResponseURL) => {
    expect(() => parseEvent({ ...REQUEST, ResponseURL }, FUNCTION)).toThrow(/^ResponseURL must be /);
  });

  test('a refused URL is not repeated, since it may be a right of somebody else', () => {
    expect(() => parseEvent({ ...REQUEST, ResponseURL: 'https://example.com/a?X-Amz-Signature=00' }, FUNCTION)).toThrow(
      /^ResponseURL must be in the bucket of CloudFormation for the function's own Region$/);
  });

  test('where AWS is emulated, only the emulation', () => {
    const local = { ...REQUEST, ResponseURL: 'http://127.0.0.1:4566/cfn/1' };
    expect(parseEvent(local, FUNCTION, 'http://127.0.0.1:4566').responseUrl).toBe(local.ResponseURL);
    expect(() => parseEvent(local, FUNCTION, 'http://127.0.0.1:4567')).toThrow(/ResponseURL/);
    expect(() => parseEvent(local, FUNCTION)).toThrow(/ResponseURL/);
    expect(() => parseEvent(REQUEST, FUNCTION, 'http://127.0.0.1:4566')).toThrow(/ResponseURL/);
  });
});

describe('fails for', () => {
  test.each([
    ['another account', 'arn:aws:cloudformation:eu-central-1:210987654321:stack/s/u'],
    ['another Region', 'arn:aws:cloudformation:eu-west-1:123456789012:stack/s/u'],
    ['another partition', 'arn:aws-cn:cloudformation:eu-central-1:123456789012:stack/s/u'],
    ['something that is no stack', 'arn:aws:s3:eu-central-1:123456789012:stack/s/u'],
    ['a name', 'my-stack'],
  ])('a stack of %s', (_, StackId) => {
    expect(() => parseEvent({ ...REQUEST, StackId }, FUNCTION)).toThrow(
      `StackId must be of the function's own partition, account and Region, got "${StackId}"`);
  });

  test.each(['StackId', 'ResponseURL', 'RequestId', 'LogicalResourceId', 'ResourceType', 'PhysicalResourceId'])('a request without %s', name => {
    expect(() => parseEvent({ ...REQUEST, [name]: undefined }, FUNCTION)).toThrow(`${name} must be a string that is not empty`);
    expect(() => parseEvent({ ...REQUEST, [name]: '' }, FUNCTION)).toThrow(`${name} must be a string that is not empty`);
  });

  test.each([['Recreate'], [undefined]])('the request type %s', RequestType => {
    expect(() => parseEvent({ ...REQUEST, RequestType }, FUNCTION)).toThrow(/^RequestType must be one of Create, Update, Delete, got /);
  });

  test.each([[undefined], [null], [[]], ['text']])('the properties %p', ResourceProperties => {
    expect(() => parseEvent({ ...REQUEST, ResourceProperties }, FUNCTION)).toThrow(/^ResourceProperties must be a map/);
  });

  test.each([[null], [[]], ['text']])('the old properties %p', OldResourceProperties => {
    expect(() => parseEvent({ ...REQUEST, OldResourceProperties }, FUNCTION)).toThrow(/^OldResourceProperties must be a map/);
  });

  test.each([[undefined], [null], ['text'], [7]])('the event %p', event => {
    expect(() => parseEvent(event, FUNCTION)).toThrow('the event is no request of CloudFormation');
  });

  test('a function that does not know its own place', () => {
    expect(() => parseEvent(REQUEST, '')).toThrow(/StackId/);
  });
});
