import { DoneRenewal, RenewalReport } from './renewals';
import { printable } from '../cli-error';
import { paragraph, table } from '../table';

/** What happened to a certificate that was due, and what would happen in a dry run. */
const WORDS: { readonly [D in Exclude<DoneRenewal, 'failed'>]: readonly [string, string] } = {
  renewed: ['renewed', 'renew'],
  delivered: ['completed what an earlier run had started', 'complete what an earlier run has started'],
  takenBack: ['taken back, because it is no longer declared', 'take back, because it is no longer declared'],
};

/** The length of a date in ISO 8601. Programs get the time to the second. */
const DATE_LENGTH = '2026-01-31'.length;

/** Whether everything that was due could be renewed. */
export function haveSucceeded(renewals: readonly RenewalReport[]): boolean {
  return renewals.every(({ outcome }) => outcome !== 'failed');
}

/** The renewed certificates, for people. */
export function renewalsText(renewals: readonly RenewalReport[], dryRun: boolean, columns: number | undefined): string {
  const done = renewals.flatMap(({ outcome, ...each }) => outcome === 'failed' ? [] : [{ ...each, words: WORDS[outcome][dryRun ? 1 : 0] }]);
  if (done.length === 0) {
    return '';
  }
  const rows = done.map(({ resource, words, notAfter = '' }) => [printable(resource), words, notAfter.slice(0, DATE_LENGTH)]);
  const files = done.flatMap(({ resource, file }) => file === undefined ? [] : [paragraph(`${printable(resource)}: ${printable(file)}`, { columns, indent: '    ' })]);
  return [
    'certificates that were due\n',
    table(['resource', dryRun ? 'what would happen' : 'what happened', 'valid until'], rows, { columns, indent: '  ' }),
    ...files.length > 0 ? ['  in force, with chain and private key:\n', ...files] : [],
    '\n',
  ].join('');
}

/** What is said about the certificates that could not be renewed. */
export function renewalRemarks(renewals: readonly RenewalReport[]): string[] {
  return renewals.flatMap(({ resource, formerSerialNumber, failure }) => failure === undefined ? []
    : [`note: ${formerSerialNumber === undefined ? 'certificates of ' : ''}${printable(resource)} could not be renewed: ${failure}\n`]);
}

/** The renewed certificates in the document. The schema describes it to users: keep both in step. */
export function renewalsDocument(renewals: readonly RenewalReport[]): object[] {
  return renewals.map(({ resource, ca, outcome, formerSerialNumber, serialNumber, notAfter, file, failure }) => ({
    resource, ca, outcome, formerSerialNumber, serialNumber, notAfter, file, error: failure,
  }));
}
