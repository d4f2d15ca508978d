import { setTimeout as sleep } from 'node:timers/promises';
import { isMap, JsonMap } from '../../../contract/json-map';
import { outsideCode } from '../../../lambda/outside-text';
import { apiForOneCall } from '../../inventory/patient-api';
import { AwsApiOptions, SignedApi, SignedCall } from '../../registrar/aws/signed-api';
import { jsonAnswer, listIn, LOOK_AT_ENDPOINT } from '../../registrar/json-answer';
import { AWS_IOT } from '../registrar/iot-api';

/** A certificate or a CA as AWS IoT lists it. */
export interface IotRegistration {
  /** SHA-256 of the DER, 64 lower-case hexadecimal digits. */
  readonly certificateId: string;
  readonly status: string;
}

/** A CA that is registered with AWS IoT. */
export interface IotCaDescription {
  readonly status: string;
  /** Whether AWS IoT registers the CA's certificates when their devices first connect. */
  readonly registersByItself: boolean;
}

/** The most entries that a page can have. https://docs.aws.amazon.com/iot/latest/apireference/API_ListCertificates.html */
const PAGE = 250;

/**
 * The pause after a page; milliseconds. AWS IoT accepts ten of its calls a second for an account, of which half are left to others.
 * https://docs.aws.amazon.com/general/latest/gr/iot-core.html#iot-core-api-quotas
 */
const PACE = 200;

/** How AWS IoT is reached. */
export interface IotAccess extends Omit<AwsApiOptions, 'patience'> {
  /** PEM of the CAs to trust; absent for those of Node.js. */
  readonly trustedCas?: string;
  /** @default 200 */
  readonly pace?: number;
}

/** Lists what AWS IoT has registered. */
export function awsIotListing({ trustedCas, pace = PACE, ...options }: IotAccess): IotListing {
  return new IotListing(() => new SignedApi(apiForOneCall(trustedCas), AWS_IOT, { ...options, patience: 0 }), pace);
}

/** What to do about a refusal, by its name. The user's own credentials make the calls. */
function advice(action: string): SignedCall['advice'] {
  const allow = `allow these credentials ${action}`;
  const signIn = 'sign in again: these credentials are not valid, or no longer';
  return {
    AccessDeniedException: allow,
    ForbiddenException: allow,
    UnauthorizedException: allow,
    ExpiredTokenException: signIn,
    InvalidSignatureException: signIn,
    UnrecognizedClientException: signIn,
  };
}

/**
 * What AWS IoT has registered in a Region, page by page. Every call is a GET.
 *
 * @see https://docs.aws.amazon.com/iot/latest/apireference/API_Operations_AWS_IoT.html
 */
export class IotListing {
  /**
   * @param api returns the API with the time that a single call may take
   * @param pace the pause after a page, which leaves calls to others; milliseconds
   */
  constructor(private readonly api: () => SignedApi, private readonly pace: number) {}

  /** All certificates of the account, those of other CAs among them. */
  public certificates(): AsyncIterable<readonly IotRegistration[]> {
    return this.pages('iot:ListCertificates', '/certificates');
  }

  /** The certificates that are registered below a CA. */
  public certificatesOf(caCertificateId: string): AsyncIterable<readonly IotRegistration[]> {
    return this.pages('iot:ListCertificatesByCA', `/certificates-by-ca/${caCertificateId}`);
  }

  /** All CAs of the account. */
  public cas(): AsyncIterable<readonly IotRegistration[]> {
    return this.pages('iot:ListCACertificates', '/cacertificates');
  }

  /** A CA, or `undefined` if it is not registered. */
  public async ca(caCertificateId: string): Promise<IotCaDescription | undefined> {
    const api = this.api();
    const call: SignedCall = {
      action: 'iot:DescribeCACertificate', method: 'GET', path: `/cacertificate/${caCertificateId}`, advice: advice('iot:DescribeCACertificate'),
    };
    const response = await api.send(call, 'ResourceNotFoundException');
    if (!response) {
      return undefined;
    }
    const { certificateDescription: description } = jsonAnswer(api.describe(call), response);
    if (!isMap(description) || typeof description.status !== 'string') {
      throw new Error(`${api.describe(call)} returned no status; ${LOOK_AT_ENDPOINT}`);
    }
    return { status: outsideCode(description.status), registersByItself: description.autoRegistrationStatus === 'ENABLE' };
  }

  private async *pages(action: string, path: string): AsyncIterable<readonly IotRegistration[]> {
    let marker: string | undefined;
    do {
      const api = this.api();
      const query = new URLSearchParams({ pageSize: String(PAGE), ...marker !== undefined && { marker } });
      const call: SignedCall = { action, method: 'GET', path: `${path}?${query}`, advice: advice(action) };
      const { certificates, nextMarker } = jsonAnswer(api.describe(call), (await api.send(call))!);
      yield listIn(api.describe(call), 'certificates', certificates).map(each => registrationIn(api.describe(call), each));
      if (nextMarker === marker && marker !== undefined) {
        throw new Error(`${api.describe(call)} returned the same page again; ${LOOK_AT_ENDPOINT}`);
      }
      marker = typeof nextMarker === 'string' && nextMarker !== '' ? nextMarker : undefined;
      await sleep(marker === undefined ? 0 : this.pace);
    } while (marker !== undefined);
  }
}

function registrationIn(what: string, { certificateId, status }: JsonMap): IotRegistration {
  if (typeof certificateId !== 'string' || !/^[0-9a-f]{64}$/i.test(certificateId)) {
    throw new Error(`${what} returned a certificate without an ID; ${LOOK_AT_ENDPOINT}`);
  }
  return { certificateId: certificateId.toLowerCase(), status: outsideCode(status) };
}
