import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { HuaweiCredentialKind } from './contract';
import { check } from '../../constructs/checks/kinds';
import { SECRET } from '../../constructs/checks/object-kinds';

/**
 * How Huawei Cloud is told who asks.
 */
export class HuaweiCredentials {
  /**
   * A permanent access key (AK/SK), with which each request is signed.
   *
   * @param secret a JSON map with `accessKeyId` and `secretAccessKey`
   */
  public static accessKey(secret: ISecret): HuaweiCredentials {
    check('HuaweiCredentials.accessKey()', { secret: SECRET }, { secret });
    return new HuaweiCredentials(secret, 'AccessKey');
  }

  /**
   * A token of IAM. It lasts for 24 hours at most: something has to renew it, also for the deployment that removes the CA.
   *
   * @param secret a JSON map with `token`
   */
  public static token(secret: ISecret): HuaweiCredentials {
    check('HuaweiCredentials.token()', { secret: SECRET }, { secret });
    return new HuaweiCredentials(secret, 'Token');
  }

  private constructor(
    /** The secret that holds them. */
    public readonly secret: ISecret,
    private readonly kind: HuaweiCredentialKind,
  ) {}

  /** @internal */
  public _render(): HuaweiCredentialKind {
    return this.kind;
  }
}
