import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, ITable, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/**
 * The ledger of a CA. A global table, since only that type can be given replicas in other Regions later without being
 * replaced. See decisions/0004-ledger.md.
 */
export function ledgerTable(scope: Construct, removalPolicy: RemovalPolicy): TableV2 {
  return new TableV2(scope, 'Ledger', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    encryption: TableEncryptionV2.awsManagedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy,
  });
}

/** Lets a principal read the ledger and add to it. Nobody is given the right to delete from it. */
export function grantRecord(table: ITable, grantee: IGrantable): Grant {
  const grant = Grant.addToPrincipal({
    grantee,
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resourceArns: [table.tableArn],
  });
  return table.encryptionKey ? grant.combine(table.encryptionKey.grantEncryptDecrypt(grantee)) : grant;
}
