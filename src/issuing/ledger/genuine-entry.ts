import { IssuingCa } from '../issuing-ca';
import { LedgerEntry, TABLE_WAS_CHANGED } from './ledger';
import { Certificate, parseCertificate, verifyCertificate } from '../../pki/certificate';
import { isSerialNumberOf } from '../../pki/serial-number';
import { custodyOf } from '../keys/custody';
import { describePlace } from '../keys/key-storage';
import { Ports } from '../ports';

/** An entry whose certificate is there. */
export type IssuedEntry = LedgerEntry & { readonly certificate: Buffer };

/** What a certificate in the ledger is held against. */
export interface Expected {
  /** The CA that signs it; absent for a CA that signs itself. */
  readonly ca?: IssuingCa;
  /** Its subject, DER, where that is declared. */
  readonly subject?: Buffer;
  /** Its public key, SPKI in DER, where that came by a request. */
  readonly publicKey?: Buffer;
}

/**
 * Makes sure that what the ledger has is what was issued, before it is answered: anyone with write access to the table could
 * exchange it. The CA's own key, which nobody can exchange there, is what it is measured by.
 *
 * @param table the ledger's name, for errors
 * @throws Error where it is another certificate, or where its key is gone
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
    throw new Error(`the ledger ${table} must hold the certificate that was issued under serial number ${serialNumber}, got one ${wrong}; `
      + TABLE_WAS_CHANGED);
  }
  return { ...entry, certificate };
}

/** The public key of an entry whose private key is held; `undefined` where nobody holds it. */
async function heldKey({ keyStorage, serialNumber }: LedgerEntry, ports: Ports): Promise<Buffer | undefined> {
  const key = await custodyOf(keyStorage, ports).find(serialNumber);
  if (keyStorage && !key) {
    throw new Error(`${describePlace(keyStorage, serialNumber)} does not hold the key of the certificate ${serialNumber} any more; restore it, or raise \`generation\``);
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
