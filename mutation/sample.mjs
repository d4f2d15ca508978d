import { createHash } from 'node:crypto';

/**
 * A checker of Stryker that passes over all mutants but a random sample, so that a portion ends in time on a slow machine. The share and the
 * seed are environment variables: `SAMPLE`, from 0 to 1, and `SEED`. The report counts the others as compile errors, which the score leaves out.
 */
const { SAMPLE = '1', SEED = '1' } = process.env;

/** A number from 0 to 1 that is always the same for the same mutant and seed. */
function numberOf({ fileName, location, mutatorName, replacement }) {
  const mutant = [SEED, fileName.replace(/^.*?[/\\]src[/\\]/, ''), location, mutatorName, replacement];
  return createHash('sha256').update(JSON.stringify(mutant)).digest().readUInt32BE() / 2 ** 32;
}

const NOT_SAMPLED = { status: 'compileError', reason: `not in the sample of ${SAMPLE} with the seed ${SEED}` };

const checkOf = mutant => numberOf(mutant) < Number(SAMPLE) ? { status: 'passed' } : NOT_SAMPLED;

export const strykerPlugins = [{
  kind: 'Checker',
  name: 'sample',
  factory: () => ({
    init: async () => {},
    check: async mutants => Object.fromEntries(mutants.map(mutant => [mutant.id, checkOf(mutant)])),
    group: async mutants => [mutants.map(({ id }) => id)],
  }),
}];
