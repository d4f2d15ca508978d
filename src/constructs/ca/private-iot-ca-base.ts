import { Duration, RemovalPolicy, Resource } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CaCertificate, CaCertificateOptions } from './ca-certificate';
import { CaChainLinks, certificateIn, certificatesIn, chainsOf } from './ca-chain';
import { CrossCertificate, CrossCertificateOptions } from './cross-certificate';
import { grantIssue, grantReadPrivateKey } from './grant-issue';
import { IPrivateIotCa } from './i-private-iot-ca';
import { CaEventType } from '../../contract/ca-events';
import { IotPlatform } from '../../platforms/iot-platform';
import { DeviceCertificate, DeviceCertificateOptions } from '../certificates/device-certificate';
import { HashAlgorithm } from '../certificates/hash-algorithm';
import { ServerCertificate, ServerCertificateOptions } from '../certificates/server-certificate';
import { VerificationCertificate, VerificationCertificateOptions } from '../certificates/verification-certificate';
import { validId } from '../checks/validation';
import { caEventRule } from '../events/ca-event-rule';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { refuseRemovalPolicy } from '../provider/removal-policy';
import { PublishRevocationOptions } from '../revocation/publish-revocation-options';
import { publishRevocation, RevocationPublication } from '../revocation/revocation-publication';
import { grantRevoke, revokeFunction } from '../revocation/revoke-function';

/**
 * The common base of all CAs, wherever they are made. The classes that extend it expose its members as their own.
 *
 * @internal
 */
export abstract class PrivateIotCaBase extends Resource implements IPrivateIotCa {
  public abstract readonly caId: string;
  public abstract readonly certificatePem: string;
  public abstract readonly ledger: ITable;
  public abstract readonly privateKeySecret?: ISecret;
  public abstract readonly signingKey?: IKey;
  public abstract readonly keyAlgorithm?: KeyAlgorithm;
  public abstract readonly defaultHashAlgorithm: HashAlgorithm;
  public abstract readonly platforms: IotPlatform[];
  public abstract readonly pathLength?: number;
  public abstract readonly allowedCustomExtensions: string[];
  public readonly validity?: Duration;
  /** Whether the declaration says what happens to the CA's ledger. @internal */
  protected readonly _hasRemovalPolicy: boolean = false;
  /** The secret with the passphrase of an encrypted key. @internal */
  public readonly _passphrase?: ISecret;

  /** @internal */
  public abstract readonly _chain: CaChainLinks;

  public get caCertificates(): string[] {
    return this.caCertificatesFor(this);
  }

  public get certificateChainPem(): string {
    return chainsOf(this.caCertificates, this._chain.endsInRoot).certificateChainPem;
  }

  public get certificateChainWithoutRootPem(): string {
    return chainsOf(this.caCertificates, this._chain.endsInRoot).certificateChainWithoutRootPem;
  }

  public certificatePemFor(scope: Construct): string {
    return certificateIn(scope, this);
  }

  public caCertificatesFor(scope: Construct): string[] {
    return certificatesIn(scope, this._chain.links);
  }

  /**
   * Always throws an error. Set `removalPolicy` where the construct is declared, if it has that property, or call
   * `RemovalPolicies.of()` for everything in it.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    refuseRemovalPolicy(this, policy, this._hasRemovalPolicy);
  }

  public addVerificationCertificate(id: string, options: VerificationCertificateOptions): VerificationCertificate {
    return new VerificationCertificate(this, validId(this, id), { ca: this, ...options });
  }

  public addDeviceCertificate(id: string, options: DeviceCertificateOptions): DeviceCertificate {
    return new DeviceCertificate(this, validId(this, id), { ca: this, ...options });
  }

  public addServerCertificate(id: string, options: ServerCertificateOptions): ServerCertificate {
    return new ServerCertificate(this, validId(this, id), { ca: this, ...options });
  }

  public addCaCertificate(id: string, options: CaCertificateOptions): CaCertificate {
    return new CaCertificate(this, validId(this, id), { ca: this, ...options });
  }

  public addCrossCertificate(id: string, options: CrossCertificateOptions): CrossCertificate {
    return new CrossCertificate(this, validId(this, id), { ca: this, ...options });
  }

  public publishRevocation(options?: PublishRevocationOptions): RevocationPublication {
    return publishRevocation(this, options);
  }

  public get revokeFunction(): IFunction {
    return revokeFunction(this);
  }

  public grantRevoke(grantee: IGrantable): Grant {
    return grantRevoke(this, grantee);
  }

  public onCertificateIssued(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.CERTIFICATE_ISSUED, id, options);
  }

  public onCertificateRenewed(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.CERTIFICATE_RENEWED, id, options);
  }

  public onCertificateExpiring(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.CERTIFICATE_EXPIRING, id, options);
  }

  public onCertificateRefused(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.CERTIFICATE_REFUSED, id, options);
  }

  public onRevocationChanged(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.REVOCATION_CHANGED, id, options);
  }

  public onRevocationListsPublished(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.LISTS_PUBLISHED, id, options);
  }

  public grantIssue(grantee: IGrantable): Grant {
    return grantIssue(this, grantee);
  }

  public grantReadPrivateKey(grantee: IGrantable): Grant {
    return grantReadPrivateKey(this, grantee);
  }
}
