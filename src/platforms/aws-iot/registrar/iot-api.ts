import { isMap, JsonMap } from '../../../contract/json-map';
import { AwsApiOptions, AwsService, SignedApi, SignedCall } from '../../registrar/aws/signed-api';
import { HttpApi } from '../../registrar/http-api';
import { jsonAnswer, jsonOf } from '../../registrar/json-answer';

/** AWS IoT's control plane. https://docs.aws.amazon.com/iot/latest/apireference/CommonErrors.html */
export const AWS_IOT: AwsService = { id: 'iot', name: 'AWS IoT Core', throttled: ['ThrottlingException', 'TooManyRequestsException'] };

const NOT_REGISTERED = 'ResourceNotFoundException';

/** The status of a certificate in AWS IoT, of which this library sets these. Others are AWS IoT's own, such as PENDING_ACTIVATION. */
export type IotStatus = 'ACTIVE' | 'INACTIVE' | 'REVOKED';

/** A CA that is registered with AWS IoT. */
export interface RegisteredIotCa {
  readonly status: string;
  readonly autoRegistrationStatus?: string;
}

/** A change of a CA that is registered with AWS IoT. */
export interface IotCaChange {
  readonly newStatus: 'ACTIVE' | 'INACTIVE';
  /** Whether AWS IoT registers the CA's certificates by itself; if absent, this stays as it is. */
  readonly newAutoRegistrationStatus?: 'DISABLE';
}

/**
 * The calls to AWS IoT's control plane that CloudFormation's own resources do not make.
 *
 * @see https://docs.aws.amazon.com/iot/latest/apireference/API_Operations_AWS_IoT.html
 */
export class IotApi {
  private readonly api: SignedApi;

  constructor(http: HttpApi, options: AwsApiOptions) {
    this.api = new SignedApi(http, AWS_IOT, options);
  }

  /** The registration code of the account and Region. It stays the same until it is deleted. */
  public async registrationCode(): Promise<string> {
    const call: SignedCall = { action: 'iot:GetRegistrationCode', method: 'GET', path: '/registrationcode' };
    const { registrationCode } = jsonOf((await this.api.send(call))!);
    if (typeof registrationCode !== 'string' || !/^[0-9A-Za-z-]{1,64}$/.test(registrationCode)) {
      throw new Error(`${this.api.describe(call)} returned no registration code; deploy again`);
    }
    return registrationCode;
  }

  /** The status of a certificate, or `undefined` if it is not registered. */
  public async certificateStatus(certificateId: string): Promise<string | undefined> {
    const description = await this.description({ action: 'iot:DescribeCertificate', method: 'GET', path: `/certificates/${certificateId}` });
    return description?.status as string | undefined;
  }

  /** Changes the status of a certificate, if it is still registered. */
  public async setCertificateStatus(certificateId: string, status: IotStatus): Promise<void> {
    const path = `/certificates/${certificateId}?newStatus=${status}`;
    await this.api.send({ action: 'iot:UpdateCertificate', method: 'PUT', path }, NOT_REGISTERED);
  }

  /** A registered CA, or `undefined` if it is not registered. */
  public async ca(certificateId: string): Promise<RegisteredIotCa | undefined> {
    const description = await this.description({ action: 'iot:DescribeCACertificate', method: 'GET', path: `/cacertificate/${certificateId}` });
    return description && { status: description.status as string, autoRegistrationStatus: description.autoRegistrationStatus as string | undefined };
  }

  /** Changes a CA, if it is still registered. */
  public async changeCa(certificateId: string, change: IotCaChange): Promise<void> {
    await this.api.send({
      action: 'iot:UpdateCACertificate',
      method: 'PUT',
      path: `/cacertificate/${certificateId}?${new URLSearchParams({ ...change })}`,
      headers: { 'content-type': 'application/json' },
      body: '{}',
    }, NOT_REGISTERED);
  }

  /** What AWS IoT says of a certificate. A truncated answer is an error: the certificate must not be taken for one that is not registered. */
  private async description(call: SignedCall): Promise<JsonMap | undefined> {
    const response = await this.api.send(call, NOT_REGISTERED);
    if (!response) {
      return undefined;
    }
    const { certificateDescription: description } = jsonAnswer(this.api.describe(call), response);
    if (!isMap(description) || typeof description.status !== 'string') {
      throw new Error(`${this.api.describe(call)} returned no status`);
    }
    return description;
  }
}
