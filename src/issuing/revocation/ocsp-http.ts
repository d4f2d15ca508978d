import { OcspAnswer } from './answer-ocsp';
import { sha256 } from '../../contract/sha256';

/**
 * An HTTP request as a function URL and an HTTP API deliver it, in the payload format 2.0
 * (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads).
 */
export interface HttpRequest {
  /** With or without percent-encoding: an HTTP API has decoded it, a function URL has not. */
  readonly rawPath: string;
  readonly requestContext: { readonly http: { readonly method: string } };
  /** By names in lower case. */
  readonly headers?: { readonly [name: string]: string | undefined };
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** An HTTP response in the same format. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** The media types of RFC 6960, appendix C. */
const REQUEST_TYPE = 'application/ocsp-request';
const RESPONSE_TYPE = 'application/ocsp-response';

/** Octets that are no OCSP request, for whatever else stands where one should. */
const NO_REQUEST = Buffer.alloc(0);

/**
 * Answers an OCSP request over HTTP (RFC 6960, appendix A): a GET whose path ends with the request in base64, or a POST with the request as
 * the body. The errors of OCSP are successful HTTP responses. HTTP has errors of its own only for another path, method or media type.
 *
 * @param path the path of the responder's URL, without a slash at the end, such as `/ocsp`; empty for the root
 * @param answer answers a request, DER; it must not fail
 */
export async function ocspOverHttp(request: HttpRequest, path: string, answer: (request: Buffer) => Promise<OcspAnswer>): Promise<HttpResponse> {
  const { rawPath, requestContext: { http: { method } }, headers } = request;
  if (rawPath !== path && !rawPath.startsWith(`${path}/`)) {
    return httpError(404, 'there is no OCSP responder here');
  }
  switch (method) {
    case 'GET': return ocspResponse(await answer(requestInPath(rawPath.slice(path.length))));
    case 'POST': return mediaTypeOf(headers?.['content-type']) === REQUEST_TYPE
      ? ocspResponse(await answer(requestInBody(request)))
      : httpError(415, `the body must be of the type ${REQUEST_TYPE}`, { 'Accept-Post': REQUEST_TYPE });
    default: return httpError(405, 'an OCSP responder has the methods GET and POST', { Allow: 'GET, POST' });
  }
}

/** The request in a path, behind its slashes: a request never begins with a slash in base64, and a URL that ends with one gets a second. */
function requestInPath(path: string): Buffer {
  const base64 = decoded(path.replace(/^\/+/, ''));
  const der = Buffer.from(base64, 'base64');
  return der.toString('base64') === base64 ? der : NO_REQUEST;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function requestInBody({ body = '', isBase64Encoded = false }: HttpRequest): Buffer {
  return Buffer.from(body, isBase64Encoded ? 'base64' : 'latin1');
}

/** A media type without its parameters. */
function mediaTypeOf(value = ''): string {
  return value.split(';')[0].trim().toLowerCase();
}

function ocspResponse(answer: OcspAnswer): HttpResponse {
  return {
    statusCode: 200,
    headers: { 'Content-Type': RESPONSE_TYPE, ...cacheHeaders(answer) },
    body: answer.der.toString('base64'),
    isBase64Encoded: true,
  };
}

/**
 * The headers of RFC 5019, section 6.2. Without any, some caches keep a response for a day. The RFC wants no-store for errors, and forbids
 * it for signed responses.
 */
function cacheHeaders({ der, cache }: OcspAnswer): HttpResponse['headers'] {
  if (!cache) {
    return { 'Cache-Control': 'no-store' };
  }
  if (cache.maxAgeSeconds === 0) {
    return { 'Cache-Control': 'max-age=0, must-revalidate' };
  }
  return {
    'Cache-Control': `max-age=${cache.maxAgeSeconds}, public, no-transform, must-revalidate`,
    'Last-Modified': cache.thisUpdate.toUTCString(),
    'Expires': cache.nextUpdate.toUTCString(),
    'ETag': `"${sha256(der)}"`,
  };
}

function httpError(statusCode: number, text: string, headers: HttpResponse['headers'] = {}): HttpResponse {
  return {
    statusCode,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
    body: `${text}\n`,
    isBase64Encoded: false,
  };
}
