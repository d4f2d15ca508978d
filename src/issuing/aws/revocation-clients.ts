import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CurrentSecretValue } from './current-secret-value';
import { DynamoDbExpiryMarks } from './dynamodb-expiry-marks';
import { DynamoDbLedger } from './dynamodb-ledger';
import { DynamoDbRefusals } from './dynamodb-refusals';
import { DynamoDbRevocations } from './dynamodb-revocations';
import { EventBridgeBus } from './event-bridge-bus';
import { KmsSigners } from './kms-signers';
import { LedgerTable, NO_LEDGER } from './ledger-table';
import { S3CrlFiles } from './s3-crl-files';
import { SecretsManagerVersions } from './secrets-manager-versions';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { byRegion } from '../../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../../lambda/aws/client-options';
import { SecretValues } from '../../lambda/aws/secret-values';
import { generateKeyPair } from '../../pki/keys';
import { WatchPorts } from '../expiry/watch-expiry';
import { AnnouncingPorts } from '../revocation/announce';
import { AnsweringPorts } from '../revocation/ca-answers';
import { renewResponder, responderLeft, ResponderSecret } from '../revocation/ocsp-responder';
import { PublishedCa, PublishingPorts } from '../revocation/publish-crls';
import { RevokingPorts } from '../revocation/revoke-selected';

/** The clients of the functions that revoke and publish. They live as long as the process. */
export class RevocationClients {
  private readonly dynamoDb: DynamoDBClient;
  private readonly s3: S3Client;
  private readonly eventBridge: EventBridgeClient;
  private readonly secretsManager = byRegion(region => new SecretsManagerClient({ ...CLIENT_OPTIONS, region }));
  private readonly kms = byRegion(region => new KMSClient({ ...CLIENT_OPTIONS, region }));

  /** @param isEmulated whether AWS is emulated: an emulator has no host for each bucket */
  constructor(private readonly region: string, isEmulated: boolean) {
    this.dynamoDb = new DynamoDBClient({ ...CLIENT_OPTIONS, region });
    this.eventBridge = new EventBridgeClient({ ...CLIENT_OPTIONS, region });
    this.s3 = new S3Client({ ...CLIENT_OPTIONS, region, forcePathStyle: isEmulated });
  }

  /** The ports of one invocation that revokes certificates. */
  public revoking(calls: AwsCalls, table: string): RevokingPorts & Pick<PublishingPorts, 'clock'> {
    const ledgerTable = new LedgerTable(this.dynamoDb, calls, table);
    return {
      ledger: new DynamoDbLedger(ledgerTable),
      revocations: new DynamoDbRevocations(ledgerTable),
      anyRevocations: name => new DynamoDbRevocations(new LedgerTable(this.dynamoDb, calls, name, NO_LEDGER)),
      clock: () => new Date(),
    };
  }

  /**
   * The ports of one invocation that publishes lists.
   *
   * @param place the bucket of the lists
   * @param responder the secret of the CA's OCSP responder, if it has one
   */
  public publishing(calls: AwsCalls, { caId, table: own }: PublishedCa, bucket: string, responder: string | undefined): PublishingPorts {
    const values = new SecretValues(this.secretsManager, calls, this.region);
    const signers = new KmsSigners(this.kms, calls);
    const ports: Omit<PublishingPorts, 'renewResponder' | 'responderLeft'> = {
      ledger: table => new DynamoDbLedger(new LedgerTable(this.dynamoDb, calls, table)),
      revocations: table => new DynamoDbRevocations(new LedgerTable(this.dynamoDb, calls, table)),
      secrets: new SecretsManagerVersions(this.secretsManager(this.region), calls),
      secretValue: secretArn => values.read(secretArn),
      hsm: keyArn => signers.signer(keyArn),
      files: new S3CrlFiles(this.s3, calls, bucket, caId),
      clock: () => new Date(),
    };
    if (responder === undefined) {
      return ports;
    }
    const ofResponder = { ...ports, random: randomBytes, generateKeyPair, responder: this.responderSecret(calls, responder) };
    return { ...ports, renewResponder: () => renewResponder(caId, own, ofResponder), responderLeft: () => responderLeft(ofResponder) };
  }

  /** The ports of one invocation that announces changes of a ledger. */
  public announcing(calls: AwsCalls, table: string): AnnouncingPorts {
    const ledgerTable = new LedgerTable(this.dynamoDb, calls, table);
    return {
      ledger: new DynamoDbLedger(ledgerTable),
      revocations: new DynamoDbRevocations(ledgerTable),
      marks: new DynamoDbExpiryMarks(ledgerTable),
      refusals: new DynamoDbRefusals(ledgerTable),
      events: new EventBridgeBus(this.eventBridge, calls),
    };
  }

  /** The ports of one invocation that watches the ends of certificates. */
  public watching(calls: AwsCalls, table: string): Omit<WatchPorts, 'metric'> {
    const ledgerTable = new LedgerTable(this.dynamoDb, calls, table);
    return {
      ledger: new DynamoDbLedger(ledgerTable),
      revocations: new DynamoDbRevocations(ledgerTable),
      marks: new DynamoDbExpiryMarks(ledgerTable),
      clock: () => new Date(),
    };
  }

  /** The ports of a process that answers OCSP requests. */
  public answering(calls: AwsCalls, table: string, responder: string): AnsweringPorts {
    const ledgerTable = new LedgerTable(this.dynamoDb, calls, table);
    return {
      ledger: () => new DynamoDbLedger(ledgerTable),
      revocations: () => new DynamoDbRevocations(ledgerTable),
      responder: this.responderSecret(calls, responder),
    };
  }

  private responderSecret(calls: AwsCalls, secretArn: string): ResponderSecret {
    return new CurrentSecretValue(this.secretsManager(this.region), calls, secretArn);
  }
}
