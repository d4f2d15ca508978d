import { FunctionEnvironment } from '../../../src/lambda/cloudformation/environment';
import { addresseeOf, inventedId, parseRequest } from '../../../src/lambda/cloudformation/event';
import { requestTime } from '../../../src/lambda/cloudformation/response-url';
import { LifecycleEvent } from '../../../src/resource/lifecycle-event';

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

const ENVIRONMENT: FunctionEnvironment = { stackId: STACK, endpointUrl: undefined };

/** Reads a request as the function does that is part of the stack. */
function parse(raw: unknown, environment = ENVIRONMENT): LifecycleEvent {
  return parseRequest(raw, addresseeOf(raw, FUNCTION, environment), environment);
}

/** Where a request is answered. */
function answeredAt(ResponseURL: unknown, endpointUrl?: string, functionArn = FUNCTION): string {
  return addresseeOf({ ...REQUEST, ResponseURL }, functionArn, { stackId: STACK, endpointUrl }).responseUrl;
}

describe('a time that CloudFormation can\'t have written is ignored, because all later requests would be earlier than it,', () => {
  const now = new Date('2026-11-28T15:30:12Z');
  const seconds = (hours: number) => now.getTime() / 1000 + hours * 3600;
  const signed = (hours: number) => new Date(seconds(hours) * 1000).toISOString().replace(/[-:]|\.000/g, '');

  test.each<[string, boolean]>([
    [`Expires=${seconds(2)}`, true],
    [`Expires=${seconds(2.25)}`, true], // clocks differ by a quarter of an hour
    [`Expires=${seconds(2.25) + 1}`, false],
    [`Expires=${seconds(24)}`, false],
    [`X-Amz-Date=${signed(0.25)}`, true],
    [`X-Amz-Date=${signed(0.26)}`, false],
  ])('as %s: %s', (query, isKnown) => {
    const { requestedAt, expiresAt } = requestTime(`${BUCKET_URL}?${query}`, now);
    expect((requestedAt ?? expiresAt) !== undefined).toBe(isKnown);
  });
});

test('a request of CloudFormation is read', () => {
  expect(parse(REQUEST)).toEqual({
    requestType: 'Update',
    requestId: 'b3a1',
    stackId: STACK,
    logicalResourceId: 'Device',
    resourceType: 'Custom::IotDeviceCertificate',
    physicalResourceId: 'device-1',
    properties: { ServiceToken: FUNCTION, Generation: '1' },
    oldProperties: { ServiceToken: FUNCTION },
    requestedAt: new Date('2026-11-28T15:30:12Z'),
  });
});

test('a creation has no physical id, whatever the event holds', () => {
  expect(parse({ ...REQUEST, RequestType: 'Create' }).physicalResourceId).toBeUndefined();
});

test.each(['Create', 'Delete'])('only an update has old properties, and no %s', RequestType => {
  expect(parse({ ...REQUEST, RequestType }).oldProperties).toBeUndefined();
});

test('an update without its old properties is read', () => {
  expect(parse({ ...REQUEST, OldResourceProperties: undefined }).oldProperties).toBeUndefined();
});

test.each<[string, { requestedAt?: string; expiresAt?: string }]>([
  ['X-Amz-Date=20261128T153012Z&X-Amz-Expires=7200', { requestedAt: '2026-11-28T15:30:12.000Z' }],
  ['AWSAccessKeyId=AKIAEXAMPLE&Expires=1795890612&Signature=ab%3D', { expiresAt: '2026-11-28T18:30:12.000Z' }],
  ['X-Amz-Date=29991231T235959Z', {}],
  ['Expires=32503679999', {}],
  ['X-Amz-Date=20260231T153012Z', {}],
  ['X-Amz-Date=yesterday&Expires=1795890612', {}],
  ['X-Amz-Date=', {}],
  [`Expires=${'9'.repeat(400)}`, {}],
  ['Expires=-1', {}],
  ['Expires=1e9', {}],
  ['X-Amz-Signature=0a1b', {}],
])('a request that is to be answered at ?%s tells its time, or the time by which it has to be answered: %j', (query, time) => {
  const { requestedAt, expiresAt } = parse({ ...REQUEST, ResponseURL: `${BUCKET_URL}?${query}` });
  expect(JSON.parse(JSON.stringify({ requestedAt, expiresAt }))).toEqual(time);
});

test('a function that is invoked by a version or an alias knows its own place', () => {
  expect(answeredAt(RESPONSE_URL, undefined, `${FUNCTION}:live`)).toBe(RESPONSE_URL);
});

describe('the address for answers', () => {
  const BUCKET = 'cloudformation-custom-resource-response-eucentral1';
  test.each([
    `https://${BUCKET}.s3.amazonaws.com/a?b`,
    `https://${BUCKET}.s3.eu-central-1.amazonaws.com/a?b`,
    `https://${BUCKET}.s3-eu-central-1.amazonaws.com/a?b`,
    `https://${BUCKET}.s3.dualstack.eu-central-1.amazonaws.com/a?b`,
    `https://s3.eu-central-1.amazonaws.com/${BUCKET}/a?b`,
    `https://s3-eu-central-1.amazonaws.com/${BUCKET}/a?b`,
    `https://s3.amazonaws.com/${BUCKET}/a?b`,
  ])('is accepted as %s', ResponseURL => {
    expect(answeredAt(ResponseURL)).toBe(ResponseURL);
  });

  test.each([
    ['aws-cn', 'cn-north-1', 'cloudformation-custom-resource-response-cnnorth1.s3.cn-north-1.amazonaws.com.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'cloudformation-custom-resource-response-usgovwest1.s3.us-gov-west-1.amazonaws.com'],
    ['aws-eusc', 'eusc-de-east-1', 'cloudformation-custom-resource-response-euscdeeast1.s3.eusc-de-east-1.amazonaws.eu'],
  ])('is accepted in the partition %s in %s', (partition, region, host) => {
    expect(answeredAt(`https://${host}/a?b`, undefined, `arn:${partition}:lambda:${region}:123456789012:function:f`)).toBe(`https://${host}/a?b`);
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
  ])('is refused as %s', (_, ResponseURL) => {
    expect(() => answeredAt(ResponseURL)).toThrow(/^ResponseURL must be /);
  });

  test('has no partition with the name of a property that every object has', () => {
    expect(() => answeredAt('https://a/b', undefined, 'arn:constructor:lambda:eu-central-1:123456789012:function:f')).toThrow(/^ResponseURL must be /);
  });

  test('is not repeated if it is refused, because it can be a right of another stack', () => {
    expect(() => answeredAt('https://example.com/a?X-Amz-Signature=00')).toThrow(
      /^ResponseURL must be in CloudFormation's bucket for the function's own Region$/);
  });

  test('is only the emulation where AWS is emulated', () => {
    const local = 'http://127.0.0.1:4566/cfn/1';
    expect(answeredAt(local, 'http://127.0.0.1:4566')).toBe(local);
    expect(() => answeredAt(local, 'http://127.0.0.1:4567')).toThrow(/^ResponseURL must be at the host of AWS_ENDPOINT_URL/);
    expect(() => answeredAt(local)).toThrow(/^ResponseURL must be in CloudFormation's bucket/);
    expect(() => answeredAt(RESPONSE_URL, 'http://127.0.0.1:4566')).toThrow(/ResponseURL/);
  });

  test.each(['localhost', '127.0.0.1', '[::1]'])('is %s where AWS is emulated on the machine itself, and so are its other names', host => {
    for (const other of ['localhost', '127.0.0.1', '[::1]']) {
      expect(answeredAt(`http://${other}:4566/cfn/1`, `http://${host}:4566`)).toBe(`http://${other}:4566/cfn/1`);
      expect(() => answeredAt(`http://${other}:4567/cfn/1`, `http://${host}:4566`)).toThrow(/^ResponseURL must be /);
    }
    expect(() => answeredAt('http://localhost.example.com:4566/cfn/1', `http://${host}:4566`)).toThrow(/^ResponseURL must be /);
  });

  test('an endpoint that is no URL, or an ARN that is not of a function, is reported as wrong, and not the request', () => {
    expect(() => answeredAt(RESPONSE_URL, 'localhost')).toThrow('the environment variable AWS_ENDPOINT_URL of the function must be a URL, got "localhost"');
    expect(() => answeredAt(RESPONSE_URL, undefined, 'certificates')).toThrow(
      'the function must be invoked with the ARN of a Lambda function, which determines where CloudFormation accepts responses, got "certificates"; if AWS is emulated, set AWS_ENDPOINT_URL');
    expect(answeredAt('http://localhost:4566/a', 'http://localhost:4566', 'certificates')).toBe('http://localhost:4566/a');
  });

  test.each([[undefined], [null], ['text'], [7], [[]]])('is not looked for if the event is %p', event => {
    expect(() => addresseeOf(event, FUNCTION, ENVIRONMENT)).toThrow('the event is not a CloudFormation request');
  });
});

describe('an answer', () => {
  const addressee = (changes: object) => addresseeOf({ ...REQUEST, ...changes }, FUNCTION, ENVIRONMENT);

  test('repeats the ids of the request, and the physical id that the resource has', () => {
    expect(addressee({})).toEqual({ responseUrl: RESPONSE_URL, stackId: STACK, requestId: 'b3a1', logicalResourceId: 'Device', physicalResourceId: 'device-1' });
  });

  test.each([[undefined], [null], [''], [7], [{}], ['x'.repeat(513)], ['\u0000'.repeat(100)]])('repeats no id that is %p', odd => {
    const changes = { StackId: odd, RequestId: odd, LogicalResourceId: odd };
    expect(addressee(changes)).toEqual({ responseUrl: RESPONSE_URL, physicalResourceId: 'device-1' });
    expect(addressee({ ...changes, PhysicalResourceId: 'x'.repeat(1025) }).physicalResourceId).toBe(inventedId({}));
  });

  test('has an invented physical id at a creation, the same each time', () => {
    const { physicalResourceId } = addressee({ RequestType: 'Create' });
    expect(physicalResourceId).toMatch(/^invalid-[0-9a-f]{32}$/);
    expect(addressee({ RequestType: 'Create', RequestId: 'another' }).physicalResourceId).toBe(physicalResourceId);
  });
});

describe('a request', () => {
  test.each([
    ['another stack of the account', STACK.replace('51af3dc0', '51af3dc1')],
    ['a stack that begins alike', `${STACK}0`],
    ['another account', STACK.replace('123456789012', '210987654321')],
    ['another Region', STACK.replace('eu-central-1', 'eu-west-1')],
    ['a name', 'iot'],
  ])('of %s is refused', (_, StackId) => {
    expect(() => parse({ ...REQUEST, StackId })).toThrow(
      `StackId must be the id of the stack that the function belongs to, got ${JSON.stringify(StackId.slice(0, 160)).slice(0, -1)}`);
  });

  test.each([[undefined, 'none'], ['iot', '"iot"'], [FUNCTION, `"${FUNCTION}"`]])('is refused is refused by a function whose STACK_ID is %p, and the message says so', (stackId, got) => {
    expect(() => parse(REQUEST, { stackId, endpointUrl: undefined })).toThrow(
      `the environment variable STACK_ID of the function must be the id of its own stack (AWS::StackId), got ${got}; set it, or deploy the stack again`);
  });

  test.each(['RequestId', 'LogicalResourceId', 'ResourceType', 'PhysicalResourceId'])('is refused is refused without %s, or with one that can\'t be', name => {
    for (const odd of [undefined, null, '', 7, {}, 'x'.repeat(2000)]) {
      expect(() => parse({ ...REQUEST, [name]: odd })).toThrow(new RegExp(`^${name} must be a string of 1 to \\d+ bytes, got another value \\(not shown\\)$`));
    }
  });

  test.each([['Recreate'], [undefined], ['constructor'], [{ toString: 1 }]])('is refused is refused with the request type %p', RequestType => {
    expect(() => parse({ ...REQUEST, RequestType })).toThrow(/^RequestType must be one of Create, Update, Delete, got /);
  });

  test.each([[undefined], [null], [[]], ['text']])('is refused is refused with the properties %p', ResourceProperties => {
    expect(() => parse({ ...REQUEST, ResourceProperties })).toThrow(/^ResourceProperties must be a map/);
  });

  test.each([[null], [[]], ['text']])('is refused is refused with the old properties %p', OldResourceProperties => {
    expect(() => parse({ ...REQUEST, OldResourceProperties })).toThrow(/^OldResourceProperties must be a map/);
  });
});
