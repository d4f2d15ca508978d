import { SubordinateCa } from './ca-tree';
import { LocalCa } from './selection';
import { caIn } from '../../issuing/revocation/select-certificates';
import { fromStored } from '../local/directory-ledger';
import { IssuedCertificate, ledgerCertificates } from '../local/issued-certificates';
import { State } from '../local/state';

/** A certificate of a CA in a local deployment. */
interface CaCertificate extends IssuedCertificate {
  readonly subordinate: SubordinateCa;
}

/** The CAs of a local deployment. A CA for which it holds no key is none of them: what it has issued is known elsewhere. */
export function localCas(state: State): LocalCa[] {
  const all = ledgerCertificates(state);
  const certificates = all.flatMap((each): CaCertificate[] => {
    const ca = caIn(fromStored(each.entry));
    return ca ? [{ ...each, subordinate: { ...ca, resource: each.resource, notAfter: each.entry.notAfter } }] : [];
  });
  const names = new Map(all.map(({ entry, ca }) => [entry.issuer, ca]));
  const own = new Map(certificates.filter(({ entry }) => entry.keyStorage).map(each => [each.entry.identity, each]));
  return [...own].map(([caId, { resource, subordinate }]) => ({
    caId,
    names: [resource, names.get(caId) ?? resource, caId],
    publicKeySha256: subordinate.publicKeySha256,
    subordinateCas: certificates.filter(({ entry: { issuer, identity } }) => issuer === caId && identity !== caId).map(each => each.subordinate),
  }));
}
