import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** The terminal, or pipe, that the command line writes to. */
export interface Terminal {
  /** The number of columns; absent if standard output is not a terminal, as in a pipe. Nothing is wrapped then. */
  readonly columns?: number;
  readonly progress: Progress;
  /** Prints what the user asked for, to standard output. */
  print(text: string): void;
  /**
   * Waits until what was printed has been passed on, so that a long output does not pile up in memory.
   *
   * @default - there is nothing to wait for
   */
  drained?(): Promise<void>;
  /** Prints messages beside it, to standard error. */
  warn(text: string): void;
  /**
   * Shows a line in place of the one before it; without a line, shows none.
   *
   * @default - standard error is not a terminal
   */
  status?(line: string | undefined): void;
  /**
   * Asks the user a question, and returns whether the answer is yes.
   *
   * @default - there is no one to ask, as in a pipeline
   */
  ask?(question: string): Promise<boolean>;
}

/** Shows what is going on during long work. */
export interface Progress {
  /** @param label the work that is being done; if it is part of other work, the label of that work is shown before it */
  during<T>(label: string, work: () => Promise<T>): Promise<T>;
}

/** Shows nothing. */
export const silentProgress: Progress = { during: (_label, work) => work() };

/** The assumed width of a terminal that does not report its own. */
const USUAL_COLUMNS = 80;

const REFRESH_MILLISECONDS = 250;

/** Nothing is shown for work that ends before a user could read about it. */
const QUIET_MILLISECONDS = 400;

/**
 * A line on a terminal that is rewritten as time passes. It shows the current work, after the work that it is part of, and the seconds
 * since the outermost work began.
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
        refresh(); // many short parts may keep the timer from running
        return await work();
      } finally {
        labels.pop();
      }
    },
  };
}

/** The terminal of this process. Progress is shown only if standard error is a terminal. */
export function processTerminal(): Terminal {
  return {
    columns: process.stdout.isTTY ? process.stdout.columns || USUAL_COLUMNS : undefined,
    print: text => void process.stdout.write(text),
    drained: async () => {
      if (process.stdout.writableNeedDrain) {
        await once(process.stdout, 'drain');
      }
    },
    warn: text => void process.stderr.write(text),
    status: process.stderr.isTTY
      ? (line = '') => void process.stderr.write(`\r\u001b[K${line.slice(0, (process.stderr.columns || USUAL_COLUMNS) - 1)}`) : undefined,
    progress: process.stderr.isTTY ? statusLine(process.stderr) : silentProgress,
    ask: process.stdin.isTTY && process.stderr.isTTY ? askOnTerminal : undefined,
  };
}

/** Asks on standard error, because standard output is for what the user wanted. Every answer but yes means no. */
async function askOnTerminal(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
  } finally {
    prompt.close();
  }
}
