import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { CliError, messageOf } from './cli-error';

/**
 * Reads the current value of a secret from AWS Secrets Manager, or the value of a parameter from AWS Systems Manager, as
 * whoever is logged in: in the Region of the ARN; what has only a name, in the Region that is configured.
 */
export async function readAwsSecret(place: string): Promise<string | undefined> {
  // The client is part of the bundle: which Node.js later versions of it will need says nothing to whoever runs this one.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const [, , service, region] = place.split(':');
  return service === 'secretsmanager' ? readSecret(place, region) : readParameter(place, region);
}

async function readSecret(secretArn: string, region: string): Promise<string | undefined> {
  const client = new SecretsManagerClient({ region });
  const { SecretString } = await given(secretArn, 'Secrets Manager', client, () => client.send(new GetSecretValueCommand({ SecretId: secretArn })));
  return SecretString;
}

async function readParameter(name: string, region: string | undefined): Promise<string | undefined> {
  const client = new SSMClient({ region });
  const { Parameter } = await given(name, 'Systems Manager', client, () => client.send(new GetParameterCommand({ Name: name, WithDecryption: true })));
  return Parameter?.Value;
}

async function given<T>(place: string, service: string, client: { destroy(): void }, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw new CliError(`${place}: AWS ${service} does not give its value: ${messageOf(error)}`);
  } finally {
    client.destroy();
  }
}
