import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { NeededRight } from './certificate-provider';
import { viaService } from './via-service';

/** Rights on the parameters below a path. */
export class ParameterRights {
  private readonly arn: string;

  /** @param path as in `/iot/devices/sensor-001`; a token stays whole */
  constructor(private readonly scope: Construct, path: string, private readonly encryptionKey?: IKey) {
    this.arn = Stack.of(scope).formatArn({ service: 'ssm', resource: `parameter${path}/*`, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  }

  /** To write, read and delete the parameters, one for each serial number. */
  public keep(policyName: string): NeededRight {
    return {
      arns: [this.arn, ...this.encryptionKey ? [this.encryptionKey.keyArn] : []],
      policyName,
      grant: grantee => this.grant(grantee, ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'], [
        'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey',
      ]),
    };
  }

  /** Lets a principal read the parameters. */
  public grantRead(grantee: IGrantable): Grant {
    return this.grant(grantee, ['ssm:GetParameter'], ['kms:Decrypt']);
  }

  /** The encrypting key may be used through Systems Manager only. */
  private grant(grantee: IGrantable, actions: string[], keyActions: string[]): Grant {
    const grant = Grant.addToPrincipal({ grantee, actions, resourceArns: [this.arn] });
    return this.encryptionKey ? grant.combine(Grant.addToPrincipal({
      grantee,
      actions: keyActions,
      resourceArns: [this.encryptionKey.keyArn],
      conditions: viaService('ssm', Stack.of(this.scope).region),
    })) : grant;
  }
}
