import { createContext, runInContext } from 'node:vm';

/** The time limit of a match. A pattern that a person wrote for a value of at most 4,096 bytes takes far less time. */
export const MAX_MATCH_MILLISECONDS = 1000;

/** The result of a match: whether the texts match, that the match takes too long, or that the pattern is not valid. */
export type MatchOutcome = boolean | 'takes too long' | 'no pattern';

/**
 * Matches whole texts against a pattern from a template. Some patterns, such as `(a+)+`, take years for some texts, so a match that
 * takes longer than a second is aborted.
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
