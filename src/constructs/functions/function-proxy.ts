import { Kinds, listOf, optional, TEXT } from '../checks/kinds';

/**
 * The HTTP proxy through which functions reach everything that is not in their network.
 */
export interface PrivateIotCaFunctionProxy {
  /**
   * The URL of the proxy, with `http` or `https`, a host and a port, such as `http://proxy.example.internal:3128`. It must have no user
   * name and no password, because everyone who may see the settings of a function can read it. The functions ask the proxy for a tunnel
   * to each host (`CONNECT`, RFC 9110, section 9.3.6), so the proxy sees the names of hosts and nothing else. An `https` proxy must have a
   * certificate of a public CA, and a proxy must not replace the certificates of hosts.
   *
   * It can be a token, such as the value of a parameter. Functions in a VPC then need `securityGroups`, because the port is not known.
   */
  readonly url: string;

  /**
   * The hosts that the functions reach without the proxy, such as those of services that the VPC has endpoints for: names
   * (`dynamodb.eu-central-1.amazonaws.com`), which do not include subdomains; domains with all their subdomains (`.amazonaws.com` or
   * `*.amazonaws.com`); and IPv4 addresses or ranges of them (`10.0.0.1-10.0.0.255`), which hold only for hosts that are named by address.
   *
   * @see https://nodejs.org/api/http.html#built-in-proxy-support
   * @default - every host is reached through the proxy
   */
  readonly noProxy?: string[];
}

export const FUNCTION_PROXY_KINDS: Kinds<PrivateIotCaFunctionProxy> = { url: TEXT, noProxy: optional(listOf(TEXT)) };
