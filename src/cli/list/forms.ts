import { Columns, recordOf } from './csv';
import { CertificateState, ListedCertificate } from './listed-certificate';
import { Form } from './write-pages';
import { formatTime } from '../../contract/term';
import { isOfDevice } from '../../platforms/inventory/platform-inventory';
import { validityState } from '../certificates/validity-text';
import { printable } from '../cli-error';
import { longDocument } from '../document';
import { platformIds } from '../export/platform-ids';
import { count, table } from '../table';

type ListForm = Form<ListedCertificate, CertificateState>;

const HEAD = ['serial number', 'subject', 'profile', 'resource', 'CA', 'state', 'validity'];

/** Tables for people, one for each page. */
export function tableForm(now: Date, columns: number | undefined): ListForm {
  const row = ({ serialNumber = '', subject, commonName, profile, resource, ca, notBefore, notAfter, ...certificate }: ListedCertificate): string[] => [
    serialNumber, printable(commonName ?? subject), printable(profile), printable(resource), printable(ca), stateText(certificate),
    notBefore && notAfter ? validityState(notBefore, notAfter, now) : '',
  ];
  return {
    begin: '',
    page: (certificates, isFirst) => `${isFirst ? '' : '\n'}${table(HEAD, certificates.map(row), { columns }).trimEnd()}\n`,
    end: counts => {
      const states = [...counts].map(([state, number]) => `${number} ${STATE_TEXTS[state] ?? state}`);
      const total = [...counts.values()].reduce((sum, number) => sum + number, 0);
      return total === 0 ? 'no certificates\n' : `\n${count(total, 'certificate')}: ${states.join(', ')}\n`;
    },
  };
}

const STATE_TEXTS: { readonly [S in CertificateState]?: string } = { held: 'on hold' };

/** The state of a certificate as people read it. */
export function stateText({ state, revocation }: Pick<ListedCertificate, 'state' | 'revocation'>): string {
  return `${STATE_TEXTS[state] ?? state}${state === 'revoked' ? ` (${revocation!.reason})` : ''}`;
}

/** One JSON document. */
export function jsonForm(now: Date): ListForm {
  const { begin, elements, end } = longDocument('list', { listedAt: formatTime(now) }, 'certificates');
  return {
    begin,
    page: (certificates, isFirst) => elements(certificates.map(each => ({ ...recordOf(COLUMNS, each), platforms: platformsOf(each) })), isFirst),
    end: counts => end(counts.size === 0),
  };
}

/** What programs get, by the names of the members and the columns. The schema describes it to users: keep both in step. */
export const COLUMNS: Columns<ListedCertificate> = {
  serialNumber: ({ serialNumber }) => serialNumber,
  subject: ({ subject }) => subject,
  commonName: ({ commonName }) => commonName,
  profile: ({ profile }) => profile,
  state: ({ state }) => state,
  declared: ({ declared }) => declared,
  notBefore: ({ notBefore }) => notBefore && formatTime(notBefore),
  notAfter: ({ notAfter }) => notAfter && formatTime(notAfter),
  daysLeft: ({ daysLeft }) => daysLeft,
  stack: ({ stack }) => stack,
  resource: ({ resource }) => resource,
  ca: ({ ca }) => ca,
  caId: ({ caId }) => caId,
  reason: ({ revocation }) => revocation?.reason,
  revokedAt: ({ revocation }) => revocation?.revokedAt,
  invalidityDate: ({ revocation }) => revocation?.invalidityDate,
  sha256Fingerprint: ({ sha256Fingerprint }) => sha256Fingerprint,
  sha1Fingerprint: ({ sha1Fingerprint }) => sha1Fingerprint,
};

function platformsOf({ serialNumber, sha1Fingerprint, sha256Fingerprint, profile, commonName }: ListedCertificate): object | undefined {
  return serialNumber !== undefined && sha1Fingerprint !== undefined && sha256Fingerprint !== undefined
    ? platformIds({ serialNumber, sha1Fingerprint, sha256Fingerprint }, isOfDevice({ profile }) ? commonName : undefined) : undefined;
}
