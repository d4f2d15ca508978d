import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecretValue } from '../ports';
import { AwsCalls, ifOneOf } from './aws-calls';

const NOT_FOUND = 'ResourceNotFoundException';

/** Complete, or without the hyphen and the six characters at its end that Secrets Manager adds to the name. */
const SECRET_ARN = /^arn:[\w-]+:secretsmanager:([\w-]+):\d{12}:secret:[\w/+=.@-]+$/;

/** The current values of secrets that somebody else writes: in whichever Region and account their ARNs name. */
export class SecretValues {
  /** @param clientIn the client for a Region, always the same one */
  constructor(private readonly clientIn: (region: string) => SecretsManagerClient, private readonly calls: AwsCalls) {}

  /**
   * Reads a secret's current value: the version with the label AWSCURRENT.
   * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
   */
  public async read(secretArn: string): Promise<SecretValue | undefined> {
    const [, region] = SECRET_ARN.exec(secretArn) ?? [];
    if (region === undefined) {
      throw new Error(`a secret must be named by its ARN, got ${JSON.stringify(secretArn)}`);
    }
    const command = new GetSecretValueCommand({ SecretId: secretArn });
    try {
      const { SecretString, SecretBinary } = await this.calls.make(
        'secretsmanager:GetSecretValue', secretArn, options => this.clientIn(region).send(command, options), [NOT_FOUND]);
      return SecretString ?? (SecretBinary && Buffer.from(SecretBinary));
    } catch (error) {
      ifOneOf([NOT_FOUND], error);
    }
    throw new Error(`the secret ${secretArn} does not exist, or nothing was put into it yet; put the value into it and deploy again`);
  }
}
