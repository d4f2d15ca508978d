import { createHmac } from 'node:crypto';
import { newSerialNumber } from '../../pki/serial-number';

/** Sets these digests apart from all others. ASCII. */
const PURPOSE = 'cdk-private-iot-ca/fleet-serial-number/1';

/**
 * The serial number of the next certificate of a device. It follows from what is declared and from the certificate before it, so that a batch that is
 * delivered twice, at once or after a crash, takes the same number again, and the ledger accepts only the first certificate with it. Without the seed,
 * nobody can foresee it. Final: see decisions/0030-fleets.md.
 *
 * @param seed the random octets of the fleet, which only its ledger knows
 * @param identity the identity of the device's certificate
 * @param declared the digest of the declaration
 * @param former the serial number of the certificate that the new one replaces; absent for the first one
 */
export function fleetSerialNumber(seed: Buffer, identity: string, declared: string, former: string | undefined): string {
  const octets = createHmac('sha256', seed).update(JSON.stringify([PURPOSE, identity, declared, former ?? null])).digest();
  return newSerialNumber(bytes => octets.subarray(0, bytes), identity);
}
