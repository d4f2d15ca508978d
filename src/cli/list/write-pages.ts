import { Terminal } from '../terminal';

/** A form in which a long list is written page by page. */
export interface Form<T, K extends string> {
  /** What comes before the first page, or before the end if there is none. */
  readonly begin: string;
  page(elements: readonly T[], isFirst: boolean): string;
  /** @param counts how many elements there were, by their kinds */
  end(counts: ReadonlyMap<K, number>): string;
}

/** How many elements are written at a time. A table has its columns to itself, so a screen should not have too many. */
const PAGE_SIZE = 1_000;

/**
 * Writes a list. Nothing is printed before the first page is there, so that a source that can't be read leaves no beginning of a document
 * behind; and never are more elements in memory than a page of them.
 *
 * @param kindOf the kind by which an element is counted
 * @returns how many elements there were
 */
export async function writePages<T, K extends string>(
  elements: AsyncIterable<T>, kindOf: (element: T) => K, form: Form<T, K>, terminal: Terminal,
): Promise<number> {
  const counts = new Map<K, number>();
  let total = 0;
  let page: T[] = [];
  let isFirst = true;
  const writePage = async (): Promise<void> => {
    terminal.print(`${isFirst ? form.begin : ''}${form.page(page, isFirst)}`);
    await terminal.drained?.();
    [page, isFirst] = [[], false];
  };
  for await (const element of elements) {
    total++;
    counts.set(kindOf(element), (counts.get(kindOf(element)) ?? 0) + 1);
    if (page.push(element) === PAGE_SIZE) {
      await writePage();
    }
  }
  if (page.length > 0) {
    await writePage();
  }
  terminal.print(`${isFirst ? form.begin : ''}${form.end(counts)}`);
  return total;
}
