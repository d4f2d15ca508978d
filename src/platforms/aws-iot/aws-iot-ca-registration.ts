import { CfnResource, RemovalPolicy, Resource, Stack } from 'aws-cdk-lib';
import { CfnCACertificate } from 'aws-cdk-lib/aws-iot';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { AwsIotCertificateMode } from './aws-iot-certificate-mode';
import { AwsIotRegistrationCodeAttributes, AwsIotRegistrationCodeProperties } from './contract';
import { JUST_IN_TIME_REGISTRATION, sendNewCertificates } from './just-in-time-registration';
import { JIT_PROVISIONING, JustInTimeProvisioning } from './provisioning/just-in-time-provisioning';
import { checkKeyOfCa, sayIfEnded, validateChain } from '../../constructs/ca/ca-validation';
import { isKnownToDiffer } from '../../constructs/ca/cross-account';
import { IPrivateIotCa } from '../../constructs/ca/i-private-iot-ca';
import { PemSource } from '../../constructs/certificates/pem-source';
import { VerificationCertificate } from '../../constructs/certificates/verification-certificate';
import { check, FLAG, having, Kinds, NUMBER, oneOf, optional } from '../../constructs/checks/kinds';
import { CA, PEM_SOURCE, REMOVAL_POLICY } from '../../constructs/checks/object-kinds';
import { sayNotices, validate, validGeneration } from '../../constructs/checks/validation';
import { keepPrivateKeysOut } from '../../constructs/keys/private-key-guard';
import { validRemovalPolicy } from '../../constructs/provider/removal-policy';
import { assertLinted } from '../../pki/lint/lint-errors';
import { ICaRegistration } from '../i-ca-registration';
import { IotPlatform } from '../iot-platform';
import { validateRegistration } from '../registered-ca';
import { RegistrarFunction } from '../registrar-function';
import { RegistrationType } from '../registrations';

/**
 * Which CA is registered with AWS IoT Core, and how.
 */
export interface AwsIotCaRegistrationProps {
  /**
   * The CA, which must be the direct issuer of the devices' certificates. A CA from a stack in another Region or account can also be given
   * by `caCertificate`.
   *
   * @default - the CA is given by `caCertificate`
   */
  readonly ca?: IPrivateIotCa;

  /**
   * The CA's certificate, in place of `ca`. The mode SNI_ONLY needs nothing else.
   *
   * @default - the certificate of `ca`
   */
  readonly caCertificate?: PemSource;

  /**
   * How AWS IoT Core identifies the CA. Another mode makes another registration, and the first registration must be removed before it.
   *
   * @default AwsIotCertificateMode.SNI_ONLY
   */
  readonly mode?: AwsIotCertificateMode;

  /**
   * Whether devices can be registered with certificates of the CA.
   *
   * @default true
   */
  readonly active?: boolean;

  /**
   * Whether AWS IoT Core registers a certificate of the CA when a device connects with it for the first time.
   *
   * @default - true with `justInTimeProvisioning` or `addJustInTimeRegistration`, else false
   */
  readonly autoRegistration?: boolean;

  /**
   * What else AWS IoT Core does for a device that connects for the first time.
   *
   * @default - nothing
   */
  readonly justInTimeProvisioning?: JustInTimeProvisioning;

  /**
   * The generation of the registration code in the mode DEFAULT, 1 to 1,000,000. Raise it to have the code fetched again: if the
   * registration failed with a RegistrationCodeValidationException and was not rolled back, or if the certificate of a CA that is signed
   * elsewhere is renewed. Do not raise it for a registered certificate, which AWS IoT does not register again.
   *
   * @default 1
   */
  readonly generation?: number;

  /**
   * What happens to the registration when it leaves the stack, as in `applyRemovalPolicy`.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

const KINDS: Kinds<AwsIotCaRegistrationProps> = {
  ca: optional(CA),
  caCertificate: optional(PEM_SOURCE),
  mode: optional(oneOf('AwsIotCertificateMode', AwsIotCertificateMode)),
  active: optional(FLAG),
  autoRegistration: optional(FLAG),
  justInTimeProvisioning: optional(JIT_PROVISIONING),
  generation: optional(NUMBER),
  removalPolicy: optional(REMOVAL_POLICY),
};

/** An AWS Lambda function. */
const FUNCTION = having<IFunction>('an IFunction of aws-lambda, such as Function.fromFunctionAttributes()', 'functionArn', 'addPermission');

/**
 * A CA that is registered with AWS IoT Core, in the account and the Region of the stack. CloudFormation owns the registration,
 * and sets the CA inactive before it deletes it.
 *
 * @resource AWS::IoT::CACertificate
 */
export class AwsIotCaRegistration extends Resource implements ICaRegistration {
  public readonly platform = IotPlatform.AWS_IOT_CORE;

  public readonly registeredCaId: string;

  /**
   * The identifier of the CA in AWS IoT Core: the SHA-256 of its certificate's DER, 64 lower-case hexadecimal digits.
   * @attribute
   */
  public readonly caCertificateId: string;

  /**
   * The ARN of the CA in AWS IoT Core.
   * @attribute
   */
  public readonly caCertificateArn: string;

  /** The CA's certificate, PEM. */
  public readonly caCertificatePem: string;

  /** How AWS IoT Core identifies the CA, and the certificates that are registered with it. */
  public readonly mode: AwsIotCertificateMode;

  /**
   * The proof of possession in the mode DEFAULT.
   *
   * @default - the mode is SNI_ONLY, which needs no proof
   */
  public readonly verificationCertificate?: VerificationCertificate;

  /** The CA; absent if only its certificate is given. @internal */
  public readonly _ca?: IPrivateIotCa;
  private readonly registration: CfnCACertificate;
  private readonly autoRegistration?: boolean;
  private removalPolicy?: RemovalPolicy;

  constructor(scope: Construct, id: string, props: AwsIotCaRegistrationProps) {
    super(scope, id);
    check(this, KINDS, props);
    keepPrivateKeysOut(this);
    const { ca, active = true, justInTimeProvisioning } = props;
    this.mode = props.mode ?? AwsIotCertificateMode.SNI_ONLY;
    this.autoRegistration = props.autoRegistration;
    this._ca = ca;
    this.caCertificatePem = this.certificateOf(props);
    const provisioning = justInTimeProvisioning?._bind(this, ca);
    if (provisioning) {
      this.assertAutoRegistration('justInTimeProvisioning');
    }
    if (this.mode !== AwsIotCertificateMode.DEFAULT && props.generation !== undefined) {
      throw new Error(`${this.node.path}: generation must be left out in the mode ${this.mode}, which needs no registration code, `
        + `got ${Number(props.generation)}`);
    }
    this.verificationCertificate = this.mode === AwsIotCertificateMode.DEFAULT ? this.verify(props) : undefined;
    this.registration = new CfnCACertificate(this, 'Resource', {
      caCertificatePem: this.caCertificatePem,
      certificateMode: this.mode,
      verificationCertificatePem: this.verificationCertificate?.certificatePem,
      status: active ? 'ACTIVE' : 'INACTIVE',
      autoRegistrationStatus: this.autoRegistration ?? provisioning !== undefined ? 'ENABLE' : 'DISABLE',
      registrationConfig: provisioning?.config,
    });
    if (provisioning) {
      this.registration.node.addDependency(provisioning.role);
    }
    this.caCertificateId = this.registration.ref;
    this.registeredCaId = this.caCertificateId;
    this.caCertificateArn = this.registration.attrArn;
    if (props.removalPolicy !== undefined) {
      this.applyRemovalPolicy(props.removalPolicy);
    }
  }

  /**
   * Adds just-in-time registration: a function decides on each certificate of the CA with which a device connects for the first time. AWS
   * IoT Core has then registered the certificate as PENDING_ACTIVATION, and sends the function the published message: `certificateId`,
   * `caCertificateId`, `certificateStatus`, `awsAccountId`, `timestamp`. The function activates the certificate, and attaches what the
   * certificate needs. An earlier provisioning template of the CA stays at AWS IoT until you remove it there:
   * `aws iot update-ca-certificate --remove-auto-registration`.
   *
   * @param fn the function, which needs the rights to do so
   * @see https://docs.aws.amazon.com/iot/latest/developerguide/auto-register-device-cert.html
   */
  public addJustInTimeRegistration(fn: IFunction): void {
    check(this, { fn: FUNCTION }, { fn });
    if (this.node.tryFindChild(JUST_IN_TIME_REGISTRATION)) {
      throw new Error(`${this.node.path}: addJustInTimeRegistration must be called only once, got a second call; have one function invoke the other`);
    }
    this.assertAutoRegistration('addJustInTimeRegistration');
    const [own, region] = [this.env.region, fn.env.region];
    if (isKnownToDiffer(own, region)) {
      throw new Error(`${this.node.path}: fn must be in the Region of the registration, ${own}, got ${fn.node.path} in ${region}; use a function there`);
    }
    this.registration.autoRegistrationStatus = 'ENABLE';
    sendNewCertificates(this, this.caCertificateId, fn);
    this.retainBelow();
  }

  /**
   * Sets what happens to the registration when it leaves the stack. A retained CA stays active. The resources that provision its devices
   * stay with it: the role of a template, or the rule and the permission to call a function. You must also retain the function itself, and
   * a policy that the template names.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    check(this, { policy: REMOVAL_POLICY }, { policy });
    super.applyRemovalPolicy(validRemovalPolicy(this, policy, RemovalPolicy.DESTROY));
    this.removalPolicy = policy;
    this.retainBelow();
  }

  private retainBelow(policy = this.removalPolicy): void {
    ['ProvisioningRole', JUST_IN_TIME_REGISTRATION]
      .flatMap(id => policy && this.node.tryFindChild(id)?.node.findAll() || [])
      .filter(construct => CfnResource.isCfnResource(construct))
      .forEach(resource => resource.applyRemovalPolicy(policy));
  }

  private certificateOf({ ca, caCertificate }: AwsIotCaRegistrationProps): string {
    if ((ca === undefined) === (caCertificate === undefined)) {
      throw new Error(`${this.node.path}: either ca or caCertificate must be given, got ${ca ? 'both' : 'neither'}`);
    }
    if (!ca?.platforms.includes(IotPlatform.AWS_IOT_CORE)) {
      sayNotices(this, [IotPlatform.AWS_IOT_CORE]);
    }
    if (ca) {
      this.assertRegisteredOnce(ca);
      validateRegistration(this, ca, IotPlatform.AWS_IOT_CORE);
      validate(this, [], () => checkKeyOfCa(ca, IotPlatform.AWS_IOT_CORE));
      return ca.certificatePemFor(this);
    }
    const text = caCertificate!._text;
    if (text === undefined) {
      throw new Error(`${this.node.path}: caCertificate must be given with PemSource.inline(), file() or parameter(), got PemSource.secret()`);
    }
    validateChain(this, 'caCertificate', text, ({ certificate, chain }) => {
      if (chain.length > 0) {
        throw new Error(`caCertificate must hold one certificate, that of the CA that signs the devices' certificates, got ${chain.length + 1}`);
      }
      assertLinted(certificate.der, [IotPlatform.AWS_IOT_CORE._render()], undefined);
      sayIfEnded(this, 'caCertificate', { certificate, chain }, 'AWS IoT Core registers only a CA that is valid');
    });
    return text;
  }

  /** AWS IoT registers a CA only once in an account and Region. The environments of other stacks are not known. */
  private assertRegisteredOnce(ca: IPrivateIotCa): void {
    const stack = Stack.of(this);
    const other = stack.node.findAll().find(node => node instanceof AwsIotCaRegistration && node !== this && node._ca === ca && node.stack === stack);
    if (other) {
      throw new Error(`${this.node.path}: ca must be registered only once in a stack, got ${ca.node.path}, `
        + `which ${other.node.path} already registers; use that registration`);
    }
  }

  /** AWS IoT requires auto-registration of a CA for both kinds of just-in-time provisioning. */
  private assertAutoRegistration(property: string): void {
    if (this.autoRegistration === false) {
      throw new Error(`${this.node.path}: autoRegistration must be true for ${property}, got false`);
    }
  }

  private verify({ ca, generation: declared }: AwsIotCaRegistrationProps): VerificationCertificate {
    if (!ca) {
      throw new Error(`${this.node.path}: ca must be given for AwsIotCertificateMode.DEFAULT, because its key signs a verification certificate`);
    }
    const registrar = RegistrarFunction.of(this, 'aws-iot');
    const { region, urlSuffix } = Stack.of(this);
    const generation = validGeneration(this, declared);
    const properties: AwsIotRegistrationCodeProperties = {
      Endpoint: `iot.${region}.${urlSuffix}`, // https://docs.aws.amazon.com/general/latest/gr/iot-core.html
      CaCertificatePem: ca.certificatePemFor(this),
      Generation: generation,
    };
    const code = registrar.resource(this, 'RegistrationCode', RegistrationType.AWS_IOT_REGISTRATION_CODE, properties, [registrar.grantGetRegistrationCode()]);
    return new VerificationCertificate(this, 'Verification', {
      ca,
      registrationCode: code.getAttString('RegistrationCode' satisfies keyof AwsIotRegistrationCodeAttributes),
      platform: IotPlatform.AWS_IOT_CORE,
      clipToIssuer: true,
      generation,
    });
  }
}
