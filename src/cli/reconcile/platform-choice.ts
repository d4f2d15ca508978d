import { quote } from '../../contract/rules';
import type { AzureAccess } from '../../platforms/azure/inventory/azure-reading';
import { PlatformInventory } from '../../platforms/inventory/platform-inventory';
import { PlatformId } from '../../platforms/registry';
import { CliError } from '../cli-error';
import { FoundCa } from '../list/listed-certificate';

/** The options that choose a platform, as the user typed them. */
export interface PlatformOptions {
  readonly platform: string;
  /** The Region of AWS IoT Core. */
  readonly region?: string;
  /** The resource ID of an Azure service. */
  readonly service?: string;
  /** The Azure cloud. */
  readonly cloud?: string;
  /** The secret with a service principal. */
  readonly credentials?: string;
}

/** The CAs of the ledgers that are compared with a platform. */
export interface ComparedCas {
  readonly cas: readonly FoundCa[];
  /** Whether these are all CAs that the platform should know. */
  readonly areAllCas: boolean;
}

/** The world outside, which tests replace. */
export interface PlatformReach {
  /** PEM of the CAs to trust; absent for those of Node.js. */
  readonly trustedCas?: string;
  /** The pause between two calls; milliseconds. */
  readonly pace?: number;
  /** The endpoints of a server that a test runs instead of Azure. */
  readonly azureEndpoints?: AzureAccess['endpoints'];
}

/** Signs in to a platform and reads what it keeps about certificates. */
export type ReadPlatform = (options: PlatformOptions, compared: ComparedCas, reach: PlatformReach) => Promise<PlatformInventory>;

/** The platforms whose certificates or devices can be listed, each with the options that are its own. */
const OWN_OPTIONS = {
  'aws-iot-core': ['region'],
  'azure-iot-hub': ['service', 'cloud', 'credentials'],
  'azure-dps': ['service', 'cloud', 'credentials'],
} as const satisfies { readonly [P in PlatformId]?: readonly (keyof PlatformOptions)[] };

/** A platform whose certificates or devices can be listed. */
export type ReconciledPlatform = keyof typeof OWN_OPTIONS;

export const RECONCILED_PLATFORMS = Object.keys(OWN_OPTIONS) as ReconciledPlatform[];

/**
 * Checks which platform the options choose.
 *
 * @throws CliError if the platform can't be compared, or if an option is that of another platform
 */
export function reconciledPlatform(options: PlatformOptions): ReconciledPlatform {
  const platform = RECONCILED_PLATFORMS.find(each => each === options.platform);
  if (!platform) {
    throw new CliError(`--platform must be one of ${RECONCILED_PLATFORMS.join(', ')}, got ${quote(options.platform)}`);
  }
  const own: readonly (keyof PlatformOptions)[] = OWN_OPTIONS[platform];
  const foreign = Object.values(OWN_OPTIONS).flat().find(name => options[name] !== undefined && !own.includes(name));
  if (foreign !== undefined) {
    throw new CliError(`--${foreign} must be left out with --platform ${platform}, which takes ${own.map(name => `--${name}`).join(', ')}`);
  }
  return platform;
}
