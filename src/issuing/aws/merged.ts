/**
 * Merges sorted sequences into one, reading each on demand. All of them are asked for their first value at once.
 *
 * @param isBefore whether a value comes before another one
 */
export async function* merged<T>(sequences: readonly AsyncIterable<T>[], isBefore: (one: T, other: T) => boolean): AsyncIterable<T> {
  const iterators = sequences.map(sequence => sequence[Symbol.asyncIterator]());
  const heads = await Promise.all(iterators.map(iterator => iterator.next()));
  for (;;) {
    let first: number | undefined;
    heads.forEach((head, index) => {
      if (!head.done && (first === undefined || isBefore(head.value, heads[first].value as T))) {
        first = index;
      }
    });
    if (first === undefined) {
      return;
    }
    yield heads[first].value as T;
    heads[first] = await iterators[first].next();
  }
}
