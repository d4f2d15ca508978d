import { randomBytes } from 'node:crypto';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDbLedger } from './aws/dynamodb-ledger';
import { DynamoDbRefusals } from './aws/dynamodb-refusals';
import { DynamoDbRevocations } from './aws/dynamodb-revocations';
import { KmsSigners } from './aws/kms-signers';
import { LedgerTable, NO_LEDGER } from './aws/ledger-table';
import { ParameterVersions } from './aws/parameter-versions';
import { SecretsManagerVersions } from './aws/secrets-manager-versions';
import { StackResources } from './aws/stack-resources';
import { handleLifecycleEvent } from './lifecycle';
import { Ports } from './ports';
import { renewDue } from './renewal/renew-due';
import { renewedCasIn } from './renewal/renewed-cas';
import { RenewerEnvironment } from '../contract/renewal';
import { AwsCalls } from '../lambda/aws/aws-calls';
import { byRegion, regionIn } from '../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../lambda/aws/client-options';
import { SecretValues } from '../lambda/aws/secret-values';
import { functionEnvironment } from '../lambda/cloudformation/environment';
import { handleCloudFormationEvent, InvocationContext, Work } from '../lambda/cloudformation/handle-event';
import { log } from '../lambda/log';
import { orLogged } from '../lambda/or-logged';
import { generateKeyPair } from '../pki/keys';
import { text } from '../resource/property-values';

/**
 * The entry point of the Lambda function, and the only file of this folder that reads the environment. There is one client per service and
 * Region for the whole life of the process. The clients take credentials and endpoint (AWS_ENDPOINT_URL) from the environment on their own.
 * A resource can be in another Region than the function; its ARN names that Region.
 */
const dynamoDb = byRegion(region => new DynamoDBClient({ ...CLIENT_OPTIONS, region }));
const secretsManager = byRegion(region => new SecretsManagerClient({ ...CLIENT_OPTIONS, region }));
const cloudFormation = byRegion(region => new CloudFormationClient({ ...CLIENT_OPTIONS, region }));
const kms = byRegion(region => new KMSClient({ ...CLIENT_OPTIONS, region }));

/**
 * An account can put up to 3 parameters per second, all its functions together. The client slows down on its own once it is told to, and
 * retries for as long as the signal allows. https://docs.aws.amazon.com/general/latest/gr/ssm.html
 */
const ssm = byRegion(region => new SSMClient({
  ...CLIENT_OPTIONS, region, maxAttempts: Number(process.env.AWS_MAX_ATTEMPTS ?? 100), retryMode: 'adaptive',
}));

/** The CAs that the stack's template declares now. CloudFormation reports what the stack has, but not what it is about to lose. */
const declaredCas = (process.env.CERTIFICATE_AUTHORITIES ?? '').split(',').filter(logicalId => logicalId !== '');

/** The function waits for a permission to take effect for at most a fifth of its time: one minute of five. */
const PATIENCE_SHARE = 5;

/** Answers CloudFormation through the URL in the event. The return value is ignored. */
export async function handler(event: unknown, context: InvocationContext): Promise<void> {
  const patience = context.getRemainingTimeInMillis() / PATIENCE_SHARE;
  const work: Work = (request, signal) => handleLifecycleEvent(request, ports(signal, patience));
  await handleCloudFormationEvent(event, context, work, functionEnvironment(process.env));
}

/** The time that is left of an invocation when its calls end, in milliseconds, so that its outcome is logged. */
const LAST_MOMENT = 5_000;

/** The time that the renewal of one certificate may take, in milliseconds: none is begun later than this before the end. */
const FOR_ONE = 30_000;

/** Renews the certificates of this stack that are due. The event says nothing but that it is time to look. */
export async function renew(_event: unknown, context: InvocationContext): Promise<void> {
  const { STACK_ID, RENEWED_CAS } = process.env as Partial<RenewerEnvironment>;
  const { awsRequestId } = context;
  const left = context.getRemainingTimeInMillis();
  return orLogged('not everything was renewed', awsRequestId, async () => {
    const through = ports(AbortSignal.timeout(Math.max(0, left - LAST_MOMENT)), left / PATIENCE_SHARE);
    const { failed, finished } = await renewDue(renewedCasIn(RENEWED_CAS), text('STACK_ID', STACK_ID), Date.now() + left - FOR_ONE, through,
      (about, outcome) => {
        const [what, serialNumber] = 'caId' in about ? [`certificates of ${about.caId}`, undefined] : [about.logicalResourceId, about.serialNumber];
        if (outcome instanceof Error) {
          log('ERROR', { message: `${what} could not be renewed`, serialNumber, errorName: outcome.name, errorMessage: outcome.message });
        } else if (outcome !== 'nothing') {
          log('INFO', { message: `${what}: ${outcome}`, serialNumber });
        }
      });
    if (failed > 0 || !finished) {
      throw new Error(failed > 0 ? `${failed} certificates could not be renewed` : 'the time ran out; the next invocation goes on');
    }
  });
}

/** The ports of one invocation. `signal` ends all their calls. */
function ports(signal: AbortSignal, patience: number): Ports {
  const calls = new AwsCalls(signal, patience);
  const ownRegion = process.env.AWS_REGION!;
  const values = new SecretValues(secretsManager, calls, ownRegion);
  const signers = new KmsSigners(kms, calls);
  const ledgerTable = (table: string): LedgerTable => new LedgerTable(dynamoDb(regionIn(table) ?? ownRegion), calls, table);
  const anyTable = (table: string): LedgerTable => new LedgerTable(dynamoDb(regionIn(table) ?? ownRegion), new AwsCalls(signal, 0), table, NO_LEDGER);
  return {
    ledger: table => new DynamoDbLedger(ledgerTable(table)),
    revocations: table => new DynamoDbRevocations(ledgerTable(table)),
    refusals: table => new DynamoDbRefusals(ledgerTable(table)),
    anyTable: table => new DynamoDbLedger(anyTable(table)),
    anyRevocations: table => new DynamoDbRevocations(anyTable(table)),
    stack: async stackId => ({ resources: await new StackResources(cloudFormation(ownRegion), calls).list(stackId), declaredCas }),
    secrets: new SecretsManagerVersions(secretsManager(ownRegion), calls),
    parameters: new ParameterVersions(ssm(ownRegion), calls),
    secretValue: secretArn => values.read(secretArn),
    hsm: keyArn => signers.signer(keyArn),
    clock: () => new Date(),
    random: randomBytes,
    generateKeyPair,
  };
}
