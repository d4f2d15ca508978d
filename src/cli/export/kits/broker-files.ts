import { KitFile, KitInput } from './kit';
import { toPem } from '../../../pki/pem';
import { CERTIFICATE } from '../../../pki/pem-blocks';
import { CertificateFacts } from '../../certificates/certificate-facts';

/** The names of what every broker is given. */
export const BROKER_FILE = { caBundle: 'ca-bundle.pem', server: 'server.pem', serverKey: 'server.key.pem' } as const;

/** A certificate, PEM. */
export function pemOf({ certificate }: CertificateFacts): string {
  return toPem(CERTIFICATE, certificate.raw);
}

/** The CAs whose devices are let in, and what the broker presents itself with. */
export function brokerFiles({ cas, server }: KitInput): KitFile[] {
  return [
    { name: BROKER_FILE.caBundle, content: cas.map(({ facts }) => pemOf(facts)).join(''), kind: 'certificate' },
    { name: BROKER_FILE.server, content: server!.chainPem, kind: 'certificate' },
    ...server!.privateKeyPem === undefined ? [] : [{ name: BROKER_FILE.serverKey, content: server!.privateKeyPem, kind: 'private key' } as const],
  ];
}
