import { CustomResource, RemovalPolicy, Resource } from 'aws-cdk-lib';
import { ICaRegistration } from './i-ca-registration';
import { IotPlatform } from './iot-platform';
import { VerificationCertificate } from '../constructs/certificates/verification-certificate';
import { check } from '../constructs/checks/kinds';
import { REMOVAL_POLICY } from '../constructs/checks/object-kinds';
import { validRemovalPolicy } from '../constructs/provider/removal-policy';

/**
 * A CA that a function of this library registers with a platform of another cloud. The classes that extend this class show its members as
 * their own.
 *
 * @internal
 */
export abstract class CloudCaRegistration extends Resource implements ICaRegistration {
  public abstract readonly platform: IotPlatform;
  public abstract readonly registeredCaId: string;

  /** The certificate that proves possession of the CA's key to the platform. */
  public abstract readonly verificationCertificate: VerificationCertificate;

  /** The resource whose removal also removes the CA from the platform. @internal */
  protected abstract readonly _registration: CustomResource;

  /**
   * Sets what happens to the registration at the platform when it leaves the stack, as `removalPolicy` does.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    check(this, { policy: REMOVAL_POLICY }, { policy });
    this._registration.applyRemovalPolicy(validRemovalPolicy(this, policy, RemovalPolicy.DESTROY));
  }
}
