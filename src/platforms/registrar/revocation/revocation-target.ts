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
  /**
   * Whether the end of a hold takes back what was done because of the certificate with a serial number: because of this one, or of another one for
   * the same common name that is not revoked for good. A revoked one must not be let in again together with this one.
   */
  undoes(serialNumber: string): Promise<boolean>;
  /** Whether another certificate for the same common name is good: given out, not expired, and neither revoked nor on hold. */
  hasOther(): Promise<boolean>;
  /**
   * Disables something at a platform that shows neither why nor by whom a thing is disabled, or enables it again at the end of a hold. Before it
   * is disabled, that is noted in the ledger: only what is noted is enabled, and only once, as somebody else may have disabled it.
   *
   * @param thing identifies it among everything that can be disabled because of the CA's certificates: the platform, the kind and the ID
   * @param isDisabled whether the platform has it disabled
   * @param change disables or enables it
   * @returns whether it was changed
   */
  apply(thing: string, isDisabled: boolean, change: () => Promise<void>): Promise<boolean>;
  /**
   * Whether one of the certificates that a platform shows by their thumbprints is another good one. A certificate that the ledger does not have
   * under the same common name counts as good: nobody has revoked it here.
   *
   * @param thumbprints of SHA-1 or SHA-256; those of this certificate are passed over
   */
  hasOtherAmong(thumbprints: readonly unknown[]): Promise<boolean>;
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
