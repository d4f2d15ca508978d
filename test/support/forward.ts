import { IncomingHttpHeaders, IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** An answer as it came. */
export interface Forwarded {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Hands a request on to another server, with these headers beside its own. */
export async function forward(
  incoming: IncomingMessage, body: Buffer, target: URL, more: { readonly [header: string]: string } = {},
): Promise<Forwarded> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { method, url: path, headers } = incoming;
    const { hostname: host, port } = target;
    request({ host, port, method, path, headers: { ...headers, connection: 'close', ...more } }, resolve).on('error', reject).end(body);
  });
  const { connection, ...headers } = response.headers;
  return { status: response.statusCode!, headers, body: await buffer(response) };
}
