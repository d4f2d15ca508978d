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
 * A device on AWS IoT Core.
 */
export interface AwsIotThingProps {
  /** The certificate that the device connects with. */
  readonly certificate: DeviceCertificate;

  /**
   * The registration of the CA. Where its mode is DEFAULT, the certificate is registered as one of that CA. CloudFormation
   * registers it again where that changes, or where the CA's certificate is renewed, which AWS IoT Core refuses for a certificate
   * that is registered: raise the device's `generation` with it.
   *
   * @default - the certificate is registered by itself, in the mode SNI_ONLY: AWS IoT Core need not know the CA
   */
  readonly caRegistration?: AwsIotCaRegistration;

  /**
   * The name of the thing, which is the client id that the device has to connect with: 1 to 128 letters, digits and `: _ -`.
   *
   * @default - the common name of the certificate
   */
  readonly thingName?: string;

  /**
   * The attributes of the thing: at most three. Their names and values may hold letters, digits and `_.,@/:#-`, values also
   * `=[]`, and neither a space.
   *
   * @default - none
   */
  readonly attributes?: { [name: string]: string };

  /**
   * The policy of the certificate.
   *
   * @default - one that all things of the stack share: each may connect as itself and use its own topics
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
  certificate: having('a DeviceCertificate, as in new DeviceCertificate()', 'certificatePem', '_complaintFor'),
  caRegistration: optional(having('an AwsIotCaRegistration, as in new AwsIotCaRegistration()', 'caCertificateId', 'mode')),
  thingName: optional(TEXT),
  attributes: optional(mapOf(TEXT)),
  policy: optional(having('an AwsIotThingPolicy, as in new AwsIotThingPolicy()', 'policyName')),
  active: optional(FLAG),
};

/**
 * A device that AWS IoT Core knows: its certificate, registered there, its thing, and a policy by which it may connect as
 * itself. Nothing has to be detached by hand before it is deleted: the attachments refer to what they attach, so
 * CloudFormation removes them first.
 *
 * The things of a stack are registered ten at a time, which is what AWS IoT Core takes in a second. A stack holds about 80 of
 * them, by CloudFormation's limit of 500 resources.
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
   * What AWS IoT Core knows the certificate by: SHA-256 of its DER. It is known without asking AWS.
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
      throw new Error(`${this.node.path}: thingName must be given for a certificate that has its subject from a certificateSigningRequest`);
    }
    validate(this, [thingName], () => checkThingName(thingName));
    validate(this, [], () => attributes && checkThingAttributes(knownValues(this, attributes, false) as { [name: string]: unknown }, 'attributes', false));
    validate(this, [], () => certificate._complaintFor(IotPlatform.AWS_IOT_CORE));
    if (caRegistration?._ca && caRegistration._ca.caId !== certificate._issuer.caId) {
      throw new Error(`${this.node.path}: caRegistration must be that of the CA which issues the certificate, ${certificate._issuer.node.path}, `
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
   * What happens to the device at AWS IoT Core when the thing leaves the stack. One that is retained can go on connecting: its thing, its
   * certificate there, what attaches them, and the policy that the things of the stack share, stay together. A policy of your own
   * has to be retained beside it. The private key follows the `removalPolicy` of the device certificate.
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
