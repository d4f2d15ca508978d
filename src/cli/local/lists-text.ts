import { WrittenList } from './revocation-lists';
import { formatTime } from '../../contract/term';
import { printable } from '../cli-error';
import { paragraph } from '../table';

/** The lists that were made, for people. */
export function listsText(lists: readonly WrittenList[], columns: number | undefined): string {
  return lists.map(({ ca, file, list }) => list
    ? paragraph(`revocation list of ${printable(ca)}: ${file} (number ${list.number}, until ${formatTime(list.nextUpdate)})`, { columns }) : '').join('');
}

/** What is said about the lists that could not be made. */
export function listRemarks(lists: readonly WrittenList[]): string[] {
  return lists.flatMap(({ ca, failure }) => failure === undefined ? [] : [`note: the revocation list of ${printable(ca)} could not be made: ${failure}\n`]);
}

/** The lists in the document. The schema describes them to users: keep both in step. */
export function listsDocument(lists: readonly WrittenList[]): object[] {
  return lists.map(({ ca, file, list, failure }) => ({
    ca, file, number: list && String(list.number), nextUpdate: list && formatTime(list.nextUpdate), error: failure,
  }));
}
