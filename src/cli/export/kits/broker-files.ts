import { KitFile, KitInput } from './kit';
import { toPem } from '../../../pki/pem';
import { CERTIFICATE } from '../../../pki/pem-blocks';
import { CertificateFacts } from '../../certificates/certificate-facts';

/** The names of the files that every broker gets. */
export const BROKER_FILE = { caBundle: 'ca-bundle.pem', server: 'server.pem', serverKey: 'server.key.pem', revocationLists: 'revoked.pem' } as const;

/** A certificate, PEM. */
export function pemOf({ certificate }: CertificateFacts): string {
  return toPem(CERTIFICATE, certificate.raw);
}

/** The CAs whose devices the broker accepts, the broker's own certificate chain and key, and the revocation lists that were given. */
export function brokerFiles({ cas, server, revocationLists }: KitInput): KitFile[] {
  return [
    { name: BROKER_FILE.caBundle, content: cas.map(({ facts }) => pemOf(facts)).join(''), kind: 'certificate' },
    { name: BROKER_FILE.server, content: server!.chainPem, kind: 'certificate' },
    ...server!.privateKeyPem === undefined ? [] : [{ name: BROKER_FILE.serverKey, content: server!.privateKeyPem, kind: 'private key' } as const],
    ...revocationLists === undefined ? [] : [{ name: BROKER_FILE.revocationLists, content: revocationLists, kind: 'revocation list' } as const],
  ];
}
