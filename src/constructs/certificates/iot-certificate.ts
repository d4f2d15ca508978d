import { CustomResource, Fn, IResource, RemovalPolicy, Resource } from 'aws-cdk-lib';
import { CertificateAttributes } from '../../contract/properties';
import { chainsBelow } from '../ca/ca-chain';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { refuseRemovalPolicy } from '../provider/removal-policy';

/**
 * A certificate of this library. All its attributes are public: private keys are held elsewhere, and only the ARN of a key's
 * place is ever disclosed.
 */
export interface IIotCertificate extends IResource {
  /**
   * The certificate in PEM, for use in the stack of the certificate and the stacks nested in it. It is too long for a
   * CloudFormation export.
   * @attribute
   */
  readonly certificatePem: string;

  /**
   * The certificate and the certificates of the CAs above it in PEM, the certificate first and the root last.
   * @attribute
   */
  readonly certificateChainPem: string;

  /**
   * The `certificateChainPem` without the root: the chain to present in TLS, because the verifier already has the root.
   * @attribute
   */
  readonly certificateChainWithoutRootPem: string;

  /**
   * The certificate's DER in base64, without line breaks. It is an error to read this attribute of a CA that is signed elsewhere
   * and has no certificate yet.
   * @attribute
   */
  readonly certificateDerBase64: string;

  /**
   * The serial number in upper-case hexadecimal digits, 40 for a certificate that is issued here. It is the SN by which Alibaba Cloud
   * binds a certificate to a device.
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
   * SHA-1 of the certificate's DER, 40 lower-case hexadecimal digits: the fingerprint in Huawei Cloud IoTDA, and the thumbprint
   * in Azure. It is an identifier, not a safeguard.
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
 * A certificate that a CA of this library issues. The classes that extend it expose its members as their own.
 *
 * @internal
 */
export abstract class IssuedCertificateBase extends Resource implements IIotCertificate {
  /** The CA that issues the certificate. @internal */
  public abstract readonly _issuer: IPrivateIotCa;
  /** @internal */
  protected abstract readonly _resource: CustomResource;
  /** Whether the declaration says what happens to the certificate's key. @internal */
  protected readonly _hasRemovalPolicy: boolean = false;

  /**
   * Always throws an error. Set `removalPolicy` where the construct is declared, if it has that property, or call
   * `RemovalPolicies.of()` for everything in it.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    refuseRemovalPolicy(this, policy, this._hasRemovalPolicy);
  }

  public get certificatePem(): string {
    return this._attribute('CertificatePem');
  }

  public get certificateChainPem(): string {
    return chainsBelow(this, this._issuer, this.certificatePem).certificateChainPem;
  }

  public get certificateChainWithoutRootPem(): string {
    return chainsBelow(this, this._issuer, this.certificatePem).certificateChainWithoutRootPem;
  }

  public get certificateDerBase64(): string {
    return derBase64Of(this.certificatePem);
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

/** The DER in base64 of a certificate whose PEM is known only at deployment. */
export function derBase64Of(certificatePem: string): string {
  const afterBegin = Fn.select(1, Fn.split('-----BEGIN CERTIFICATE-----\n', certificatePem));
  const lines = Fn.select(0, Fn.split('\n-----END CERTIFICATE-----', afterBegin));
  return Fn.join('', Fn.split('\n', lines));
}
