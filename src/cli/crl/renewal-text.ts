import { HeldList, Renewal } from './renew-lists';
import { formatTime } from '../../contract/term';
import { printable } from '../cli-error';
import { documentText } from '../document';
import { numberOf } from '../inspect/revocation-list';
import { count, paragraph } from '../table';

/** The text for people: what is in the file. */
export function renewalText({ file, changed, lists }: Renewal, columns: number | undefined): string {
  return `${file}: ${changed ? 'changed' : 'not changed'}\n${lists.map(each => paragraph(describe(each), { columns, indent: '  ' })).join('')}`;
}

function describe({ list: { issuer, crl, size }, isNew, isOrdered }: HeldList): string {
  const facts = [`number ${numberOf(crl) ?? '(none)'}`, ...crl.nextUpdate ? [`until ${formatTime(crl.nextUpdate)}`] : [], count(size, 'certificate')];
  return `${printable(issuer)}: ${facts.join(', ')}${isNew ? ' (new)' : isOrdered ? '' : ' (not signed by a CA of --ca, and kept)'}`;
}

/** The remarks for people beside the text, line by line. */
export function renewalRemarks({ warnings, errors }: Pick<Renewal, 'warnings' | 'errors'>): string[] {
  return [...warnings.map(warning => `warning: ${warning}`), ...errors.map(error => `error: ${error}`)];
}

/** The document for programs. The schema describes it to users: keep both in step. */
export function renewalDocument({ file, changed, lists, warnings, errors }: Renewal): string {
  return documentText('crl', {
    action: 'fetch',
    file,
    changed,
    revocationLists: lists.map(({ list: { issuer, crl, size }, isNew }) => ({
      issuer,
      number: numberOf(crl),
      thisUpdate: formatTime(crl.thisUpdate),
      nextUpdate: crl.nextUpdate && formatTime(crl.nextUpdate),
      size,
      new: isNew,
    })),
    warnings,
    errors,
  });
}
