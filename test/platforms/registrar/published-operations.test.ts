import { AZURE_SERVICES } from '../../../src/platforms/azure/contract';
import {
  APSARA_MQTT_OPERATIONS, AWS_IOT_OPERATIONS, AZURE_API_VERSIONS, AZURE_DATA_OPERATIONS, AZURE_OPERATIONS, HUAWEI_OPERATIONS,
  TENCENT_OPERATIONS,
} from '../../support/platform-operations';
import { complaintAbout, Names, operationOf, PublishedOperation } from '../../support/published-operations';

const OPERATIONS = {
  APSARA_MQTT_OPERATIONS, AWS_IOT_OPERATIONS, AZURE_DATA_OPERATIONS, AZURE_OPERATIONS, HUAWEI_OPERATIONS, TENCENT_OPERATIONS,
};
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
  if (operation.needsBody || requiredIn(operation.body).length > 0) {
    expect(complaintAbout({ ...whole, body: '' }, operation)).toBe('the body is no JSON object');
    expect(complaintAbout({ ...whole, headers: { ...whole.headers, 'content-type': 'text/plain' } }, operation)).toBe('the media type is text/plain');
    expect(complaintAbout({ ...whole, body: '[]' }, operation)).toBe('the body is no JSON object');
  }
});

test.each([
  ['a method that only others have', APSARA_MQTT_OPERATIONS.slice(0, 1), 'POST', '/'],
  ['another method', AZURE_OPERATIONS, 'PATCH', '/subscriptions/s/resourceGroups/g/providers/Microsoft.Devices/IotHubs/h/certificates/c'],
  ['another verb', AZURE_OPERATIONS, 'POST', '/subscriptions/s/resourceGroups/g/providers/Microsoft.Devices/IotHubs/h/certificates/c/prove'],
  ['a path that goes on', AWS_IOT_OPERATIONS, 'GET', '/registrationcode/'],
  ['another version of the path', HUAWEI_OPERATIONS, 'GET', '/v4/iot/p/certificates'],
])('%s is no operation', (_, operations, method, path) => {
  expect(operationOf(operations, { method, path })).toBeUndefined();
});

test.each(Object.values(AZURE_SERVICES))('$resourceType is asked for in a version that Azure publishes, and that is no preview', ({ resourceType, apiVersion }) => {
  expect(AZURE_API_VERSIONS[resourceType]).toContain(apiVersion);
  expect(apiVersion).not.toContain('preview');
});
