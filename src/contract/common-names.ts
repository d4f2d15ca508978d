import { preparedText } from './comparable-text';

/**
 * The form in which a common name is compared. Some platforms distinguish `Sensor-1` from `sensor-1`, or two encodings of `é`. Others, such
 * as Azure's provisioning service, do not, and people can't. The form is part of the ledger's keys and therefore final: see
 * decisions/0004-ledger.md.
 */
export function comparableCommonName(commonName: string): string {
  return preparedText(commonName);
}
