import { setTimeout as sleep } from 'node:timers/promises';
import { lasts, READING_CAUSES, refusal } from './refusal';
import { JsonMap } from '../../../contract/json-map';
import { outsideId, outsideMessage, outsideName } from '../../../lambda/outside-text';
import { basicTime } from '../../registrar/canonical-text';
import { HttpApi, HttpRequest, HttpResponse } from '../../registrar/http-api';
import { isAnswer, jsonAnswer, listIn } from '../../registrar/json-answer';

/** A certificate as an Azure service holds it. */
export interface HeldCertificate {
  readonly name: string;
  /** SHA-1, upper-case hexadecimal digits. */
  readonly thumbprint: string;
  readonly subject: string;
  readonly verified: boolean;
  /** The time of the upload, which distinguishes it from earlier and later certificates of the same name. ISO 8601, basic format. */
  readonly created: string;
  /** Changes with every change. Each call that changes something must name the current etag. */
  readonly etag: string;
}

/** The location of a service's certificates. */
export interface CertificatesPlace {
  /** The name of the service in messages. */
  readonly name: string;
  readonly url: string;
  readonly apiVersion: string;
}

/** A call relative to the place. */
interface CertificateCall {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly etag?: string;
  readonly body?: object;
}

/**
 * The etag is no longer current: RFC 9110, section 15.5.13. An upload without an etag also gets this status if the certificate exists:
 * https://github.com/hashicorp/terraform-provider-azurerm/issues/20041
 */
const OVERTAKEN = 412;

/** Another operation on the service is in progress, which takes minutes. https://github.com/hashicorp/terraform-provider-azurerm/issues/21463 */
const BUSY = 409;

/** How many times a step may be overtaken, and the base and the maximum of the waits between two steps; milliseconds. */
const ATTEMPTS = 5;
const WAIT = 100;
const MAX_WAIT = 10_000;

/** How much of a subject is shown, enough to tell whose certificate it is; characters. */
const MAX_SUBJECT = 200;

const IN_USE = 'everything that uses the certificate, such as an enrollment group, must be moved to another certificate or deleted first';

/**
 * The certificates of one service in Azure Resource Manager. A call that changes something returns `undefined` if another change came in
 * between. The certificate must then be read again.
 */
export class ServiceCertificates {
  /** Why the last change was not made, and whether it is worth waiting. */
  private hindrance?: { readonly error: Error; readonly passes: boolean };

  constructor(private readonly api: HttpApi, private readonly token: string, private readonly place: CertificatesPlace) {}

  /** The name of the service in messages. */
  public get serviceName(): string {
    return this.place.name;
  }

  public async find(name: string): Promise<HeldCertificate | undefined> {
    const what = 'the request for the certificate';
    const response = await this.call(what, { method: 'GET', path: name });
    if (isGone(response)) {
      return undefined;
    }
    if (response.status !== 200) {
      throw refusal(this.place.name, what, response, [this.token]);
    }
    return heldIn(jsonAnswer(this.descriptionOf(what), response));
  }

  /** All certificates of the service, for someone who only reads. Azure gives them in one piece. */
  public async list(): Promise<HeldCertificate[]> {
    const what = 'the request for the certificates';
    const response = await this.call(what, { method: 'GET', path: '' });
    if (response.status !== 200) {
      throw refusal(this.place.name, what, response, [this.token], undefined, READING_CAUSES);
    }
    return listIn(this.descriptionOf(what), 'value', jsonAnswer(this.descriptionOf(what), response).value).map(heldIn);
  }

  /** @param certificate DER */
  public async upload(name: string, certificate: Buffer): Promise<HeldCertificate | undefined> {
    return this.change('the upload of the certificate', { method: 'PUT', path: name, body: { properties: { certificate: certificate.toString('base64') } } },
      heldIn);
  }

  /** Requests a verification code. An earlier code is no longer valid. */
  public async generateVerificationCode({ name, etag }: HeldCertificate): Promise<string | undefined> {
    return this.change('the request for a verification code', { method: 'POST', path: `${name}/generateVerificationCode`, etag },
      answer => idIn(propertiesIn(answer), 'verificationCode'));
  }

  /** @param certificate the verification certificate, DER */
  public async verify({ name, etag }: HeldCertificate, certificate: Buffer): Promise<HeldCertificate | undefined> {
    return this.change('the verification', { method: 'POST', path: `${name}/verify`, etag, body: { certificate: certificate.toString('base64') } }, heldIn);
  }

  /** Deletes a certificate, and returns whether it is gone. */
  public async delete({ name, etag }: HeldCertificate): Promise<true | undefined> {
    return this.change('the deletion of the certificate', { method: 'DELETE', path: name, etag }, () => true, IN_USE);
  }

  /**
   * Reads the certificate and takes a step, until no other change overtakes it. While another operation on the service is in progress, it
   * continues until the time is over.
   */
  public async settle<T>(name: string, signal: AbortSignal, step: (held: HeldCertificate | undefined) => Promise<T | undefined>): Promise<T> {
    for (let steps = 1, overtaken = 0; ; steps++) {
      const result = await this.find(name).catch(error => {
        throw signal.aborted && this.hindrance ? new Error(`${this.hindrance.error.message}, until the time ran out; deploy again`) : error;
      }).then(held => {
        this.hindrance = undefined;
        return step(held);
      });
      if (result !== undefined) {
        return result;
      }
      overtaken += this.hindrance?.passes ? 0 : 1;
      if (overtaken === ATTEMPTS) {
        throw this.hindrance?.error ?? new Error(`${this.place.name}: the certificate "${name}" keeps appearing and disappearing; `
          + 'make sure that nothing else changes it, and deploy again');
      }
      await sleep(Math.min(MAX_WAIT, WAIT * 2 ** steps) * Math.random(), undefined, { signal }).catch(() => undefined);
    }
  }

  private async change<T>(what: string, call: CertificateCall, read: (answer: JsonMap) => T, wayOut?: string): Promise<T | undefined> {
    const response = await this.call(what, call);
    const { status, text } = response;
    if (status < 300 || isGone(response) && call.method === 'DELETE') {
      return read(text === '' ? {} : jsonAnswer(this.descriptionOf(what), response));
    }
    const error = refusal(this.place.name, what, response, [this.token], wayOut);
    if (([BUSY, OVERTAKEN].includes(status) && !lasts(response)) || isGone(response) && call.method === 'POST') {
      this.hindrance = { error, passes: status === BUSY };
      return undefined;
    }
    throw error;
  }

  private descriptionOf(what: string): string {
    return `${this.place.name}: ${what}`;
  }

  private call(what: string, { method, path, etag, body }: CertificateCall): Promise<HttpResponse> {
    return this.api.send(this.descriptionOf(what), () => ({
      method,
      url: `${this.place.url}${path === '' ? '' : `/${path}`}?api-version=${this.place.apiVersion}`,
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: 'application/json',
        ...body && { 'content-type': 'application/json' },
        ...etag !== undefined && { 'if-match': etag },
      },
      body: body && JSON.stringify(body),
    }));
  }
}

/** Whether Azure itself says that the certificate does not exist. */
function isGone(response: HttpResponse): boolean {
  return response.status === 404 && isAnswer(response);
}

function heldIn(answer: JsonMap): HeldCertificate {
  const properties = propertiesIn(answer);
  const [name, etag] = [outsideId(answer.name), outsideId(answer.etag)];
  if (name === undefined || etag === undefined) {
    throw new Error('Azure returned a certificate without a name or an etag');
  }
  return {
    name,
    etag,
    thumbprint: idIn(properties, 'thumbprint').toUpperCase(),
    subject: outsideMessage(properties.subject, MAX_SUBJECT) ?? 'a subject that is not shown',
    verified: properties.isVerified === true,
    created: timeIn(properties, 'created'),
  };
}

function propertiesIn(answer: JsonMap): JsonMap {
  return (answer.properties ?? {}) as JsonMap;
}

function idIn(properties: JsonMap, name: string): string {
  const value = outsideId(properties[name]);
  if (value === undefined) {
    throw new Error(`Azure returned a certificate without ${name}`);
  }
  return value;
}

/** The time of an HTTP date, in a form that fits into a physical ID. */
function timeIn(properties: JsonMap, name: string): string {
  const time = new Date(outsideName(properties[name]));
  if (Number.isNaN(time.getTime())) {
    throw new Error(`Azure returned a certificate whose ${name} is no time`);
  }
  return basicTime(time);
}
