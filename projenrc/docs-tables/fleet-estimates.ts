import { markdownTable } from './markdown-table';
import { describeDollars, describeSeconds, estimateFleet } from '../../src/contract/fleet-estimate';
import { FleetLoad } from '../../src/contract/fleet-quotas';

const DEVICES = [1_000, 100_000, 10_000_000];

const KINDS: readonly (readonly [name: string, load: FleetLoad])[] = [
  ['requests, CA with P-256', { caKeyAlgorithm: 'EC_P256' }],
  ['keys on P-256, CA with P-256', { keyAlgorithm: 'EC_P256', caKeyAlgorithm: 'EC_P256' }],
  ['keys of RSA_2048, CA with RSA_2048', { keyAlgorithm: 'RSA_2048', caKeyAlgorithm: 'RSA_2048' }],
  ['keys on P-256, CA with P-256 in KMS', { keyAlgorithm: 'EC_P256', caKeyAlgorithm: 'EC_P256', isCaInKms: true }],
];

/** What a first run takes, by the kind of keys and the number of devices. */
export function fleetEstimateTable(): string {
  return markdownTable(['Fleet', 'Devices', 'Batches', 'Workers', 'Time', 'Limited by', 'Cost', 'Kept, a month'], KINDS.flatMap(([name, load]) =>
    DEVICES.map(devices => {
      const { batches, maxConcurrency, seconds, limitedBy, totalDollars, monthlyDollars } = estimateFleet({ devices, ...load });
      return [
        name, devices.toLocaleString('en'), batches.toLocaleString('en'), String(maxConcurrency), describeSeconds(seconds), limitedBy, describeDollars(totalDollars),
        describeDollars(monthlyDollars),
      ];
    })));
}
