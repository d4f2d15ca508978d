/** The objects of a fleet's runs. Each write replaces what an earlier attempt has written under the same name. */
export interface FleetFiles {
  write(name: string, content: string | Buffer, contentType: string): Promise<void>;
  /** The content of an object, or `undefined`. */
  read(name: string): Promise<Buffer | undefined>;
  /** The names of the objects in a folder, which ends with a slash. */
  list(folder: string): AsyncIterable<string>;
}

export const JSON_TYPE = 'application/json';
export const JSON_LINES_TYPE = 'application/jsonl';
export const CSV_TYPE = 'text/csv';
export const PEM_TYPE = 'application/x-pem-file';

export function jsonLines(values: readonly object[]): string {
  return values.map(value => `${JSON.stringify(value)}\n`).join('');
}

/** The values of JSON Lines that this library has written. */
export function valuesOf<T>(content: Buffer): T[] {
  return content.toString().split('\n').filter(line => line !== '').map(line => JSON.parse(line) as T);
}

/** Does something for each of many, some of them at once. */
export async function forEachOf<T>(all: AsyncIterable<T> | Iterable<T>, atOnce: number, work: (each: T) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  let failed: { readonly error: unknown } | undefined;
  for await (const each of all) {
    if (failed) {
      break;
    }
    const task: Promise<void> = work(each).catch(error => {
      failed ??= { error };
    }).finally(() => running.delete(task));
    running.add(task);
    if (running.size >= atOnce) {
      await Promise.race(running);
    }
  }
  await Promise.all(running);
  if (failed) {
    throw failed.error;
  }
}
