import { CfnResource, RemovalPolicy, Resource } from 'aws-cdk-lib';
import { CfnCertificate, CfnPolicyPrincipalAttachment, CfnThing, CfnThingPrincipalAttachment } from 'aws-cdk-lib/aws-iot';
import { Construct } from 'constructs';
import { AwsIotCaRegistration } from './aws-iot-ca-registration';
import { AwsIotCertificateMode } from './aws-iot-certificate-mode';
import { AwsIotThingPolicy } from './aws-iot-thing-policy';
import { checkThingAttributes, checkThingName } from './contract';
import { DeviceCertificate } from '../../constructs/certificates/device-certificate';
import { check, FLAG, having, Kinds, mapOf, optional, TEXT } from '../../constructs/checks/kinds';
import { validate } from '../../constructs/checks/validation';
import { IotPlatform } from '../iot-platform';
import { knownValues } from './known-values';
import { registerInLine } from './registration-line';
import { REMOVAL_POLICY } from '../../constructs/checks/object-kinds';
import { keepPrivateKeysOut } from '../../constructs/keys/private-key-guard';
import { validRemovalPolicy } from '../../constructs/provider/removal-policy';

/**
 * A device in AWS IoT Core.
 */
export interface AwsIotThingProps {
  /** The certificate that the device connects with. */
  readonly certificate: DeviceCertificate;

  /**
   * The registration of the CA. If its mode is DEFAULT, the certificate is registered as a certificate of that CA. If this changes, or if
   * the CA's certificate is renewed, CloudFormation registers the device's certificate again, which AWS IoT Core refuses for a registered
   * certificate: raise the device's `generation` at the same time.
   *
   * @default - the certificate is registered by itself, in the mode SNI_ONLY: AWS IoT Core need not know the CA
   */
  readonly caRegistration?: AwsIotCaRegistration;

  /**
   * The name of the thing, which is also the client ID with which the device must connect: 1 to 128 letters, digits and `: _ -`.
   *
   * @default - the common name of the certificate
   */
  readonly thingName?: string;

  /**
   * The attributes of the thing: at most three. Their names and values may hold letters, digits and `_.,@/:#-`, and values also `=[]`.
   * Neither may hold a space.
   *
   * @default - none
   */
  readonly attributes?: { [name: string]: string };

  /**
   * The policy that is attached to the certificate.
   *
   * @default - a policy that all things of the stack share: each thing may connect as itself and use its own topics
   */
  readonly policy?: AwsIotThingPolicy;

  /**
   * Whether the device can connect.
   *
   * @default true
   */
  readonly active?: boolean;
}

const KINDS: Kinds<AwsIotThingProps> = {
  certificate: having('a DeviceCertificate, such as new DeviceCertificate()', 'certificatePem', '_complaintFor'),
  caRegistration: optional(having('an AwsIotCaRegistration, such as new AwsIotCaRegistration()', 'caCertificateId', 'mode')),
  thingName: optional(TEXT),
  attributes: optional(mapOf(TEXT)),
  policy: optional(having('an AwsIotThingPolicy, such as new AwsIotThingPolicy()', 'policyName')),
  active: optional(FLAG),
};

/**
 * A device in AWS IoT Core: its registered certificate, its thing, and a policy that lets it connect as itself. You need not detach
 * anything before you delete it: the attachments refer to what they attach, so CloudFormation removes them first.
 *
 * The things of a stack are registered ten at a time, which is the number that AWS IoT Core accepts in a second. A stack holds about 80
 * things, because of CloudFormation's limit of 500 resources.
 *
 * @resource AWS::IoT::Thing
 */
export class AwsIotThing extends Resource {
  /**
   * The name of the thing.
   * @attribute
   */
  public readonly thingName: string;

  /**
   * The identifier of the certificate in AWS IoT Core: the SHA-256 of its DER. It is known without a request to AWS.
   * @attribute
   */
  public readonly certificateId: string;

  /**
   * The ARN of the certificate in AWS IoT Core.
   * @attribute
   */
  public readonly certificateArn: string;

  /** The policy of the certificate. */
  public readonly policy: AwsIotThingPolicy;
  private readonly sharesPolicy: boolean;

  constructor(scope: Construct, id: string, props: AwsIotThingProps) {
    super(scope, id);
    check(this, KINDS, props);
    keepPrivateKeysOut(this);
    const { certificate, caRegistration, attributes, active = true, thingName = certificate._subject?.commonName } = props;
    if (thingName === undefined) {
      throw new Error(`${this.node.path}: thingName must be given for a certificate whose subject comes from a certificateSigningRequest`);
    }
    if (certificate._isRenewed) {
      throw new Error(`${this.node.path}: certificate must be one without a renewal, got ${certificate.node.path}: a renewed certificate is not registered `
        + 'until the next deployment; leave out renewal, or register the CA with AwsIotCaRegistration, so that devices register what they present');
    }
    validate(this, [thingName], () => checkThingName(thingName));
    validate(this, [], () => attributes && checkThingAttributes(knownValues(this, attributes, false) as { [name: string]: unknown }, 'attributes', false));
    validate(this, [], () => certificate._complaintFor(IotPlatform.AWS_IOT_CORE));
    if (caRegistration?._ca && caRegistration._ca.caId !== certificate._issuer.caId) {
      throw new Error(`${this.node.path}: caRegistration must be that of the CA that issues the certificate, ${certificate._issuer.node.path}, `
        + `got that of ${caRegistration._ca.node.path}`);
    }
    const ofCa = caRegistration?.mode === AwsIotCertificateMode.DEFAULT;
    const registered = new CfnCertificate(this, 'Certificate', {
      certificatePem: certificate.certificatePem,
      caCertificatePem: ofCa ? certificate._issuer.certificatePemFor(this) : undefined,
      certificateMode: ofCa ? AwsIotCertificateMode.DEFAULT : AwsIotCertificateMode.SNI_ONLY,
      status: active ? 'ACTIVE' : 'INACTIVE',
    });
    if (caRegistration) {
      registered.node.addDependency(caRegistration);
    }
    registerInLine(registered);
    const thing = new CfnThing(this, 'Resource', { thingName, attributePayload: attributes && { attributes } });
    this.policy = props.policy ?? AwsIotThingPolicy._sharedIn(this);
    new CfnThingPrincipalAttachment(this, 'ThingAttachment', { thingName: thing.ref, principal: registered.attrArn });
    new CfnPolicyPrincipalAttachment(this, 'PolicyAttachment', { policyName: this.policy.policyName, principal: registered.attrArn });
    this.thingName = thing.ref;
    this.certificateId = certificate.sha256Fingerprint;
    this.certificateArn = registered.attrArn;
    this.sharesPolicy = props.policy === undefined;
  }

  /**
   * Sets what happens to the device in AWS IoT Core when the thing leaves the stack. A retained device can still connect: its thing, its
   * certificate there, their attachments, and the policy that the things of the stack share are retained together. You must also retain a
   * policy of your own. The private key follows the `removalPolicy` of the device certificate.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    check(this, { policy: REMOVAL_POLICY }, { policy });
    const valid = validRemovalPolicy(this, policy, RemovalPolicy.DESTROY);
    this.node.findAll().filter(construct => CfnResource.isCfnResource(construct)).forEach(resource => resource.applyRemovalPolicy(valid));
    if (this.sharesPolicy && valid !== RemovalPolicy.DESTROY) {
      this.policy.applyRemovalPolicy(valid);
    }
  }
}
