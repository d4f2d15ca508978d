import { createHmac, hkdfSync } from 'node:crypto';
import { basicTime, percentEncoded, sha256 } from '../../registrar/canonical-text';
import { HttpRequest } from '../../registrar/http-api';

/** An access key of Huawei Cloud, AK and SK. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The name of IoTDA in derived signatures. */
const DERIVED_SERVICE = 'iotdm';

/**
 * Signs a request with an access key: the headers that are there, the host and the time, the query and the body.
 *
 * SDK-HMAC-SHA256 is https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html. The derived one,
 * V11-HMAC-SHA256, uses for a key the hexadecimal digits of HKDF (RFC 5869) of the secret key, salted with the access key, and
 * has the Region and the service in what is signed; its only description is the source of Huawei's own clients
 * (https://github.com/huaweicloud/huaweicloud-sdk-nodejs-v3, core/auth/DerivedAKSKSigner.ts).
 *
 * @param request without a fragment, and with a path that needs no escaping
 * @param time of the signature; API Gateway takes it for 15 minutes
 * @param region signs by a key that is derived for it
 */
export function signRequest(request: HttpRequest, key: AccessKey, time: Date, region?: string): HttpRequest {
  const { host, pathname, searchParams } = new URL(request.url);
  const date = basicTime(time);
  const headers: { readonly [name: string]: string } = { ...request.headers, 'host': request.headers?.host ?? host, 'x-sdk-date': date };
  const names = Object.keys(headers).sort();
  const canonicalRequest = [
    request.method,
    pathname.endsWith('/') ? pathname : `${pathname}/`,
    canonicalQuery(searchParams),
    ...names.map(name => `${name}:${headers[name].trim()}`),
    '',
    names.join(';'),
    sha256(request.body ?? ''),
  ].join('\n');
  const scope = region === undefined ? undefined : `${date.slice(0, 8)}/${region}/${DERIVED_SERVICE}`;
  const { algorithm, signingKey, holder } = scope === undefined
    ? { algorithm: 'SDK-HMAC-SHA256', signingKey: key.secretAccessKey, holder: `Access=${key.accessKeyId}` }
    : { algorithm: 'V11-HMAC-SHA256', signingKey: derivedKey(key, scope), holder: `Credential=${key.accessKeyId}/${scope}` };
  const toSign = [algorithm, date, ...scope === undefined ? [] : [scope], sha256(canonicalRequest)].join('\n');
  const signature = createHmac('sha256', signingKey).update(toSign).digest('hex');
  return { ...request, headers: { ...headers, authorization: `${algorithm} ${holder}, SignedHeaders=${names.join(';')}, Signature=${signature}` } };
}

function derivedKey({ accessKeyId, secretAccessKey }: AccessKey, scope: string): string {
  return Buffer.from(hkdfSync('sha256', secretAccessKey, accessKeyId, scope, 32)).toString('hex');
}

/** Sorted by name, and each escaped as RFC 3986 has it. */
function canonicalQuery(query: URLSearchParams): string {
  return [...query].map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`).sort().join('&');
}
