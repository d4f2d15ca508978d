import { LedgerEntry } from '../../src/issuing/ledger/ledger';

/** The CA that has signed the numbered certificates. */
export const NUMBERED_CA = `ca-${'2'.repeat(32)}`;

/** A serial number that is valid, and greater for a greater index. */
export function numberedSerial(index: number): string {
  return `4${index.toString(16).padStart(39, '0').toUpperCase()}`;
}

/** One of many certificates in the ledger of a CA, told apart by its index alone. It can't be verified, because the CA never signed it. */
export function numberedEntry(index: number, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    identity: `device-${index.toString(16).padStart(32, '0')}`,
    issuer: NUMBERED_CA,
    serialNumber: numberedSerial(index),
    status: 'ISSUED',
    profile: 'device',
    subject: `CN=sensor-${index}`,
    commonName: `sensor-${index}`,
    keyAlgorithm: 'EC_P256',
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2126-01-01T00:00:00Z',
    stackId: 'arn:aws:cloudformation:eu-central-1:111111111111:stack/Iot/5b6d4a40',
    logicalResourceId: `Sensor${index}`,
    reservedAt: '2026-01-01T00:00:00.000Z',
    reservedBy: 'request',
    certificate: Buffer.alloc(600, index),
    ...changes,
  };
}
