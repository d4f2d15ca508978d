/** How many bytes are fetched at once. */
const BLOCK = 4096;

/**
 * A source of random bytes that fetches them in blocks, because the operating system takes as long for a few bytes as for thousands. Make one
 * for each batch: two copies of a process that is resumed from a snapshot would draw the same bytes from a block that lives on.
 *
 * @param random returns the given number of cryptographically secure random bytes
 */
export function inBlocks(random: (bytes: number) => Buffer): (bytes: number) => Buffer {
  let block: Buffer = Buffer.alloc(0);
  let used = 0;
  return bytes => {
    if (bytes > BLOCK) {
      return random(bytes);
    }
    if (block.length - used < bytes) {
      [block, used] = [random(BLOCK), 0];
    }
    used += bytes;
    return block.subarray(used - bytes, used);
  };
}
