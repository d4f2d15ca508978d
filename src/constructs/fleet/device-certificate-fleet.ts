import { ArnFormat, Aws, CfnResource, CustomResource, Duration, Lazy, Names, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import { Grant, IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { DeviceCertificateFleetProps, FLEET_KINDS } from './device-certificate-fleet-props';
import { finisherOf, FleetFacts, plannerOf, ResultsPlace, workerOf } from './fleet-functions';
import { executionsOf, fleetStateMachine } from './fleet-state-machine';
import { resultsBucket } from './results-bucket';
import { checkBatching, checkRenewBefore } from '../../contract/fleet-checks';
import { describeEstimate, estimateFleet } from '../../contract/fleet-estimate';
import { defaultBatchSize, defaultConcurrency, FLEET_QUOTAS, FleetLoad } from '../../contract/fleet-quotas';
import { DeclarationEnvironment, FleetAttribute, FleetProperties, RunnerEnvironment } from '../../contract/fleet-run';
import { KEY_ALGORITHMS } from '../../contract/key-algorithms';
import { ResourceType } from '../../contract/resource-types';
import { checkAttributes } from '../../contract/rules';
import { validateNotRetired } from '../ca/ca-succession';
import { issuerProperties } from '../ca/known-ca';
import { DeviceProfile } from '../certificates/device-certificate';
import { validateCanIssue, validateIssuing } from '../certificates/issuing-validation';
import { renderExtensions } from '../certificates/render-extensions';
import { validateCustomExtensions } from '../certificates/request-validation';
import { check, pathBelow } from '../checks/kinds';
import { note, warn } from '../checks/notices';
import { GRANTEE } from '../checks/object-kinds';
import { renderSubject, sayNotices, validate, validateInsideCa, validGeneration, validHashAlgorithm, validTerm } from '../checks/validation';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { keepPrivateKeysOut } from '../keys/private-key-guard';
import { ledgerOf } from '../provider/certificate-provider';
import { functionResource } from '../provider/function-resource';
import { libraryFunction } from '../provider/library-function';
import { acknowledgeWildcard } from '../provider/nag';
import { largestSize } from '../provider/policy-size';
import { validRemovalPolicy } from '../provider/removal-policy';
import { rolePolicy } from '../provider/role-policy';
import { beforeIssuance } from '../revocation/issuance-order';
import { concerns } from '../revocation/revocation-reach';

/** What waits for a run does little: 128 MB would do, but loads slowly. */
const RUNNER_MEMORY = 512;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html (`ServiceTimeout`) */
const LONGEST_SERVICE_TIMEOUT = 60;

/**
 * Certificates for any number of devices, which a manifest lists. A state machine (AWS Step Functions) reads the manifest, has many workers issue the
 * certificates, and writes them to a bucket with a report on each row that was refused. A run issues only what the ledger of the CA does not have yet: what
 * is new, has changed, or has failed before. The certificates are revoked, listed and watched like all others of the CA.
 *
 * @resource Custom::IotDeviceCertificateFleet
 *
 * @example
 * declare const ca: PrivateIotCa;
 * new DeviceCertificateFleet(ca.stack, 'Sensors', {
 *   ca,
 *   manifest: FleetManifest.fromAsset('sensors.csv'),
 *   keyAlgorithm: KeyAlgorithm.EC_P256,
 *   keyRecipient: KeyRecipient.publicKey(readFileSync('factory.pub.pem', 'utf8')),
 * });
 */
export class DeviceCertificateFleet extends Resource {
  /** The state machine. Each of its executions is a run of the fleet; its input does not matter. */
  public readonly stateMachine: IStateMachine;

  /** The bucket of the results. */
  public readonly resultsBucket: IBucket;

  /** The folder of the fleet in the bucket of the results, without a slash at its end. A run has its objects below `runs/` and its name. */
  public readonly resultsFolder: string;

  /** How many devices a worker issues for at once. */
  public readonly batchSize: number;

  /** How many workers run at the same time at most. */
  public readonly maxConcurrency: number;

  private readonly machine: StateMachine;

  private readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: DeviceCertificateFleetProps) {
    check(pathBelow(scope, id), FLEET_KINDS, props);
    super(scope, id);
    keepPrivateKeysOut(this);
    const { ca, manifest, keyRecipient, toleratedFailurePercentage = 5, runOnDeploy = true } = props;
    const keyAlgorithm = props.keyAlgorithm ?? KeyAlgorithm.RSA_2048;
    const load: FleetLoad = {
      keyAlgorithm: keyRecipient && keyAlgorithm._render(), caKeyAlgorithm: ca.keyAlgorithm?._render(), isCaInKms: ca.signingKey !== undefined,
    };
    this.batchSize = props.batchSize ?? defaultBatchSize(load);
    this.maxConcurrency = props.maxConcurrency ?? defaultConcurrency(load);
    const { batchSize, maxConcurrency } = this;
    const batching = { batchSize, maxConcurrency, toleratedFailurePercentage };
    validate(this, [batching], () => checkBatching(batching, load));
    const ofBucket = (['encryptionKey', 'removalPolicy'] as const).find(name => props[name] !== undefined);
    validate(this, [], () => props.resultsBucket && ofBucket
      ? `${ofBucket} must be left out with your own resultsBucket: it is for the bucket that this construct makes` : undefined);
    const declaration = this.declaration(props, keyAlgorithm);

    const removalPolicy = validRemovalPolicy(this, props.removalPolicy, RemovalPolicy.RETAIN);
    this.resultsBucket = props.resultsBucket ?? resultsBucket(this, props.encryptionKey, removalPolicy);
    this.resultsFolder = Names.uniqueResourceName(this, { maxLength: 100, separator: '-' });
    const results: ResultsPlace = { bucket: this.resultsBucket, folder: this.resultsFolder };
    const bound = manifest._bind(this);
    validate(this, [], () => keyRecipient || bound.hasRequests !== false ? undefined
      : 'keyRecipient must be given, because no row of the manifest has a certificateSigningRequest: nobody could get the keys of these devices');
    const recipient = keyRecipient?._bindRecipient(this);
    const renewBeforeDays = props.renewBefore?.toDays();
    validate(this, [renewBeforeDays, declaration.ValidityDays], () => checkRenewBefore(renewBeforeDays, declaration.ValidityDays));

    const declared: DeclarationEnvironment = {
      STACK_ID: Aws.STACK_ID,
      LOGICAL_ID: Lazy.string({ produce: () => (this.resource.node.defaultChild as CfnResource).logicalId }),
      DECLARATION: this.stack.toJsonString(declaration),
      ...recipient && { RECIPIENT: this.stack.toJsonString(recipient.properties) },
      ...renewBeforeDays !== undefined && { RENEW_BEFORE_DAYS: String(renewBeforeDays) },
    };
    const facts: FleetFacts = { ca, results, declaration: declared };
    const planner = plannerOf(this, facts, bound, manifest.format, batchSize);
    const worker = workerOf(this, facts, recipient);
    const finisher = finisherOf(this, facts, toleratedFailurePercentage);
    const stateMachine = fleetStateMachine(this, { planner, worker, finisher, results, maxConcurrency, toleratedFailurePercentage });
    this.stateMachine = this.machine = stateMachine;
    const environments = [planner, worker].map(({ environment }) => environment);
    this.node.addValidation({ validate: () => environments.flatMap(each => checkEnvironment(this.stack, each)).slice(0, 1) });

    const own: FleetProperties = {
      Manifest: bound.properties,
      ManifestFormat: manifest.format,
      Recipient: recipient?.properties,
      RenewBeforeDays: renewBeforeDays,
      RunOnDeploy: runOnDeploy,
    };
    const { runner, rights } = this.runner(stateMachine);
    this.resource = functionResource(this, 'Resource', runner, {
      resourceType: ResourceType.DEVICE_CERTIFICATE_FLEET, properties: { ...declaration, ...own }, timeoutMinutes: LONGEST_SERVICE_TIMEOUT,
    });
    const functions = [planner, worker, finisher].map(each => each.rights);
    this.resource.node.addDependency(rights, ...functions, stateMachine, this.node.findChild('RunRights'), beforeIssuance(ca));
    this.say(props, load, bound.rows);
  }

  /** The properties that all devices share. */
  private declaration(props: DeviceCertificateFleetProps, keyAlgorithm: KeyAlgorithm) {
    const { ca, subject = {}, clipToIssuer = false, profile = DeviceProfile.TLS_CLIENT } = props;
    const platforms = props.platforms ?? ca.platforms;
    const term = validTerm(this, props, Duration.days(365));
    validate(this, Object.values(subject), () => checkAttributes({ ...subject }, 'subject'));
    validateCanIssue(this, ca);
    validateNotRetired(this, ca);
    validateInsideCa(this, term.ValidityDays, ca.validity, clipToIssuer);
    validateCustomExtensions(this, props.customExtensions, ca.allowedCustomExtensions);
    validateIssuing(this, ca, profile === DeviceProfile.TLS_CLIENT ? 'device' : 'devid', { ...props, subject: undefined }, term.ValidityDays);
    platforms.forEach(platform => concerns(ca, platform._render()));
    sayNotices(this, platforms.filter(platform => !ca.platforms.includes(platform)));
    return {
      LedgerTable: ledgerOf(this, ca),
      ...issuerProperties(ca),
      Subject: renderSubject({ ...subject }),
      KeyAlgorithm: keyAlgorithm._render(),
      HashAlgorithm: validHashAlgorithm(this, ca, props.hashAlgorithm),
      ...term,
      ClipToIssuer: clipToIssuer,
      Generation: validGeneration(this, props.generation),
      Platforms: platforms.map(platform => platform._render()),
      Extensions: renderExtensions(this, props),
      ...profile !== DeviceProfile.TLS_CLIENT && { Profile: profile },
    };
  }

  /** The function that runs the fleet for CloudFormation. It answers CloudFormation itself, as all functions of this library do (decisions/0002-provider.md). */
  private runner(stateMachine: StateMachine) {
    const scope = new Construct(this, 'Runner');
    const environment: RunnerEnvironment = { STACK_ID: Aws.STACK_ID, STATE_MACHINE: stateMachine.stateMachineArn };
    const made = libraryFunction(scope, {
      description: 'Runs a fleet for CloudFormation',
      bundle: 'fleet',
      handler: 'deploy',
      memorySize: RUNNER_MEMORY,
      timeout: Duration.minutes(15),
      calls: ['s3'], // where CloudFormation awaits answers
      environment: { ...environment },
    });
    const executions = executionsOf(stateMachine, ':*');
    const rights = rolePolicy(scope, 'Rights', made.role);
    rights.addStatements(
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachine.stateMachineArn] }),
      new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [executions] }),
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [made.function.functionArn] }),
    );
    acknowledgeWildcard(rights, executions, 'An execution is named after the request of CloudFormation');
    return { runner: made.function, rights };
  }

  private say({ ca }: DeviceCertificateFleetProps, load: FleetLoad, rows: number | undefined): void {
    warn(this, 'fleet-ca-in-kms', !load.isCaInKms ? undefined
      : `ca should have its key in Secrets Manager, got ${ca.node.path} with a key in KMS, which makes at most ${kmsRate(load)} signatures a second for all keys of the `
        + `account, and charges for each; declare a subordinate CA for the fleet: new PrivateIotCa(…, { issuer: ${ca.node.id}, keyStorage: KeyStorage.secretsManager() })`);
    if (rows !== undefined && !Token.isUnresolved(this.batchSize)) {
      const { batchSize, maxConcurrency } = this;
      note(this, 'fleet-estimate', `a first run, if no row is refused: ${describeEstimate(estimateFleet({ devices: rows, ...load, batchSize, maxConcurrency }))}`);
    }
  }

  /**
   * The name of the run of the last deployment, or `none` if the fleet runs on demand.
   * @attribute
   */
  public get runId(): string {
    return this.attributeOf('RunId');
  }

  /**
   * How that run ended: `SUCCEEDED`, `RUNNING` if it took longer than the deployment could wait, `OVERTAKEN` if a later run issues for what it has left, or
   * `NOT_RUN`.
   * @attribute
   */
  public get runStatus(): string {
    return this.attributeOf('Status');
  }

  /**
   * How many certificates that run has issued for devices that had none, in decimal digits; `unknown` if it has not ended.
   * @attribute
   */
  public get issuedCount(): string {
    return this.attributeOf('Issued');
  }

  /**
   * How many rows that run has refused, in decimal digits; `unknown` if it has not ended. `refused.jsonl` in the folder of the run says why.
   * @attribute
   */
  public get refusedCount(): string {
    return this.attributeOf('Refused');
  }

  /**
   * What is to be said about that run, in words.
   * @attribute
   */
  public get runMessage(): string {
    return this.attributeOf('Message');
  }

  /** Lets a principal run the fleet, and see how far a run is. */
  public grantRun(grantee: IGrantable): Grant {
    check(this, { grantee: GRANTEE }, { grantee });
    const { machine } = this;
    const mapRuns = this.stack.formatArn({
      service: 'states', resource: 'mapRun', resourceName: `${machine.stateMachineName}/*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return machine.grantStartExecution(grantee)
      .combine(machine.grantRead(grantee))
      .combine(machine.grantExecution(grantee, 'states:ListMapRuns'))
      .combine(Grant.addToPrincipal({ grantee, actions: ['states:DescribeMapRun'], resourceArns: [mapRuns] }));
  }

  private attributeOf(name: FleetAttribute): string {
    return this.resource.getAttString(name);
  }
}

function kmsRate({ caKeyAlgorithm = 'RSA_2048' }: FleetLoad): number {
  return FLEET_QUOTAS.kmsSignatures[KEY_ALGORITHMS[caKeyAlgorithm].family];
}

/** The declaration of a fleet is in the environment of its worker, which no caller of the worker can change. */
function checkEnvironment(stack: Stack, environment: object): string[] {
  const size = largestSize(stack, environment);
  return size <= FLEET_QUOTAS.environmentBytes ? []
    : [`the declaration must fit into the ${FLEET_QUOTAS.environmentBytes} bytes that the environment of a function can have, got up to ${size}; give fewer or shorter extensions, or a `
      + 'KeyRecipient.kmsKey() in place of a certificate'];
}
