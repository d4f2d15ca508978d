/** Where the command line says things. */
export interface Terminal {
  readonly progress: Progress;
  /** What was asked for; standard output. */
  print(text: string): void;
  /** What is said beside it; standard error. */
  warn(text: string): void;
}

/** Says what is going on while something takes long. */
export interface Progress {
  during<T>(label: string, work: () => Promise<T>): Promise<T>;
}

/** Says nothing. */
export const silentProgress: Progress = { during: (_label, work) => work() };

const REFRESH_MILLISECONDS = 250;

/** Nothing is shown for work that is done before anybody could read it. */
const QUIET_MILLISECONDS = 400;

/** One line on a terminal that is rewritten as time goes by: the label and the seconds since. */
export function statusLine(stream: { readonly columns?: number; write(text: string): unknown }): Progress {
  return {
    async during(label, work) {
      const begin = performance.now();
      let shown = false;
      const timer = setInterval(() => {
        const elapsed = performance.now() - begin;
        if (elapsed >= QUIET_MILLISECONDS) {
          const line = `${label} … ${Math.floor(elapsed / 1000)} s`;
          stream.write(`\r\u001b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
          shown = true;
        }
      }, REFRESH_MILLISECONDS);
      try {
        return await work();
      } finally {
        clearInterval(timer);
        if (shown) {
          stream.write('\r\u001b[K');
        }
      }
    },
  };
}

/** The terminal of this process; progress is shown only where somebody looks. */
export function processTerminal(): Terminal {
  return {
    print: text => void process.stdout.write(text),
    warn: text => void process.stderr.write(text),
    progress: process.stderr.isTTY ? statusLine(process.stderr) : silentProgress,
  };
}
