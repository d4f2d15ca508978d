import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CliError, messageOf } from './cli-error';

/** Reads the current value of a secret from AWS Secrets Manager, in the secret's own Region, as whoever is logged in. */
export async function readAwsSecret(secretArn: string): Promise<string | undefined> {
  // The client is part of the bundle: which Node.js later versions of it will need says nothing to whoever runs this one.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = new SecretsManagerClient({ region: secretArn.split(':')[3] });
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: secretArn }))).SecretString;
  } catch (error) {
    throw new CliError(`${secretArn}: AWS Secrets Manager does not give its value: ${messageOf(error)}`);
  } finally {
    client.destroy();
  }
}
