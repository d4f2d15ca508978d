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
   * The same with the slash that a name begins with doubled. That is how AWS has been seen to write it where tags are changed; no
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

  /** To write, read and delete the parameters, one for each serial number. */
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
   * To change the tags of the parameters. It is there without tags too: to take the last one away, the function needs it in the update that
   * declares none any more. A removal does not need it. It is in policies that refer to no other certificate's key, so that another
   * certificate can depend on this one.
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

  /** All of that, in one policy. */
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
