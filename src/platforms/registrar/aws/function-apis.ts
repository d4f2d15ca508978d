import { LedgerApi } from './ledger-api';
import { AwsApiOptions } from './signed-api';
import { regionIn } from '../../../lambda/aws/by-region';
import { emulatedEndpoint, endpointBeside } from '../endpoint';
import { HttpApi } from '../http-api';

/** AWS as a function calls it: in its own Region, with the credentials that Lambda puts into its environment. */
export class FunctionApis {
  public readonly http: HttpApi;

  /**
   * @param signal ends every call
   * @param patience how long a right that was just given may take to become effective; milliseconds
   * @param wayOut what to do about a call for which the time was too short
   */
  constructor(private readonly environment: NodeJS.ProcessEnv, signal: AbortSignal, private readonly patience: number, wayOut?: string) {
    this.http = new HttpApi(signal, undefined, wayOut);
  }

  /**
   * How a service is called.
   *
   * @param service the service as host names write it, such as `iot`
   * @param region the Region; if absent, the function's own
   * @param endpoint the URL of the service, without a path; if absent, that of the Region
   */
  public options(service: string, region = this.region, endpoint = this.endpoint(service, region)): AwsApiOptions {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = this.environment;
    return {
      endpoint,
      region,
      credentials: { accessKeyId: AWS_ACCESS_KEY_ID!, secretAccessKey: AWS_SECRET_ACCESS_KEY!, sessionToken: AWS_SESSION_TOKEN },
      patience: this.patience,
    };
  }

  /** @param table the name of a ledger in the function's own Region, or the ARN of any ledger */
  public ledger(table: string): LedgerApi {
    return new LedgerApi(this.http, this.options('dynamodb', regionIn(table)), table);
  }

  private get region(): string {
    return this.environment.AWS_REGION!;
  }

  private endpoint(service: string, region: string): string {
    const endpoint = emulatedEndpoint(service.toUpperCase(), this.environment) ?? endpointBeside(service, this.environment.STACK_ID, region);
    if (endpoint === undefined) {
      throw new Error('the function must have the ID of its stack in the environment variable STACK_ID, which determines the endpoints of AWS');
    }
    return endpoint;
  }
}
