import { fleetTemplate } from './fleet-template';
import { fileNameOf } from './run-folder';
import { checkRenewBefore } from '../../contract/fleet-checks';
import { JsonMap } from '../../contract/json-map';
import { CA_RESOURCE_TYPES, ResourceType } from '../../contract/resource-types';
import { checkValidityDays, quote } from '../../contract/rules';
import { Fleet } from '../../issuing/fleet/issue-devices';
import { checkRecipient } from '../../pki/recipient-key';
import { identityIn } from '../../resource/physical-id';
import { wholeNumber } from '../../resource/property-values';
import { CliError } from '../cli-error';
import { listed } from '../export/output-names';
import { ownId } from '../local/nested-ids';
import { ResourceState, State } from '../local/state';
import { readBytes } from '../read-file';

/** The options that choose a fleet, as the user typed them. */
export interface FleetChoice {
  readonly fleet?: string;
  readonly ca?: string;
  readonly name?: string;
  readonly validityDays?: string;
  readonly renewBeforeDays?: string;
  /** The file with the key of the recipient. */
  readonly recipient?: string;
}

/** A fleet of a local deployment. */
export interface LocalFleet {
  /** Its stack, and its path in the stack or its name. */
  readonly name: string;
  /** Its name in file names. */
  readonly fileName: string;
  readonly fleet: Fleet;
  readonly ledgerTable: string;
  /** Where the manifest is, as the template declares it. */
  readonly manifest?: unknown;
  readonly manifestFormat?: string;
}

/** A resource of the state. */
interface Found {
  readonly stack: string;
  readonly stackId: string;
  readonly logicalId: string;
  readonly resource: ResourceState;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/**
 * The fleet that the command is about: a declared one, or one that only the command line describes.
 *
 * @throws CliError that says which fleets there are
 */
export function chosenFleet(choice: FleetChoice, state: State): LocalFleet {
  return choice.ca === undefined ? declaredFleet(choice, state) : fleetOnCommandLine(choice as FleetChoice & { readonly ca: string }, state);
}

function declaredFleet({ fleet, name, validityDays, renewBeforeDays, recipient }: FleetChoice, state: State): LocalFleet {
  const ofOthers = { '--name': name, '--validity-days': validityDays, '--renew-before-days': renewBeforeDays, '--recipient': recipient };
  const extra = Object.entries(ofOthers).find(([, value]) => value !== undefined);
  if (extra) {
    throw new CliError(`${extra[0]} must be left out without --ca, because a fleet that an app declares has it in its declaration`);
  }
  const all = found(state, type => type === ResourceType.DEVICE_CERTIFICATE_FLEET);
  const meant = fleet === undefined ? all : all.filter(each => namesOf(each).includes(fleet));
  if (meant.length !== 1) {
    throw new CliError(all.length === 0 ? 'the deployment must have a fleet, got none; deploy one with `private-iot-ca local`, or describe one with --ca, --name and --validity-days'
      : `--fleet must be one of the fleets of this deployment (${listed(all.map(nameOf))}), got ${fleet === undefined ? 'none' : quote(fleet)}`);
  }
  const [one] = meant;
  const { RenewBeforeDays, Manifest, ManifestFormat } = one.resource.properties;
  const template = fleetTemplate(one.resource.properties);
  return {
    ...fleetOf({ stack: one.stack, id: one.logicalId, name: nameOf(one) }, one.stackId, template, wholeNumber(RenewBeforeDays)),
    manifest: Manifest,
    ...typeof ManifestFormat === 'string' && { manifestFormat: ManifestFormat },
  };
}

function fleetOnCommandLine(
  { fleet, ca, name, validityDays, renewBeforeDays, recipient }: FleetChoice & { readonly ca: string }, state: State,
): LocalFleet {
  if (fleet !== undefined) {
    throw new CliError('--fleet must be left out with --ca: the one names a fleet that an app declares, the other describes one');
  }
  if (name === undefined || !NAME.test(name)) {
    throw new CliError(`--name must be given with --ca, and consist of at most 100 letters, digits, hyphens and underscores, got ${name === undefined ? 'none' : quote(name)}`);
  }
  const cas = found(state, type => CA_RESOURCE_TYPES.includes(type));
  const meant = cas.filter(each => [...namesOf(each), identityIn(each.resource.physicalId)].includes(ca));
  if (meant.length !== 1) {
    throw new CliError(`--ca must be one of the CAs of this deployment (${listed(cas.map(nameOf))}), got ${quote(ca)}`);
  }
  const { stack, stackId, resource: { physicalId, properties } } = meant[0];
  if (found(state, () => true).some(each => each.stackId === stackId && [ownId(each.logicalId), each.resource.name].includes(name))) {
    throw new CliError(`--name must not be the name or the logical ID of a resource of the stack ${stack}, got ${quote(name)}`);
  }
  const template = {
    Issuer: identityIn(physicalId),
    LedgerTable: properties.LedgerTable,
    ValidityDays: days('--validity-days', validityDays, true),
    // The curve of a CA goes with a digest of its own; KMS knows no other.
    HashAlgorithm: properties.KeyAlgorithm === 'EC_P384' ? 'SHA-384' : 'SHA-256',
    KeyAlgorithm: 'EC_P256',
    Generation: '1',
    ClipToIssuer: 'false',
    ...recipient !== undefined && { Recipient: { PublicKeyPem: recipientFile(recipient) } },
  };
  const renewal = days('--renew-before-days', renewBeforeDays, false);
  const complaint = checkRenewBefore(renewal === undefined ? undefined : Number(renewal), Number(template.ValidityDays));
  if (complaint) {
    throw new CliError(`--renew-before-days: ${complaint}`);
  }
  const id = [...meant[0].logicalId.split('.').slice(0, -1), name].join('.');
  return fleetOf({ stack, id, name: `${stack}/${name}` }, stackId, template, renewal === undefined ? undefined : Number(renewal));
}

/** How a fleet is called. */
interface Names {
  readonly stack: string;
  /** The logical ID or the name, with those of the nested stacks that it is in. */
  readonly id: string;
  /** For people. */
  readonly name: string;
}

function fleetOf({ stack, id, name }: Names, stackId: string, template: JsonMap, renewBeforeDays: unknown): LocalFleet {
  return {
    name,
    fileName: fileNameOf(stack, id),
    fleet: { stackId, logicalResourceId: ownId(id), template, ...typeof renewBeforeDays === 'number' && { renewBeforeDays } },
    ledgerTable: String(template.IssuerLedgerTable ?? template.LedgerTable),
  };
}

/** The key of a recipient, which is checked before anything is issued. */
function recipientFile(path: string): string {
  const pem = readBytes(path).toString('utf8');
  const complaint = checkRecipient(`--recipient ${path}`, pem);
  if (complaint) {
    throw new CliError(complaint);
  }
  return pem;
}

function days(option: string, value: string | undefined, isRequired: boolean): string | undefined {
  const complaint = value === undefined ? isRequired && 'none' : checkValidityDays(wholeNumber(value)) && quote(value);
  if (complaint) {
    throw new CliError(`${option} must be a whole number of days, as in 365, got ${complaint}`);
  }
  return value;
}

function found({ stacks }: State, isMeant: (type: string) => boolean): Found[] {
  return Object.entries(stacks).flatMap(([stack, { stackId, resources }]) => Object.entries(resources)
    .filter(([, { type }]) => isMeant(type))
    .map(([logicalId, resource]) => ({ stack, stackId: resource.stackId ?? stackId, logicalId, resource })));
}

function nameOf({ stack, resource: { name } }: Found): string {
  return `${stack}/${name}`;
}

function namesOf(each: Found): string[] {
  return [nameOf(each), each.resource.name, ownId(each.logicalId)];
}
