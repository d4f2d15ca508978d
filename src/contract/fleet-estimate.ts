import { ceilingOf, defaultBatchSize, defaultConcurrency, FLEET_QUOTAS, FleetLoad, millisecondsPerDevice, PER_DEVICE } from './fleet-quotas';

/** What is to be estimated. */
export interface EstimatedFleet extends FleetLoad {
  readonly devices: number;
  /** By default, what the constructs derive from the quotas. */
  readonly batchSize?: number;
  readonly maxConcurrency?: number;
}

/** What a first run takes, in which every device gets a certificate. */
export interface FleetEstimate {
  readonly devices: number;
  readonly batchSize: number;
  readonly maxConcurrency: number;
  readonly batches: number;
  readonly seconds: number;
  /** What the speed depends on. */
  readonly limitedBy: 'workers' | 'DynamoDB' | 'KMS';
  /** US dollars in us-east-1. */
  readonly dollars: { readonly [S in Service]: number };
  readonly totalDollars: number;
  /** US dollars a month for what is kept. */
  readonly monthlyDollars: number;
}

type Service = 'lambda' | 'dynamoDb' | 'stepFunctions' | 's3' | 'kms';

/** Prices of us-east-1 in US dollars, with the pages that have them. */
const PRICES = {
  /** A GB-second on ARM, and an invocation. https://aws.amazon.com/lambda/pricing/ */
  lambdaGbSecond: 0.0000133334,
  lambdaInvocation: 0.2e-6,
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  ledgerGbMonth: 0.25,
  /** https://aws.amazon.com/step-functions/pricing/ */
  transition: 25e-6,
  /** https://aws.amazon.com/s3/pricing/ */
  put: 5e-6,
  get: 0.4e-6,
  bucketGbMonth: 0.023,
  /** https://aws.amazon.com/kms/pricing/: RSA_2048, and all other asymmetric keys. */
  signatureRsa2048: 3e-6,
  signature: 15e-6,
};

const WORKER_GB = 1_769 / 1_024;
const GB = 1e9;

/** The objects that a worker writes for a batch, and what it reads. */
const PUTS = 11;
const GETS = 3;

/** The transitions of a child execution, and of all others. https://docs.aws.amazon.com/step-functions/latest/dg/sm-pricing.html */
const TRANSITIONS = 2;
const OTHER_TRANSITIONS = 5;

/** Rows that the planner reads, compares and writes in a second; it runs alone. */
const PLANNED_PER_SECOND = 20_000;

/** The time that starting and ending takes, in seconds: cold starts, and the steps of Step Functions. */
const AROUND = 15;

/** Estimates what a first run takes. It is an order of magnitude: the rates of a core and the prices of Regions differ. */
export function estimateFleet({ devices, batchSize: size, maxConcurrency: most, ...load }: EstimatedFleet): FleetEstimate {
  const batchSize = size ?? defaultBatchSize(load);
  const maxConcurrency = most ?? defaultConcurrency(load);
  const batches = Math.ceil(devices / batchSize);
  const workers = Math.min(maxConcurrency, batches, FLEET_QUOTAS.mapConcurrency);
  const work = devices * millisecondsPerDevice(load) / 1_000;
  const ceiling = ceilingOf(load);
  const [byWorkers, byCeiling] = [work / workers, devices / ceiling.perSecond];
  const seconds = Math.ceil(AROUND + devices / PLANNED_PER_SECOND + Math.max(byWorkers, byCeiling));
  const waiting = Math.max(1, byCeiling / byWorkers); // a worker that is throttled is paid for, too
  const dollars = {
    lambda: work * waiting * WORKER_GB * PRICES.lambdaGbSecond + batches * PRICES.lambdaInvocation,
    dynamoDb: devices * (PER_DEVICE.writeUnits * PRICES.writeUnit + PER_DEVICE.readUnits * PRICES.readUnit),
    stepFunctions: (batches * TRANSITIONS + OTHER_TRANSITIONS) * PRICES.transition,
    s3: batches * (PUTS * PRICES.put + GETS * PRICES.get),
    kms: load.isCaInKms ? devices * (load.caKeyAlgorithm === 'RSA_2048' ? PRICES.signatureRsa2048 : PRICES.signature) : 0,
  };
  return {
    devices,
    batchSize,
    maxConcurrency,
    batches,
    seconds,
    limitedBy: byWorkers > byCeiling ? 'workers' : ceiling.limitedBy,
    dollars,
    totalDollars: Object.values(dollars).reduce((sum, each) => sum + each, 0),
    monthlyDollars: devices * (PER_DEVICE.ledgerOctets * PRICES.ledgerGbMonth + PER_DEVICE.resultOctets * PRICES.bucketGbMonth) / GB,
  };
}

/** An estimate in one line. */
export function describeEstimate({ devices, seconds, totalDollars, monthlyDollars, batches, maxConcurrency, limitedBy }: FleetEstimate): string {
  return `${devices.toLocaleString('en')} devices in ${batches === 1 ? 'one batch' : `${batches.toLocaleString('en')} batches`}, ${maxConcurrency} at a time: about ${describeSeconds(seconds)}, `
    + `limited by ${limitedBy === 'workers' ? 'the number of workers' : limitedBy}, for ${about(totalDollars)}, and ${about(monthlyDollars)} a month for what is kept`;
}

function about(dollars: number): string {
  const text = describeDollars(dollars);
  return text.startsWith('less') ? text : `about ${text}`;
}

export function describeSeconds(seconds: number): string {
  return seconds < 90 ? `${seconds} seconds` : seconds < 5_400 ? `${Math.round(seconds / 60)} minutes` : `${(seconds / 3_600).toFixed(1)} hours`;
}

export function describeDollars(dollars: number): string {
  return dollars < 0.01 ? 'less than $0.01' : dollars < 100 ? `$${dollars.toFixed(2)}` : `$${Math.round(dollars).toLocaleString('en')}`;
}
