import { CustomResource, RemovalPolicy, Resource } from 'aws-cdk-lib';
import { ICaRegistration } from './i-ca-registration';
import { IotPlatform } from './iot-platform';
import { VerificationCertificate } from '../constructs/certificates/verification-certificate';
import { check } from '../constructs/checks/kinds';
import { REMOVAL_POLICY } from '../constructs/checks/object-kinds';
import { validRemovalPolicy } from '../constructs/provider/removal-policy';

/**
 * A CA that is registered with a platform of another cloud, by a function of ours. The classes that extend it show its members as their own.
 *
 * @internal
 */
export abstract class CloudCaRegistration extends Resource implements ICaRegistration {
  public abstract readonly platform: IotPlatform;
  public abstract readonly registeredCaId: string;

  /** The certificate that proves to the platform that the CA's key is held. */
  public abstract readonly verificationCertificate: VerificationCertificate;

  /** The resource with whose removal the CA leaves the platform. @internal */
  protected abstract readonly _registration: CustomResource;

  /**
   * What happens to the registration at the platform when it leaves the stack: as `removalPolicy`.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    check(this, { policy: REMOVAL_POLICY }, { policy });
    this._registration.applyRemovalPolicy(validRemovalPolicy(this, policy, RemovalPolicy.DESTROY));
  }
}
