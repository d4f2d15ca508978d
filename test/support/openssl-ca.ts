import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { openssl, opensslOutput, temporaryFiles } from './openssl';

/** A CA, or what is to pass for one, as somebody with OpenSSL makes it. */
export interface OpensslCa {
  readonly certificatePem: string;
  /** PKCS#8, PEM. */
  readonly privateKeyPem: string;
}

/** What differs from the CA that everybody makes. */
export interface OpensslCaOptions {
  /** As for `-newkey` and `-pkeyopt`. */
  readonly key?: readonly string[];
  /** The private key, in place of a new one. */
  readonly privateKeyPem?: string;
  readonly subject?: string;
  /** The lines of the extensions; a CA's where they are absent. */
  readonly extensions?: readonly string[];
  /** Further arguments, such as `-sha1` or `-multivalue-rdn`. */
  readonly more?: readonly string[];
  readonly days?: number;
  /** Hexadecimal digits; random where it is absent. */
  readonly serialNumber?: string;
  /** `notBefore` and `notAfter`, YYYYMMDDHHMMSSZ. */
  readonly dates?: readonly [string, string];
}

/** The extensions of a CA. */
export const CA_EXTENSIONS = [
  'basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign', 'subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid:always',
];

export const P256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

/** Makes CAs with OpenSSL's command line, in a directory that is removed after the tests of the file that asks for it. */
export class OpensslCas {
  private readonly file = temporaryFiles();
  private count = 0;

  /** A CA that signs itself. */
  public root(options: OpensslCaOptions = {}): OpensslCa {
    const privateKeyPem = options.privateKeyPem ?? this.key(options.key);
    return { privateKeyPem, certificatePem: this.sign(this.request(privateKeyPem, options), undefined, privateKeyPem, options) };
  }

  /** A CA that another one signs. */
  public below(issuer: OpensslCa, options: OpensslCaOptions = {}): OpensslCa {
    const privateKeyPem = options.privateKeyPem ?? this.key(options.key);
    return { privateKeyPem, certificatePem: this.sign(this.request(privateKeyPem, options), issuer, privateKeyPem, options) };
  }

  public key(args: readonly string[] = P256): string {
    return opensslOutput(['genpkey', '-algorithm', ...args]);
  }

  /** A certification request, PEM. */
  public request(
    privateKeyPem: string, { subject = '/C=CN/O=Acme/CN=Acme Existing CA', more = [] }: OpensslCaOptions = {}, extensions: readonly string[] = [],
  ): string {
    const lines = ['[req]', 'distinguished_name=dn', 'string_mask=utf8only', ...extensions.length > 0 ? ['req_extensions=ext'] : [], '[dn]', '[ext]', ...extensions];
    const config = this.path('req.cnf', lines.join('\n'));
    return opensslOutput(['req', '-new', '-config', config, '-key', this.path('key.pem', privateKeyPem), '-subj', subject, ...more.filter(arg => arg !== '-sha1')]);
  }

  /** Signs a request, as whoever holds the root elsewhere does it: `openssl x509 -req` with a file of extensions. */
  public sign(
    requestPem: string, issuer: OpensslCa | undefined, ownKeyPem = '', { extensions = CA_EXTENSIONS, days = issuer ? 3600 : 3650, dates, serialNumber, more = [] }: OpensslCaOptions = {},
  ): string {
    const signer = issuer
      ? ['-CA', this.path('ca.pem', issuer.certificatePem), '-CAkey', this.path('ca.key', issuer.privateKeyPem), '-CAcreateserial']
      : ['-signkey', this.path('own.key', ownKeyPem)];
    const request = this.path('req.pem', requestPem);
    const digest = more.filter(arg => arg.startsWith('-sha'));
    if (dates) {
      return this.signWithDates(request, issuer, ownKeyPem, extensions, dates);
    }
    const named = extensions.length > 0 ? ['-extfile', this.path('ext.cnf', extensions.join('\n'))] : [];
    const numbered = serialNumber === undefined ? [] : ['-set_serial', `0x${serialNumber}`];
    return opensslOutput(['x509', '-req', '-in', request, ...signer, '-days', String(days), ...numbered, ...named, ...digest]);
  }

  /** Whether OpenSSL takes a chain: a certificate, those between, and the root, PEM. */
  public verify(
    certificatePem: string, between: string, rootPem: string, more: readonly string[] = [], strict: readonly string[] = ['-x509_strict'],
  ): string {
    const { stdout, stderr } = openssl([
      'verify', ...strict, '-check_ss_sig', ...more, '-CAfile', this.path('root.pem', rootPem), ...between ? ['-untrusted', this.path('between.pem', between)] : [],
      this.path('leaf.pem', certificatePem),
    ]);
    return `${stdout}${stderr}`.replace(/^.*leaf\.pem/m, 'certificate').trim();
  }

  /** Writes a file and answers its path. */
  public path(name: string, contents: string | Buffer): string {
    return this.file(`${++this.count}-${name}`, contents);
  }

  /** `openssl ca` is the one command of OpenSSL 3.0 that takes both dates. */
  private signWithDates(
    request: string, issuer: OpensslCa | undefined, ownKeyPem: string, extensions: readonly string[], [start, end]: readonly [string, string],
  ): string {
    const [database, output] = [this.path('index.txt', ''), this.path('signed.pem', '')];
    const config = this.path('ca.cnf', [
      '[ca]', 'default_ca=this', '[this]', `database=${database}`, 'policy=any', 'default_md=sha256', 'rand_serial=yes', 'unique_subject=no', 'x509_extensions=ext',
      '[any]', 'countryName=optional', 'organizationName=optional', 'commonName=optional', '[ext]', ...extensions,
    ].join('\n'));
    const signer = issuer
      ? ['-cert', this.path('ca.pem', issuer.certificatePem), '-keyfile', this.path('ca.key', issuer.privateKeyPem)]
      : ['-selfsign', '-keyfile', this.path('own.key', ownKeyPem)];
    const places = ['-in', request, '-out', output, '-outdir', output.replace(/[^/]+$/, '')];
    opensslOutput(['ca', '-batch', '-notext', '-preserveDN', '-config', config, ...signer, ...places, '-startdate', start, '-enddate', end]);
    return readFileSync(output, 'utf8').replace(/^[^]*?-----BEGIN/, '-----BEGIN');
  }
}

/** The DER of a PEM certificate. */
export function derOf(pem: string): Buffer {
  return new X509Certificate(pem).raw;
}
