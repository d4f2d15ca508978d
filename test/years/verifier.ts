import { Certificate } from './fleet';
import { runAll } from '../support/many-commands';
import { temporaryFiles } from '../support/openssl';

/** How many processes of OpenSSL one shell starts. */
const AT_A_TIME = 150;

const PEM_BLOCK = /-----BEGIN [^]*?-----END [A-Z ]+-----\n/g;

/** What a broker knows on a day. */
export interface Trust {
  readonly now: Date;
  /** The roots that it trusts, PEM. */
  readonly bundle: string;
  /** The revocation lists that it has, PEM. */
  readonly lists: string;
}

/** A certificate to be refused, and what OpenSSL is to say about it. */
export interface Refused {
  readonly certificate: Certificate;
  readonly reason: RegExp;
}

/** A run of OpenSSL, and what is expected of it. */
interface Expected {
  readonly what: string;
  readonly command: readonly string[];
  readonly good: readonly Certificate[];
  readonly refused: readonly Refused[];
}

/** What `openssl verify` says about the certificates of each day. */
export class Verifier {
  /** How many certificates were verified, and by how many processes. */
  public readonly counts = { certificates: 0, refused: 0, processes: 0 };
  private readonly file = temporaryFiles();
  private readonly paths = new Map<string, string>();
  private readonly waiting: Expected[] = [];

  /**
   * Expects that a broker accepts certificates and refuses others on a day. One process is asked about all of them, which has what any of the
   * devices presents.
   *
   * @param what for errors
   * @param chains the certificates that the devices present besides their own, PEM
   */
  public expect(
    what: string, { now, bundle, lists }: Trust, chains: Iterable<string>, good: readonly Certificate[], refused: readonly Refused[] = [],
  ): void {
    const presented = new Set([...new Set(chains)].flatMap(chain => chain.match(PEM_BLOCK)!));
    const files = [...good, ...refused.map(({ certificate }) => certificate)].map(({ certificatePem }) => this.path(certificatePem));
    const command = [
      'openssl', 'verify', '-x509_strict', '-purpose', 'sslclient', '-crl_check_all', '-attime', String(Math.floor(now.getTime() / 1000)),
      '-CAfile', this.path(bundle), '-CRLfile', this.path(lists), '-untrusted', this.path([...presented].join('')), ...files,
    ];
    this.waiting.push({ what: `${what}, ${now.toISOString()}`, command, good, refused });
    if (this.waiting.length >= AT_A_TIME) {
      this.flush();
    }
  }

  /** Asks OpenSSL everything that is expected. */
  public flush(): void {
    const asked = this.waiting.splice(0);
    if (asked.length === 0) {
      return;
    }
    runAll(asked.map(({ command }) => command)).forEach(({ output }, index) => {
      const { what, good, refused, command } = asked[index];
      this.counts.processes++;
      this.counts.certificates += good.length;
      this.counts.refused += refused.length;
      const wrong = [
        ...good.filter(({ certificatePem }) => !output.includes(`${this.path(certificatePem)}: OK`)),
        ...refused.filter(({ certificate, reason }) => !reason.test(this.saidAbout(certificate, output))).map(({ certificate }) => certificate),
      ];
      if (wrong.length > 0) {
        throw new Error(`${what}: OpenSSL's verdict on ${wrong.map(({ device, serialNumber }) => `${device} (${serialNumber})`).join(', ')}:\n`
          + `${command.join(' ')}\n${output}`);
      }
    });
  }

  /** A file with this content. */
  public path(content: string): string {
    const standing = this.paths.get(content) ?? this.file(`${this.paths.size}.pem`, content);
    this.paths.set(content, standing);
    return standing;
  }

  /** The line about why a certificate is refused, which comes before the one that names it. */
  private saidAbout({ certificatePem }: Certificate, output: string): string {
    const lines = output.split('\n');
    return lines[lines.findIndex(line => line.includes(`error ${this.path(certificatePem)}: verification failed`)) - 1] ?? '';
  }
}
