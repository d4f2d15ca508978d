import { BatchCounts, countsOf, Execution, isRunning, summaryOf } from './executions';
import { printable } from '../cli-error';
import { count } from '../table';

/** A run in AWS for people. */
export function describeExecution(execution: Execution, batches: BatchCounts | undefined): string {
  const { name, status, startedAt, cause } = execution;
  const summary = summaryOf(execution);
  const begin = `run ${printable(name)}, begun ${startedAt.toISOString()}: `;
  if (isRunning(execution)) {
    return `${begin}running${batches ? `, ${batches.succeeded + batches.failed} of ${batches.total} batches${batches.failed > 0 ? `, ${batches.failed} failed` : ''}` : ''}\n`;
  }
  if (!summary) {
    return `${begin}${status.toLowerCase()}${cause === undefined ? '' : `: ${printable(cause)}`}\n`;
  }
  const parts = Object.entries(countsOf(summary)).filter(([, number]) => number > 0).map(([outcome, number]) => `${number.toLocaleString('en-US')} ${outcome}`);
  return `${begin}${count(summary.rows, 'row')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}\n`
    + `${summary.overtakenBy ? `overtaken by the run ${printable(summary.overtakenBy)}, which issues for ${count(summary.failedPieces, 'piece')} that this one has left\n`
      : summary.failedPieces > 0 ? `${count(summary.failedPieces, 'piece')} failed, one because: ${printable(summary.failure)}; run the fleet again\n` : ''}`
    + `results: in the bucket of the fleet, below runs/${printable(name)}/\n`;
}

/** A run in AWS for programs. The schema describes it to users: keep both in step. */
export function executionDocument(execution: Execution, batches: BatchCounts | undefined): object {
  const { name: run, status, startedAt, endedAt, cause } = execution;
  const summary = summaryOf(execution);
  return {
    run,
    status,
    startedAt: startedAt.toISOString(),
    ...endedAt && { endedAt: endedAt.toISOString() },
    ...batches && { batches },
    ...summary && { rows: summary.rows, failedPieces: summary.failedPieces, counts: countsOf(summary) },
    ...summary?.overtakenBy && { overtakenBy: summary.overtakenBy },
    ...cause !== undefined && { cause },
  };
}
