import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { AddressInfo } from 'node:net';

type LocalServer = HttpServer | HttpsServer;

/** Lets a server listen at a free port of 127.0.0.1, and answers its URL. */
export async function listen(server: LocalServer): Promise<string> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return urlOf(server);
}

/** Closes a server, with the connections that its clients have kept. */
export async function close(server: LocalServer): Promise<void> {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
}

/** The URL of a server that listens, without a slash at its end. */
export function urlOf(server: LocalServer): string {
  return `${server instanceof HttpsServer ? 'https' : 'http'}://127.0.0.1:${portOf(server)}`;
}

export function portOf(server: LocalServer): number {
  return (server.address() as AddressInfo).port;
}
