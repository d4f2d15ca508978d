import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { viaService } from './via-service';
import { NeededRight } from '../provider/certificate-provider';

/** Rights on the parameters below a path. */
export class ParameterRights {
  private readonly arn: string;
  /**
   * The same ARN with a doubled slash at the beginning of the name. AWS has been seen to write the ARN like this when tags are changed; no
   * parameter can have such a name.
   *
   * @see https://github.com/pepperize/cdk-ssm-parameters-cross-region/issues/442
   */
  private readonly arnOfTags: string;

  /** @param path as in `/iot/devices/sensor-001`; a token stays whole */
  constructor(private readonly scope: Construct, path: string, private readonly encryptionKey?: IKey) {
    const arnOf = (below: string): string => Stack.of(scope).formatArn({ service: 'ssm', resource: `${below}/*`, arnFormat: ArnFormat.NO_RESOURCE_NAME });
    this.arn = arnOf(`parameter${path}`);
    this.arnOfTags = arnOf(`parameter/${path}`);
  }

  /** The right to write, read and delete the parameters, one for each serial number. */
  public keep(policyName: string): NeededRight {
    return {
      arns: [this.arn, ...this.encryptionKey ? [this.encryptionKey.keyArn] : []],
      wildcards: [this.arn],
      policyName,
      grant: grantee => this.grant(grantee, ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'], [
        'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey',
      ]),
    };
  }

  /**
   * The right to change the tags of the parameters. A certificate without tags has it too: the function needs it to remove the last tag in
   * the update that no longer declares any. A removal does not need it. The right is in policies that refer to no other certificate's key,
   * so another certificate can depend on this one.
   */
  public tag(): NeededRight {
    const resourceArns = [this.arn, this.arnOfTags];
    return {
      arns: resourceArns,
      sharedPolicy: 'Tags',
      wildcards: resourceArns,
      grant: grantee => Grant.addToPrincipal({ grantee, actions: ['ssm:AddTagsToResource', 'ssm:RemoveTagsFromResource'], resourceArns }),
    };
  }

  /** All of these rights, in one policy. */
  public keepAndTag(policyName: string): NeededRight {
    const [keep, tag] = [this.keep(policyName), this.tag()];
    return {
      ...keep,
      wildcards: tag.wildcards,
      grant: grantee => {
        keep.grant(grantee);
        tag.grant(grantee);
      },
    };
  }

  /** Lets a principal read the parameters. */
  public grantRead(grantee: IGrantable): Grant {
    return this.grant(grantee, ['ssm:GetParameter'], ['kms:Decrypt']);
  }

  /** The encryption key may be used only through Systems Manager. */
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
