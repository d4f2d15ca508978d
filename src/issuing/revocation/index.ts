import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishingPorts } from './publish-crls';
import { carryOutPublication, occasionOf, Publisher, publishOn } from './publisher';
import { checkLifeDays, checkListUrl, checkPartitions } from '../../contract/crl-places';
import { isMap } from '../../contract/json-map';
import { PublisherEnvironment } from '../../contract/revocation-functions';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { byRegion } from '../../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../../lambda/aws/client-options';
import { SecretValues } from '../../lambda/aws/secret-values';
import { functionEnvironment } from '../../lambda/cloudformation/environment';
import { handleCloudFormationEvent, InvocationContext } from '../../lambda/cloudformation/handle-event';
import { log } from '../../lambda/log';
import { complain, text, wholeNumber } from '../../resource/property-values';
import { DynamoDbLedger } from '../aws/dynamodb-ledger';
import { DynamoDbRevocations } from '../aws/dynamodb-revocations';
import { KmsSigners } from '../aws/kms-signers';
import { LedgerTable } from '../aws/ledger-table';
import { S3CrlFiles } from '../aws/s3-crl-files';
import { SecretsManagerVersions } from '../aws/secrets-manager-versions';

/**
 * The entry points of the functions that revoke certificates and publish revocation lists, and the only file of this folder that reads the
 * environment. Clients live as long as the process.
 */
const region = process.env.AWS_REGION!;
const dynamoDb = new DynamoDBClient({ ...CLIENT_OPTIONS, region });
const s3 = new S3Client({ ...CLIENT_OPTIONS, region, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined }); // an emulator has no host for each bucket
const secretsManager = byRegion(each => new SecretsManagerClient({ ...CLIENT_OPTIONS, region: each }));
const kms = byRegion(each => new KMSClient({ ...CLIENT_OPTIONS, region: each }));

/** A permission that was just granted may take a fifth of the function's time to become effective. */
const PATIENCE_SHARE = 5;

/** The time that is left of an invocation when its calls end, in milliseconds, so that its outcome is logged. */
const LAST_MOMENT = 5_000;

const DAY = 86_400_000;

/** Publishes the lists of a CA: for CloudFormation, after revocations, and when the time has come. */
export async function publish(event: unknown, context: InvocationContext): Promise<void> {
  const publisher = publisherIn(process.env);
  const patience = context.getRemainingTimeInMillis() / PATIENCE_SHARE;
  if (isMap(event) && event.ResponseURL !== undefined) {
    await handleCloudFormationEvent(event, context, (request, signal) => carryOutPublication(request, publisher, ports(publisher, signal, patience)),
      functionEnvironment(process.env));
    return;
  }
  try {
    const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - LAST_MOMENT));
    await publishOn(occasionOf(event), publisher, ports(publisher, signal, patience));
  } catch (error) {
    const { name, message } = error as Error;
    log('ERROR', { message: 'the revocation lists could not be published', awsRequestId: context.awsRequestId, errorName: name, errorMessage: message });
    throw new Error(message); // Lambda invokes the function again; a new error, because Lambda logs everything that is attached to one
  }
}

function publisherIn(environment: NodeJS.ProcessEnv): Publisher {
  const { CA_ID, LEDGER_TABLE, CRL_URL, CRL_PARTITIONS, CRL_LIFE_DAYS } = environment as Partial<PublisherEnvironment>;
  const [partitions, lifeDays] = [CRL_PARTITIONS, CRL_LIFE_DAYS].map(wholeNumber);
  complain(checkListUrl(CRL_URL) ?? checkPartitions(partitions) ?? checkLifeDays(lifeDays));
  return {
    caId: text('CA_ID', CA_ID),
    table: text('LEDGER_TABLE', LEDGER_TABLE),
    life: lifeDays as number * DAY,
    site: { url: CRL_URL!, partitions: partitions as number },
  };
}

function ports({ caId }: Publisher, signal: AbortSignal, patience: number): PublishingPorts {
  const calls = new AwsCalls(signal, patience);
  const ledgerTable = (table: string): LedgerTable => new LedgerTable(dynamoDb, calls, table);
  const values = new SecretValues(secretsManager, calls, region);
  const signers = new KmsSigners(kms, calls);
  return {
    ledger: table => new DynamoDbLedger(ledgerTable(table)),
    revocations: table => new DynamoDbRevocations(ledgerTable(table)),
    secrets: new SecretsManagerVersions(secretsManager(region), calls),
    secretValue: secretArn => values.read(secretArn),
    hsm: keyArn => signers.signer(keyArn),
    files: new S3CrlFiles(s3, calls, process.env.CRL_BUCKET!, caId),
    clock: () => new Date(),
  };
}
