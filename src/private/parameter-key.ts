import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** Rights on the parameters below the path of one certificate. */
export class ParameterKey {
  constructor(private readonly scope: Construct, private readonly path: string, private readonly encryptionKey?: IKey) {}

  /** Lets a principal write, read and delete the parameters, one for each serial number. */
  public grantKeep(grantee: IGrantable): Grant {
    return this.grant(grantee, ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'], ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']);
  }

  /** Lets a principal read the parameters. */
  public grantRead(grantee: IGrantable): Grant {
    return this.grant(grantee, ['ssm:GetParameter'], ['kms:Decrypt']);
  }

  /** The encrypting key may be used through Systems Manager only. */
  private grant(grantee: IGrantable, actions: string[], keyActions: string[]): Grant {
    const stack = Stack.of(this.scope);
    const grant = Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: `${this.path.slice(1)}/*`, arnFormat: ArnFormat.SLASH_RESOURCE_NAME })],
    });
    return this.encryptionKey ? grant.combine(Grant.addToPrincipal({
      grantee,
      actions: keyActions,
      resourceArns: [this.encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `ssm.${stack.region}.amazonaws.com` } },
    })) : grant;
  }
}
