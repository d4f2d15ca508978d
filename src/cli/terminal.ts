/** Where the command line says things. */
export interface Terminal {
  /** How many columns it has; absent where nobody looks, as in a pipe: nothing is broken into lines there. */
  readonly columns?: number;
  readonly progress: Progress;
  /** What was asked for; standard output. */
  print(text: string): void;
  /** What is said beside it; standard error. */
  warn(text: string): void;
}

/** Says what is going on while something takes long. */
export interface Progress {
  /** @param label what is done; within another one, what that is a part of is said before it */
  during<T>(label: string, work: () => Promise<T>): Promise<T>;
}

/** Says nothing. */
export const silentProgress: Progress = { during: (_label, work) => work() };

/** The width of a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

const REFRESH_MILLISECONDS = 250;

/** Nothing is shown for work that is done before anybody could read it. */
const QUIET_MILLISECONDS = 400;

/**
 * One line on a terminal that is rewritten as time goes by: what is going on, what that is a part of before it, and the
 * seconds since the whole began.
 */
export function statusLine(stream: { readonly columns?: number; write(text: string): unknown }): Progress {
  const labels: string[] = [];
  let begin = 0;
  let lastRefresh = 0;
  let shown = false;
  const refresh = (): void => {
    const now = performance.now();
    if (now - begin >= QUIET_MILLISECONDS && now - lastRefresh >= REFRESH_MILLISECONDS) {
      const line = `${labels.join(': ')} … ${Math.floor((now - begin) / 1000)} s`;
      stream.write(`\r\u001b[K${line.slice(0, (stream.columns || USUAL_COLUMNS) - 1)}`);
      lastRefresh = now;
      shown = true;
    }
  };
  const whole = async <T>(work: () => Promise<T>): Promise<T> => {
    begin = performance.now();
    const timer = setInterval(refresh, REFRESH_MILLISECONDS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      if (shown) {
        stream.write('\r\u001b[K');
        shown = false;
      }
    }
  };
  return {
    async during(label, work) {
      labels.push(label);
      try {
        if (labels.length === 1) {
          return await whole(work);
        }
        refresh(); // many short parts may leave the timer no turn
        return await work();
      } finally {
        labels.pop();
      }
    },
  };
}

/** The terminal of this process; progress is shown only where somebody looks. */
export function processTerminal(): Terminal {
  return {
    columns: process.stdout.isTTY ? process.stdout.columns || USUAL_COLUMNS : undefined,
    print: text => void process.stdout.write(text),
    warn: text => void process.stderr.write(text),
    progress: process.stderr.isTTY ? statusLine(process.stderr) : silentProgress,
  };
}
