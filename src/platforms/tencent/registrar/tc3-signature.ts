import { createHmac } from 'node:crypto';
import { sha256 } from '../../../contract/sha256';
import { HttpRequest } from '../../registrar/http-api';

/** An API key of Tencent Cloud, or a temporary API key of its STS, which has a token. */
export interface TencentCredentials {
  readonly secretId: string;
  readonly secretKey: string;
  readonly token?: string;
}

/** A call of an API of Tencent Cloud (API 3.0). */
export interface TencentCall {
  /** `https://`, and the host. */
  readonly endpoint: string;
  /** The product, as written in its host name. */
  readonly service: string;
  readonly action: string;
  /** The version of the API, such as `2021-04-08`. */
  readonly version: string;
  readonly region: string;
  /** JSON. */
  readonly body: string;
  /** The time of the signature, which is accepted for five minutes. */
  readonly date: Date;
}

const ALGORITHM = 'TC3-HMAC-SHA256';
const CONTENT_TYPE = 'application/json; charset=utf-8';
const SIGNED_HEADERS = ['content-type', 'host', 'x-tc-action'];

/**
 * Signs a call according to version 3 of Tencent Cloud's signature.
 * https://www.tencentcloud.com/document/product/1021/34193
 *
 * @param signedHeaders sorted; the platform requires the first two, and recommends the third
 */
export function tc3Request(call: TencentCall, credentials: TencentCredentials, signedHeaders: readonly string[] = SIGNED_HEADERS): HttpRequest {
  const { endpoint, service, action, version, region, body, date } = call;
  const { secretId, secretKey, token } = credentials;
  const timestamp = String(Math.floor(date.getTime() / 1000));
  const headers: { readonly [name: string]: string } = {
    'content-type': CONTENT_TYPE,
    'host': new URL(endpoint).host,
    'x-tc-action': action,
    'x-tc-version': version,
    'x-tc-region': region,
    'x-tc-timestamp': timestamp,
    ...token === undefined ? {} : { 'x-tc-token': token },
  };
  const scope = [date.toISOString().slice(0, 10), service, 'tc3_request'];
  const canonicalHeaders = signedHeaders.map(name => `${name}:${headers[name].toLowerCase()}\n`).join('');
  const canonicalRequest = ['POST', '/', '', canonicalHeaders, signedHeaders.join(';'), sha256(body)].join('\n');
  const stringToSign = [ALGORITHM, timestamp, scope.join('/'), sha256(canonicalRequest)].join('\n');
  const key = scope.reduce<string | Buffer>((secret, part) => createHmac('sha256', secret).update(part).digest(), `TC3${secretKey}`);
  const signature = createHmac('sha256', key).update(stringToSign).digest('hex');
  return {
    method: 'POST',
    url: `${endpoint}/`,
    headers: {
      ...headers,
      authorization: `${ALGORITHM} Credential=${secretId}/${scope.join('/')}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
    },
    body,
  };
}
