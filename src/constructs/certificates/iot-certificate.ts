import { CustomResource, Fn, IResource, RemovalPolicy, Resource } from 'aws-cdk-lib';
import { CertificateAttributes } from '../../contract/properties';
import { chainsBelow } from '../ca/ca-chain';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { refuseRemovalPolicy } from '../provider/removal-policy';

/**
 * What every certificate of this library can tell of itself. All of it is public: private keys are held elsewhere, and only
 * the ARN of their place is ever told.
 */
export interface IIotCertificate extends IResource {
  /**
   * The certificate, PEM. It is for the stack of the certificate, and those nested in it: an export of CloudFormation has no room
   * for it.
   * @attribute
   */
  readonly certificatePem: string;

  /**
   * The certificate and the CAs above it, PEM, the certificate first and the root last.
   * @attribute
   */
  readonly certificateChainPem: string;

  /**
   * The same without the root: what is presented in TLS, since the verifier has the root already.
   * @attribute
   */
  readonly certificateChainWithoutRootPem: string;

  /**
   * The certificate's DER in base64, without line breaks. A CA that is signed elsewhere has none until it is signed, and asking
   * it is an error.
   * @attribute
   */
  readonly certificateDerBase64: string;

  /**
   * The serial number, upper-case hexadecimal digits, 40 where it is issued here: the SN by which Alibaba Cloud binds a certificate to a device.
   * @attribute
   */
  readonly serialNumber: string;

  /**
   * The first second of the validity, ISO 8601 in UTC, as in `2026-01-31T23:59:59Z`.
   * @attribute
   */
  readonly notBefore: string;

  /**
   * The last second of the validity, ISO 8601 in UTC.
   * @attribute
   */
  readonly notAfter: string;

  /**
   * SHA-256 of the certificate's DER, 64 lower-case hexadecimal digits: the `certificateId` in AWS IoT Core.
   * @attribute
   */
  readonly sha256Fingerprint: string;

  /**
   * SHA-1 of the certificate's DER, 40 lower-case hexadecimal digits: the fingerprint in Huawei Cloud IoTDA, the thumbprint
   * in Azure. It identifies; it does not protect.
   * @attribute
   */
  readonly sha1Fingerprint: string;

  /**
   * The subject key identifier, 40 lower-case hexadecimal digits.
   * @attribute
   */
  readonly subjectKeyIdentifier: string;
}

/**
 * A certificate that a custom resource makes. The classes that extend it show its members as their own.
 *
 * @internal
 */
export abstract class IotCertificateBase extends Resource implements IIotCertificate {
  public abstract readonly certificateChainPem: string;
  public abstract readonly certificateChainWithoutRootPem: string;

  /** @internal */
  protected abstract readonly _resource: CustomResource;
  /** Whether its declaration says what happens to its key. @internal */
  protected readonly _hasRemovalPolicy: boolean = false;

  /**
   * Refused: set `removalPolicy` where the construct is declared, if it has that, or call `RemovalPolicies.of()` for all that is in it.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    refuseRemovalPolicy(this, policy, this._hasRemovalPolicy);
  }

  public get certificatePem(): string {
    return this._attribute('CertificatePem');
  }

  public get certificateDerBase64(): string {
    const afterBegin = Fn.select(1, Fn.split('-----BEGIN CERTIFICATE-----\n', this.certificatePem));
    const lines = Fn.select(0, Fn.split('\n-----END CERTIFICATE-----', afterBegin));
    return Fn.join('', Fn.split('\n', lines));
  }

  public get serialNumber(): string {
    return this._attribute('SerialNumber');
  }

  public get notBefore(): string {
    return this._attribute('NotBefore');
  }

  public get notAfter(): string {
    return this._attribute('NotAfter');
  }

  public get sha256Fingerprint(): string {
    return this._attribute('Sha256Fingerprint');
  }

  public get sha1Fingerprint(): string {
    return this._attribute('Sha1Fingerprint');
  }

  public get subjectKeyIdentifier(): string {
    return this._attribute('SubjectKeyIdentifier');
  }

  /** @internal */
  protected _attribute(name: keyof CertificateAttributes): string {
    return this._resource.getAttString(name);
  }
}

/**
 * A certificate that a CA of this library issues. The classes that extend it show its members as their own.
 *
 * @internal
 */
export abstract class IssuedCertificateBase extends IotCertificateBase {
  /** The CA that issues it. @internal */
  public abstract readonly _issuer: IPrivateIotCa;

  public get certificateChainPem(): string {
    return chainsBelow(this, this._issuer, this.certificatePem).certificateChainPem;
  }

  public get certificateChainWithoutRootPem(): string {
    return chainsBelow(this, this._issuer, this.certificatePem).certificateChainWithoutRootPem;
  }
}
