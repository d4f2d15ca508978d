import { Difference, DifferenceKind } from './difference';
import { formatTime } from '../../contract/term';
import { validityState } from '../certificates/validity-text';
import { printable } from '../cli-error';
import { longDocument } from '../document';
import { Columns, recordOf } from '../list/csv';
import { stateText } from '../list/forms';
import { Form } from '../list/write-pages';
import { count, table } from '../table';

type ReconcileForm = Form<Difference, DifferenceKind>;

/** The kinds of differences as people read them. */
const KIND_TEXTS: { readonly [K in DifferenceKind]: string } = {
  'accepted-though-revoked': 'accepted though revoked',
  'not-in-ledger': 'not in the ledger',
  'unknown-ca': 'unknown CA',
  'accepted-though-expired': 'accepted though expired',
  'refused-though-good': 'refused though good',
  'not-registered': 'not registered',
};

const HEAD = ['difference', 'ID there', 'status there', 'serial number', 'subject', 'resource', 'CA', 'state', 'validity'];

/**
 * Tables for people, one for each page.
 *
 * @param platform the name of the platform
 * @param compared returns how many certificates have been compared
 */
export function tableForm(platform: string, compared: () => number, now: Date, columns: number | undefined): ReconcileForm {
  return {
    begin: '',
    page: (differences, isFirst) => `${isFirst ? '' : '\n'}${table(HEAD, differences.map(each => row(each, now)), { columns }).trimEnd()}\n`,
    end: counts => {
      const total = [...counts.values()].reduce((sum, number) => sum + number, 0);
      const kinds = [...counts].map(([kind, number]) => `${number} ${KIND_TEXTS[kind]}`);
      const what = `${count(compared(), 'certificate')} compared with ${platform}`;
      return total === 0 ? `${what}: no differences\n` : `\n${what}: ${count(total, 'difference')} (${kinds.join(', ')})\n`;
    },
  };
}

function row({ kind, platformId = '', platformStatus = '', certificate, ca }: Difference, now: Date): string[] {
  const { serialNumber = '', subject = '', commonName, resource = '', notBefore, notAfter } = certificate ?? {};
  return [
    KIND_TEXTS[kind], printable(platformId), printable(platformStatus), serialNumber, printable(commonName ?? subject), printable(resource),
    printable(certificate?.ca ?? ca?.name ?? ''), certificate ? stateText(certificate) : '', notBefore && notAfter ? validityState(notBefore, notAfter, now) : '',
  ];
}

/** One JSON document. @param platform the ID of the platform, and its name */
export function jsonForm(platform: { readonly platform: string; readonly name: string }, now: Date): ReconcileForm {
  const { begin, elements, end } = longDocument('reconcile', { comparedAt: formatTime(now), ...platform }, 'differences');
  return {
    begin,
    page: (differences, isFirst) => elements(differences.map(each => recordOf(COLUMNS, each)), isFirst),
    end: counts => end(counts.size === 0),
  };
}

/** What programs get, by the names of the members and the columns. The schema describes it to users: keep both in step. */
export const COLUMNS: Columns<Difference> = {
  difference: ({ kind }) => kind,
  platformId: ({ platformId }) => platformId,
  platformStatus: ({ platformStatus }) => platformStatus,
  serialNumber: ({ certificate }) => certificate?.serialNumber,
  subject: ({ certificate }) => certificate?.subject,
  commonName: ({ certificate }) => certificate?.commonName,
  profile: ({ certificate }) => certificate?.profile,
  state: ({ certificate }) => certificate?.state,
  notAfter: ({ certificate }) => certificate?.notAfter && formatTime(certificate.notAfter),
  stack: ({ certificate }) => certificate?.stack,
  resource: ({ certificate }) => certificate?.resource,
  ca: ({ certificate, ca }) => certificate?.ca ?? ca?.name,
  caId: ({ certificate, ca }) => certificate?.caId ?? ca?.caId,
  sha256Fingerprint: ({ certificate }) => certificate?.sha256Fingerprint,
  sha1Fingerprint: ({ certificate }) => certificate?.sha1Fingerprint,
};
