import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsCalls, ifOneOf } from './aws-calls';
import { quote } from '../../contract/rules';

const NOT_FOUND = 'ResourceNotFoundException';

/** A complete ARN, or an ARN without the hyphen and the six characters that Secrets Manager adds to the end of the name. */
const SECRET_ARN = /^arn:[\w-]+:secretsmanager:([\w-]+):\d{12}:secret:[\w/+=.@-]+$/;

/** An ARN has colons, a name can't: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html (`Name`) */
const SECRET_NAME = /^[\w/+=.@-]+$/;

/**
 * Reads the current values of secrets that this library does not write: by ARN, in the Region and account that the ARN names, or by name,
 * in the function's own. An ARN without its last six characters is not reliable: if the name of the secret ends in a hyphen and six
 * characters (`iot-ca-secret`), Secrets Manager takes the ARN for the complete ARN of another secret.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
 */
export class SecretValues {
  /**
   * @param clientIn the client for a Region, always the same client
   * @param ownRegion the Region of secrets that are identified by name
   */
  constructor(
    private readonly clientIn: (region: string) => SecretsManagerClient, private readonly calls: AwsCalls, private readonly ownRegion: string,
  ) {}

  /**
   * Reads a secret's current value: the version with the staging label AWSCURRENT.
   * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
   */
  public async read(secretId: string): Promise<string | Buffer | undefined> {
    const region = SECRET_NAME.test(secretId) ? this.ownRegion : SECRET_ARN.exec(secretId)?.[1];
    if (region === undefined) {
      throw new Error(`a secret must be identified by its ARN or its name, got ${quote(secretId)}`);
    }
    const command = new GetSecretValueCommand({ SecretId: secretId });
    try {
      const { SecretString, SecretBinary } = await this.calls.make(
        'secretsmanager:GetSecretValue', secretId, options => this.clientIn(region).send(command, options), [NOT_FOUND]);
      return SecretString ?? (SecretBinary && Buffer.from(SecretBinary));
    } catch (error) {
      ifOneOf([NOT_FOUND], error);
    }
    throw new Error(`the secret ${secretId} does not exist or has no value yet; store the value in it and deploy again`);
  }
}
