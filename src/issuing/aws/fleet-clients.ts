import { randomBytes } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDbFleetLedger } from './dynamodb-fleet-ledger';
import { DynamoDbFleetRuns } from './dynamodb-fleet-runs';
import { IssuingClients } from './issuing-clients';
import { kmsRecipient } from './kms-recipient';
import { S3FleetFiles } from './s3-fleet-files';
import { S3Octets } from './s3-octets';
import { StepFunctionsRuns } from './step-functions-runs';
import { ManifestProperties, RecipientProperties, ResultsEnvironment } from '../../contract/fleet-run';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { regionIn } from '../../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../../lambda/aws/client-options';
import { readRecipient, RecipientKey } from '../../pki/recipient-key';
import { FleetPorts } from '../fleet/issue-devices';
import { KeyArchive } from '../fleet/key-archive';

/** The clients of the functions of fleets. They live as long as the process. */
export class FleetClients {
  private readonly issuing: IssuingClients;
  private readonly s3: S3Client;
  private readonly sfn: SFNClient;
  private readonly lambda: LambdaClient;

  /** @param isEmulated whether AWS is emulated: an emulator has no host for each bucket */
  constructor(private readonly region: string, isEmulated: boolean) {
    this.issuing = new IssuingClients(region);
    this.s3 = new S3Client({ ...CLIENT_OPTIONS, region, forcePathStyle: isEmulated });
    this.sfn = new SFNClient({ ...CLIENT_OPTIONS, region });
    this.lambda = new LambdaClient({ ...CLIENT_OPTIONS, region });
  }

  public files(calls: AwsCalls, { RESULTS_BUCKET, RESULTS_FOLDER }: ResultsEnvironment): S3FleetFiles {
    return new S3FleetFiles(this.s3, calls, RESULTS_BUCKET, RESULTS_FOLDER);
  }

  public octets(calls: AwsCalls, place: ManifestProperties): S3Octets {
    return new S3Octets(this.s3, calls, place);
  }

  public runs(calls: AwsCalls, stateMachineArn: string): StepFunctionsRuns {
    return new StepFunctionsRuns(this.sfn, calls, stateMachineArn);
  }

  /** What the ledger with a fleet's certificates knows about its runs. */
  public fleetRuns(calls: AwsCalls, table: string, fleet: string): DynamoDbFleetRuns {
    return new DynamoDbFleetRuns(this.issuing.ledgerTable(calls, table), fleet, randomBytes);
  }

  /** The ports of an invocation that issues. */
  public ports(calls: AwsCalls, impatient: AwsCalls, keyArchive: KeyArchive | undefined): FleetPorts {
    return {
      ...this.issuing.ports(calls, impatient),
      fleetLedger: table => new DynamoDbFleetLedger(this.issuing.ledgerTable(calls, table)),
      keyArchive,
    };
  }

  /** The key for which private keys are encrypted. */
  public async recipient(calls: AwsCalls, { PublicKeyPem, KeyArn }: RecipientProperties): Promise<RecipientKey> {
    return KeyArn === undefined ? readRecipient('keyRecipient', PublicKeyPem ?? '') : kmsRecipient(this.issuing.kms(regionIn(KeyArn) ?? this.region), calls, KeyArn);
  }

  /** Invokes a function without waiting for it. */
  public async invokeLater(calls: AwsCalls, functionArn: string, event: unknown): Promise<void> {
    const command = new InvokeCommand({ FunctionName: functionArn, InvocationType: 'Event', Payload: Buffer.from(JSON.stringify(event)) });
    await calls.make('lambda:InvokeFunction', functionArn, options => this.lambda.send(command, options));
  }
}
