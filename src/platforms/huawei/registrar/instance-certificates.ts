import { X509Certificate } from 'node:crypto';
import { codeOf, HUAWEI_IOTDA, NOT_PROVED, refusal } from './refusal';
import { JsonMap } from '../../../contract/json-map';
import { outsideId, outsideName } from '../../../lambda/outside-text';
import { basicTime } from '../../registrar/canonical-text';
import { HttpApi, HttpRequest, HttpResponse } from '../../registrar/http-api';
import { isAnswer, jsonAnswer, listIn } from '../../registrar/json-answer';
import { pemOf } from '../../registrar/shown-certificate';

/** A CA certificate as IoTDA holds it (`CertificatesRspDTO`). IoTDA shows neither the certificate nor a fingerprint. */
export interface HeldCertificate {
  readonly id: string;
  readonly commonName: string;
  readonly verified: boolean;
  /** The code stays the same, and every request shows it. */
  readonly verifyCode: string;
  /** In ISO 8601 basic format, like the next two. */
  readonly created: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

/** The location of an instance's CA certificates. */
export interface CertificatesPlace {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  /** The resource space. If it is absent, a list covers all of them, and an upload goes to the default one. */
  readonly appId?: string;
}

/** The caller of the API. */
export interface Caller {
  /** Authenticates a request, once for each attempt. */
  readonly authenticate: (request: HttpRequest) => HttpRequest;
  /** The secrets that no message may show. */
  readonly secrets: readonly string[];
}

/** The largest page of the list. https://support.huaweicloud.com/api-iothub/iot_06_v5_0099.html */
const PAGE = 50;

/** More pages than an instance can fill: it holds 100. */
const MAX_PAGES = 40;

/**
 * The CA certificates of an instance of IoTDA: AddCertificate, ListCertificates, ShowCertificate, CheckCertificate and
 * DeleteCertificate. https://support.huaweicloud.com/api-iothub/iot_06_v5_0014.html and the pages beside it
 */
export class InstanceCertificates {
  constructor(private readonly api: HttpApi, private readonly caller: Caller, private readonly place: CertificatesPlace) {}

  /**
   * The registrations of a certificate, oldest first: those with its common name and, to the second, its validity. IoTDA shows nothing
   * more specific.
   */
  public async registrationsOf(certificate: X509Certificate): Promise<HeldCertificate[]> {
    const commonName = commonNameOf(certificate);
    const [notBefore, notAfter] = [certificate.validFrom, certificate.validTo].map(time => basicTime(new Date(time)));
    return (await this.list())
      .filter(held => held.commonName === commonName && held.notBefore === notBefore && held.notAfter === notAfter)
      .sort((a, b) => `${a.created} ${a.id}` < `${b.created} ${b.id}` ? -1 : 1);
  }

  /**
   * Uploads a certificate. Every upload may make a registration of its own. So each attempt after the first looks for a registration that
   * an earlier attempt may have made, but whose response was lost.
   *
   * @param isAnother whether a registration is known to be of another certificate
   * @param note notes each attempt before it is made
   */
  public async upload(
    certificate: X509Certificate, isAnother: (held: HeldCertificate) => boolean, note: () => Promise<void>,
  ): Promise<HeldCertificate> {
    const what = 'the upload of the certificate';
    const body = JSON.stringify({ content: pemOf(certificate), app_id: this.place.appId });
    let attempts = 0;
    return heldIn(this.accepted(what, await this.call(what, async () => {
      const found = attempts++ === 0 ? undefined : (await this.registrationsOf(certificate)).find(held => !isAnother(held));
      if (found) {
        return { method: 'GET', url: `/${found.id}` };
      }
      await note();
      return { method: 'POST', url: '', body };
    })));
  }

  /** A registration, even if the list does not show it yet. */
  public async show(id: string): Promise<HeldCertificate> {
    const what = 'the request for the certificate';
    return heldIn(this.accepted(what, await this.call(what, () => ({ method: 'GET', url: `/${id}` }))));
  }

  /** Proves possession of the key. A refusal is ignored if the registration is already verified, unless the proof is wrong. */
  public async verify(id: string, verificationCertificate: X509Certificate): Promise<void> {
    const response = await this.call('the verification', () =>
      ({ method: 'POST', url: `/${id}/action?action_id=verify`, body: JSON.stringify({ verify_content: pemOf(verificationCertificate) }) }));
    const done = response.status < 300 && isAnswer(response)
      || !NOT_PROVED.includes(codeOf(response) ?? '') && (await this.list()).some(held => held.id === id && held.verified);
    if (!done) {
      throw refusal('the verification', response, this.caller.secrets);
    }
  }

  /** Deletes a registration; does nothing if it is gone. */
  public async delete(id: string): Promise<void> {
    const response = await this.call('the deletion of the certificate', () => ({ method: 'DELETE', url: `/${id}` }));
    const gone = [204, 404].includes(response.status) && isAnswer(response);
    if (!gone && (await this.list()).some(held => held.id === id)) {
      throw refusal('the deletion of the certificate', response, this.caller.secrets);
    }
  }

  /** All registrations of the instance, or of the resource space. */
  private async list(): Promise<HeldCertificate[]> {
    const what = 'the list of certificates';
    const { appId } = this.place;
    const all: HeldCertificate[] = [];
    let marker: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const query = new URLSearchParams({ limit: String(PAGE), ...appId !== undefined && { app_id: appId }, ...marker && { marker } });
      const answer = this.accepted(what, await this.call(what, () => ({ method: 'GET', url: `?${query}` })));
      const certificates = listIn(descriptionOf(what), 'certificates', answer.certificates).map(heldIn);
      all.push(...certificates);
      marker = outsideId((answer.page as { marker?: unknown } | null | undefined)?.marker);
      if (certificates.length < PAGE || !marker) {
        break;
      }
    }
    return all;
  }

  private call(what: string, make: () => HttpRequest | Promise<HttpRequest>): Promise<HttpResponse> {
    return this.api.send(descriptionOf(what), async () => {
      const request = await make();
      return this.caller.authenticate({ ...request, url: `${this.place.url}${request.url}`, headers: { ...this.place.headers, 'content-type': 'application/json' } });
    });
  }

  private accepted(what: string, response: HttpResponse): JsonMap {
    if (response.status >= 300) {
      throw refusal(what, response, this.caller.secrets);
    }
    return jsonAnswer(descriptionOf(what), response);
  }
}

function descriptionOf(what: string): string {
  return `${HUAWEI_IOTDA}: ${what}`;
}

function heldIn({ certificate_id: id, verify_code: verifyCode, ...held }: JsonMap): HeldCertificate {
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id) || typeof verifyCode !== 'string' || outsideId(verifyCode) === undefined) {
    throw new Error(`${HUAWEI_IOTDA} returned a certificate without a certificate_id or a verify_code`);
  }
  return {
    id,
    verifyCode,
    commonName: outsideName(held.cn_name),
    verified: held.status === true,
    created: outsideName(held.create_date),
    notBefore: outsideName(held.effective_date),
    notAfter: outsideName(held.expiry_date),
  };
}

function commonNameOf(certificate: X509Certificate): string {
  const { CN = '' } = certificate.toLegacyObject().subject as { CN?: string | string[] };
  return [CN].flat()[0];
}
