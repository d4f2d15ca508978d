import { createContext, runInContext } from 'node:vm';

/** A pattern that a person has written for a value of at most 4,096 bytes is done with it in far less. */
export const MAX_MATCH_MILLISECONDS = 1000;

/** What comes of a match: whether there is one; that there is no telling in time; or that the pattern is none. */
export type MatchOutcome = boolean | 'takes too long' | 'no pattern';

/**
 * Matches whole texts against a pattern that a template holds. Some patterns, such as `(a+)+`, take years for some texts: a match
 * that takes longer than a second is given up.
 *
 * @returns whether all of them match
 */
export function matchWhole(pattern: string, texts: readonly string[]): MatchOutcome {
  const context = createContext({ pattern, texts: JSON.stringify(texts) });
  try {
    return Boolean(runInContext('const whole = new RegExp(`^(?:${pattern})$`); JSON.parse(texts).every(text => whole.test(text))', context, {
      timeout: MAX_MATCH_MILLISECONDS,
    }));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'takes too long' : 'no pattern';
  }
}
