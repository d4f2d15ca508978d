/**
 * A common name in the form in which it is compared: two are the same whatever their case and the number of their spaces (RFC 5280,
 * section 7.1). Some platforms tell `Sensor-1` and `sensor-1` apart, and others don't, such as Azure's provisioning service.
 */
export function comparableCommonName(commonName: string): string {
  return commonName.replace(/ +/g, ' ').trim().replace(/[A-Z]+/g, letters => letters.toLowerCase());
}
