import { isCertificate } from '../../src/issuing/ledger/inventory';

const certificate = Buffer.of(0x30);

test.each<[string, Parameters<typeof isCertificate>[0]]>([
  ['an issued certificate', { profile: 'device', status: 'ISSUED', certificate }],
  ['a withdrawn certificate', { profile: 'ca', status: 'WITHDRAWN', certificate }],
  ['a CA that waits for the certificate that is made elsewhere', { profile: 'ca', status: 'REQUESTED' }],
])('the inventory of a ledger has %s', (_, entry) => {
  expect(isCertificate(entry)).toBe(true);
});

test.each<[string, Parameters<typeof isCertificate>[0]]>([
  ['reservation', { profile: 'device', status: 'RESERVED' }],
  ['withdrawn reservation', { profile: 'device', status: 'WITHDRAWN' }],
  ['signature that proves possession of a key', { profile: 'signature', status: 'ISSUED', certificate }],
])('the inventory of a ledger does not have a %s', (_, entry) => {
  expect(isCertificate(entry)).toBe(false);
});
