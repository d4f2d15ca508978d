import { DeclaredDevice } from './device-declaration';
import { FleetEntry } from './fleet-ledger';
import { DeviceOutcome, DeviceResult } from '../../contract/fleet';
import { sha256 } from '../../contract/sha256';
import { toPem } from '../../pki/pem';

/** What the run that has made a certificate has called it. */
export function madeAs({ renews, replaces }: FleetEntry): DeviceOutcome {
  return renews !== undefined ? 'renewed' : replaces !== undefined ? 'replaced' : 'issued';
}

/** What a run answers for a device. */
export function resultOf({ row: { line, deviceId } }: DeclaredDevice, outcome: DeviceOutcome, entry: FleetEntry): DeviceResult {
  const { commonName, serialNumber, notBefore, notAfter, certificate, keyArchive } = entry;
  const former = formerOf(outcome, entry);
  return {
    line,
    deviceId,
    outcome,
    ...commonName !== undefined && { commonName },
    serialNumber,
    notBefore,
    notAfter,
    ...former !== undefined && { formerSerialNumber: former },
    sha256Fingerprint: sha256(certificate),
    certificatePem: toPem('CERTIFICATE', certificate),
    ...keyArchive !== undefined && { keyArchive },
  };
}

/** The certificate in whose place a run has put this one. */
function formerOf(outcome: DeviceOutcome, { replaces, renews, restoredOver }: FleetEntry): string | undefined {
  return outcome === 'restored' ? restoredOver?.at(-1) : outcome === 'unchanged' ? undefined : replaces ?? renews;
}
