import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsMessageOf } from './aws-message';
import { CliError } from './cli-error';
import { ReadPlatform } from './reconcile/platform-choice';
import { PLAIN_CLIENT } from '../issuing/aws/plain-calls';
import { IotInventory } from '../platforms/aws-iot/inventory/iot-inventory';
import { awsIotListing } from '../platforms/aws-iot/inventory/iot-listing';
import { AWS_IOT_CORE_RULES } from '../platforms/aws-iot/rules';

/** The Region and the credentials for calls to AWS IoT, and its endpoint. */
type Access = Pick<Parameters<typeof awsIotListing>[0], 'region' | 'credentials' | 'endpoint'>;

/** Reads AWS IoT Core with the user's credentials: in the Region that is given, in that of the first ledger's ARN, or in the configured Region. */
export const readAwsIot: ReadPlatform = async ({ region }, { cas, areAllCas }, reach) => {
  const access = await accessIn(region ?? cas[0]?.ledger?.split(':')[3]);
  return IotInventory.read(`${AWS_IOT_CORE_RULES.name} in ${access.region}`, awsIotListing({ ...access, ...reach }), cas, areAllCas);
};

/** What the AWS SDK finds out for each of its clients. A client of AWS IoT would take 400 kilobytes of the bundle, so one that is there is asked. */
async function accessIn(given: string | undefined): Promise<Access> {
  const { config } = new DynamoDBClient({ ...PLAIN_CLIENT, region: given });
  try {
    const region = await config.region(); // refuses what can't be part of a host name
    const { host } = config.endpointProvider({ Region: region }).url;
    const endpoint = process.env.AWS_ENDPOINT_URL_IOT || process.env.AWS_ENDPOINT_URL || `https://${host.replace(/^dynamodb\./, 'iot.')}`;
    return { region, credentials: await config.credentials(), endpoint };
  } catch (error) {
    throw new CliError(`--platform aws-iot-core: ${awsMessageOf(error, 'AWS IoT Core', {}, 'give it with --region')}`);
  }
}
