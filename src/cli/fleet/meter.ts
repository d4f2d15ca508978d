import { Terminal } from '../terminal';

/** How often a line is written where no terminal is, in milliseconds. */
const LINE_EVERY = 5_000;

/** How often the line on a terminal is written anew, in milliseconds. */
const REFRESH_EVERY = 100;

const BAR_WIDTH = 24;

/** Shows how far long work is: a bar with rate and time left on a terminal, a line every few seconds elsewhere. */
export class Meter {
  private readonly begin = performance.now();
  private shownAt: number;
  private first?: { readonly done: number; readonly at: number };

  /**
   * @param what the things that are counted
   * @param total their number; absent if it is not known
   */
  constructor(private readonly what: string, private readonly total: number | undefined, private readonly terminal: Terminal) {
    this.shownAt = terminal.status ? -Infinity : this.begin;
  }

  /** @param done how many are done */
  public show(done: number): void {
    const now = performance.now();
    this.first ??= { done, at: now };
    const { status, warn } = this.terminal;
    if (now - this.shownAt >= (status ? REFRESH_EVERY : LINE_EVERY)) {
      this.shownAt = now;
      const text = describe(done, this.total, this.what, 1000 * (done - this.first.done) / (now - this.first.at));
      if (status) {
        status(text);
      } else {
        warn(`${text.replace(/^\[.*?\] /, '')}\n`);
      }
    }
  }

  public end(): void {
    this.terminal.status?.(undefined);
  }
}

/** @param rate how many a second; not finite at the beginning */
export function describe(done: number, total: number | undefined, what: string, rate: number): string {
  const speed = Number.isFinite(rate) && rate > 0 ? `, ${thousands(Math.round(rate))}/s` : '';
  if (total === undefined) {
    return `${thousands(done)} ${what}${speed}`;
  }
  const share = total === 0 ? 1 : done / total;
  const left = speed === '' || done === total ? '' : `, ${duration((total - done) / rate)} left`;
  const bar = '█'.repeat(Math.floor(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░');
  return `[${bar}] ${Math.floor(share * 100)}% of ${thousands(total)} ${what}${speed}${left}`;
}

function thousands(number: number): string {
  return number.toLocaleString('en-US');
}

/** @param seconds at least 0 */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
