import { X509Certificate } from 'node:crypto';
import { quote } from '../../../contract/rules';

/**
 * A serial number as the examples of the API write it: the octets of DER's INTEGER, so that a first digit of 8 or more is preceded by `00`.
 * https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-getcacertificate
 */
export function octetsOf({ serialNumber }: Pick<X509Certificate, 'serialNumber'>): string {
  return `${/^[89A-F]/i.test(serialNumber) ? '00' : ''}${serialNumber.toLowerCase()}`;
}

/** The notations in which an SN can be written. None is documented. */
const NOTATIONS: readonly ((certificate: X509Certificate) => string)[] = [
  octetsOf,
  certificate => octetsOf(certificate).toUpperCase(),
  ({ serialNumber }) => BigInt(`0x${serialNumber}`).toString(),
];

/** A CA certificate, and the SN by which the instance identifies it. */
export interface NumberedCa {
  readonly sn: string;
  readonly certificate: X509Certificate;
}

/**
 * The SN of a device certificate, in the notation in which the instance writes that of its CA.
 *
 * @throws Error if the notation is unknown: under a wrong SN, a device certificate would be taken for one that never connected
 */
export function deviceSnOf(certificate: X509Certificate, ca: NumberedCa): string {
  const notation = NOTATIONS.find(each => each(ca.certificate) === ca.sn);
  if (!notation) {
    throw new Error(`the SN of the CA certificate must be its serial number, ${octetsOf(ca.certificate)}, got ${quote(ca.sn)} from the instance; `
      + 'deactivate the device certificate in the console, and report the SN to the maintainers of this library');
  }
  return notation(certificate);
}
