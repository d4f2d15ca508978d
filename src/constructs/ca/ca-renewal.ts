import { IPrivateIotCa } from './i-private-iot-ca';
import { PrivateIotCaProps } from './private-iot-ca-props';
import { checkRenewedCa, RenewalProperties } from '../../contract/renewal';
import { validate } from '../checks/validation';
import { CertificateRenewals } from '../renewal/certificate-renewals';
import { validRenewal } from '../renewal/renewal-validation';

/** What the resource of a CA declares about its renewal, which is checked. */
export function caRenewal(ca: IPrivateIotCa, props: PrivateIotCaProps, days: number | undefined): RenewalProperties | undefined {
  const { renewal, issuer, signedElsewhere = false, notBefore } = props;
  if (!renewal) {
    return undefined;
  }
  validate(ca, [], () => checkRenewedCa({ hasIssuer: issuer !== undefined, signedElsewhere, keepKey: renewal.keepKey }));
  return validRenewal(ca, issuer!, renewal, { days, notBefore }, true);
}

/** Has a CA renewed by the function of its stack, if it declares that. */
export function addCaRenewal(ca: IPrivateIotCa, { issuer, renewal }: PrivateIotCaProps): void {
  if (issuer && renewal) {
    CertificateRenewals._add(ca, issuer, renewal.before.toDays());
  }
}
