import { AttributeValue } from '@aws-sdk/client-dynamodb';
import { entryFrom, Item, recordFrom, toItem } from '../../../src/issuing/aws/ledger-item';
import { LedgerEntry, ResourceRecord } from '../../../src/issuing/ledger/ledger';

const KEYS: Item = { pk: { S: `issuer#ca-${'2'.repeat(32)}` }, sk: { S: 'serial#0A' } };

const ENTRY: Required<LedgerEntry> = {
  identity: `device-${'1'.repeat(32)}`,
  issuer: `ca-${'2'.repeat(32)}`,
  serialNumber: '0A',
  status: 'ISSUED',
  profile: 'device',
  subject: 'CN=sensor-001',
  commonName: 'sensor-001',
  keyAlgorithm: 'EC_P256',
  keyStorage: { Type: 'Parameter', Path: '/iot/a', EncryptionKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/k' },
  retainKey: false,
  bundles: [{ Type: 'CombinedPem', SecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:key-AbCdEf' }],
  tags: [{ Key: 'team', Value: 'iot' }],
  formerTagKeys: ['site'],
  notBefore: '2026-01-31T23:59:59Z',
  notAfter: '2036-01-31T23:59:59Z',
  stackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/s/u',
  logicalResourceId: 'Device',
  reservedAt: '2026-01-31T23:59:59.123Z',
  reservedBy: 'request-1',
  issuedAt: '2026-01-31T23:59:59.123Z',
  issuedBy: 'request-1',
  withdrawnAt: '2026-01-31T23:59:59.123Z',
  withdrawnBy: 'request-2',
  takenFrom: 'Other',
  handedBackBy: 'request-3',
  certificate: Buffer.from('3000', 'hex'),
  chain: Buffer.from('3000', 'hex'),
  certificateSigningRequest: Buffer.from('3000', 'hex'),
  ignoredRequests: 'none',
  signature: Buffer.from('00', 'hex'),
};

const RECORD: Required<ResourceRecord> = {
  requestId: 'request-1',
  requestedAt: '2026-01-31T23:59:59.000Z',
  expiresAt: '2026-01-31T23:59:59.000Z',
  since: '2026-01-31T23:59:59.123Z',
  wants: ENTRY.identity,
  removes: ENTRY.identity,
  outcome: 'SUCCESS',
  movesTo: 'other',
  declares: ENTRY.identity,
  had: [],
  holds: [ENTRY.identity],
  earlier: [],
  revision: 7,
};

test('an entry and a record are read as they were written, without what a newer version has added', () => {
  expect(entryFrom({ ...KEYS, ...toItem(ENTRY), newer: { S: 'x' } })).toEqual(ENTRY);
  expect(recordFrom({ ...KEYS, ...toItem(RECORD), newer: { S: 'x' } })).toEqual(RECORD);
});

test('what is optional may be absent', () => {
  const { commonName, keyStorage, retainKey, bundles, certificate, ...rest } = ENTRY;
  expect(entryFrom(toItem(rest))).toEqual(rest);
});

describe('an item that somebody has changed is refused with the attribute and the way out', () => {
  test.each<[string, AttributeValue | undefined, string]>([
    ['keyStorage', { M: { Type: { S: 'Bogus' } } }, 'a place of the type SecretsManager, Parameter, Kms, ExistingSecret as keyStorage of @, got a map'],
    ['keyStorage', { M: { Type: { S: 'constructor' } } }, 'a place of the type SecretsManager, Parameter, Kms, ExistingSecret as keyStorage of @, got a map'],
    ['keyStorage', { M: { Type: { S: 'Kms' } } }, 'a place of the type SecretsManager, Parameter, Kms, ExistingSecret as keyStorage of @, got a map'],
    ['keyStorage', { S: 'x' }, 'a place of the type SecretsManager, Parameter, Kms, ExistingSecret as keyStorage of @, got "x"'],
    ['bundles', { L: [{ NULL: true }] }, 'a list of bundles as bundles of @, got a list'],
    ['bundles', { L: [{ M: { Type: { S: 'Der' } } }] }, 'a list of bundles as bundles of @, got a list'],
    ['tags', { L: [{ M: { Key: { S: 'team' } } }] }, 'a list of tags as tags of @, got a list'],
    ['formerTagKeys', { L: [{ N: '5' }] }, 'a list of texts as formerTagKeys of @, got a list'],
    ['status', { S: 'BOGUS' }, 'one of RESERVED, SIGNED, REQUESTED, ISSUED, WITHDRAWN as status of @, got "BOGUS"'],
    ['status', undefined, 'one of RESERVED, SIGNED, REQUESTED, ISSUED, WITHDRAWN as status of @, got none'],
    ['certificate', { S: 'abc' }, 'octets as certificate of @, got "abc"'],
    ['serialNumber', { N: '5' }, 'a text as serialNumber of @, got 5'],
    ['retainKey', { S: 'x' }, 'true or false as retainKey of @, got "x"'],
  ])('%s: %j', (name, value, message) => {
    const { [name]: _, ...others } = { ...KEYS, ...toItem(ENTRY) };
    expect(() => entryFrom(value ? { ...others, [name]: value } : others)).toThrow(`the ledger must have ${message.replace('@', `"issuer#ca-${'2'.repeat(32)}", "serial#0A"`)}; `
      + 'somebody has changed the table: restore it from its point-in-time recovery');
  });

  test.each<[string, AttributeValue | undefined, string]>([
    ['earlier', undefined, 'a list of texts as earlier'],
    ['holds', { S: 'x' }, 'a list of texts as holds'],
    ['holds', { L: [{ N: '5' }] }, 'a list of texts as holds'],
    ['revision', { S: 'x' }, 'a whole number as revision'],
    ['outcome', { S: 'x' }, 'one of SUCCESS, FAILED as outcome'],
    ['wants', { N: '5' }, 'a text as wants'],
    ['since', undefined, 'a text as since'],
  ])('of a resource, %s: %j', (name, value, message) => {
    const { [name]: _, ...others } = { ...KEYS, ...toItem(RECORD) };
    expect(() => recordFrom(value ? { ...others, [name]: value } : others)).toThrow(`the ledger must have ${message} of `);
  });
});
