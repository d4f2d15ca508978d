import { Duration, Stack } from 'aws-cdk-lib';
import { IGrantable, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { BoundManifest, FleetManifestFormat } from './fleet-manifest';
import { BoundRecipient } from './key-recipient';
import { DeclarationEnvironment, FinisherEnvironment, PlannerEnvironment, ResultsEnvironment, WorkerEnvironment } from '../../contract/fleet-run';
import { fleetPartition } from '../../contract/ledger-keys';
import { grantSign } from '../ca/grant-issue';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { grantBeginRuns, grantRecordFleet, grantSeeRuns } from '../ca/ledger-table';
import { FULL_CORE, libraryFunction } from '../provider/library-function';
import { acknowledgeWildcard } from '../provider/nag';
import { rolePolicy } from '../provider/role-policy';

/** A function of a fleet, with the policy that holds its rights. */
export interface FleetFunction {
  readonly function: Function;
  readonly rights: Policy;
  /** Its environment variables. */
  readonly environment: { readonly [name: string]: string };
}

/** What the functions of a fleet have in common. */
export interface FleetFacts {
  readonly ca: IPrivateIotCa;
  readonly results: ResultsPlace;
  readonly declaration: DeclarationEnvironment;
}

/** Where the results of a fleet are. */
export interface ResultsPlace {
  readonly bucket: IBucket;
  /** Without a slash at its end. */
  readonly folder: string;
}

const WHY_A_FOLDER = 'The objects of a run are below a folder that is named after the run';

/** In MB: the IDs of ten million devices take up 600, while their table grows, and so do the keys of their requests. */
const PLANNER_MEMORY = 3_008;

const LONGEST = Duration.minutes(15);

/** The function that reads the manifest. */
export function plannerOf(
  scope: Construct, { ca, results, declaration }: FleetFacts, manifest: BoundManifest, format: FleetManifestFormat, batchSize: number,
): FleetFunction {
  const environment: PlannerEnvironment = {
    ...resultsEnvironment(results),
    ...declaration,
    MANIFEST: scopeJson(scope, manifest.properties),
    MANIFEST_FORMAT: format,
    BATCH_SIZE: String(batchSize),
  };
  const made = functionOf(scope, 'Planner', 'Reads the manifest of a fleet', 'plan', PLANNER_MEMORY, environment);
  manifest.grantRead(made.rights);
  grantBeginRuns(ca.ledger, made.rights, partitionOf(declaration));
  grantObjects(made.rights, results, ['s3:PutObject'], ['plan.json', 'pieces.json', 'pieces/*'], true);
  return made;
}

/** The function that issues. */
export function workerOf(scope: Construct, { ca, results, declaration }: FleetFacts, recipient: BoundRecipient | undefined): FleetFunction {
  const environment: WorkerEnvironment = { ...resultsEnvironment(results), ...declaration };
  const made = functionOf(scope, 'Worker', 'Issues the certificates of a fleet', 'work', FULL_CORE, environment);
  grantSign(ca, made.rights);
  grantRecordFleet(ca.ledger, made.rights, partitionOf(declaration));
  recipient?.grant(made.rights);
  grantObjects(made.rights, results, ['s3:GetObject'], ['pieces/*'], false);
  const written = ['results/*', 'certificates/*', 'refused/*', 'devices/*', 'register/*', 'counts/*', 'failures/*', ...recipient ? ['keys/*'] : []];
  grantObjects(made.rights, results, ['s3:PutObject'], written, true);
  return made;
}

/** The function that adds the results up. */
export function finisherOf(scope: Construct, { ca, results, declaration }: FleetFacts, toleratedFailurePercentage: number): FleetFunction {
  const environment: FinisherEnvironment = {
    ...resultsEnvironment(results), ...declaration, TOLERATED_FAILURE_PERCENTAGE: String(toleratedFailurePercentage),
  };
  const made = functionOf(scope, 'Finisher', 'Adds up the results of a fleet', 'finish', FULL_CORE, environment);
  grantSeeRuns(ca.ledger, made.rights, partitionOf(declaration));
  grantObjects(made.rights, results, ['s3:GetObject'], ['plan.json', 'counts/*', 'failures/*', 'refused/*', 'devices/*'], false);
  grantObjects(made.rights, results, ['s3:PutObject'], ['summary.json', 'refused.jsonl', 'devices.csv'], true);
  made.rights.addStatements(new PolicyStatement({
    actions: ['s3:ListBucket'], resources: [results.bucket.bucketArn], conditions: { StringLike: { 's3:prefix': `${results.folder}/runs/*` } },
  }));
  return made;
}

/** Lets a principal use objects of the runs of a fleet. */
export function grantObjects(rights: Policy, { bucket, folder }: ResultsPlace, actions: string[], names: readonly string[], writes: boolean): void {
  const objects = names.map(name => bucket.arnForObjects(`${folder}/runs/*/${name}`));
  rights.addStatements(new PolicyStatement({ actions, resources: objects }));
  grantBucketKey(bucket, rights, writes);
  objects.forEach(arn => acknowledgeWildcard(rights, arn, WHY_A_FOLDER));
}

function grantBucketKey(bucket: IBucket, grantee: IGrantable, writes: boolean): void {
  bucket.encryptionKey?.grant(grantee, 'kms:Decrypt', ...writes ? ['kms:GenerateDataKey'] : []);
}

function functionOf(scope: Construct, id: string, description: string, handler: string, memorySize: number, environment: object): FleetFunction {
  const own = new Construct(scope, id);
  const made = libraryFunction(own, { description, bundle: 'fleet', handler, memorySize, timeout: LONGEST, environment: { ...environment } });
  return { function: made.function, rights: rolePolicy(own, 'Rights', made.role), environment: { ...environment } };
}

function partitionOf({ STACK_ID, LOGICAL_ID }: DeclarationEnvironment): string {
  return fleetPartition(`${STACK_ID}/${LOGICAL_ID}`);
}

function resultsEnvironment({ bucket, folder }: ResultsPlace): ResultsEnvironment {
  return { RESULTS_BUCKET: bucket.bucketName, RESULTS_FOLDER: folder };
}

/** JSON of values that may have tokens. */
function scopeJson(scope: Construct, values: object): string {
  return Stack.of(scope).toJsonString(values);
}
