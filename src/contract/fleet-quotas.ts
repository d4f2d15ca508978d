import { KEY_ALGORITHMS, KeyAlgorithmName } from './key-algorithms';

/**
 * What limits a fleet in AWS. Quotas are the defaults of an account in a Region; Service Quotas shows its own ones.
 */
export const FLEET_QUOTAS = {
  /**
   * Write units a second of a new on-demand table, which doubles what it had before once it is used more.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
   */
  tableWriteUnits: 4_000,
  /** Concurrent invocations of an account. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  lambdaConcurrency: 1_000,
  /** Seconds that an invocation may take. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  lambdaSeconds: 900,
  /**
   * Signatures a second with all keys of this family in KMS together.
   * https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
   */
  kmsSignatures: { RSA: 500, EC: 300, ED25519: 300 },
  /** Concurrent child executions of a distributed map. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
  mapConcurrency: 10_000,
  /** Bytes of the environment of a function. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  environmentBytes: 4_096,
} as const;

/** What one certificate of a fleet takes. */
export const PER_DEVICE = {
  /**
   * Write units: a transaction counts twice (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html) the certificate with up to 2 kB,
   * its name and the pointer, and the index of ends has one more.
   */
  writeUnits: 9,
  /** Read units: the pointer, and at a later run the certificate and its revocation. */
  readUnits: 1,
  /** Octets that the ledger keeps, with the index. */
  ledgerOctets: 3_000,
  /** Octets in the bucket: the row, the certificate in three files, the encrypted key. */
  resultOctets: 6_000,
  /** Milliseconds of waiting for the ledger, and of everything that is no cryptography. */
  milliseconds: 1.5,
} as const;

/**
 * Milliseconds of one core: to make a key pair and to sign. Measured with Node.js 24 on one core of a server; a function with 1,769 MB has one, too.
 * Finding the primes of RSA keys varies.
 */
export const MILLISECONDS: { readonly [K in KeyAlgorithmName]: { readonly generate: number; readonly sign: number } } = {
  RSA_2048: { generate: 200, sign: 0.7 },
  RSA_3072: { generate: 400, sign: 1.9 },
  RSA_4096: { generate: 1_200, sign: 4.1 },
  EC_P256: { generate: 0.3, sign: 0.1 },
  EC_P384: { generate: 1, sign: 0.8 },
  EC_P521: { generate: 2.1, sign: 1.8 },
  ED25519: { generate: 0.2, sign: 0.1 },
};

/** What decides on the speed of a fleet. */
export interface FleetLoad {
  /** The algorithm of the keys that are made; absent if devices send requests. */
  readonly keyAlgorithm?: KeyAlgorithmName;
  /** The algorithm of the key of the CA; RSA_2048 if it is not known. */
  readonly caKeyAlgorithm?: KeyAlgorithmName;
  /** Whether the key of the CA is in KMS. */
  readonly isCaInKms?: boolean;
}

/** The milliseconds that one worker takes for a device. */
export function millisecondsPerDevice({ keyAlgorithm, caKeyAlgorithm = 'RSA_2048', isCaInKms = false }: FleetLoad): number {
  const own = keyAlgorithm ? MILLISECONDS[keyAlgorithm].generate : 0.5; // a request is parsed and verified
  return own + (isCaInKms ? KMS_ROUND_TRIP : MILLISECONDS[caKeyAlgorithm].sign) + PER_DEVICE.milliseconds;
}

/** Milliseconds that a signature of KMS takes, since a worker waits for one before it asks for the next. */
const KMS_ROUND_TRIP = 10;

/** Devices a second that no number of workers can exceed, and what limits them. */
export function ceilingOf({ caKeyAlgorithm = 'RSA_2048', isCaInKms = false }: FleetLoad): { readonly perSecond: number; readonly limitedBy: 'KMS' | 'DynamoDB' } {
  const written = FLEET_QUOTAS.tableWriteUnits / PER_DEVICE.writeUnits;
  const signed = isCaInKms ? FLEET_QUOTAS.kmsSignatures[KEY_ALGORITHMS[caKeyAlgorithm].family] : Infinity;
  return signed < written ? { perSecond: signed, limitedBy: 'KMS' } : { perSecond: written, limitedBy: 'DynamoDB' };
}

/** The batch sizes that can be declared. */
export const BATCH_SIZES = { min: 1, max: 1_000 } as const;

/** The share of the longest time of an invocation that a batch takes, so that a slow one still ends. */
const SHARE_OF_TIME = 0.1;

/** The share of the account's concurrency that a fleet takes. */
const SHARE_OF_CONCURRENCY = 0.1;

/** How many devices a worker issues for at once: as many as it makes in a tenth of its time. */
export function defaultBatchSize(load: FleetLoad): number {
  const fitting = Math.floor(FLEET_QUOTAS.lambdaSeconds * 1_000 * SHARE_OF_TIME / millisecondsPerDevice(load));
  return Math.max(BATCH_SIZES.min, Math.min(fitting, BATCH_SIZES.max / 2));
}

/** The most devices for which a worker issues within half of its time: finding the primes of RSA keys varies. */
export function largestBatchSize(load: FleetLoad): number {
  const fitting = Math.floor(FLEET_QUOTAS.lambdaSeconds * 1_000 / 2 / millisecondsPerDevice(load));
  return Math.max(BATCH_SIZES.min, Math.min(fitting, BATCH_SIZES.max));
}

/** A ledger that is written to more than before grows, so some more workers than a new one bears are worth while. */
const FEWEST_WORKERS = 10;

/** How many workers run at once: as many as reach the ceiling, at least 10, and at most a tenth of the concurrency of the account. */
export function defaultConcurrency(load: FleetLoad): number {
  const needed = Math.ceil(ceilingOf(load).perSecond * millisecondsPerDevice(load) / 1_000);
  return Math.min(Math.max(needed, FEWEST_WORKERS), FLEET_QUOTAS.lambdaConcurrency * SHARE_OF_CONCURRENCY);
}
