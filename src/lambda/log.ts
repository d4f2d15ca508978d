import { redact } from './redact';

/** Everything that is ever logged about a request. The event, its properties and its ResponseURL are not logged. */
export interface LogRecord {
  /** What happened, in a few words. */
  readonly message: string;
  /** The id of the invocation, by which CloudWatch groups log lines. */
  readonly awsRequestId?: string;
  readonly requestType?: string;
  readonly resourceType?: string;
  readonly stackId?: string;
  readonly logicalResourceId?: string;
  /** The id of CloudFormation's request. */
  readonly requestId?: string;
  readonly physicalResourceId?: string;
  readonly serialNumber?: string;
  readonly status?: 'SUCCESS' | 'FAILED';
  readonly durationMs?: number;
  readonly errorName?: string;
  readonly errorMessage?: string;
}

const MAX_CHARACTERS = 2000;

/**
 * Writes one line of JSON to the function's log. It never fails, because Lambda repeats an invocation that fails, also if CloudFormation
 * already has its response.
 *
 * @param names the names that may be shown in full although they are long; see `redact`
 */
export function log(level: 'INFO' | 'WARN' | 'ERROR', record: LogRecord, names: readonly string[] = []): void {
  console.log(lineOf(level, record, names));
}

function lineOf(level: string, record: LogRecord, names: readonly string[]): string {
  try {
    const entries = Object.entries({ level, ...record }).filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'number' ? value : redact(String(value), names).slice(0, MAX_CHARACTERS)]);
    return JSON.stringify(Object.fromEntries(entries));
  } catch {
    return JSON.stringify({ level, message: 'what happened can\'t be shown' });
  }
}
