import { ArnFormat, Aws, Duration, Stack, Token } from 'aws-cdk-lib';
import { CfnDomainConfiguration } from 'aws-cdk-lib/aws-iot';
import { CfnPermission, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { AwsIotFailureMode } from './aws-iot-failure-mode';
import { checkCacheSeconds, checkNumberOfValidatedCas, ClientCertificateValidationEnvironment, ValidatedCa } from './contract';
import { IPrivateIotCa } from '../../constructs/ca/i-private-iot-ca';
import { grantReadRevocations } from '../../constructs/ca/ledger-table';
import { check, FLAG, having, Kinds, listOf, oneOf, optional } from '../../constructs/checks/kinds';
import { CA, DURATION } from '../../constructs/checks/object-kinds';
import { validate } from '../../constructs/checks/validation';
import { keepPrivateKeysOut } from '../../constructs/keys/private-key-guard';
import { readableLedgerOf } from '../../constructs/provider/certificate-provider';
import { libraryFunction } from '../../constructs/provider/library-function';
import { rolePolicy } from '../../constructs/provider/role-policy';
import { carriesOver } from '../../constructs/revocation/revocation-reach';
import { quote } from '../../contract/rules';

/**
 * Which clients AWS IoT Core accepts.
 */
export interface AwsIotClientCertificateValidationProps {
  /**
   * The CAs, 1 to 10: those that sign the certificates of devices, and the CAs above them whose revocations of CAs are to count. A
   * certificate is accepted if it is in the ledger of one of them, and neither it nor a CA above it is revoked or on hold.
   */
  readonly cas: IPrivateIotCa[];

  /**
   * What happens while the ledgers can't be read.
   *
   * @default AwsIotFailureMode.CLOSED
   */
  readonly failureMode?: AwsIotFailureMode;

  /**
   * How long the answer about a certificate is used again, from 0 to 3600 whole seconds. A revocation takes up to this long to be noticed. A
   * device that connects again and again then costs fewer reads.
   *
   * @default Duration.seconds(10)
   */
  readonly resultsCacheTtl?: Duration;

  /**
   * Whether certificates that none of the CAs has signed are accepted, such as those that AWS IoT Core itself has made. A certificate that
   * one of the CAs has signed is refused if it is not in the ledger.
   *
   * @default false
   */
  readonly acceptOtherIssuers?: boolean;
}

const KINDS: Kinds<AwsIotClientCertificateValidationProps> = {
  cas: listOf(CA),
  failureMode: optional(oneOf('AwsIotFailureMode', AwsIotFailureMode)),
  resultsCacheTtl: optional(DURATION),
  acceptOtherIssuers: optional(FLAG),
};

const DOMAIN_CONFIGURATION = having<CfnDomainConfiguration>('a CfnDomainConfiguration of aws-iot', 'attrArn', 'domainConfigurationName');

/** The authentication type of domain configurations that ask about certificates. */
const X509 = 'AWS_X509';

/**
 * The function that AWS IoT Core asks about the certificate of each client that connects (custom client certificate validation). It looks the
 * certificate up in the ledgers of the CAs, so revocations count for certificates that nobody has registered yet, such as those of
 * just-in-time registration.
 *
 * AWS IoT Core asks only at the endpoint of a domain configuration with the authentication type `AWS_X509`, and clients must send the server
 * name (SNI). It is not available in AWS GovCloud (US). A device that connects to another endpoint of the account is not asked about, so
 * also use `AwsIotRevocation`, which disconnects devices as well. AWS IoT Core itself checks signatures and validity.
 *
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/customize-client-auth.html
 *
 * @example
 * declare const ca: PrivateIotCa;
 * const validation = new AwsIotClientCertificateValidation(ca.stack, 'Validation', { cas: [ca] });
 * validation.attachTo(new CfnDomainConfiguration(ca.stack, 'Devices', {
 *   serviceType: 'DATA', authenticationType: 'AWS_X509', applicationProtocol: 'SECURE_MQTT',
 * }));
 */
export class AwsIotClientCertificateValidation extends Construct {
  /**
   * The function. `attachTo` passes its ARN to a domain configuration as `ClientCertificateConfig.ClientCertificateCallbackArn`.
   */
  public readonly function: IFunction;

  private readonly permission: CfnPermission;

  constructor(scope: Construct, id: string, props: AwsIotClientCertificateValidationProps) {
    super(scope, id);
    check(this, KINDS, props);
    keepPrivateKeysOut(this);
    const { cas, failureMode = AwsIotFailureMode.CLOSED, resultsCacheTtl = Duration.seconds(10), acceptOtherIssuers = false } = props;
    const seconds = resultsCacheTtl.toSeconds({ integral: false });
    validate(this, [seconds], () => checkCacheSeconds(seconds));
    validate(this, [], () => checkNumberOfValidatedCas(cas.length));
    this.assertAvailable();

    const validated: ValidatedCa[] = cas.map(ca => ({ caId: ca.caId, table: readableLedgerOf(this, ca) }));
    const environment: ClientCertificateValidationEnvironment = {
      STACK_ID: Aws.STACK_ID,
      CAS: Stack.of(this).toJsonString(validated),
      ON_FAILURE: failureMode,
      ACCEPT_OTHER_ISSUERS: String(acceptOtherIssuers),
      CACHE_SECONDS: String(seconds),
    };
    const made = libraryFunction(this, {
      description: 'Tells AWS IoT Core whether the certificates of clients are revoked',
      bundle: 'aws-iot',
      handler: 'validate',
      memorySize: 512,
      timeout: Duration.seconds(5),
      environment: { ...environment },
    });
    const rights = rolePolicy(this, 'Rights', made.role);
    for (const ca of cas) {
      grantReadRevocations(ca.ledger, rights);
      carriesOver(ca, 'aws-iot-core');
    }
    made.function.node.addDependency(rights);
    this.function = made.function;
    this.permission = new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: made.function.functionArn,
      principal: 'iot.amazonaws.com',
      sourceAccount: Stack.of(this).account,
      sourceArn: Stack.of(this).formatArn({
        service: 'iot', resource: 'domainconfiguration', resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      }),
    });
  }

  /**
   * Has AWS IoT Core ask this function about every client that connects to the endpoint of a domain configuration.
   *
   * @param domainConfiguration a domain configuration in the account and the Region of the function, whose `authenticationType` is `AWS_X509`
   */
  public attachTo(domainConfiguration: CfnDomainConfiguration): void {
    check(this, { domainConfiguration: DOMAIN_CONFIGURATION }, { domainConfiguration });
    const { authenticationType, node: { path } } = domainConfiguration;
    validate(this, [authenticationType], () => authenticationType === X509 ? undefined
      : `authenticationType of ${path} must be ${X509}, or AWS IoT Core would not ask about certificates, got ${quote(authenticationType)}`);
    domainConfiguration.clientCertificateConfig = { clientCertificateCallbackArn: this.function.functionArn };
    domainConfiguration.node.addDependency(this.permission);
  }

  private assertAvailable(): void {
    const { region } = Stack.of(this);
    if (!Token.isUnresolved(region) && region.startsWith('us-gov-')) {
      throw new Error(`${this.node.path}: the stack must be in a Region outside AWS GovCloud (US), where AWS IoT Core does not ask about certificates, `
        + `got ${quote(region)}; use AwsIotRevocation`);
    }
  }
}
