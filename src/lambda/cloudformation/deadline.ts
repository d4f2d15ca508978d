/** Kept back for the answer where the function has minutes: as long as the attempts to send it can take. */
const ANSWER_MS = 20_000;

/** The time in which a request must be carried out. */
export interface Deadline {
  /** Ends the work when only the time to answer is left. */
  readonly signal: AbortSignal;
  /** Resolves soon after, when the work had a moment to come to its end. */
  readonly passed: Promise<void>;
  /** Has to be called at the end: a timer that is left would fire in the next invocation. */
  readonly clear: () => void;
}

/** @param remainingMs what the invocation has left, milliseconds; a function with a short timeout keeps back a quarter of it */
export function startDeadline(remainingMs: number): Deadline {
  const margin = Math.min(ANSWER_MS, remainingMs / 4);
  const controller = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const passed = new Promise<void>(resolve => {
    timers.push(setTimeout(() => controller.abort(), remainingMs - margin), setTimeout(resolve, remainingMs - margin * 0.9));
  });
  return { signal: controller.signal, passed, clear: () => timers.forEach(clearTimeout) };
}
