import { AwsCredentials, signV4 } from './signature-v4';
import { xmlTexts } from './xml-texts';
import { entryOf } from '../../../lambda/outside-text';
import { HttpApi, HttpRequest, HttpResponse, passingStatus } from '../http-api';
import { jsonOf } from '../json-answer';
import { errorCode, refusalOf } from '../platform-failure';

/** The endpoint of an AWS service, and the credentials with which it is called. */
export interface AwsApiOptions {
  /** The URL of the service, without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** How long, from the first refusal on, a new right is assumed not to have taken effect yet; milliseconds. */
  readonly patience: number;
}

/** What distinguishes a service from the others. */
export interface AwsService {
  /** The service's name in signatures and rights, such as `iot`. */
  readonly id: string;
  /** The service's name in messages. */
  readonly name: string;
  /** The errors of throttling. AWS reports them with the status 400, which alone does not cause a retry. */
  readonly throttled: readonly string[];
}

/**
 * The errors that a role gets if its rights were given a moment ago: IAM is eventually consistent.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
const DENIED: readonly string[] = [
  'AccessDeniedException', 'ForbiddenException', 'UnauthorizedException', 'UnrecognizedClientException',
  // of services that answer in XML
  'AccessDenied', 'InvalidAccessKeyId', 'InvalidClientTokenId', 'UnauthorizedOperation',
];

const ALLOW = 'the role of the function and the policies of the organization must allow this action';

/** A call, and how it is described in errors. */
export interface SignedCall {
  /** The action as rights name it, with what it is on: `iot:GetRegistrationCode`. */
  readonly action: string;
  readonly method: HttpRequest['method'];
  /** The path with the query. */
  readonly path: string;
  readonly headers?: HttpRequest['headers'];
  readonly body?: string;
  /** The longest response that is accepted, in characters; 262,144 if absent. */
  readonly longest?: number;
  /** Whether the call takes another effect each time; see `HttpApi.sendOnce`. */
  readonly once?: boolean;
  /** What to do about errors, by their names. */
  readonly advice?: { readonly [name: string]: string };
}

/**
 * An AWS service whose calls are signed with Signature Version 4. A client of the AWS SDK takes 400 kilobytes, which is six times what the
 * functions for AWS IoT have.
 */
export class SignedApi {
  private deniedSince?: number;

  constructor(private readonly http: HttpApi, private readonly service: AwsService, private readonly options: AwsApiOptions) {}

  /** The call in words, for errors. */
  public describe({ action }: SignedCall): string {
    return `${this.service.name}: ${action}`;
  }

  /**
   * Makes a call.
   *
   * @param absent the name of the error that means that there is nothing of the kind
   * @returns the response of a call that has succeeded; `undefined` if there is nothing of the kind
   */
  public async send(call: SignedCall, absent?: string): Promise<HttpResponse | undefined> {
    const { action, method, path, headers, body, longest, once, advice = {} } = call;
    const { endpoint, region, credentials } = this.options;
    const url = new URL(path, endpoint);
    if (url.origin !== new URL(endpoint).origin) { // the path holds names from outside, and the call the token of the role
      throw new Error(`${this.describe(call)} must go to ${endpoint}, got another host`);
    }
    const request: HttpRequest = { method, url: url.href, headers, body, longest };
    const sign = (): HttpRequest => signV4(request, credentials, { region, service: this.service.id }, new Date());
    const passing = (answer: HttpResponse): string | undefined => this.passing(answer);
    const response = once ? await this.http.sendOnce(this.describe(call), sign, passing) : await this.http.send(this.describe(call), sign, passing);
    if (response.status >= 200 && response.status < 300) {
      return response;
    }
    const name = errorName(response, this.secrets);
    if (name === absent) {
      return undefined;
    }
    throw refusalOf(this.service.name, action, name, entryOf(advice, name) ?? (DENIED.includes(name) ? ALLOW : undefined));
  }

  /** The values that no message may show. */
  private get secrets(): string[] {
    const { secretAccessKey, sessionToken } = this.options.credentials;
    return [secretAccessKey, ...sessionToken === undefined ? [] : [sessionToken]];
  }

  private passing(response: HttpResponse): string | undefined {
    const name = errorName(response, this.secrets);
    if (this.service.throttled.includes(name)) {
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
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization
 */
function errorName(response: HttpResponse, secrets: readonly string[]): string {
  const { __type: type, code } = jsonOf(response);
  const name = response.headers['x-amzn-errortype'] ?? (typeof type === 'string' ? type : code ?? xmlTexts(response.text, 'Code')[0]);
  return errorCode(typeof name === 'string' ? name.replace(/:.*$/s, '').replace(/^.*#/s, '') : name, response.status, secrets);
}
