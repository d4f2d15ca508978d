import { comparableText } from './comparable-text';

/**
 * A common name in the form in which it is compared, that of every value of a name. Some platforms tell `Sensor-1` and `sensor-1` apart,
 * and others don't, such as Azure's provisioning service.
 */
export function comparableCommonName(commonName: string): string {
  return comparableText(commonName);
}
