import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsCalls, ifOneOf } from '../../lambda/aws/aws-calls';
import { ResponderSecret } from '../revocation/ocsp-responder';

/** Secrets Manager's error for a secret without a value, too. */
const NO_VALUE = 'ResourceNotFoundException';

/** The current value of a secret that a function of this library writes as a whole. */
export class CurrentSecretValue implements ResponderSecret {
  constructor(private readonly client: SecretsManagerClient, private readonly calls: AwsCalls, private readonly secretArn: string) {}

  public async read(): Promise<string | undefined> {
    const command = new GetSecretValueCommand({ SecretId: this.secretArn });
    try {
      return (await this.calls.make('secretsmanager:GetSecretValue', this.secretArn, options => this.client.send(command, options), [NO_VALUE])).SecretString;
    } catch (error) {
      return ifOneOf([NO_VALUE], error);
    }
  }

  public async write(value: string): Promise<void> {
    const command = new PutSecretValueCommand({ SecretId: this.secretArn, SecretString: value });
    await this.calls.make('secretsmanager:PutSecretValue', this.secretArn, options => this.client.send(command, options));
  }
}
