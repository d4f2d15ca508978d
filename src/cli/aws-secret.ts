import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { messageOf } from './cli-error';
import { KeySource, SecretVersionIds, UnreadableKeyError } from './export/key-source';

const CURRENT = 'AWSCURRENT';

/**
 * Private keys in AWS Secrets Manager and in the Parameter Store of AWS Systems Manager, read with the credentials of the user: in the
 * Region of the ARN; what has only a name, in the Region that is configured.
 */
export class AwsSecrets implements KeySource {
  private readonly secretsManagerIn = byRegion(region => new SecretsManagerClient({ region }));
  private readonly systemsManagerIn = byRegion(region => new SSMClient({ region }));

  constructor() {
    // The client is part of the bundle: which Node.js later versions of it will need says nothing to a user of this one.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  }

  public async versionsOf(secretArn: string): Promise<SecretVersionIds> {
    const { VersionIdsToStages: stages = {} } = await given('AWS Secrets Manager does not say which versions the secret has',
      () => this.secretsManagerIn(secretArn).send(new DescribeSecretCommand({ SecretId: secretArn })));
    const ids = Object.keys(stages);
    return { ids, current: ids.find(id => stages[id].includes(CURRENT)) };
  }

  public async readSecret(secretArn: string, version: string): Promise<string | undefined> {
    const { SecretString } = await given('AWS Secrets Manager does not give its value',
      () => this.secretsManagerIn(secretArn).send(new GetSecretValueCommand({ SecretId: secretArn, VersionId: version })));
    return SecretString;
  }

  public async readParameter(place: string): Promise<string | undefined> {
    const { Parameter } = await given('AWS Systems Manager does not give its value',
      () => this.systemsManagerIn(place).send(new GetParameterCommand({ Name: place, WithDecryption: true })));
    return Parameter?.Value;
  }
}

/** One client for each Region; a name, in which no Region stands, has the configured one. */
function byRegion<T>(make: (region: string | undefined) => T): (place: string) => T {
  const clients = new Map<string | undefined, T>();
  return place => {
    const region: string | undefined = place.split(':')[3];
    const client = clients.get(region) ?? make(region);
    clients.set(region, client);
    return client;
  };
}

async function given<T>(refusal: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw new UnreadableKeyError(`${refusal}: ${messageOf(error)}`);
  }
}
