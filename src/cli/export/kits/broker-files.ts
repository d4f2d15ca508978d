import { KitFile, KitInput, shellWord } from './kit';
import { toPem } from '../../../pki/pem';
import { CERTIFICATE } from '../../../pki/pem-blocks';
import { CertificateFacts } from '../../certificates/certificate-facts';

/** The names of the files that every broker gets. */
export const BROKER_FILE = { caBundle: 'ca-bundle.pem', server: 'server.pem', serverKey: 'server.key.pem', revocationLists: 'revoked.pem' } as const;

/**
 * The command that keeps the lists in a broker's folder fresh, where they are published.
 *
 * @param reload makes the broker read the file again; absent if it does so automatically
 */
export function freshListsCommand(folder: string, reload?: string): string {
  return `private-iot-ca crl fetch --watch --url <URL> --ca ${shellWord(`${folder}/${BROKER_FILE.caBundle}`)} `
    + `--out ${shellWord(`${folder}/${BROKER_FILE.revocationLists}`)}${reload === undefined ? '' : ` --run '${reload}'`}`;
}

/** A certificate, PEM. */
export function pemOf({ certificate }: CertificateFacts): string {
  return toPem(CERTIFICATE, certificate.raw);
}

/** The CAs whose devices the broker accepts, the broker's own certificate chain and key, and the revocation lists that were given. */
export function brokerFiles({ cas, server, revocation }: KitInput): KitFile[] {
  return [
    { name: BROKER_FILE.caBundle, content: cas.map(({ facts }) => pemOf(facts)).join(''), kind: 'certificate' },
    { name: BROKER_FILE.server, content: server!.chainPem, kind: 'certificate' },
    ...server!.privateKeyPem === undefined ? [] : [{ name: BROKER_FILE.serverKey, content: server!.privateKeyPem, kind: 'private key' } as const],
    ...revocation?.lists === undefined ? [] : [{ name: BROKER_FILE.revocationLists, content: revocation.lists, kind: 'revocation list' } as const],
  ];
}
