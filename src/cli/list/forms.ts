import { Columns, recordOf } from './csv';
import { CertificateState, FoundCa, ListedCertificate, Retirement } from './listed-certificate';
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

/**
 * Tables for people, one for each page.
 *
 * @param cas the CAs whose certificates are listed
 */
export function tableForm(cas: readonly FoundCa[], now: Date, columns: number | undefined): ListForm {
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
      return `${total === 0 ? 'no certificates\n' : `\n${count(total, 'certificate')}: ${states.join(', ')}\n`}${retiredCas(cas)}`;
    },
  };
}

/** The CAs that issue nothing any more, a line for each. */
function retiredCas(cas: readonly FoundCa[]): string {
  return eachOnce(cas).map(({ name, retirement }) => retirement ? `${printable(name)} ${RETIREMENT_TEXTS[retirement]}\n` : '').join('');
}

/** Several ledgers may know a CA, and only its own knows about its retirement. */
function eachOnce(cas: readonly FoundCa[]): FoundCa[] {
  const byId = new Map<string, FoundCa>();
  cas.forEach(ca => byId.set(ca.caId, { ...ca, retirement: ca.retirement ?? byId.get(ca.caId)?.retirement }));
  return [...byId.values()];
}

const RETIREMENT_TEXTS: { readonly [R in Retirement]: string } = {
  begun: 'is being retired by a deployment that is not over, and issues nothing meanwhile',
  retired: 'is retired, and issues nothing any more',
};

const STATE_TEXTS: { readonly [S in CertificateState]?: string } = { held: 'on hold' };

const CA_TEXTS: { readonly [R in Retirement]: string } = { begun: 'being retired', retired: 'retired' };

/** The state of a certificate as people read it. */
export function stateText({ state, revocation, retirement }: Pick<ListedCertificate, 'state' | 'revocation' | 'retirement'>): string {
  return `${STATE_TEXTS[state] ?? state}${state === 'revoked' ? ` (${revocation!.reason})` : ''}${retirement ? `, ${CA_TEXTS[retirement]}` : ''}`;
}

/** One JSON document. */
export function jsonForm(cas: readonly FoundCa[], now: Date): ListForm {
  const { begin, elements, end } = longDocument('list', {
    listedAt: formatTime(now), cas: eachOnce(cas).map(({ caId, name: ca, retirement }) => ({ caId, ca, retirement })),
  }, 'certificates');
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
  retirement: ({ retirement }) => retirement,
};

function platformsOf({ serialNumber, sha1Fingerprint, sha256Fingerprint, profile, commonName }: ListedCertificate): object | undefined {
  return serialNumber !== undefined && sha1Fingerprint !== undefined && sha256Fingerprint !== undefined
    ? platformIds({ serialNumber, sha1Fingerprint, sha256Fingerprint }, isOfDevice({ profile }) ? commonName : undefined) : undefined;
}
