import { inTurn } from './in-turn';
import { CaCrl, CrlPorts, makeCrls, recordPublished } from './make-crl';
import { BACKDATE_MILLISECONDS } from './update-times';
import { COMPLETE_LIST, COMPLETE_LIST_PEM } from '../../contract/crl-places';
import { toPem } from '../../pki/pem';
import { REVOCATION_LIST } from '../../pki/pem-blocks';
import { OvertakenError } from '../../resource/overtaken-error';
import { CrlPublication, CrlRecord, CrlSite, PublicationRequest, Publications } from '../ledger/revocation';
import { KEEPS_CHANGING, MAX_TURNS } from '../ledger/turns';

/** A file with a list, as it is served. */
export interface CrlFile {
  /** Below the URL at which the CA publishes. */
  readonly name: string;
  readonly content: Buffer;
  readonly contentType: string;
  /** The number of the list. */
  readonly number: number;
  /** How long a copy of the file may be used before the file is asked for again, in seconds. */
  readonly maxAge: number;
}

/** The place from which lists are served. */
export interface CrlFiles {
  /**
   * Writes a file, unless the file there already holds a list with a greater number.
   *
   * @returns the number of the list that the file holds then
   */
  replace(file: CrlFile): Promise<number>;
}

/** What a CA's lists are published with. */
export interface PublishingPorts extends CrlPorts {
  readonly revocations: (table: string) => Publications;
  readonly files: CrlFiles;
  /** Makes or renews the OCSP responder of the CA; see `renewResponder`. Absent if it has none. */
  readonly renewResponder?: () => Promise<void>;
  /** The share of the validity of the responder's certificate that is left, from 0 to 1. */
  readonly responderLeft?: () => Promise<number>;
}

/** The CA whose lists are published, and how. */
export interface PublishedCa {
  /** The identity of the CA. */
  readonly caId: string;
  /** The name of the CA's ledger. */
  readonly table: string;
  /** How long a list is valid, in milliseconds. */
  readonly life: number;
  /** The URL of the CA's OCSP responder, if it has one. */
  readonly ocspUrl?: string;
}

/** https://www.rfc-editor.org/rfc/rfc2585#section-4.2 */
const DER_TYPE = 'application/pkix-crl';
const PEM_TYPE = 'application/x-pem-file';

/**
 * How long caches may serve a list, in seconds. A validator may keep a list until its nextUpdate; a cache between them should not add to
 * the time that a revocation takes.
 */
const MAX_AGE = 300;

/**
 * Makes and publishes all lists of a CA. Several functions may do so at once: the files and the ledger keep the greatest number.
 *
 * A ledger that was restored from a backup may be behind the files. It then goes on with numbers after theirs, because validators refuse
 * to go back.
 */
export async function publishCrls(ca: PublishedCa, ports: PublishingPorts): Promise<CaCrl> {
  const { caId, table } = ca;
  const revocations = ports.revocations(table);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const { last, served } = await replaceFiles(ca, ports);
    const { number } = (await revocations.crl(caId))!;
    if (served <= number) { // a list with a greater number than this one is another function's
      await recordPublished(last, caId, table, ports);
      return last;
    }
    await revocations.skipCrlNumbers(caId, served);
  }
  throw new Error(KEEPS_CHANGING);
}

/** Makes all lists, and writes their files. Returns one of the lists, and the greatest number that a file holds then. */
async function replaceFiles({ caId, table, life }: PublishedCa, ports: PublishingPorts): Promise<{ readonly last: CaCrl; readonly served: number }> {
  let last: CaCrl | undefined;
  let served = 0;
  for await (const crl of makeCrls(caId, table, life, ports)) {
    const { name, der, number } = last = crl;
    const maxAge = Math.min(MAX_AGE, Math.floor(life / 1000));
    served = Math.max(served, await ports.files.replace({ name, content: der, contentType: DER_TYPE, number, maxAge }));
    if (name === COMPLETE_LIST) {
      const content = Buffer.from(toPem(REVOCATION_LIST, der));
      await ports.files.replace({ name: COMPLETE_LIST_PEM, content, contentType: PEM_TYPE, number, maxAge });
    }
  }
  return { last: last!, served };
}

/**
 * Publishes the lists of a CA if half of their life is over, so that there is time to find out why a list could not be made, or if the last
 * attempt has failed. Renews its OCSP responder likewise, also where the lists fail.
 */
export async function renewCrls(ca: PublishedCa, ports: PublishingPorts): Promise<void> {
  await inTurn(
    async () => await isDue(ca, ports) && publishCrls(ca, ports),
    async () => ports.renewResponder?.(),
  );
}

/** Whether half of the life of the newest list is over, or a list that was begun after it has not been published. */
async function isDue(ca: PublishedCa, ports: PublishingPorts): Promise<boolean> {
  const crl = await ports.revocations(ca.table).crl(ca.caId);
  return shareLeft(crl, ca.life, ports.clock()) <= 0.5 || crl!.number > (crl!.published ?? 0);
}

/** The share of the life of the newest published list that is left, from 0 to 1; 0 if no list was published. */
export async function lifeLeft({ caId, table, life }: PublishedCa, ports: Pick<PublishingPorts, 'revocations' | 'clock'>): Promise<number> {
  return shareLeft(await ports.revocations(table).crl(caId), life, ports.clock());
}

function shareLeft(crl: CrlRecord | undefined, life: number, now: Date): number {
  if (crl?.publishedAt === undefined) {
    return 0;
  }
  const madeAt = new Date(crl.publishedAt).getTime() + BACKDATE_MILLISECONDS;
  return Math.min(1, Math.max(0, 1 - (now.getTime() - madeAt) / life));
}

/**
 * Begins to publish at a site: certificates that are issued from now on name its lists, which are published first. Lists for the sites
 * that earlier certificates name are still made.
 *
 * @throws OvertakenError if a later request has begun, such as the rollback of this one
 */
export async function beginPublication(ca: PublishedCa, site: CrlSite, request: PublicationRequest, ports: PublishingPorts): Promise<void> {
  // Last until its lists are there, so that no certificate names a list that nobody can fetch.
  await changePublication(ca, ports, standing => {
    if (isOverBy(standing, request)) {
      throw new OvertakenError();
    }
    const { sites } = standing;
    return { ...standing, ...request, sites: sites.some(each => isSame(each, site)) ? sites : [...sites, site] };
  });
  await publishCrls(ca, ports);
  await ports.renewResponder?.();
  const { ocspUrl } = ca;
  await changePublication(ca, ports, standing => {
    if (standing.requestId !== request.requestId) {
      throw new OvertakenError();
    }
    return { ...standing, sites: [site, ...standing.sites.filter(each => !isSame(each, site))], active: true, ocspUrl };
  });
}

/**
 * Certificates that are issued from now on name no list. The lists stay as they are, and nobody renews them. Nothing happens if another
 * resource publishes for the CA by now, or if a later request has begun.
 *
 * @returns whether the publication has ended by this request
 */
export async function endPublication(
  ca: PublishedCa, request: PublicationRequest, ports: Pick<PublishingPorts, 'revocations'>,
): Promise<boolean> {
  let ended = false;
  await changePublication(ca, ports, standing => {
    ended = standing.owner === request.owner && !isOverBy(standing, request);
    return ended ? { ...standing, ...request, active: false } : undefined;
  });
  return ended;
}

/** Whether a later request than this one has begun. */
function isOverBy({ requestId, requestedAt }: CrlPublication, request: PublicationRequest): boolean {
  return requestId !== request.requestId && requestedAt !== undefined && request.requestedAt !== undefined && request.requestedAt < requestedAt;
}

/** Changes where lists are published, from what is recorded at that moment. If `change` returns `undefined`, it stays. */
async function changePublication(
  { caId, table }: PublishedCa, ports: Pick<PublishingPorts, 'revocations'>,
  change: (standing: CrlPublication) => Omit<CrlPublication, 'revision'> | undefined,
): Promise<void> {
  const revocations = ports.revocations(table);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const standing = await revocations.publication(caId);
    const { revision } = standing ?? NOWHERE;
    const next = change(standing ?? NOWHERE);
    if (!next || await revocations.publishAt(caId, { ...next, revision: revision + 1 }, standing)) {
      return;
    }
  }
  throw new Error(KEEPS_CHANGING);
}

const NOWHERE: CrlPublication = { sites: [], active: false, revision: 0, owner: '', requestId: '' };

function isSame(one: CrlSite, other: CrlSite): boolean {
  return one.url === other.url && one.partitions === other.partitions;
}
