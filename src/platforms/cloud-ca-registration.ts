import { CustomResource, RemovalPolicy, Resource, Token } from 'aws-cdk-lib';
import { ICaRegistration } from './i-ca-registration';
import { IotPlatform } from './iot-platform';
import { VerificationCertificate } from '../constructs/certificates/verification-certificate';
import { check } from '../constructs/checks/kinds';
import { REMOVAL_POLICY } from '../constructs/checks/object-kinds';
import { validRemovalPolicy } from '../constructs/provider/removal-policy';
import { quote } from '../contract/rules';

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
  private uniqueName?: string;

  /**
   * Sets what happens to the registration at the platform when it leaves the stack, as `removalPolicy` does.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    check(this, { policy: REMOVAL_POLICY }, { policy });
    this._registration.applyRemovalPolicy(validRemovalPolicy(this, policy, RemovalPolicy.DESTROY));
  }

  /**
   * Makes sure that no other registration of the stack has this name, if the platform gives a name to one CA alone. A name that is not known
   * at synthesis is left to the function.
   *
   * @param caName the name
   * @param place what the name is unique in, such as the service, as properties of the resource have it
   * @internal
   */
  protected _assertNamedOnce(caName: string, place: object): void {
    if (Token.isUnresolved(caName)) {
      return;
    }
    this.uniqueName = JSON.stringify([caName, this.stack.resolve(place)]);
    const other = this.stack.node.findAll().find(node =>
      node instanceof CloudCaRegistration && node !== this && node.stack === this.stack && node.uniqueName === this.uniqueName);
    if (other) {
      throw new Error(`${this.node.path}: caName must be a name that no other CA has, got ${quote(caName)}, which ${other.node.path} has too; choose another name`);
    }
  }
}
