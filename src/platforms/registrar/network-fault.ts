import { PROXY_REFUSES } from '../../lambda/aws/network-faults';

/** Why a request got no response. */
export interface NetworkFault {
  /** The fault in words for the user, without the URL, which the error's own message can contain. */
  readonly words: string;
  /** Whether a retry does not help. */
  readonly lasts: boolean;
}

/** The code for a response that is longer than any response of the platform. */
export const TOO_LONG = 'ANSWER_TOO_LONG';

/**
 * Lasting faults, and the way out of each. The codes are those of Node.js for its resolver, and of OpenSSL for certificates.
 * https://nodejs.org/api/errors.html and https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
 */
export const LASTING: readonly { readonly code: RegExp; readonly wayOut: (host: string) => string }[] = [
  { code: /^ENOTFOUND$/, wayOut: host => `no host has the name ${host}: check the declared region and endpoint, and the proxy of the function if it has one` },
  {
    code: new RegExp(`^${PROXY_REFUSES}$`),
    wayOut: host => `the proxy of the function does not lead to ${host}: have the proxy allow it, and check the declared region and endpoint`,
  },
  {
    code: /^(ERR_TLS_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/,
    wayOut: host => `the TLS certificate of ${host} is not trusted: check the declared endpoint and any proxy in front of it`,
  },
  {
    code: new RegExp(`^${TOO_LONG}$`),
    wayOut: host => `the response of ${host} is longer than any response of the platform: check the declared endpoint and any proxy in front of it`,
  },
];

/** Names the fault of a request to a host. */
export function networkFault(error: Error, host: string): NetworkFault {
  const { code = error.name, hostname = host } = error as NodeJS.ErrnoException & { readonly hostname?: string }; // a name that was not found may be that of a proxy
  const lasting = LASTING.find(each => each.code.test(code));
  // When the time of an attempt is over, Node.js reports that the request was aborted.
  return lasting ? { words: `${code}; ${lasting.wayOut(hostname)}`, lasts: true } : { words: code === 'ABORT_ERR' ? 'no response' : code, lasts: false };
}
