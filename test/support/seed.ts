import { randomInt } from 'node:crypto';

/**
 * The seed of a random test, which this prints. It is 1 where changes are tested, so that a test fails because of the change and not by chance; the
 * tasks of the night draw it (`RANDOM_SEEDS`).
 *
 * @param name an environment variable that sets it, to repeat a run
 */
export function seedOf(name: string): number {
  const seed = Number(process.env[name] ?? (process.env.RANDOM_SEEDS === 'true' ? randomInt(2 ** 31) : 1));
  if (!Number.isSafeInteger(seed)) {
    throw new Error(`${name} must be a whole number, got ${JSON.stringify(process.env[name])}`);
  }
  process.stdout.write(`${name}=${seed}\n`);
  return seed;
}
