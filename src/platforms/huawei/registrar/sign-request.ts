import { createHmac, hkdfSync } from 'node:crypto';
import { sha256 } from '../../../contract/sha256';
import { basicTime, percentEncoded } from '../../registrar/canonical-text';
import { HttpRequest } from '../../registrar/http-api';

/** An access key of Huawei Cloud, AK and SK. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The name of IoTDA in derived signatures. */
const DERIVED_SERVICE = 'iotdm';

/**
 * Signs a request with an access key: its headers, the host and the time, the query and the body.
 *
 * SDK-HMAC-SHA256 is documented at https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html. The derived
 * algorithm, V11-HMAC-SHA256, uses as its key the hexadecimal digits of HKDF (RFC 5869) of the secret key, salted with the access key,
 * and also signs the Region and the service. Its only description is the source of Huawei's own clients
 * (https://github.com/huaweicloud/huaweicloud-sdk-nodejs-v3, core/auth/DerivedAKSKSigner.ts).
 *
 * @param request without a fragment, and with a path that needs no escaping
 * @param time the time of the signature, which API Gateway accepts for 15 minutes
 * @param region the Region for which the signing key is derived; if absent, no key is derived
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

/** The parameters sorted by name, with names and values escaped according to RFC 3986. */
function canonicalQuery(query: URLSearchParams): string {
  return [...query].map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`).sort().join('&');
}
