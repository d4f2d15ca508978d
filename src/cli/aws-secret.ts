import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { awsMessageOf } from './aws-message';
import { KeySource, SecretVersionIds, UnreadableKeyError } from './export/key-source';
import { PLAIN_CLIENT } from '../issuing/aws/plain-calls';

const CURRENT = 'AWSCURRENT';

/**
 * Private keys in AWS Secrets Manager and in the Parameter Store of AWS Systems Manager, read with the user's credentials. An ARN is read
 * in its own Region, a bare name in the configured Region.
 */
export class AwsSecrets implements KeySource {
  private readonly secretsManagerIn = byRegion(region => new SecretsManagerClient({ ...PLAIN_CLIENT, region }));
  private readonly systemsManagerIn = byRegion(region => new SSMClient({ ...PLAIN_CLIENT, region }));

  public async versionsOf(secretArn: string): Promise<SecretVersionIds> {
    const { VersionIdsToStages: stages = {} } = await given(secretArn, 'AWS Secrets Manager did not return the versions of the secret',
      () => this.secretsManagerIn(secretArn).send(new DescribeSecretCommand({ SecretId: secretArn })));
    const ids = Object.keys(stages).filter(id => stages[id].length > 0);
    return { ids, current: ids.find(id => stages[id].includes(CURRENT)) };
  }

  public async readSecret(secretArn: string, version: string): Promise<string | undefined> {
    const { SecretString } = await given(secretArn, 'AWS Secrets Manager did not return the value of the secret',
      () => this.secretsManagerIn(secretArn).send(new GetSecretValueCommand({ SecretId: secretArn, VersionId: version })));
    return SecretString;
  }

  public async readParameter(place: string): Promise<string | undefined> {
    const { Parameter } = await given(place, 'AWS Systems Manager did not return the value of the parameter',
      () => this.systemsManagerIn(place).send(new GetParameterCommand({ Name: place, WithDecryption: true })));
    return Parameter?.Value;
  }
}

/** Makes one client for each Region. A bare name contains no Region and gets the client of the configured Region. */
function byRegion<T>(make: (region: string | undefined) => T): (place: string) => T {
  const clients = new Map<string | undefined, T>();
  return place => {
    const region: string | undefined = place.split(':')[3];
    const client = clients.get(region) ?? make(region);
    clients.set(region, client);
    return client;
  };
}

async function given<T>(place: string, refusal: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw new UnreadableKeyError(`${refusal}: ${awsMessageOf(error, place)}`);
  }
}
