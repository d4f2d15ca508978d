import { Complaint } from '../../contract/rules';
import { CertificateFacts } from '../certificates/certificate-facts';
import { doubtOfSigner, RevocationList, signerOf } from '../inspect/revocation-list';
import { outOfTime } from '../inspect/revocation-status';

/** Why a broker must not get a list (RFC 5280, section 6.3.3); `undefined` if one of the CAs has signed it and it is valid at present. */
export function refusalOf(list: RevocationList, cas: readonly CertificateFacts[], now: Date): Complaint {
  const { crl, hasUnknownEntries } = list;
  if (crl.deltaBase) {
    return 'it must be a complete list, got a delta list, which only names what has changed since one';
  }
  const signer = signerOf(list, cas);
  if (!signer) {
    return `it must be signed by a CA of --ca: ${doubtOfSigner(list, cas)}`;
  }
  const named = crl.authorityKeyIdentifier?.toString('hex');
  const own = signer.subjectKeyIdentifier;
  if (named !== undefined && own !== undefined && named !== own) {
    return `its authority key identifier must be ${own}, the key identifier of ${signer.shortName}, got ${named}`;
  }
  if (hasUnknownEntries) {
    return 'it must have no entries with critical extensions that are not supported here';
  }
  return crl.nextUpdate ? outOfTime(list, now) : 'it must say when the next list will be there (RFC 5280, section 5.1.2.5)';
}
