import { RawProperties } from '../../resource/property-values';

/** The properties of a fleet that are not those of its certificates. */
const OF_FLEET: readonly string[] = ['RenewBeforeDays', 'Manifest', 'ManifestFormat', 'RunOnDeploy'];

/** The properties that all certificates of a fleet share, and the recipient of their keys. */
export function fleetTemplate(properties: RawProperties): RawProperties {
  return Object.fromEntries(Object.entries(properties).filter(([property]) => !OF_FLEET.includes(property)));
}
