import { KIT_NAMES, KitName, KITS } from './index';
import { Kit, KitCa } from './kit';
import { toPem } from '../../../pki/pem';
import { REVOCATION_LIST } from '../../../pki/pem-blocks';
import { CertificateFacts } from '../../certificates/certificate-facts';
import { CliError } from '../../cli-error';
import { RevocationList, signerOf } from '../../inspect/revocation-list';
import { revocationListsIn } from '../../inspect/revocation-list-files';
import { outOfTime, statusOf } from '../../inspect/revocation-status';

/**
 * The revocation lists in files, for a broker, in PEM; `undefined` if no file is given. A broker that checks revocation refuses every device
 * of a CA whose list it lacks or whose list is out of date, so that is an error here.
 *
 * @param issuingCas the CAs whose devices the broker is to accept
 * @param certificates the certificates that the broker trusts, and its own
 */
export function revocationListsFor(
  name: KitName, kit: Kit, files: readonly string[], issuingCas: readonly KitCa[], certificates: readonly CertificateFacts[], now: Date,
): string | undefined {
  if (files.length === 0) {
    return undefined;
  }
  if (!kit.takesRevocationLists) {
    const others = KIT_NAMES.filter(each => (KITS[each] as Kit).takesRevocationLists);
    throw new CliError(`--crl must be left out for --platform ${name}, which reads no file of revoked certificates; it is for ${others.join(', ')}`);
  }
  const lists = files.flatMap(revocationListsIn);
  const cas = issuingCas.map(({ facts }) => facts);
  lists.forEach(list => assertUsable(list, signerOf(list, cas)?.shortName, now));
  const missing = cas.find(ca => !lists.some(list => signerOf(list, [ca])));
  if (missing) {
    throw new CliError(`--crl must name a revocation list of each CA in the kit, got none of ${missing.shortName}: without it, ${name} refuses all its devices`);
  }
  for (const facts of certificates) {
    const status = statusOf(facts, lists, cas, now);
    if (status.state === 'revoked') {
      throw new CliError(`--crl: ${facts.shortName} must not be in the kit, because it is revoked according to ${status.list}; a broker may check only the `
        + 'certificates of devices: leave out a CA with --ca, and give the broker another certificate with --server');
    }
  }
  return [...new Map(lists.map(({ crl }) => [crl.der.toString('base64'), crl.der])).values()].map(der => toPem(REVOCATION_LIST, der)).join('');
}

function assertUsable(list: RevocationList, signer: string | undefined, now: Date): void {
  const { title, crl } = list;
  if (signer === undefined) {
    throw new CliError(`--crl: ${title} must be the list of a CA in the kit, and no CA there has signed it; choose the CAs with --ca`);
  }
  const fault = outOfTime(list, now);
  if (fault !== undefined) {
    throw new CliError(`--crl: ${title} must be up to date, and ${fault}: the broker would refuse all devices of ${signer}`);
  }
  if (crl.distributionPoint && crl.distributionPoint.urls.length > 0) {
    throw new CliError(`--crl: ${title} must be about all certificates of ${signer}, and is about those with the distribution point `
      + `${crl.distributionPoint.urls.join(', ')}; take the list without one`);
  }
}
