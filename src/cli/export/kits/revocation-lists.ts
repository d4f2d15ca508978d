import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BROKER_FILE } from './broker-files';
import { KIT_NAMES, KitName, KITS } from './index';
import { Kit, KitCa, KitInput, KitRevocation, RevocationCheck } from './kit';
import { toPem } from '../../../pki/pem';
import { REVOCATION_LIST } from '../../../pki/pem-blocks';
import { CertificateFacts } from '../../certificates/certificate-facts';
import { CliError } from '../../cli-error';
import { RevocationList, signerOf } from '../../inspect/revocation-list';
import { revocationListsIn } from '../../inspect/revocation-list-files';
import { outOfTime, statusOf } from '../../inspect/revocation-status';
import { readBytesIfPresent } from '../../read-file';

/**
 * The revocation lists in files, for a broker; `undefined` if no file is given. A broker that checks revocation can refuse every device of a CA
 * whose list it lacks or whose list is out of date, so that is an error here.
 *
 * @param files the files of `--crl`
 * @param issuingCas the CAs whose devices the broker is to accept
 * @param certificates the certificates that the broker trusts, and its own
 */
export function revocationFor(
  name: KitName, { revocation: check }: Kit, files: readonly string[], issuingCas: readonly KitCa[], certificates: readonly CertificateFacts[],
  now: Date,
): KitRevocation | undefined {
  if (files.length === 0) {
    return undefined;
  }
  if (!check) {
    const others = KIT_NAMES.filter(each => (KITS[each] as Kit).revocation);
    throw new CliError(`--crl must be left out for --platform ${name}, which does not check revocation; it is for ${others.join(', ')}`);
  }
  const lists = files.flatMap(revocationListsIn);
  const cas = issuingCas.map(({ facts }) => facts);
  lists.forEach(list => assertUsable(list, signerOf(list, cas)?.shortName, now));
  const missing = cas.find(ca => !lists.some(list => signerOf(list, [ca])));
  if (missing) {
    throw new CliError(`--crl must name a revocation list of each CA in the kit, got none of ${missing.shortName}: without it, a broker refuses all its devices, or none of them`);
  }
  for (const facts of certificates) {
    const status = statusOf(facts, lists, cas, now);
    if (status.state === 'revoked') {
      throw new CliError(`--crl: ${facts.shortName} must not be in the kit, because it is revoked according to ${status.list}; a broker may check only the `
        + 'certificates of devices: leave out a CA with --ca, and give the broker another certificate with --server');
    }
  }
  return check.from === 'FILE' ? listsForFile(lists, cas) : publishedLists(name, check, lists, issuingCas);
}

/** The file in the folder of a kit by which the broker checks revocation; `undefined` if it does not. */
export function revocationSetting(folder: string, { revocation: check }: Kit): string | undefined {
  if (check?.from === 'URL') {
    const file = join(folder, check.setting.file);
    return readBytesIfPresent(file)?.includes(check.setting.text) ? file : undefined;
  }
  const file = join(folder, BROKER_FILE.revocationLists);
  return existsSync(file) ? file : undefined;
}

/** What the user must know about lists that the broker fetches itself. */
export function notesOnRevocation(name: KitName, { revocation: check }: Kit, { revocation }: KitInput): string[] {
  if (!revocation || check?.from !== 'URL') {
    return [];
  }
  const where = revocation.urls.length > 0 ? `; keep a valid list at ${revocation.urls.join(' and ')}` : '';
  return [`${name} reads no file of lists, and fetches each list from the URL in the certificate of a device (crlDistributionPoints)${where}`
    + `${check.userStep === undefined ? '' : `; ${check.userStep}`}`];
}

/** The lists in one PEM file. They must be about all certificates, because a broker ignores others without a word. */
function listsForFile(lists: readonly RevocationList[], cas: readonly CertificateFacts[]): KitRevocation {
  for (const list of lists) {
    const urls = list.crl.distributionPoint?.urls ?? [];
    if (urls.length > 0) {
      throw new CliError(`--crl: ${list.title} must be about all certificates of ${signerOf(list, cas)!.shortName}, and is about those with the distribution point `
        + `${urls.join(', ')}: a broker that reads a file needs the list that is published as complete.pem or complete.crl (completeListPemUrl, completeListUrl)`);
    }
  }
  return { lists: [...new Map(lists.map(({ crl }) => [crl.der.toString('base64'), crl.der])).values()].map(der => toPem(REVOCATION_LIST, der)).join(''), urls: [] };
}

/** The URLs of the lists, after a check that the broker finds the list of each device. It refuses the others. */
function publishedLists(
  name: KitName, { needsPoint }: Extract<RevocationCheck, { from: 'URL' }>, lists: readonly RevocationList[], issuingCas: readonly KitCa[],
): KitRevocation {
  const unpublished = lists.find(({ crl }) => needsPoint && (crl.distributionPoint?.urls ?? []).length === 0);
  if (unpublished) {
    throw new CliError(`--crl: ${unpublished.title} must have an issuingDistributionPoint with its URL: ${name} takes no other list, and reads none from a file`);
  }
  for (const { facts: ca, devices } of issuingCas) {
    const own = lists.filter(list => signerOf(list, [ca]));
    const lost = devices.find(({ facts: { crlDistributionPoints = [] } }) =>
      !crlDistributionPoints.some(url => own.some(({ crl: { distributionPoint } }) => distributionPoint?.urls.includes(url) ?? true)));
    if (lost) {
      throw new CliError(`--crl: the certificate of ${lost.facts.shortName} must name the URL of a list of ${ca.shortName}, because ${name} refuses it otherwise; `
        + 'declare crlDistributionPoints, and raise its generation');
    }
  }
  return { urls: [...new Set(lists.flatMap(({ crl }) => crl.distributionPoint?.urls ?? []))] };
}

function assertUsable(list: RevocationList, signer: string | undefined, now: Date): void {
  const { title } = list;
  if (signer === undefined) {
    throw new CliError(`--crl: ${title} must be the list of a CA in the kit, and no CA there has signed it; choose the CAs with --ca`);
  }
  const fault = outOfTime(list, now);
  if (fault !== undefined) {
    throw new CliError(`--crl: ${title} must be up to date, and ${fault}: a broker can refuse all devices of ${signer} then`);
  }
}
