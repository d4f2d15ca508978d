import { createHmac } from 'node:crypto';
import { sha256 } from '../../../contract/sha256';
import { basicTime, percentEncoded } from '../canonical-text';
import { HttpRequest } from '../http-api';

/** AWS credentials, as Lambda provides them to a function. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The token of temporary credentials, such as those of a role. */
  readonly sessionToken?: string;
}

/** The scope in which a signature is valid. */
export interface SigningScope {
  readonly region: string;
  /** The service's name in signatures, such as `iot`. */
  readonly service: string;
}

/**
 * Signs a request with Signature Version 4 in its `authorization` header. All headers are signed, and none may occur twice.
 *
 * @param now the time of the signature, which AWS accepts for five minutes
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signV4(request: HttpRequest, credentials: AwsCredentials, { region, service }: SigningScope, now: Date): HttpRequest {
  const { host, pathname, searchParams } = new URL(request.url);
  const time = basicTime(now);
  const headers: { readonly [name: string]: string } = {
    ...request.headers,
    host,
    'x-amz-date': time,
    ...credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken },
  };
  const signed = Object.keys(headers).map(name => name.toLowerCase()).sort();
  const values = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')]));
  const canonicalRequest = [
    request.method,
    // Encoded once more than in the URL, as all services except S3 require.
    pathname.split('/').map(percentEncoded).join('/'),
    // Sorted by name, then by value: the end of a name sorts before any character that could follow it.
    [...searchParams].map(pair => pair.map(percentEncoded).join('\0')).sort().map(pair => pair.replace('\0', '=')).join('&'),
    ...signed.map(name => `${name}:${values.get(name)}`),
    '',
    signed.join(';'),
    sha256(request.body ?? ''),
  ].join('\n');
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>((derived, part) => hmac(derived, part).digest(), `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonicalRequest)].join('\n')).digest('hex');
  return {
    ...request,
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope.join('/')}, `
        + `SignedHeaders=${signed.join(';')}, Signature=${signature}`,
    },
  };
}

function hmac(key: string | Buffer, text: string): ReturnType<typeof createHmac> {
  return createHmac('sha256', key).update(text);
}
