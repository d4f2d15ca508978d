import { AttributeValue } from '@aws-sdk/client-dynamodb';
import { entryFrom, Item, recordFrom, toItem } from '../../../src/issuing/aws/ledger-item';
import { LedgerEntry, ResourceRecord } from '../../../src/issuing/ledger/ledger';

const KEYS: Item = { pk: { S: `issuer#ca-${'2'.repeat(32)}` }, sk: { S: 'serial#0A' } };

const ENTRY: Required<LedgerEntry> = {
  identity: `device-${'1'.repeat(32)}`,
  issuer: `ca-${'2'.repeat(32)}`,
  keyVersion: '0'.repeat(40),
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
  returnedAt: '2026-02-01T23:59:59.123Z',
  issuedBy: 'request-1',
  withdrawnAt: '2026-01-31T23:59:59.123Z',
  withdrawnBy: 'request-2',
  takenFrom: 'Other',
  handedBackBy: 'request-3',
  formerRetirement: 'retired',
  certificate: Buffer.from('3000', 'hex'),
  chain: Buffer.from('3000', 'hex'),
  certificateSigningRequest: Buffer.from('3000', 'hex'),
  ignoredRequests: 'none',
  renewal: { beforeDays: 30, keepKey: false, resourceType: 'Custom::IotDeviceCertificate', properties: '{}' },
  renewalNumber: 2,
  renews: '09',
  deviceId: 'sensor-001',
  declared: 'd'.repeat(64),
  keyArchive: 'keys/1.p7m',
  replaces: '3C',
  restoredOver: ['3D'],
  renewedBy: '0B',
  deliveredAt: '2026-01-31T23:59:59.123Z',
  retirement: 'retired',
  issuerLedgerTable: 'root',
  ownLedgerTable: 'factory',
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
  outcomeBefore: 'FAILED',
  holds: [ENTRY.identity],
  earlier: [],
  revision: 7,
};

test('an entry and a record are read as they were written, without the additions of a newer version', () => {
  expect(entryFrom({ ...KEYS, ...toItem(ENTRY), newer: { S: 'x' } })).toEqual(ENTRY);
  expect(recordFrom({ ...KEYS, ...toItem(RECORD), newer: { S: 'x' } })).toEqual(RECORD);
});

test('an entry is read without its optional attributes', () => {
  const { commonName, keyStorage, retainKey, bundles, certificate, ...rest } = ENTRY;
  expect(entryFrom(toItem(rest))).toEqual(rest);
});

describe('an item that was changed from outside', () => {
  test.each<[string, AttributeValue | undefined, string]>([
    ['keyStorage', { M: { Type: { S: 'Bogus' } } }, 'a place of the type SecretsManager, Parameter, Kms, ExistingSecret in the attribute keyStorage of the item @, got a map'],
    ['keyStorage', { M: { Type: { S: 'constructor' } } }, 'a place of the type SecretsManager, Parameter, Kms, ExistingSecret in the attribute keyStorage of the item @, got a map'],
    ['keyStorage', { M: { Type: { S: 'Kms' } } }, 'a place of the type SecretsManager, Parameter, Kms, ExistingSecret in the attribute keyStorage of the item @, got a map'],
    ['keyStorage', { S: 'x' }, 'a place of the type SecretsManager, Parameter, Kms, ExistingSecret in the attribute keyStorage of the item @, got "x"'],
    ['bundles', { L: [{ NULL: true }] }, 'a list of bundles in the attribute bundles of the item @, got a list'],
    ['bundles', { L: [{ M: { Type: { S: 'Der' } } }] }, 'a list of bundles in the attribute bundles of the item @, got a list'],
    ['tags', { L: [{ M: { Key: { S: 'team' } } }] }, 'a list of tags in the attribute tags of the item @, got a list'],
    ['formerTagKeys', { L: [{ N: '5' }] }, 'a list of strings in the attribute formerTagKeys of the item @, got a list'],
    ['status', { S: 'BOGUS' }, 'one of RESERVED, SIGNED, REQUESTED, ISSUED, WITHDRAWN in the attribute status of the item @, got "BOGUS"'],
    ['status', undefined, 'one of RESERVED, SIGNED, REQUESTED, ISSUED, WITHDRAWN in the attribute status of the item @, got none'],
    ['certificate', { S: 'abc' }, 'bytes in the attribute certificate of the item @, got "abc"'],
    ['serialNumber', { N: '5' }, 'a string in the attribute serialNumber of the item @, got 5'],
    ['retainKey', { S: 'x' }, 'true or false in the attribute retainKey of the item @, got "x"'],
  ])('is refused with its attribute and the way out, for %s: %j', (name, value, message) => {
    const { [name]: _, ...others } = { ...KEYS, ...toItem(ENTRY) };
    expect(() => entryFrom(value ? { ...others, [name]: value } : others)).toThrow(`the ledger must have ${message.replace('@', `"issuer#ca-${'2'.repeat(32)}", "serial#0A"`)}; `
      + 'the table was changed from outside this library; restore it from its point-in-time recovery');
  });

  test.each<[string, AttributeValue | undefined, string]>([
    ['earlier', undefined, 'a list of strings in the attribute earlier'],
    ['holds', { S: 'x' }, 'a list of strings in the attribute holds'],
    ['holds', { L: [{ N: '5' }] }, 'a list of strings in the attribute holds'],
    ['revision', { S: 'x' }, 'a whole number in the attribute revision'],
    ['outcome', { S: 'x' }, 'one of SUCCESS, FAILED in the attribute outcome'],
    ['wants', { N: '5' }, 'a string in the attribute wants'],
    ['since', undefined, 'a string in the attribute since'],
  ])('of a resource is refused with its attribute and the way out, for %s: %j', (name, value, message) => {
    const { [name]: _, ...others } = { ...KEYS, ...toItem(RECORD) };
    expect(() => recordFrom(value ? { ...others, [name]: value } : others)).toThrow(`the ledger must have ${message} of the item `);
  });
});
