import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDbLedger } from './dynamodb-ledger';
import { DynamoDbRefusals } from './dynamodb-refusals';
import { DynamoDbRevocations } from './dynamodb-revocations';
import { KmsSigners } from './kms-signers';
import { LedgerTable, NO_LEDGER } from './ledger-table';
import { ParameterVersions } from './parameter-versions';
import { SecretsManagerVersions } from './secrets-manager-versions';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { byRegion, regionIn } from '../../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../../lambda/aws/client-options';
import { SecretValues } from '../../lambda/aws/secret-values';
import { generateKeyPair } from '../../pki/keys';
import { IssuingPorts } from '../ports';

/** The clients of the functions that issue: one per service and Region for the whole life of the process. */
export class IssuingClients {
  public readonly kms = byRegion(region => new KMSClient({ ...CLIENT_OPTIONS, region }));
  private readonly dynamoDb = byRegion(region => new DynamoDBClient({ ...CLIENT_OPTIONS, region }));
  private readonly secretsManager = byRegion(region => new SecretsManagerClient({ ...CLIENT_OPTIONS, region }));

  /**
   * An account can put up to 3 parameters per second, all its functions together. The client slows down on its own once it is told to, and
   * retries for as long as the signal allows. https://docs.aws.amazon.com/general/latest/gr/ssm.html
   */
  private readonly ssm = byRegion(region => new SSMClient({
    ...CLIENT_OPTIONS, region, maxAttempts: Number(process.env.AWS_MAX_ATTEMPTS ?? 100), retryMode: 'adaptive',
  }));

  /** @param ownRegion the Region of the function */
  constructor(private readonly ownRegion: string) {}

  /**
   * The ports of one invocation, except what its stack is.
   *
   * @param impatient makes the calls on tables that may be no ledgers: it waits for no right
   */
  public ports(calls: AwsCalls, impatient: AwsCalls): IssuingPorts {
    const { ownRegion } = this;
    const values = new SecretValues(this.secretsManager, calls, ownRegion);
    const signers = new KmsSigners(this.kms, calls);
    const ledgerTable = (table: string): LedgerTable => this.ledgerTable(calls, table);
    const anyTable = (table: string): LedgerTable => this.ledgerTable(impatient, table, NO_LEDGER);
    return {
      ledger: table => new DynamoDbLedger(ledgerTable(table)),
      revocations: table => new DynamoDbRevocations(ledgerTable(table)),
      refusals: table => new DynamoDbRefusals(ledgerTable(table)),
      anyTable: table => new DynamoDbLedger(anyTable(table)),
      anyRevocations: table => new DynamoDbRevocations(anyTable(table)),
      secrets: new SecretsManagerVersions(this.secretsManager(ownRegion), calls),
      parameters: new ParameterVersions(this.ssm(ownRegion), calls),
      secretValue: secretArn => values.read(secretArn),
      hsm: keyArn => signers.signer(keyArn),
      clock: () => new Date(),
      random: randomBytes,
      generateKeyPair,
    };
  }

  /** The table of a ledger, which may be in another Region. */
  public ledgerTable(calls: AwsCalls, table: string, absent?: readonly string[]): LedgerTable {
    return new LedgerTable(this.dynamoDb(regionIn(table) ?? this.ownRegion), calls, table, absent);
  }
}
