import { X509Certificate } from 'node:crypto';
import { RevocationReason, RevocationState } from '../../../contract/revocation';

/** The name of no device, by which a check looks for one: every platform accepts its form. */
export const NO_NAME = 'private-iot-ca-check';

/** A certificate, and what the ledger says about its revocation. */
export interface RevokedCertificate {
  readonly certificate: X509Certificate;
  /** 40 upper-case hexadecimal digits. */
  readonly serialNumber: string;
  readonly state: RevocationState;
  readonly reason: RevocationReason;
  /** Whether the CA has another certificate for the same common name that is issued, and neither revoked nor expired. */
  hasSuccessor(): Promise<boolean>;
}

/** A platform that decides whether devices may connect, as revocations are carried over to it. */
export interface RevocationTarget {
  /**
   * Brings the platform into line with the revocation of a certificate. Calling it again changes nothing. A certificate or a device that the
   * platform does not know is left alone: the next check of everything finds it once it is known.
   *
   * @param signal ends every call
   * @returns what was changed, in words for the log, such as `disabled the device sensor-001`; `undefined` if there was nothing to change
   * @throws Error if the platform refuses the change or can't be reached
   */
  carryOver(revoked: RevokedCertificate, signal: AbortSignal): Promise<string | undefined>;

  /**
   * Makes a read that changes nothing.
   *
   * @param signal ends every call
   * @throws Error if the platform refuses the read or can't be reached
   */
  assertInReach(signal: AbortSignal): Promise<void>;
}
