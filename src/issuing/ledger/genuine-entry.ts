import { IssuingCa } from '../issuing-ca';
import { keyVersionOf, LedgerEntry, TABLE_WAS_CHANGED } from './ledger';
import { Certificate, parseCertificate, verifyCertificate } from '../../pki/certificate';
import { isSerialNumberOf } from '../../pki/serial-number';
import { custodyOf } from '../keys/custody';
import { describePlace } from '../keys/key-storage';
import { Ports } from '../ports';

/** An entry that has its certificate. */
export type IssuedEntry = LedgerEntry & { readonly certificate: Buffer };

/** The facts that a certificate in the ledger must match. */
export interface Expected {
  /** The CA that signs the certificate; absent for a CA that signs itself. */
  readonly ca?: IssuingCa;
  /** The certificate's subject, DER, if it is declared. */
  readonly subject?: Buffer;
  /** The certificate's public key, SPKI in DER, if it came with a request. */
  readonly publicKey?: Buffer;
}

/**
 * Makes sure, before a certificate is answered, that the ledger holds the certificate that was issued: anyone with write access to the
 * table could replace it. The check relies on the CA's own key, which can't be replaced there.
 *
 * @param table the ledger's name, for errors
 * @throws Error if the ledger holds another certificate, or if the certificate's key is gone
 */
export async function assertGenuine(entry: LedgerEntry, expected: Expected, table: string, ports: Ports): Promise<IssuedEntry> {
  const { certificate, serialNumber } = entry;
  if (!certificate) {
    throw new Error(`the ledger ${table} has lost the certificate with serial number ${serialNumber}; restore the table from its point-in-time recovery`);
  }
  const held = await heldKey(entry, ports);
  const publicKey = held ?? expected.publicKey;
  const wrong = difference(certificate, entry, { ...expected, publicKey });
  if (wrong !== undefined) {
    throw new Error(`the ledger ${table} must hold the certificate that was issued under serial number ${serialNumber}, got a certificate ${wrong}; `
      + TABLE_WAS_CHANGED);
  }
  return { ...entry, certificate };
}

/** The public key of an entry whose private key is held; `undefined` if no private key is held. */
async function heldKey(entry: LedgerEntry, ports: Ports): Promise<Buffer | undefined> {
  const { keyStorage, serialNumber } = entry;
  const key = await custodyOf(keyStorage, ports).find(keyVersionOf(entry));
  if (keyStorage && !key) {
    throw new Error(`${describePlace(keyStorage, keyVersionOf(entry))} no longer holds the key of the certificate ${serialNumber}; `
      + 'restore it, or raise `generation`');
  }
  return key?.publicKey;
}

function difference(der: Buffer, { identity, serialNumber, notAfter }: LedgerEntry, { ca, subject, publicKey }: Expected): string | undefined {
  let certificate: Certificate;
  try {
    certificate = parseCertificate(der);
  } catch {
    return 'that can\'t be read';
  }
  if (certificate.serialNumber !== serialNumber) {
    return 'with another serial number';
  }
  if (!isSerialNumberOf(serialNumber, identity)) {
    return 'that was issued for another resource';
  }
  if (publicKey && !certificate.publicKey.equals(publicKey)) {
    return 'for another key';
  }
  if (subject && !certificate.subject.equals(subject)) {
    return 'for another subject';
  }
  if (certificate.validity.notAfter.getTime() !== new Date(notAfter).getTime()) {
    return 'with another validity';
  }
  const signer = ca?.issuer.signer.publicKey ?? publicKey;
  return signer && isSignedBy(certificate, signer) ? undefined : 'that its CA has not signed';
}

function isSignedBy(certificate: Certificate, publicKey: Buffer): boolean {
  try {
    verifyCertificate(certificate, publicKey);
    return true;
  } catch {
    return false;
  }
}
