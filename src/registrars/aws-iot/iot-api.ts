import { HttpApi, HttpRequest, HttpResponse, passingStatus } from '../http-api';
import { jsonOf } from '../json-answer';
import { AwsCredentials, signV4 } from './signature-v4';

/** Where AWS IoT is, and as whom it is called. */
export interface IotApiOptions {
  /** The URL of the control plane, without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** How long, from the first call on, a right is taken to be on its way; milliseconds. */
  readonly patience: number;
}

/** A CA as AWS IoT has it. */
export interface RegisteredCa {
  readonly status?: unknown;
  readonly autoRegistrationStatus?: unknown;
}

/** AWS IoT says it with the status 400, which is no passing one. https://docs.aws.amazon.com/iot/latest/apireference/CommonErrors.html */
const THROTTLED: readonly string[] = ['ThrottlingException', 'TooManyRequestsException'];

/**
 * What a role is told whose rights were given a moment ago: IAM is eventually consistent.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
const DENIED: readonly string[] = ['AccessDeniedException', 'ForbiddenException', 'UnauthorizedException', 'UnrecognizedClientException'];

const GONE = 'ResourceNotFoundException';

/**
 * The calls of AWS IoT's control plane that registering a CA takes beside CloudFormation's own resources. Each can be made
 * again. A client of the AWS SDK would be 400 kilobytes for them.
 *
 * @see https://docs.aws.amazon.com/iot/latest/apireference/
 */
export class IotApi {
  private deniedSince?: number;

  constructor(private readonly http: HttpApi, private readonly options: IotApiOptions) {}

  /** The registration code of the account and Region; the same until somebody deletes it. API reference, GetRegistrationCode. */
  public async registrationCode(): Promise<string> {
    const { registrationCode } = await this.call('iot:GetRegistrationCode', '*', 'GET', '/registrationcode') ?? {};
    if (typeof registrationCode !== 'string' || !/^[0-9A-Za-z-]{1,64}$/.test(registrationCode)) {
      throw new Error('iot:GetRegistrationCode on * failed: AWS IoT answered without a registration code');
    }
    return registrationCode;
  }

  /** A CA, or `undefined` where there is none. API reference, DescribeCACertificate. */
  public async ca(certificateId: string): Promise<RegisteredCa | undefined> {
    const answer = await this.call('iot:DescribeCACertificate', certificateId, 'GET', `/cacertificate/${certificateId}`);
    return answer && (answer.certificateDescription ?? {}) as RegisteredCa;
  }

  /** Sets a CA inactive, so that it can be deleted, and lets it register no device any more. API reference, UpdateCACertificate. */
  public async deactivateCa(certificateId: string): Promise<void> {
    const change = 'newStatus=INACTIVE&newAutoRegistrationStatus=DISABLE';
    await this.call('iot:UpdateCACertificate', certificateId, 'PUT', `/cacertificate/${certificateId}?${change}`);
  }

  /** Makes a call; `undefined` where there is no such resource. */
  private async call(
    action: string, resource: string, method: HttpRequest['method'], path: string,
  ): Promise<{ readonly [name: string]: unknown } | undefined> {
    const { endpoint, region, credentials } = this.options;
    const url = new URL(path, endpoint).href;
    const what = `${action} on ${resource}`;
    const response = await this.http.send(what, () => signV4({ method, url }, credentials, { region, service: 'iot' }, new Date()),
      answer => this.passing(answer));
    if (response.status === 200) {
      return jsonOf(response);
    }
    const name = errorName(response);
    if (name === GONE) {
      return undefined;
    }
    throw new Error(`${what} failed: ${name}${DENIED.includes(name) ? '; the role of the function must be allowed this action, also by the organization\'s policies' : ''}`);
  }

  private passing(response: HttpResponse): string | undefined {
    const name = errorName(response);
    if (THROTTLED.includes(name)) {
      return name;
    }
    if (DENIED.includes(name)) {
      this.deniedSince ??= Date.now();
      return Date.now() - this.deniedSince < this.options.patience ? name : undefined;
    }
    return passingStatus(response);
  }
}

/** AWS's name of an error: what comes before the colon in its header. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
function errorName({ status, headers }: HttpResponse): string {
  return /^\w+/.exec(headers['x-amzn-errortype'] ?? '')?.[0] ?? `HTTP status ${status}`;
}
