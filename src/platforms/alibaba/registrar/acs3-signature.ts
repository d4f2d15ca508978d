import { createHmac } from 'node:crypto';
import { sha256 } from '../../../contract/sha256';
import { percentEncoded } from '../../registrar/canonical-text';
import { HttpRequest } from '../../registrar/http-api';

/** An access key of Alibaba Cloud, or a temporary access key of its STS, which has a token. */
export interface AcsCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** A call of an API in RPC style, with all parameters in the query. */
export interface AcsCall {
  /** `https://`, and the host. */
  readonly endpoint: string;
  readonly action: string;
  /** A method that the gateway accepts for this action; it refuses all others. */
  readonly method: 'GET' | 'POST';
  /** The version of the API, such as `2020-04-20`. */
  readonly version: string;
  readonly parameters: { readonly [name: string]: string };
  /** The time of the signature, which is accepted for fifteen minutes. */
  readonly date: Date;
  /** A different value in each request. */
  readonly nonce: string;
}

const ALGORITHM = 'ACS3-HMAC-SHA256';

/**
 * Signs a call according to version 3 of Alibaba Cloud's request structure.
 * https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
 */
export function acs3Request({ endpoint, action, method, version, parameters, date, nonce }: AcsCall, credentials: AcsCredentials): HttpRequest {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const query = Object.keys(parameters).map(name => `${percentEncoded(name)}=${percentEncoded(parameters[name])}`).sort().join('&');
  const headers: { [name: string]: string } = {
    'host': new URL(endpoint).host,
    'x-acs-action': action,
    'x-acs-content-sha256': sha256(''),
    'x-acs-date': date.toISOString().replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': nonce,
    'x-acs-version': version,
    ...securityToken === undefined ? {} : { 'x-acs-security-token': securityToken },
  };
  const names = Object.keys(headers).sort();
  const canonicalHeaders = names.map(name => `${name}:${headers[name].trim()}\n`).join('');
  const canonicalRequest = [method, '/', query, canonicalHeaders, names.join(';'), headers['x-acs-content-sha256']].join('\n');
  const signature = createHmac('sha256', accessKeySecret).update(`${ALGORITHM}\n${sha256(canonicalRequest)}`).digest('hex');
  return {
    method,
    url: `${endpoint}/?${query}`,
    headers: { ...headers, authorization: `${ALGORITHM} Credential=${accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}` },
  };
}
