import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, CfnGlobalTable, ITable, ProjectionType, StreamViewType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, GrantOnPrincipalOptions, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Conditions, grantOrPermit } from './cross-account';
import {
  CERTIFICATE_PREFIX, DISABLED_PREFIX, ENDS_INDEX, EXPIRY_PREFIX, IDENTITY_PREFIX, LIST_PREFIX, NAME_PREFIX,
  REGISTRATION_PREFIX, RESOURCE_PREFIX, REVOCATION_PREFIX,
} from '../../contract/ledger-keys';

/** The beginnings of a ledger's partition keys, grouped by the items under them; see decisions/0004-ledger.md. */
const REVOCATION_KEYS = [REVOCATION_PREFIX];
const LIST_KEYS = [LIST_PREFIX];
const EXPIRY_KEYS = [EXPIRY_PREFIX];
const DISABLED_KEYS = [DISABLED_PREFIX];
const CERTIFICATE_KEYS = [IDENTITY_PREFIX, CERTIFICATE_PREFIX, RESOURCE_PREFIX, NAME_PREFIX, ...REVOCATION_KEYS, ...LIST_KEYS];
const LOOKED_UP_KEYS = [IDENTITY_PREFIX, CERTIFICATE_PREFIX];
const REGISTRATION_KEYS = [REGISTRATION_PREFIX];

/**
 * The ledger of a CA. It is a global table because only that type can get replicas in other Regions later without being
 * replaced. See decisions/0004-ledger.md.
 */
export function ledgerTable(scope: Construct, removalPolicy: RemovalPolicy): TableV2 {
  return new TableV2(scope, 'Ledger', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    globalSecondaryIndexes: [{
      indexName: ENDS_INDEX.name,
      partitionKey: { name: ENDS_INDEX.partitionKey, type: AttributeType.STRING },
      sortKey: { name: ENDS_INDEX.sortKey, type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...ENDS_INDEX.attributes],
    }],
    // Other accounts can't use the key aws/dynamodb, so they could not use the ledger either. Certificates are not secret.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html
    encryption: TableEncryptionV2.dynamoOwnedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy,
  });
}

/**
 * Lets a principal read and record what was issued, but not where the CA is registered. No principal gets the right to delete from a
 * ledger or to scan it.
 *
 * The right is one statement, although `crl#…` is only read and `revoked#…` only read and put: with a statement for each, the rights on
 * twelve CAs would not fit into the inline policies of a role.
 */
export function grantRecord(table: ITable, grantee: IGrantable): Grant {
  const actions = ['ConditionCheckItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(action => `dynamodb:${action}`);
  return grantOn(table, { grantee, actions, conditions: onKeys(CERTIFICATE_KEYS) });
}

/**
 * Lets a principal record the certificates of a fleet: the rights of `grantRecord` on what a fleet has, without a query, and many items at once.
 *
 * @param partition the partition key of what the ledger knows about the runs of the fleet, which it may read
 */
export function grantRecordFleet(table: ITable, grantee: IGrantable, partition: string): Grant {
  const runs = grantSeeRuns(table, grantee, partition);
  const read = grantReading(table, grantee, 'GetItem', [IDENTITY_PREFIX, CERTIFICATE_PREFIX, ...REVOCATION_KEYS, ...LIST_KEYS]);
  const many = grantReading(table, grantee, 'BatchGetItem', [IDENTITY_PREFIX, CERTIFICATE_PREFIX, ...REVOCATION_KEYS]);
  const put = grantOn(table, { grantee, actions: ['dynamodb:PutItem'], conditions: onKeys([IDENTITY_PREFIX, CERTIFICATE_PREFIX, NAME_PREFIX]) });
  const update = grantOn(table, { grantee, actions: ['dynamodb:UpdateItem'], conditions: onKeys([IDENTITY_PREFIX, CERTIFICATE_PREFIX]) });
  const compare = grantOn(table, { grantee, actions: ['dynamodb:ConditionCheckItem'], conditions: onKeys(REVOCATION_KEYS) });
  return runs.combine(read).combine(many).combine(put).combine(update).combine(compare);
}

/** Lets a principal see which run of a fleet is the newest one. */
export function grantSeeRuns(table: ITable, grantee: IGrantable, partition: string): Grant {
  return grantOn(table, { grantee, actions: ['dynamodb:GetItem'], conditions: onPartition(partition) });
}

/** Lets a principal begin runs of a fleet, and see nothing else of a ledger. */
export function grantBeginRuns(table: ITable, grantee: IGrantable, partition: string): Grant {
  return grantOn(table, { grantee, actions: ['dynamodb:UpdateItem'], conditions: onPartition(partition) });
}

/** Lets a principal publish the revocation lists of the CA: read what is revoked, and number the lists. */
export function grantPublish(table: ITable, grantee: IGrantable): Grant {
  const read = grantOn(table, { grantee, actions: ['dynamodb:GetItem'], conditions: onKeys([...LOOKED_UP_KEYS, ...LIST_KEYS]) });
  const list = grantOn(table, { grantee, actions: ['dynamodb:Query'], conditions: onKeys(REVOCATION_KEYS) });
  const record = grantOn(table, { grantee, actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'], conditions: onKeys(LIST_KEYS) });
  return read.combine(list).combine(record);
}

/** Lets a principal read whether certificates of the CA were issued and revoked. */
export function grantReadStatus(table: ITable, grantee: IGrantable): Grant {
  return grantOn(table, { grantee, actions: ['dynamodb:GetItem'], conditions: onKeys([...LOOKED_UP_KEYS, ...REVOCATION_KEYS]) });
}

/** Lets a principal revoke certificates of the CA, and find those that are to be revoked. */
export function grantRecordRevocations(table: ITable, grantee: IGrantable): Grant {
  const read = grantOn(table, { grantee, actions: ['dynamodb:GetItem'], conditions: onKeys([...LOOKED_UP_KEYS, ...REVOCATION_KEYS]) });
  const list = grantOn(table, { grantee, actions: ['dynamodb:Query'], conditions: onKeys([CERTIFICATE_PREFIX]) });
  const record = grantOn(table, { grantee, actions: ['dynamodb:PutItem'], conditions: onKeys(REVOCATION_KEYS) });
  return read.combine(list).combine(record);
}

/** Lets a principal record in the ledger of a CA that the CA itself is revoked. */
export function grantTellRevocation(table: ITable, grantee: IGrantable): Grant {
  return grantOn(table, { grantee, actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], conditions: onKeys(REVOCATION_KEYS) });
}

/**
 * The ID that DynamoDB gives a ledger when it is created, a UUID. `undefined` for a ledger that is not made here.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
 */
export function ledgerId({ node: { defaultChild } }: ITable): string | undefined {
  return defaultChild instanceof CfnGlobalTable ? defaultChild.attrTableId : undefined;
}

/**
 * The ARN of the stream of a ledger's changes, which is switched on by this call. It has only the keys of what has changed: what counts is
 * what the ledger holds when somebody reads it. `undefined` for a ledger that is not made here.
 */
export function ledgerStream({ node: { defaultChild } }: ITable): string | undefined {
  if (!(defaultChild instanceof CfnGlobalTable)) {
    return undefined;
  }
  defaultChild.streamSpecification = { streamViewType: StreamViewType.KEYS_ONLY };
  return defaultChild.attrStreamArn;
}

/** Lets a principal look up certificates in the ledger, but change nothing. */
export function grantRead(table: ITable, grantee: IGrantable): Grant {
  return grantReading(table, grantee, 'GetItem', LOOKED_UP_KEYS);
}

/** Lets a principal look up certificates, and whether they are revoked. */
export function grantReadRevocations(table: ITable, grantee: IGrantable): Grant {
  return grantReading(table, grantee, 'GetItem', [...LOOKED_UP_KEYS, ...REVOCATION_KEYS]);
}

/** Lets a principal read what a ledger says about the revocation of a certificate, and about the lists of the CA. */
export function grantReadRevocationState(table: ITable, grantee: IGrantable): Grant {
  return grantReading(table, grantee, 'GetItem', [...REVOCATION_KEYS, ...LIST_KEYS]);
}

/** Lets a principal find what ends soon in the index of a ledger, which holds certificates alone. */
export function grantReadEnds(table: ITable, grantee: IGrantable): Grant {
  return grantOrPermit({ grantee, actions: ['dynamodb:Query'], resourceArns: [`${table.tableArn}/index/${ENDS_INDEX.name}`] }, table);
}

/** Lets a principal read what was announced about the ends of certificates. */
export function grantReadExpiryMarks(table: ITable, grantee: IGrantable): Grant {
  return grantReading(table, grantee, 'GetItem', EXPIRY_KEYS);
}

/** Lets a principal read what was refused for resources. */
export function grantReadRefusals(table: ITable, grantee: IGrantable): Grant {
  return grantReading(table, grantee, 'GetItem', [RESOURCE_PREFIX]);
}

/** Lets a principal watch the ends of certificates: find what ends soon and is not revoked, and record what was announced. */
export function grantWatchEnds(table: ITable, grantee: IGrantable): Grant {
  return grantReadEnds(table, grantee)
    .combine(grantReading(table, grantee, 'GetItem', [...LOOKED_UP_KEYS, ...REVOCATION_KEYS, ...EXPIRY_KEYS]))
    .combine(grantReading(table, grantee, 'Query', REVOCATION_KEYS))
    .combine(grantOn(table, { grantee, actions: ['dynamodb:PutItem'], conditions: onKeys(EXPIRY_KEYS) }));
}

/** Lets a principal find the certificates for a common name, in addition to a right to read them. */
export function grantReadNames(table: ITable, grantee: IGrantable): Grant {
  return grantReading(table, grantee, 'Query', [NAME_PREFIX]);
}

/** Lets a principal note what it has disabled at a platform. */
export function grantNoteDisabled(table: ITable, grantee: IGrantable): Grant {
  return grantOn(table, { grantee, actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], conditions: onKeys(DISABLED_KEYS) });
}

/** Lets a principal read everything that is revoked, and the certificates. */
export function grantListRevocations(table: ITable, grantee: IGrantable): Grant {
  return grantReading(table, grantee, 'GetItem', [CERTIFICATE_PREFIX, ...REVOCATION_KEYS])
    .combine(grantReading(table, grantee, 'Query', REVOCATION_KEYS));
}

function grantReading(table: ITable, grantee: IGrantable, operation: 'BatchGetItem' | 'GetItem' | 'Query', keys: readonly string[]): Grant {
  const grant = grantOrPermit({ grantee, actions: [`dynamodb:${operation}`], resourceArns: [table.tableArn], conditions: onKeys(keys) }, table);
  return table.encryptionKey ? grant.combine(table.encryptionKey.grantDecrypt(grantee)) : grant;
}

/** Lets a principal record where a CA is registered, but not see what the CA has issued. */
export function grantRecordRegistrations(table: ITable, grantee: IGrantable): Grant {
  return grantOn(table, {
    grantee,
    actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    conditions: onKeys(REGISTRATION_KEYS),
  });
}

/**
 * The condition that a request uses only items whose partition keys have these beginnings. `ForAllValues` also holds for a request without a partition
 * key, such as `Scan`, so the condition restricts only actions that take a partition key. No other action is granted.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
function onKeys(keys: readonly string[]): Conditions {
  return { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys.map(prefix => `${prefix}*`) } };
}

/** The condition that a request uses only the items of one partition: see `onKeys`. */
function onPartition(partition: string): Conditions {
  return { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [partition] } };
}

function grantOn(table: ITable, options: Omit<GrantOnPrincipalOptions, 'resourceArns'>): Grant {
  const { grantee } = options;
  const grant = grantOrPermit({ ...options, resourceArns: [table.tableArn] }, table);
  return table.encryptionKey ? grant.combine(table.encryptionKey.grantEncryptDecrypt(grantee)) : grant;
}
