import { generateKeyPairSync } from 'node:crypto';
import { ecKey } from './lint/certificate-builder';
import { readablePublicKey } from '../../src/pki/readable-public-key';

const P256 = '1.2.840.10045.3.1.7';

test('a key that can be decoded is read', () => {
  const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
  expect(readablePublicKey(spki)?.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
});

test.each<[string, Buffer]>([
  ['a point of an unknown form', ecKey(P256, Buffer.alloc(65, 5))],
  ['a point on no curve', ecKey(P256, Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]))],
  ['a point that is cut off', ecKey(P256, Buffer.of(4, 1, 2))],
  ['the point at infinity', ecKey(P256, Buffer.of(0))],
  ['no point', ecKey(P256, Buffer.alloc(0))],
  ['octets that are no key', Buffer.from('300506', 'hex')],
])('%s is no key, and nothing ends the process that asks for its details', (_, spki) => {
  const key = readablePublicKey(spki);
  expect(key === undefined || key.asymmetricKeyDetails !== undefined).toBe(true);
  expect(key).toBe(undefined);
});
