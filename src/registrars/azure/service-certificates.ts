import { setTimeout as sleep } from 'node:timers/promises';
import { HttpApi, HttpRequest, HttpResponse } from '../http-api';
import { jsonOf } from '../json-answer';
import { refusal } from './refusal';

/** A certificate as a service of Azure holds it. */
export interface HeldCertificate {
  readonly name: string;
  /** SHA-1, upper-case hexadecimal digits. */
  readonly thumbprint: string;
  readonly subject: string;
  readonly verified: boolean;
  /** When it was uploaded: what tells it from one of the same name before or after it. ISO 8601. */
  readonly created: string;
  /** Changes with every change; each call that changes something has to name the present one. */
  readonly etag: string;
}

/** Where the certificates of a service are. */
export interface CertificatesPlace {
  /** What to call the service in messages. */
  readonly name: string;
  readonly url: string;
  readonly apiVersion: string;
}

/** A call below the place. */
interface CertificateCall {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly etag?: string;
  readonly body?: object;
}

/**
 * The etag is no longer that of the certificate, or something else is being done to it. RFC 9110, sections 15.5.10 and 15.5.13.
 * An upload without an etag gets the former where the certificate is there: https://github.com/hashicorp/terraform-provider-azurerm/issues/20041
 */
const OVERTAKEN: readonly number[] = [409, 412];

/** How often a step is taken, and the longest wait before the second time; milliseconds. */
const ATTEMPTS = 5;
const WAIT = 200;

const IN_USE = 'what uses the certificate, such as an enrollment group, must be given another one or deleted first';

/**
 * The certificates of one service in Azure Resource Manager. Calls that change something answer `undefined` where something
 * else changed in between: then the certificate has to be looked at again.
 */
export class ServiceCertificates {
  private overtakenBy?: Error;

  constructor(private readonly api: HttpApi, private readonly token: string, private readonly place: CertificatesPlace) {}

  /** What to call the service in messages. */
  public get serviceName(): string {
    return this.place.name;
  }

  public async find(name: string): Promise<HeldCertificate | undefined> {
    const what = `${this.place.name}: looking for the certificate`;
    const response = await this.call(what, { method: 'GET', path: name });
    if (response.status !== 200 && response.status !== 404) {
      throw refusal(what, response);
    }
    return response.status === 404 ? undefined : heldIn(response);
  }

  /** @param certificate DER */
  public async upload(name: string, certificate: Buffer): Promise<HeldCertificate | undefined> {
    return this.change('upload of the certificate', { method: 'PUT', path: name, body: { properties: { certificate: certificate.toString('base64') } } }, heldIn);
  }

  /** Asks for a verification code; one that was given before is no longer valid. */
  public async generateVerificationCode({ name, etag }: HeldCertificate): Promise<string | undefined> {
    return this.change('making a verification code', { method: 'POST', path: `${name}/generateVerificationCode`, etag },
      response => textIn(propertiesIn(response), 'verificationCode'));
  }

  /** @param certificate the verification certificate, DER */
  public async verify({ name, etag }: HeldCertificate, certificate: Buffer): Promise<HeldCertificate | undefined> {
    return this.change('verification', { method: 'POST', path: `${name}/verify`, etag, body: { certificate: certificate.toString('base64') } }, heldIn);
  }

  /** Answers whether it is gone. */
  public async delete({ name, etag }: HeldCertificate): Promise<true | undefined> {
    return this.change('deletion of the certificate', { method: 'DELETE', path: name, etag }, () => true, IN_USE);
  }

  /** Looks, and takes a step, until no other change overtakes it. */
  public async settle<T>(name: string, signal: AbortSignal, step: (held: HeldCertificate | undefined) => Promise<T | undefined>): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const result = await step(await this.find(name));
      if (result !== undefined) {
        return result;
      }
      if (attempt < ATTEMPTS - 1) {
        await sleep(WAIT * 2 ** attempt * Math.random(), undefined, { signal }).catch(() => undefined);
      }
    }
    throw this.overtakenBy ?? new Error(`${this.place.name}: the certificate "${name}" comes and goes; let nothing else change it, and deploy again`);
  }

  private async change<T>(what: string, call: CertificateCall, read: (response: HttpResponse) => T, wayOut?: string): Promise<T | undefined> {
    const description = `${this.place.name}: ${what}`;
    const response = await this.call(description, call);
    const gone = response.status === 404;
    if (response.status < 300 || gone && call.method === 'DELETE') {
      return read(response);
    }
    const error = refusal(description, response, wayOut);
    if (OVERTAKEN.includes(response.status) || gone && call.method === 'POST') {
      this.overtakenBy = error;
      return undefined;
    }
    throw error;
  }

  private call(description: string, { method, path, etag, body }: CertificateCall): Promise<HttpResponse> {
    return this.api.send(description, () => ({
      method,
      url: `${this.place.url}/${path}?api-version=${this.place.apiVersion}`,
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

function heldIn(response: HttpResponse): HeldCertificate {
  const properties = propertiesIn(response);
  const { name, etag } = jsonOf(response);
  if (typeof name !== 'string' || typeof etag !== 'string') {
    throw new Error('Azure answered a certificate without its name or its etag');
  }
  return {
    name,
    etag,
    thumbprint: textIn(properties, 'thumbprint').toUpperCase(),
    subject: String(properties.subject).replace(/\s+/g, ' '),
    verified: properties.isVerified === true,
    created: timeIn(properties, 'created'),
  };
}

function propertiesIn(response: HttpResponse): { readonly [name: string]: unknown } {
  return (jsonOf(response).properties ?? {}) as { readonly [name: string]: unknown };
}

function textIn(properties: { readonly [name: string]: unknown }, name: string): string {
  const value = properties[name];
  if (typeof value !== 'string' || value === '') {
    throw new Error(`Azure answered a certificate without its ${name}`);
  }
  return value;
}

/** An HTTP date, in the form that fits into a physical id. */
function timeIn(properties: { readonly [name: string]: unknown }, name: string): string {
  const time = new Date(textIn(properties, name));
  if (Number.isNaN(time.getTime())) {
    throw new Error(`Azure answered a certificate whose ${name} is no time`);
  }
  return time.toISOString().replace(/[-:]|\.\d+/g, '');
}
