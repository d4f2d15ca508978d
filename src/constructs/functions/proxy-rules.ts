import { Token } from 'aws-cdk-lib';
import { PrivateIotCaFunctionProxy } from './function-proxy';
import { Complaint, quote } from '../../contract/rules';

/** A name or an IPv4 address, both with or without a port, or a range of addresses. */
const HOST = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?(:\d{1,5})?$/i;

/** A domain with its subdomains. */
const DOMAIN = /^\*?\.[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

/** The ports of URLs without one. */
const WITHOUT_PORT: { readonly [protocol: string]: number } = { 'http:': 80, 'https:': 443 };

/** What is allowed as a proxy. Values that are tokens are left alone. */
export function checkProxy({ url, noProxy = [] }: PrivateIotCaFunctionProxy): Complaint {
  return Token.isUnresolved(url) ? checkNoProxy(noProxy) : checkUrl(url) ?? checkNoProxy(noProxy);
}

/** Node.js ignores a proxy whose URL begins otherwise, also with capital letters. */
const PROTOCOL = /^https?:\/\//;

/** A text that may have a password in it is not shown. */
function checkUrl(text: string): Complaint {
  const url = PROTOCOL.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (!url) {
    return 'proxy.url must be the URL of a proxy with http or https in small letters, such as http://proxy.example.internal:3128, '
      + `got ${text.includes('@') ? 'a text with an @, which is not shown' : quote(text)}`;
  }
  if (url.username !== '' || url.password !== '') {
    return 'proxy.url must have no user name and no password, because everyone who sees the settings of a function can read it, '
      + `got a URL of ${quote(url.host)} with credentials; let the proxy allow the subnets or the security groups of the functions`;
  }
  return url.pathname === '/' && url.search === '' && url.hash === '' ? undefined
    : `proxy.url must end after the port, because a proxy has no path, got ${quote(text)}`;
}

function checkNoProxy(hosts: readonly string[]): Complaint {
  if (Token.isUnresolved(hosts)) {
    return undefined;
  }
  const wrong = hosts.findIndex(host => !Token.isUnresolved(host) && !HOST.test(host) && !DOMAIN.test(host));
  return wrong < 0 ? undefined
    : `proxy.noProxy[${wrong}] must be a host, a domain that begins with a dot, such as .amazonaws.com, or a range of IPv4 addresses such as 10.0.0.1-10.0.0.255, `
      + `got ${quote(hosts[wrong])}; ${hosts[wrong] === '*' ? 'leave proxy out if no host is reached through it' : 'Node.js knows no other form'}`;
}

/** The port of a proxy, or `undefined` if the URL is a token. */
export function portOf({ url: text }: PrivateIotCaFunctionProxy): number | undefined {
  if (Token.isUnresolved(text)) {
    return undefined;
  }
  const url = new URL(text);
  return url.port === '' ? WITHOUT_PORT[url.protocol] : Number(url.port);
}

/**
 * Whether Node.js reaches a host without the proxy, if that is known. https://nodejs.org/api/http.html#built-in-proxy-support
 *
 * @param host its name, in small letters
 */
export function isReachedDirectly(host: string, { noProxy = [] }: PrivateIotCaFunctionProxy): boolean {
  return noProxy.map(entry => entry.toLowerCase()).some(entry => {
    const domain = entry.replace(/^\*?(?=\.)/, '');
    return domain.startsWith('.') ? host.endsWith(domain) || entry === `.${host}` : host === entry || `${host}:443` === entry;
  });
}
