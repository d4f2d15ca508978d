import { IotApi } from './iot-api';
import { LedgerApi } from './ledger-api';
import { AwsApiOptions } from './signed-api';
import { regionIn } from '../../../lambda/aws/by-region';
import { emulatedEndpoint, endpointBeside } from '../../registrar/endpoint';
import { HttpApi } from '../../registrar/http-api';

/** AWS as a function calls it: in its own Region, with the credentials that Lambda puts into its environment. */
export class FunctionApis {
  private readonly http: HttpApi;

  /**
   * @param signal ends every call
   * @param patience how long a right that was just given may take to become effective; milliseconds
   * @param wayOut what to do about a call for which the time was too short
   */
  constructor(private readonly environment: NodeJS.ProcessEnv, signal: AbortSignal, private readonly patience: number, wayOut?: string) {
    this.http = new HttpApi(signal, undefined, wayOut);
  }

  /** @param endpoint the URL of AWS IoT's control plane, without a path; if absent, that of the function's own Region */
  public iot(endpoint = this.endpoint('IOT', 'iot', this.region)): IotApi {
    return new IotApi(this.http, this.options(endpoint, this.region));
  }

  /** @param table the name of a ledger in the function's own Region, or the ARN of any ledger */
  public ledger(table: string): LedgerApi {
    const region = regionIn(table) ?? this.region;
    return new LedgerApi(this.http, this.options(this.endpoint('DYNAMODB', 'dynamodb', region), region), table);
  }

  private get region(): string {
    return this.environment.AWS_REGION!;
  }

  private endpoint(variable: string, service: string, region: string): string {
    const endpoint = emulatedEndpoint(variable, this.environment) ?? endpointBeside(service, this.environment.STACK_ID, region);
    if (endpoint === undefined) {
      throw new Error('the function must have the ID of its stack in the environment variable STACK_ID, which determines the endpoints of AWS');
    }
    return endpoint;
  }

  private options(endpoint: string, region: string): AwsApiOptions {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = this.environment;
    return {
      endpoint,
      region,
      credentials: { accessKeyId: AWS_ACCESS_KEY_ID!, secretAccessKey: AWS_SECRET_ACCESS_KEY!, sessionToken: AWS_SESSION_TOKEN },
      patience: this.patience,
    };
  }
}
