import { Certificate } from '../../../pki/certificate';
import { toPem } from '../../../pki/pem';
import { readPemBlocks, REVOCATION_LIST } from '../../../pki/pem-blocks';
import { parseCrl } from '../../../pki/revocation/crl';
import { checkCrl } from '../../../pki/revocation/crl-verdict';
import { complain } from '../../../resource/property-values';

/** A list of all revoked certificates of a CA, which the CA has signed. */
export interface RevocationList {
  /** Nothing but the list. */
  readonly pem: string;
  /** The cRLNumber. A list with a greater number is newer (RFC 5280, section 5.2.3). */
  readonly number: bigint;
}

/** The CA whose lists are read. */
export type ListIssuer = Pick<Certificate, 'subject' | 'publicKey'>;

/**
 * Reads a list from PEM, and checks that the CA has signed it and that it is about all of the CA's certificates.
 *
 * @throws Error that says why it is no such list
 */
export function readList(pem: string, ca: ListIssuer): RevocationList {
  const blocks = readPemBlocks(pem);
  if (blocks.length !== 1 || blocks[0].label !== REVOCATION_LIST) {
    throw new Error(`the file must hold one revocation list in PEM (${REVOCATION_LIST}), got ${blocks.length === 1 ? 'something else' : `${blocks.length} blocks`}`);
  }
  const [{ der }] = blocks;
  const crl = parseCrl(der);
  complain(checkCrl(crl, ca));
  if (crl.number === undefined || crl.deltaBase || crl.distributionPoint) {
    throw new Error('the revocation list must have a number and be about all certificates of the CA, got another one');
  }
  return { pem: toPem(REVOCATION_LIST, der), number: BigInt(`0x0${crl.number.toString('hex')}`) };
}

/** The number of a list, or `undefined` if it is not a list of all revoked certificates that the CA has signed. */
export function listNumber(pem: string, ca: ListIssuer): bigint | undefined {
  try {
    return readList(pem, ca).number;
  } catch {
    return undefined;
  }
}
