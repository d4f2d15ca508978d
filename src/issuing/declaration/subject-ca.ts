import { Declaration } from './declaration';
import { checkCaId } from '../../contract/rules';
import { parseCertificate } from '../../pki/certificate';
import { CrossContent, crossContent } from '../../pki/cross-certificate';
import { nameText } from '../../pki/name-comparison';
import { complain, RawProperties, text } from '../../resource/property-values';
import { assertExpected, CaInLedger, expectedFingerprint, verifiedCa } from '../look-up-ca';
import { IssuingPorts } from '../ports';

/** The CA whose key a cross-certificate certifies. */
export interface SubjectCa extends CaInLedger {
  /** The fingerprint of its own certificate, 64 lower-case hexadecimal digits; absent if the template does not know it. */
  readonly sha256Fingerprint?: string;
  /** What comes from its own certificate; absent until that has been read. */
  readonly content?: CrossContent;
  /** Its subject, for people who read the ledger. */
  readonly subjectText?: string;
}

/** Reads the properties that declare the subject CA of a cross-certificate. */
export function subjectCaProperty(properties: RawProperties): SubjectCa {
  const caId = text('subjectCa', properties.SubjectCaId);
  complain(checkCaId(caId, 'subjectCa'));
  return {
    caId,
    ledgerTable: text('the ledgerTable of subjectCa', properties.SubjectCaLedgerTable),
    sha256Fingerprint: expectedFingerprint(properties.SubjectCaSha256Fingerprint),
  };
}

/**
 * The declaration of a cross-certificate with the content of its subject CA's own certificate: the ledger of that CA says which key it has,
 * and no property does. Only a certificate that is still to be made needs this, so it stays as it is when the CA is gone.
 *
 * @param caOf reads the CA from its entry
 */
export async function withSubjectCa(declaration: Declaration, ports: IssuingPorts, caOf: typeof verifiedCa): Promise<Declaration> {
  const { subjectCa } = declaration;
  if (!subjectCa) {
    return declaration;
  }
  const { caId, ledgerTable, sha256Fingerprint } = subjectCa;
  const entry = await ports.ledger(ledgerTable).find(caId);
  const ca = caOf(caId, entry, 'subjectCa');
  await assertExpected(ca, entry!, 0, sha256Fingerprint, subjectCa, ports);
  const { der } = ca.certificate;
  const { subject, validity } = parseCertificate(der);
  return {
    ...declaration,
    subjectCa: { ...subjectCa, content: crossContent(der), subjectText: nameText(subject) },
    term: { notAfter: validity.notAfter },
  };
}
