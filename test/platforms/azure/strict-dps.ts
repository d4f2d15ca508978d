import { X509Certificate } from 'node:crypto';
import { createServer, request, Server } from 'node:https';
import { Socket } from 'node:net';
import { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { close, listen, portOf } from '../../support/local-server';
import { opensslOutput } from '../../support/openssl';

/** What a device gets for an answer. */
export interface DpsAnswer {
  readonly status: number;
  readonly body: { readonly errorCode?: number; readonly message?: string; readonly status?: string };
}

/** A certificate and its key as a device presents them: PEM, the certificate first, the chain behind it. */
export interface PresentedCertificate {
  readonly chain: string;
  readonly privateKey: string;
}

/**
 * Where devices register with Azure's Device Provisioning Service, by X.509 enrollment groups. It knows the CA certificates that
 * were uploaded to it, and takes a device whose chain, as presented, leads to one that is verified.
 * https://learn.microsoft.com/azure/iot-dps/concepts-x509-attestation and
 * https://learn.microsoft.com/rest/api/iot-dps/device/runtime-registration/register-device
 */
export class StrictDps {
  public static async start(): Promise<StrictDps> {
    const dps = new StrictDps();
    await listen(dps.server);
    return dps;
  }

  /** The CA certificates that are verified. */
  public verified: X509Certificate[] = [];
  private readonly pem = opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '-', '-days', '1',
    '-subj', '/CN=dps', '-addext', 'subjectAltName=IP:127.0.0.1']);
  private readonly server: Server = createServer({
    key: this.pem, cert: this.pem, requestCert: true, rejectUnauthorized: false,
  }, (incoming, outgoing) => {
    const [, registrationId] = /^\/0ne[0-9A-F]{8}\/registrations\/([^/]+)\/register\?api-version=2021-06-01$/.exec(incoming.url!) ?? [];
    const { status, body } = this.register(presentedBy(incoming.socket), registrationId);
    outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });

  public async stop(): Promise<void> {
    await close(this.server);
  }

  /** Asks, as a device, to be registered. */
  public async asDevice(registrationId: string, { chain, privateKey }: PresentedCertificate): Promise<DpsAnswer> {
    return new Promise((resolve, reject) => {
      request({
        host: '127.0.0.1',
        port: portOf(this.server),
        method: 'PUT',
        ca: this.pem,
        cert: chain,
        key: privateKey,
        agent: false,
        path: `/0ne0012ABCD/registrations/${registrationId}/register?api-version=2021-06-01`,
      }, response => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => { text += part; }).once('end', () => resolve({ status: response.statusCode!, body: JSON.parse(text) }));
      }).once('error', reject).end();
    });
  }

  private register([leaf, ...others]: X509Certificate[], registrationId: string | undefined): DpsAnswer {
    const signedBy = (certificate: X509Certificate, among: X509Certificate[]) =>
      among.find(ca => ca.ca && certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
    let last: X509Certificate | undefined = leaf;
    while (last && !signedBy(last, this.verified)) {
      last = signedBy(last, others.filter(each => each !== last));
    }
    if (!last) {
      return { status: 401, body: { errorCode: 401002, message: 'CA certificate not found.' } };
    }
    // The registration ID is the common name, and a device is an end entity.
    if (leaf.ca || leaf.subject.split('\n').at(-1) !== `CN=${registrationId}`) {
      return { status: 401, body: { errorCode: 401000, message: 'Unauthorized' } };
    }
    return { status: 202, body: { status: 'assigning' } };
  }
}

/** The certificates that a client presents, its own first. */
function presentedBy(socket: Socket): X509Certificate[] {
  const certificates = new Map<string, X509Certificate>();
  let peer: DetailedPeerCertificate | undefined = (socket as TLSSocket).getPeerCertificate(true);
  while (peer?.raw && !certificates.has(peer.fingerprint256)) {
    certificates.set(peer.fingerprint256, new X509Certificate(peer.raw));
    peer = peer.issuerCertificate;
  }
  return [...certificates.values()];
}
