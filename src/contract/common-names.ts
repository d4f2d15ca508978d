import { preparedText } from './comparable-text';

/**
 * A common name in the form in which it is compared. Some platforms tell `Sensor-1` and `sensor-1` apart, or two encodings of `é`, and
 * others don't, such as Azure's provisioning service, and people can't. Part of the ledger's keys, and so final: see
 * decisions/0004-ledger.md.
 */
export function comparableCommonName(commonName: string): string {
  return preparedText(commonName);
}
