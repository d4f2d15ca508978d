import { AWS_IOT_OPERATIONS, AZURE_OPERATIONS, HUAWEI_OPERATIONS, TENCENT_OPERATIONS } from '../support/platform-operations';
import { complaintAbout, Names, operationOf, PublishedOperation } from '../support/published-operations';

const OPERATIONS = { AWS_IOT_OPERATIONS, AZURE_OPERATIONS, HUAWEI_OPERATIONS, TENCENT_OPERATIONS };
const CASES = Object.entries(OPERATIONS).flatMap(([platform, operations]) => operations.map(operation => [`${platform}: ${operation.name}`, operation] as const));

const namesOf = (names: Names = {}, without?: string): [string, string][] => Object.keys(names).filter(name => name !== without).map(name => [name, 'x']);
const requiredIn = (names: Names = {}) => Object.keys(names).filter(name => names[name] === 'required');

/** A request of all that its operation takes, but for one name. */
function request({ query, headers = [], body }: PublishedOperation, without?: string) {
  return {
    query: new URLSearchParams(namesOf(query, without)),
    headers: Object.fromEntries([['content-type', 'application/json; charset=utf-8'], ...headers.filter(name => name !== without).map(name => [name, 'x'])]),
    body: body ? JSON.stringify(Object.fromEntries(namesOf(body, without))) : '',
  };
}

test.each(CASES)('the servers of the tests take what is published, and refuse what lacks something or has more: %s', (_, operation) => {
  const whole = request(operation);
  expect(complaintAbout(whole, operation)).toBeUndefined();
  for (const name of [...requiredIn(operation.query), ...operation.headers ?? [], ...requiredIn(operation.body)]) {
    expect(complaintAbout(request(operation, name), operation)).toContain(`${name} is missing`);
  }
  expect(complaintAbout({ ...whole, query: new URLSearchParams([...whole.query, ['another', 'x']]) }, operation)).toBe('the parameter another is unknown');
  expect(complaintAbout({ ...whole, body: JSON.stringify({ ...JSON.parse(whole.body || '{}'), another: 'x' }) }, operation))
    .toBe(operation.body ? 'the member another is unknown' : 'there is a body');
  if (requiredIn(operation.body).length > 0) {
    expect(complaintAbout({ ...whole, headers: { ...whole.headers, 'content-type': 'text/plain' } }, operation)).toBe('the media type is text/plain');
    expect(complaintAbout({ ...whole, body: '[]' }, operation)).toBe('the body is no JSON object');
  }
});

test.each([
  ['another method', AZURE_OPERATIONS, 'PATCH', '/subscriptions/s/resourceGroups/g/providers/Microsoft.Devices/IotHubs/h/certificates/c'],
  ['another verb', AZURE_OPERATIONS, 'POST', '/subscriptions/s/resourceGroups/g/providers/Microsoft.Devices/IotHubs/h/certificates/c/prove'],
  ['a path that goes on', AWS_IOT_OPERATIONS, 'GET', '/registrationcode/'],
  ['another version of the path', HUAWEI_OPERATIONS, 'GET', '/v4/iot/p/certificates'],
])('%s is no operation', (_, operations, method, path) => {
  expect(operationOf(operations, { method, path })).toBeUndefined();
});
