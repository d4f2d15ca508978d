import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, ITable, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, GrantOnPrincipalOptions, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Conditions, grantOrPermit } from './cross-account';

/** The partition keys of a ledger, by what stands below them; see decisions/0004-ledger.md. */
const CERTIFICATE_KEYS = ['identity#*', 'issuer#*', 'resource#*', 'name#*'];
const LOOKED_UP_KEYS = ['identity#*', 'issuer#*'];
const REGISTRATION_KEYS = ['registration#*'];

/**
 * The ledger of a CA. A global table, since only that type can be given replicas in other Regions later without being
 * replaced. See decisions/0004-ledger.md.
 */
export function ledgerTable(scope: Construct, removalPolicy: RemovalPolicy): TableV2 {
  return new TableV2(scope, 'Ledger', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    // The key aws/dynamodb can't be used from other accounts, and so neither could the ledger. Certificates are no secrets.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html
    encryption: TableEncryptionV2.dynamoOwnedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy,
  });
}

/**
 * Lets a principal read what was issued, and add to it: not where the CA is registered. Nobody is given the right to delete from a
 * ledger, or to go through it whole.
 */
export function grantRecord(table: ITable, grantee: IGrantable): Grant {
  const actions = ['ConditionCheckItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(action => `dynamodb:${action}`);
  return grantOn(table, { grantee, actions, conditions: onKeys(CERTIFICATE_KEYS) });
}

/** Lets a principal look certificates up in the ledger, and change nothing. */
export function grantRead(table: ITable, grantee: IGrantable): Grant {
  const grant = grantOrPermit({ grantee, actions: ['dynamodb:GetItem'], resourceArns: [table.tableArn], conditions: onKeys(LOOKED_UP_KEYS) }, table);
  return table.encryptionKey ? grant.combine(table.encryptionKey.grantDecrypt(grantee)) : grant;
}

/** Lets a principal record where a CA is registered, and see nothing of what it has issued. */
export function grantRecordRegistrations(table: ITable, grantee: IGrantable): Grant {
  return grantOn(table, {
    grantee,
    actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    conditions: onKeys(REGISTRATION_KEYS),
  });
}

/**
 * The condition that only items of these partition keys are used. `ForAllValues` also holds for a request without a partition key,
 * which `Scan` is: it bounds only actions that have one, and no other is given.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
function onKeys(keys: readonly string[]): Conditions {
  return { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } };
}

function grantOn(table: ITable, options: Omit<GrantOnPrincipalOptions, 'resourceArns'>): Grant {
  const { grantee } = options;
  const grant = grantOrPermit({ ...options, resourceArns: [table.tableArn] }, table);
  return table.encryptionKey ? grant.combine(table.encryptionKey.grantEncryptDecrypt(grantee)) : grant;
}
