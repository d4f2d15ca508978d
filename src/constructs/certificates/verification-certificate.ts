import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { IIotCertificate, IssuedCertificateBase } from './iot-certificate';
import { ISSUED_CERTIFICATE_KINDS, IssuedCertificateOptions } from './issued-certificate-options';
import { validateCanIssue, validateIssuing } from './issuing-validation';
import { VerificationCertificateProperties } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import { IotPlatform } from '../../platforms/iot-platform';
import { checkDeviceKeyForPlatform, checkRegistrationCode } from '../../platforms/platform-checks';
import { checkKeyOfCa } from '../ca/ca-validation';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { issuerProperties } from '../ca/known-ca';
import { check, Kinds, optional, TEXT } from '../checks/kinds';
import { CA, DURATION, KEY_ALGORITHM, PLATFORM } from '../checks/object-kinds';
import { sayNotices, validate, validateInsideCa, validGeneration, validHashAlgorithm, validityDays } from '../checks/validation';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { CertificateProvider, ledgerOf } from '../provider/certificate-provider';
import { concerns } from '../revocation/revocation-reach';

/**
 * Options of a verification certificate.
 */
export interface VerificationCertificateOptions extends IssuedCertificateOptions {
  /**
   * The code that the platform gave for the CA: a literal, a parameter or any other token, 1 to 64 characters. It becomes the
   * common name unchanged. A new code results in a new certificate.
   */
  readonly registrationCode: string;

  /**
   * The platform that gave the code. Its rules for the code and for the CA's key are checked.
   *
   * @default IotPlatform.GENERIC
   */
  readonly platform?: IotPlatform;

  /**
   * How long the certificate is valid, in whole days. It is needed only while the CA is being registered.
   *
   * @default Duration.days(30)
   */
  readonly validity?: Duration;

  /**
   * The algorithm of the certificate's own key, which is discarded as soon as the certificate is made.
   *
   * @default - the algorithm of the CA, or KeyAlgorithm.RSA_2048 if that algorithm is unknown
   */
  readonly keyAlgorithm?: KeyAlgorithm;
}

/**
 * Properties of a verification certificate.
 */
export interface VerificationCertificateProps extends VerificationCertificateOptions {
  /** The CA that proves possession of its key. */
  readonly ca: IPrivateIotCa;
}

const KINDS: Kinds<VerificationCertificateProps> = {
  ...ISSUED_CERTIFICATE_KINDS,
  ca: CA,
  registrationCode: TEXT,
  platform: optional(PLATFORM),
  validity: optional(DURATION),
  keyAlgorithm: optional(KEY_ALGORITHM),
};

/**
 * The proof of possession that a platform asks for before it accepts a CA: a certificate with the platform's registration
 * code as its common name, issued by the CA. The certificate's own private key is never stored.
 *
 * @resource Custom::IotVerificationCertificate
 */
export class VerificationCertificate extends IssuedCertificateBase implements IIotCertificate {
  /** @internal */
  public readonly _issuer: IPrivateIotCa;
  /** @internal */
  protected readonly _resource: CustomResource;

  constructor(scope: Construct, id: string, props: VerificationCertificateProps) {
    super(scope, id);
    check(this, KINDS, props);
    const { ca, registrationCode, platform = IotPlatform.GENERIC, validity = Duration.days(30), clipToIssuer = false } = props;
    const days = validityDays(this, validity);
    validateInsideCa(this, days, ca.validity, clipToIssuer);
    validate(this, [registrationCode], () => checkRegistrationCode(registrationCode, platform._render()));
    const keyAlgorithm = (props.keyAlgorithm ?? ca.keyAlgorithm ?? KeyAlgorithm.RSA_2048)._render();
    validate(this, [], () => checkKeyOfCa(ca, platform)
      ?? checkDeviceKeyForPlatform(keyAlgorithm, platform._render()));
    if (!ca.platforms.includes(platform)) {
      sayNotices(this, [platform]);
    }

    this._issuer = ca;
    concerns(ca, platform._render());
    validateCanIssue(this, ca);
    validateIssuing(this, ca, 'verification', { subject: { commonName: registrationCode }, clipToIssuer }, days);

    const provider = CertificateProvider.of(this);
    const rights = provider.rightsToIssue(ca, this);
    const properties: VerificationCertificateProperties = {
      LedgerTable: ledgerOf(this, ca),
      ...issuerProperties(ca),
      RegistrationCode: registrationCode,
      KeyAlgorithm: keyAlgorithm,
      HashAlgorithm: validHashAlgorithm(this, ca, props.hashAlgorithm),
      ValidityDays: days,
      ClipToIssuer: clipToIssuer,
      Generation: validGeneration(this, props.generation),
      Platforms: [platform._render()],
    };
    this._resource = provider.resource(this, ResourceType.VERIFICATION_CERTIFICATE, properties, [rights]);
  }
}
