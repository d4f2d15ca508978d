/**
 * The time that a function with minutes to run reserves for the response. The attempts to send it can take longer; the end of the invocation
 * ends them.
 */
const ANSWER_MS = 20_000;

/** The time in which a request must be carried out. */
export interface Deadline {
  /** Aborts the work when only the time to respond is left. */
  readonly signal: AbortSignal;
  /** Resolves shortly afterwards, when the work has had a moment to end. */
  readonly passed: Promise<void>;
  /** Must be called at the end; otherwise a leftover timer would fire in the next invocation. */
  readonly clear: () => void;
}

/** @param remainingMs the time that the invocation has left, in milliseconds; a function with a short timeout reserves a quarter of it */
export function startDeadline(remainingMs: number): Deadline {
  const margin = Math.min(ANSWER_MS, remainingMs / 4);
  const controller = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const passed = new Promise<void>(resolve => {
    timers.push(setTimeout(() => controller.abort(), remainingMs - margin), setTimeout(resolve, remainingMs - margin * 0.9));
  });
  return { signal: controller.signal, passed, clear: () => timers.forEach(clearTimeout) };
}
