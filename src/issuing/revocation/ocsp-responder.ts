import { defaultHashForKms } from '../../contract/kms';
import { Certificate, parseCertificate, verifyCertificate } from '../../pki/certificate';
import { readCertificates } from '../../pki/certificate-pem';
import { issue } from '../../pki/issue';
import { encodeName } from '../../pki/name';
import { OcspResponder } from '../../pki/ocsp/issue-ocsp-response';
import { toPem } from '../../pki/pem';
import { PROFILES } from '../../pki/profile';
import { newSerialNumber } from '../../pki/serial-number';
import { signerOf } from '../../pki/signer';
import { validityFrom } from '../../pki/validity';
import { issuingCa } from '../issuing-ca';
import { CaKeyPorts, Ports } from '../ports';

/** The secret with the responder's key and its certificate. */
export interface ResponderSecret {
  /** Its value, or `undefined` if there is none yet. */
  read(): Promise<string | undefined>;
  write(value: string): Promise<void>;
}

/** What a responder is made and renewed with. */
export interface ResponderPorts extends CaKeyPorts, Pick<Ports, 'ledger' | 'clock' | 'random' | 'generateKeyPair'> {
  readonly responder: ResponderSecret;
}

/** Validators do not ask whether a responder is revoked (id-pkix-ocsp-nocheck), so its certificate is short. It is renewed after half of this. */
const VALIDITY_DAYS = 14;

/** The fastest to sign with, and to verify; every validator of OCSP knows it. */
const KEY_ALGORITHM = 'EC_P256';

const SUBJECT = { commonName: 'OCSP Responder' };

/**
 * Makes a responder for a CA, or renews it: another key, with another certificate. Its serial number is not in the ledger, which holds what
 * can be revoked: a responder simply expires.
 *
 * @param table the name of the CA's ledger
 */
export async function renewResponder(caId: string, table: string, ports: ResponderPorts): Promise<void> {
  const ca = (await issuingCa(caId, ports.ledger(table), ports))!;
  const now = ports.clock();
  const standing = responderIn(await ports.responder.read());
  if (standing && isFresh(standing.certificate, ca.issuer.signer.publicKey, now)) {
    return;
  }
  const profile = PROFILES.ocspResponder;
  const { privateKeyPem, publicKey } = await ports.generateKeyPair(KEY_ALGORITHM);
  const certificate = await issue(profile, {
    serialNumber: newSerialNumber(ports.random, caId),
    validity: validityFrom(now, profile, { days: VALIDITY_DAYS }, ca.issuer.validity, true),
    subject: encodeName(SUBJECT),
    publicKey,
    hashAlgorithm: ca.inKms ? defaultHashForKms(ca.keyAlgorithm)! : 'SHA-256',
  }, ca.issuer);
  verifyCertificate(parseCertificate(certificate), ca.issuer.signer.publicKey);
  await ports.responder.write(JSON.stringify({ privateKey: privateKeyPem, certificate: toPem('CERTIFICATE', certificate) }));
}

/**
 * The responder that a secret holds; `undefined` if the secret is empty.
 *
 * @throws Error that shows nothing of the value, if it is anything else
 */
export function responderIn(value: string | undefined): (OcspResponder & { readonly certificate: Certificate }) | undefined {
  if (value === undefined) {
    return undefined;
  }
  try {
    const { privateKey, certificate } = JSON.parse(value);
    const signer = signerOf(privateKey);
    const parsed = parseCertificate(readCertificates('certificate', certificate)[0]);
    if (!signer.publicKey.equals(parsed.publicKey)) {
      throw new Error('the key is another one');
    }
    return { certificate: parsed, signer };
  } catch {
    throw new Error('the secret of the OCSP responder must hold its key and its certificate, got something else; remove its value, and deploy again');
  }
}

/** The share of the validity of a responder's certificate that is left, from 0 to 1; 0 if there is no responder. */
export async function responderLeft({ responder, clock }: Pick<ResponderPorts, 'responder' | 'clock'>): Promise<number> {
  const validity = responderIn(await responder.read())?.certificate.validity;
  const [from, to] = [validity?.notBefore.getTime() ?? 0, validity?.notAfter.getTime() ?? 0];
  return validity ? Math.min(1, Math.max(0, (to - clock().getTime()) / (to - from))) : 0;
}

/** Whether a responder can stay: the CA has signed its certificate, and at most half of its validity is over. */
function isFresh(certificate: Certificate, caPublicKey: Buffer, now: Date): boolean {
  try {
    verifyCertificate(certificate, caPublicKey);
  } catch {
    return false;
  }
  const { notBefore, notAfter } = certificate.validity;
  return now.getTime() < (notBefore.getTime() + notAfter.getTime()) / 2;
}
