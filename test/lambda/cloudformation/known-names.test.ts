import { reasonOf } from '../../../src/lambda/reason';
import { propertiesNamed } from '../../../src/resource/known-names';
import { request } from '../../support/events';

const LONG_NAME = 'Acme/Root-CA/Factory-Shanghai/Production-2026';

test('a long name by which a platform knows a CA is shown, and one in another property is not', () => {
  const event = request('device', 'Create', { CaName: LONG_NAME });
  const message = `caName must be another, got "${LONG_NAME}"`;
  expect(reasonOf(new Error(message), event, 'invocation-1', propertiesNamed('CaName'))).toBe(message);
  expect(reasonOf(new Error(message), event, 'invocation-1', propertiesNamed('CertName'))).not.toContain(LONG_NAME);
});

test('names that are declared as something other than strings hide nothing and break nothing', () => {
  for (const odd of [undefined, null, 7, true, ['list'], { Deep: [null] }]) {
    expect(reasonOf(new Error('caName must be a string'), request('device', 'Create', { CaName: odd }), 'i', propertiesNamed('CaName'))).toBe('caName must be a string');
  }
});
