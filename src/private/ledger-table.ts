import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, ITable, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, GrantOnPrincipalOptions, IGrantable, IResourceWithPolicy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { grantOrPermit } from './private-key';

/** The partition keys of registrations in a ledger; see decisions/0004-ledger.md. */
const REGISTRATION_KEYS = 'registration#*';

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

/** Lets a principal read the ledger and add to it. Nobody is given the right to delete from it. */
export function grantRecord(table: ITable, grantee: IGrantable): Grant {
  return grantOn(table, { grantee, actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'] });
}

/** Lets a principal look certificates up in the ledger, and change nothing. */
export function grantRead(table: ITable, grantee: IGrantable): Grant {
  const grant = grantOrPermit({ grantee, actions: ['dynamodb:GetItem'], resourceArns: [table.tableArn] }, table as ITable & IResourceWithPolicy);
  return table.encryptionKey ? grant.combine(table.encryptionKey.grantDecrypt(grantee)) : grant;
}

/** Lets a principal record where a CA is registered, and see nothing of what it has issued. */
export function grantRecordRegistrations(table: ITable, grantee: IGrantable): Grant {
  return grantOn(table, {
    grantee,
    actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [REGISTRATION_KEYS] } },
  });
}

function grantOn(table: ITable, options: Omit<GrantOnPrincipalOptions, 'resourceArns'>): Grant {
  const { grantee } = options;
  const grant = grantOrPermit({ ...options, resourceArns: [table.tableArn] }, table as ITable & IResourceWithPolicy);
  return table.encryptionKey ? grant.combine(table.encryptionKey.grantEncryptDecrypt(grantee)) : grant;
}
