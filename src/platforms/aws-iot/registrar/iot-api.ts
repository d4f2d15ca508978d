import { AwsCredentials, signV4 } from './signature-v4';
import { HttpApi, HttpRequest, HttpResponse, passingStatus } from '../../registrar/http-api';
import { jsonOf } from '../../registrar/json-answer';
import { errorCode, refusalOf } from '../../registrar/platform-failure';

/** The endpoint of AWS IoT, and the credentials with which it is called. */
export interface IotApiOptions {
  /** The URL of the control plane, without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** How long, from the first refusal on, a new right is assumed not to have taken effect yet; milliseconds. */
  readonly patience: number;
}

/**
 * AWS IoT reports throttling with the status 400. This status alone does not cause a retry.
 * https://docs.aws.amazon.com/iot/latest/apireference/CommonErrors.html
 */
const THROTTLED: readonly string[] = ['ThrottlingException', 'TooManyRequestsException'];

/**
 * The errors that a role gets if its rights were given a moment ago: IAM is eventually consistent.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
const DENIED: readonly string[] = ['AccessDeniedException', 'ForbiddenException', 'UnauthorizedException', 'UnrecognizedClientException'];

const ALLOW = 'the role of the function and the policies of the organization must allow this action';

const PLATFORM = 'AWS IoT Core';

const CALL = 'iot:GetRegistrationCode';

/**
 * The only call to AWS IoT's control plane that the registration of a CA needs besides CloudFormation's own resources. A client of the AWS
 * SDK for this call would take 400 kilobytes.
 *
 * @see https://docs.aws.amazon.com/iot/latest/apireference/API_GetRegistrationCode.html
 */
export class IotApi {
  private deniedSince?: number;

  constructor(private readonly http: HttpApi, private readonly options: IotApiOptions) {}

  /** The registration code of the account and Region. It stays the same until it is deleted. */
  public async registrationCode(): Promise<string> {
    const { endpoint, region, credentials } = this.options;
    const request: HttpRequest = { method: 'GET', url: new URL('/registrationcode', endpoint).href };
    const response = await this.http.send(`${PLATFORM}: ${CALL}`, () => signV4(request, credentials, { region, service: 'iot' }, new Date()), answer => this.passing(answer));
    if (response.status !== 200) {
      const name = errorName(response, this.secrets);
      throw refusalOf(PLATFORM, CALL, name, DENIED.includes(name) ? ALLOW : undefined);
    }
    const { registrationCode } = jsonOf(response);
    if (typeof registrationCode !== 'string' || !/^[0-9A-Za-z-]{1,64}$/.test(registrationCode)) {
      throw new Error(`${PLATFORM}: ${CALL} returned no registration code; deploy again`);
    }
    return registrationCode;
  }

  /** The values that no message may show. */
  private get secrets(): string[] {
    const { secretAccessKey, sessionToken } = this.options.credentials;
    return [secretAccessKey, ...sessionToken === undefined ? [] : [sessionToken]];
  }

  private passing(response: HttpResponse): string | undefined {
    const name = errorName(response, this.secrets);
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

/**
 * AWS's name of an error, from a header or from the body, without the namespace before it and the URL after it.
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
 */
function errorName(response: HttpResponse, secrets: readonly string[]): string {
  const { __type: type, code } = jsonOf(response);
  const name = response.headers['x-amzn-errortype'] ?? (typeof type === 'string' ? type : code);
  return errorCode(typeof name === 'string' ? name.replace(/:.*$/s, '').replace(/^.*#/s, '') : name, response.status, secrets);
}
