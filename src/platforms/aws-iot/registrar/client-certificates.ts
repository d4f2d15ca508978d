import { X509Certificate } from 'node:crypto';
import { isMap } from '../../../contract/json-map';
import { readCertificates } from '../../../pki/certificate-pem';

/** The certificates that a client has sent. */
export interface ClientCertificates {
  /** The client's own. */
  readonly leaf: X509Certificate;
  readonly above: readonly X509Certificate[];
}

/** More than any chain of this library has. AWS IoT Core accepts fewer. */
const MAX_CERTIFICATES = 16;

/**
 * Reads the event with which AWS IoT Core asks about a client. Its `clientCertificateChain` is a list of strings, "the client's X.509
 * certificate chain". AWS documents neither their encoding nor their order: PEM is read, and base64 of DER, and the client's certificate is
 * the one that is not of a CA.
 *
 * @throws Error if the certificates can't be read: the client is then refused, because it may have chosen them so that they can't be
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/customize-client-auth.html
 */
export function clientCertificates(event: unknown): ClientCertificates {
  const chain = isMap(event) ? event.clientCertificateChain : undefined;
  if (!Array.isArray(chain) || chain.length === 0 || !chain.every(each => typeof each === 'string')) {
    throw new Error('the event must have a clientCertificateChain, a list of strings');
  }
  const certificates = chain.slice(0, MAX_CERTIFICATES + 1).flatMap((each, index) => certificatesIn(each, `clientCertificateChain[${index}]`));
  if (certificates.length > MAX_CERTIFICATES) {
    throw new Error(`clientCertificateChain must hold at most ${MAX_CERTIFICATES} certificates, got more`);
  }
  const leaves = certificates.filter(({ ca }) => !ca);
  if (leaves.length !== 1) {
    throw new Error(`clientCertificateChain must hold one certificate that is not of a CA, got ${leaves.length}`);
  }
  return { leaf: leaves[0], above: certificates.filter(({ ca }) => ca) };
}

function certificatesIn(text: string, place: string): X509Certificate[] {
  const ders = text.includes('-----BEGIN') ? readCertificates(place, text) : [Buffer.from(text, 'base64')];
  try {
    return ders.map(der => new X509Certificate(der));
  } catch {
    throw new Error(`${place} must be a certificate in PEM or the base64 of DER, got something else`);
  }
}
