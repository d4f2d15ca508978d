import { SecretValue } from '../../issuing/ports';
import { CliError } from '../cli-error';
import { DirectorySecretVersions } from './directory-secret-versions';
import { arnOf, GivenSecrets } from './given-secrets';

/**
 * The values of secrets in a local deployment: the value from the command line, otherwise the value that the deployment itself has
 * written, otherwise the value that CloudFormation would have generated.
 */
export class LocalSecretValues {
  private readonly generators = new Map<string, () => string>();

  constructor(private readonly given: GivenSecrets, private readonly secrets: DirectorySecretVersions) {}

  /** Records the ARN of a declared secret. */
  public bind(id: string, secretArn: string): void {
    this.given.bind(id, secretArn);
  }

  /** Records how the value of a secret is generated. It is generated when it is first read, and never again. */
  public generateWith(secretArn: string, generator: () => string): void {
    this.generators.set(secretArn, generator);
  }

  /** @param secretId the ARN, or the name of a secret in the account that stands in for all accounts */
  public async read(secretId: string): Promise<SecretValue> {
    const secretArn = arnOf(secretId);
    return this.given.valueOf(secretArn) ?? await this.secrets.readCurrent(secretArn) ?? this.generated(secretArn) ?? this.fail(secretArn);
  }

  private generated(secretArn: string): string | undefined {
    const standing = this.secrets.readGenerated(secretArn);
    const generator = this.generators.get(secretArn);
    return standing === undefined && generator ? this.secrets.writeGenerated(secretArn, generator()) : standing;
  }

  private fail(secretArn: string): never {
    const name = this.given.nameOf(secretArn);
    throw new CliError(`the secret ${name} is not given; pass --secret ${/\s/.test(name) ? `'${name}=FILE'` : `${name}=FILE`}`);
  }
}
