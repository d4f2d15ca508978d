import { fetchOctets, FetchReach } from './fetch-octets';
import { ListForm, readListFile, writeListFile } from './list-file';
import { listsIn } from './lists-in';
import { refusalOf } from './refusal';
import { isNewer, seriesOf } from './series';
import { sha256 } from '../../contract/sha256';
import { CertificateFacts } from '../certificates/certificate-facts';
import { readableTime } from '../certificates/validity-text';
import { messageOf } from '../cli-error';
import { Disk } from '../disk';
import { numberOf, RevocationList, signerOf } from '../inspect/revocation-list';
import { outOfTime } from '../inspect/revocation-status';
import { withFileLocked } from '../local/lock';

/** A file of lists, and where they come from. */
export interface ListOrder {
  readonly urls: readonly string[];
  /** The certificates of the CAs, by the file that holds them. */
  readonly cas: ReadonlyMap<string, readonly CertificateFacts[]>;
  readonly file: string;
  readonly form: ListForm;
}

/** What a renewal needs from outside. */
export interface RenewalReach extends FetchReach {
  readonly clock: () => Date;
  readonly disk: Disk;
}

/** A list in the file after a renewal. */
export interface HeldList {
  readonly list: RevocationList;
  /** Whether it was not in the file before. */
  readonly isNew: boolean;
  /** Whether a CA of the order has signed it. */
  readonly isOrdered: boolean;
}

/** How a renewal went. */
export interface Renewal {
  readonly file: string;
  /** Whether the file has changed. */
  readonly changed: boolean;
  readonly lists: readonly HeldList[];
  /** What will go wrong, in words. */
  readonly warnings: readonly string[];
  /** What has gone wrong, in words. */
  readonly errors: readonly string[];
}

/** A list is near its end when this part of its life is left: the next one should be there by then, and somebody has time to look after it. */
const NEAR_END = 0.1;

/**
 * Fetches lists, and puts the newest one of each CA into the file. Lists of other CAs in the file stay, because another process may have put
 * them there.
 *
 * @throws CliError if the file holds anything but lists, or can't be written
 */
export async function renewLists(order: ListOrder, reach: RenewalReach, stop: AbortSignal): Promise<Renewal> {
  const { urls, file, form } = order;
  const cas = [...order.cas.values()].flat();
  const earlier = readListFile(file, reach.disk); // before anything is fetched in vain
  const fetched = await Promise.all(urls.map(url => fetchUsable(url, cas, reach, stop)));
  const errors = fetched.flatMap(each => each.errors);
  return withFileLocked(file, () => {
    const content = readListFile(file, reach.disk, earlier);
    const before = content.lists.map(list => known(list, cas));
    const lists = new Map<string, KnownList>();
    before.forEach(each => putNewest(lists, each));
    const standing = new Map(lists);
    for (const { url, list } of fetched.flatMap(each => each.lists)) {
      const held = standing.get(list.series);
      if (held && isNewer(held.list, list.list)) {
        errors.push(`${url}: ${older(list.list, held.list, file)}`);
      }
      putNewest(lists, list);
    }
    const newest = [...lists.values()];
    const changed = newest.length > 0 && writeListFile(file, content, newest.map(({ list }) => list), form, reach.disk);
    const held = newest.map(({ list, signer }): HeldList =>
      ({ list, isNew: !before.some(each => each.list.crl.der.equals(list.crl.der)), isOrdered: signer !== undefined }));
    const now = reach.clock();
    return { file, changed, lists: held, warnings: held.flatMap(each => warningOf(each, now)), errors: [...errors, ...missing(order, held, now)] };
  });
}

/** A list and what its signature says. */
interface KnownList {
  readonly list: RevocationList;
  /** The CA of the order that has signed it. */
  readonly signer?: CertificateFacts;
  /** What is the same for all lists that replace each other. A list of another CA replaces none. */
  readonly series: string;
}

function known(list: RevocationList, cas: readonly CertificateFacts[]): KnownList {
  const signer = signerOf(list, cas);
  return { list, signer, series: signer ? seriesOf(list, signer) : sha256(list.crl.der) };
}

/** The usable lists at a URL, and what is wrong with the others. */
async function fetchUsable(
  url: string, cas: readonly CertificateFacts[], reach: RenewalReach, stop: AbortSignal,
): Promise<{ readonly lists: readonly { readonly url: string; readonly list: KnownList }[]; readonly errors: readonly string[] }> {
  const where = shown(url);
  try {
    const lists = listsIn(where, await fetchOctets(url, reach, stop).catch((error: unknown) => {
      throw new Error(`${where}: ${messageOf(error)}`);
    }));
    const refused = lists.map(list => ({ list, refusal: refusalOf(list, cas, reach.clock()) }));
    return {
      lists: refused.flatMap(({ list, refusal }) => refusal === undefined ? [{ url: where, list: known(list, cas) }] : []),
      errors: refused.flatMap(({ list, refusal }) => refusal === undefined ? [] : [`${where}: ${described(list)} can't be used: ${refusal}`]),
    };
  } catch (error) {
    return { lists: [], errors: [messageOf(error)] };
  }
}

/** A URL without its query, which can hold a signature or a token. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** Says which of two lists is older, by what tells them apart. */
function older(list: RevocationList, held: RevocationList, file: string): string {
  const sameNumber = numberOf(list.crl) === numberOf(held.crl);
  const facts = ({ crl }: RevocationList): string => sameNumber ? `of ${readableTime(crl.thisUpdate)}`
    : numberOf(crl) === undefined ? 'without a number' : `with the number ${numberOf(crl)}`;
  return `the list of ${list.issuer} ${facts(list)} must not be older than the one in ${file}, ${facts(held)}; the file keeps that one`;
}

function described({ issuer, crl }: RevocationList): string {
  const number = numberOf(crl);
  return `the list of ${issuer} ${number === undefined ? `of ${readableTime(crl.thisUpdate)}` : `with the number ${number}`}`;
}

function putNewest(lists: Map<string, KnownList>, each: KnownList): void {
  const held = lists.get(each.series);
  if (!held || isNewer(each.list, held.list)) {
    lists.set(each.series, each);
  }
}

function warningOf({ list, isOrdered }: HeldList, now: Date): string[] {
  const { thisUpdate, nextUpdate } = list.crl;
  const late = outOfTime(list, now);
  if (late !== undefined) {
    return [`${described(list)} is not valid: ${late}${isOrdered ? '' : '; no CA of --ca has signed it'}`];
  }
  const isNearEnd = nextUpdate && nextUpdate.getTime() - now.getTime() < NEAR_END * (nextUpdate.getTime() - thisUpdate.getTime());
  return isNearEnd ? [`${described(list)} is valid only until ${readableTime(nextUpdate)}, and no newer one was found`] : [];
}

/** The CAs without a valid list: a broker that checks revocation, such as Mosquitto, refuses all their devices. */
function missing({ cas, file }: ListOrder, lists: readonly HeldList[], now: Date): string[] {
  const current = lists.filter(({ list }) => outOfTime(list, now) === undefined);
  return [...cas].filter(([, certificates]) => !current.some(({ list }) => signerOf(list, certificates)))
    .map(([name]) => `${file} has no valid list of the CA in ${name}: a broker that checks revocation can refuse all its devices`);
}
