import { takesBack } from '../../src/issuing/ledger/ledger';
import { ledgerTables } from '../../src/issuing/ledger/ledger-tables';
import { RawProperties } from '../../src/resource/property-values';
import { request } from '../support/events';

const tables = (properties: RawProperties, oldProperties?: RawProperties) => ledgerTables({ ...request('device', 'Update', properties), oldProperties });

test.each<[string, RawProperties, RawProperties | undefined, object]>([
  ['a device has the ledger of its CA', { LedgerTable: 'a' }, undefined, { home: 'a', own: undefined, left: [] }],
  ['a CA below another one has two', { IssuerLedgerTable: 'above', LedgerTable: 'own' }, undefined, { home: 'above', own: 'own', left: [] }],
  ['one ledger that is named twice is one', { IssuerLedgerTable: 'a', LedgerTable: 'a' }, undefined, { home: 'a', own: undefined, left: [] }],
  ['an empty name is none', { IssuerLedgerTable: '', LedgerTable: 'a' }, undefined, { home: 'a', own: undefined, left: [] }],
  ['nothing is left if both stay', { IssuerLedgerTable: 'above', LedgerTable: 'own' }, { IssuerLedgerTable: 'above', LedgerTable: 'own' }, { left: [] }],
  ['the ledger of the former CA is left', { IssuerLedgerTable: 'above', LedgerTable: 'own' }, { IssuerLedgerTable: 'former', LedgerTable: 'own' }, { left: ['former'] }],
])('of the ledgers of a request, %s', (_, properties, oldProperties, expected) => {
  expect(tables(properties, oldProperties)).toMatchObject(expected);
});

test('a request that has failed can take back what it has made, and do nothing else', () => {
  expect([takesBack('WITHDRAWN', {}), takesBack('ISSUED', { handedBackBy: 'request' })]).toEqual([true, true]);
  expect([takesBack('ISSUED', {}), takesBack('SIGNED', { issuedBy: 'request' })]).toEqual([false, false]);
});
