import { connect, ConnectionOptions, TLSSocket } from 'node:tls';

/** What a device connects with. */
export interface Device {
  /** PEM, as in a file. */
  readonly certificate?: string;
  readonly privateKey?: string;
}

/** What a device knows of its broker. */
export interface Broker {
  readonly port: number;
  /** The CAs that devices trust, PEM. */
  readonly ca: string;
}

/** What a broker, or TLS before it, says to a device that is let in or not. */
export interface Answer {
  /** The return code of CONNACK (MQTT 3.1.1, section 3.2.2.3): 0 for a device that is let in. */
  readonly returnCode?: number;
  /** The code of the error by which TLS ended. */
  readonly error?: string;
}

/** CONNECT of MQTT 3.1.1, section 3.1: a clean session, an identifier, and a user name where one is claimed. */
function connectPacket(clientId: string, userName?: string): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.of(0, Buffer.byteLength(value)), Buffer.from(value)]);
  const flags = userName === undefined ? 0x02 : 0x82;
  const body = Buffer.concat([text('MQTT'), Buffer.of(4, flags, 0, 60), text(clientId), ...userName === undefined ? [] : [text(userName)]]);
  return Buffer.concat([Buffer.of(0x10, body.length), body]);
}

/** Connects as a device does, and answers what comes of it. */
export function connectDevice(
  { port, ca }: Broker, { certificate, privateKey }: Device, { userName, ...options }: ConnectionOptions & { userName?: string } = {},
): Promise<Answer> {
  return new Promise(resolve => {
    const socket: TLSSocket = connect({ host: '127.0.0.1', servername: 'localhost', port, ca, cert: certificate, key: privateKey, ...options });
    const end = (answer: Answer) => {
      resolve(answer);
      socket.destroy();
    };
    socket.setTimeout(60_000, () => end({ error: 'TIMEOUT' }));
    socket.once('error', (error: NodeJS.ErrnoException) => end({ error: error.code ?? error.message }));
    socket.once('close', () => end({ error: 'CLOSED' }));
    socket.once('secureConnect', () => socket.write(connectPacket('device-under-test', userName)));
    socket.once('data', packet => end(packet[0] === 0x20 ? { returnCode: packet[3] } : { error: `packet ${packet[0]}` }));
  });
}
