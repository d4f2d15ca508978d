import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, ITable, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, IGrantable, IResourceWithPolicy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { grantOrPermit } from './private-key';

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
  const grant = grantOrPermit({
    grantee,
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resourceArns: [table.tableArn],
  }, table as ITable & IResourceWithPolicy);
  return table.encryptionKey ? grant.combine(table.encryptionKey.grantEncryptDecrypt(grantee)) : grant;
}
