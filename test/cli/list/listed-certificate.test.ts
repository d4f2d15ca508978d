import { FoundCertificate, listedCertificate } from '../../../src/cli/list/listed-certificate';
import { LedgerEntry } from '../../../src/issuing/ledger/ledger';
import { Revocation } from '../../../src/issuing/ledger/revocation';
import { build, CA } from '../../pki/lint/certificate-builder';

const NOW = new Date('2026-06-01T12:00:00Z');

interface Case {
  readonly entry?: Partial<LedgerEntry>;
  readonly superseded?: boolean;
  readonly revocation?: Partial<Revocation>;
}

function found({ entry = {}, superseded = false, revocation }: Case): FoundCertificate {
  return {
    entry: {
      identity: 'device-1',
      issuer: 'ca-1',
      serialNumber: '4A1B',
      status: 'ISSUED',
      profile: 'device',
      subject: 'CN=sensor-001',
      keyAlgorithm: 'EC_P256',
      notBefore: '2026-01-01T00:00:00Z',
      notAfter: '2027-01-01T00:00:00Z',
      stackId: 'arn:stack/Iot/1',
      logicalResourceId: 'Sensor',
      reservedAt: '2026-01-01T00:00:00.000Z',
      reservedBy: 'request',
      certificate: Buffer.of(1),
      ...entry,
    },
    superseded,
    revocation: revocation && {
      issuer: 'ca-1', serialNumber: '4A1B', state: 'REVOKED', reason: 'unspecified', revokedAt: '2026-02-01T00:00:00Z', orderedBy: 'anna', notAfter: '', revision: 1, ...revocation,
    },
    ca: 'Iot/Ca',
    resource: 'Iot/Sensor',
  };
}

const OVER = { notAfter: '2026-06-01T11:59:58Z' };

describe('the state of a certificate', () => {
  test.each<[string, Case, string, boolean]>([
    ['that a resource declares is issued', {}, 'issued', true],
    ['that is made and not delivered is signed', { entry: { status: 'SIGNED' } }, 'signed', false],
    ['of a CA that waits for its certificate is requested', { entry: { status: 'REQUESTED' } }, 'requested', false],
    ['that nothing declares is withdrawn', { entry: { status: 'WITHDRAWN' } }, 'withdrawn', false],
    ['with a later one is superseded, withdrawn or not', { entry: { status: 'WITHDRAWN' }, superseded: true }, 'superseded', false],
    ['that was renewed is superseded, and no longer declared', { superseded: true }, 'superseded', false],
    ['on hold is held, also if it is withdrawn', { entry: { status: 'WITHDRAWN' }, revocation: { state: 'HELD' } }, 'held', false],
    ['that was released is what it was before', { revocation: { state: 'RELEASED' } }, 'issued', true],
    ['that has expired is expired, on hold or not', { entry: OVER, revocation: { state: 'HELD' } }, 'expired', true],
    ['that is revoked stays revoked when it expires', { entry: OVER, superseded: true, revocation: {} }, 'revoked', false],
    ['is as before in its last second', { entry: { notAfter: '2026-06-01T12:00:00Z' } }, 'issued', true],
  ])('%s', (_, given, state, declared) => {
    expect(listedCertificate(found(given), NOW)).toMatchObject({ state, declared });
  });

  test('has a reason only while the certificate is revoked or on hold', () => {
    expect(listedCertificate(found({ revocation: { state: 'HELD', reason: 'certificateHold' } }), NOW).revocation?.reason).toBe('certificateHold');
    expect(listedCertificate(found({ revocation: { state: 'RELEASED' } }), NOW).revocation).toBeUndefined();
  });
});

test.each<[string, string, number | undefined]>([
  ['are whole days', '2026-06-04T11:59:58Z', 2],
  ['are none on the last day', '2026-06-02T11:00:00Z', 0],
  ['are negative once it has expired', '2026-06-01T11:00:00Z', -1],
  ['are unknown if its end is not well-defined', '9999-12-31T23:59:59Z', undefined],
  ['are unknown before the certificate exists', '', undefined],
])('the days that are left of a certificate %s', (_, notAfter, days) => {
  expect(listedCertificate(found({ entry: { notAfter } }), NOW).daysLeft).toBe(days);
});

test('the serial number of a CA is that of its certificate, because that in the ledger can be only the version of its key', () => {
  const certificate = build(CA);
  const { serialNumber } = listedCertificate(found({ entry: { profile: 'ca', certificate } }), NOW);
  expect(serialNumber).toMatch(/^[0-9A-F]+$/);
  expect(certificate.includes(Buffer.from(serialNumber!, 'hex'))).toBe(true);
});

test('a ledger with something else in place of the certificate of a CA is reported in words', () => {
  expect(() => listedCertificate(found({ entry: { profile: 'ca', certificate: Buffer.of(1) } }), NOW))
    .toThrow('the ledger of Iot/Ca must have a certificate for "CN=sensor-001", got something else; it was changed from outside this library');
});
