import { BATCH_SIZES, FLEET_QUOTAS, FleetLoad, largestBatchSize } from './fleet-quotas';
import { Complaint, quote } from './rules';

/** How a fleet is cut into batches. */
export interface Batching {
  readonly batchSize: number;
  readonly maxConcurrency: number;
  readonly toleratedFailurePercentage: number;
}

/** Checks how a fleet is cut into batches: a worker must be able to issue for a batch before its time is up. */
export function checkBatching({ batchSize, maxConcurrency, toleratedFailurePercentage }: Batching, load: FleetLoad): Complaint {
  return checkNumber('batchSize', batchSize, BATCH_SIZES.min, BATCH_SIZES.max)
    ?? checkNumber('batchSize', batchSize, BATCH_SIZES.min, largestBatchSize(load), `small enough for the time of a worker with keys of ${load.keyAlgorithm ?? 'the devices'},`)
    ?? checkNumber('maxConcurrency', maxConcurrency, 1, FLEET_QUOTAS.mapConcurrency)
    ?? checkNumber('toleratedFailurePercentage', toleratedFailurePercentage, 0, 100);
}

/** Checks when a run replaces a certificate: before its end, and not from the beginning. */
export function checkRenewBefore(days: number | undefined, validityDays: number | undefined): Complaint {
  return days === undefined ? undefined
    : checkNumber('renewBefore', days, 1, (validityDays ?? Infinity) - 1, 'whole days, less than validity,');
}

function checkNumber(property: string, value: number, min: number, max: number, what = 'a whole number'): Complaint {
  return Number.isInteger(value) && value >= min && value <= max ? undefined
    : `${property} must be ${what} from ${min} to ${max === Infinity ? 'any number' : max}, got ${quote(value)}`;
}
