import { createServer, Server } from 'node:http';
import { AddressInfo, connect, Socket } from 'node:net';

/**
 * An HTTP proxy of a company, which opens tunnels (RFC 9110, section 9.3.6) and nothing else. It is what resolves the names of hosts: they lead
 * to servers on this machine.
 */
export class ConnectProxy {
  /** @param portOf the port of the server for a host; a host without one is refused */
  public static async start(portOf: (host: string) => number | undefined): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(portOf);
    await new Promise<void>(resolve => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The hosts and ports for which tunnels were asked, each once. */
  public readonly asked = new Set<string>();
  /** How many requests it got that ask for no tunnel. */
  public others = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(portOf: (host: string) => number | undefined) {
    this.server = createServer((_, response) => {
      this.others++;
      response.writeHead(405).end();
    });
    this.server.on('connect', ({ url }, client: Socket) => {
      this.asked.add(url!);
      const port = portOf(url!.replace(/:443$/, ''));
      this.keep(client);
      if (port === undefined) {
        client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        return;
      }
      const upstream = this.keep(connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      }));
    });
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.sockets.forEach(socket => socket.destroy());
    await new Promise(resolve => this.server.close(resolve));
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
  }
}
