import { isRevocationReason, REVOCATION_REASON_NAMES, RevocationReason } from '../../contract/revocation';
import { quote } from '../../contract/rules';
import { complain, list, optionalText, record, text, time, truth } from '../../resource/property-values';

/** Which certificates of a CA are meant. A certificate must match each kind of selector that is given, by one of its values. */
export interface RevocationSelection {
  /** 40 upper-case hexadecimal digits each. */
  readonly serialNumbers?: readonly string[];
  readonly commonNames?: readonly string[];
  /** The names of stacks. */
  readonly stacks?: readonly string[];
  /** Resources: the name of the stack, a slash, and the logical ID. */
  readonly resources?: readonly string[];
}

/** A request to the function that revokes certificates of a CA; its event. */
export interface RevocationRequest {
  /** Absent if all certificates of the CA are meant. */
  readonly selection?: RevocationSelection;
  readonly reason: RevocationReason;
  readonly invalidityDate?: Date;
  readonly dryRun: boolean;
  /** Who asks, as the caller says. IAM and AWS CloudTrail know better. */
  readonly orderedBy?: string;
}

/** The kinds of selectors, by the names that the event has for them. */
const SELECTORS = ['serialNumbers', 'commonNames', 'stacks', 'resources'] as const satisfies readonly (keyof RevocationSelection)[];

const MEMBERS: readonly string[] = [...SELECTORS, 'all', 'reason', 'invalidityDate', 'dryRun', 'orderedBy'];

/** A number that no certificate can exceed, so that a mistake does not become a large request. */
const MAX_VALUES = 10_000;

const MAX_ORDERED_BY = 256;

/**
 * Reads an event.
 *
 * @throws Error that names the first wrong member, its value and what is allowed
 */
export function parseRevocationRequest(event: unknown, now: Date): RevocationRequest {
  const members = record('the event', event);
  const unknown = Object.keys(members).find(name => !MEMBERS.includes(name));
  if (unknown !== undefined) {
    throw new Error(`the event must have no members but ${MEMBERS.join(', ')}, got ${quote(unknown)}`); // a misspelt dryRun would revoke
  }
  const all = truth('all', members.all, false);
  const selection = Object.fromEntries(SELECTORS.flatMap(name => members[name] === undefined ? [] : [[name, valuesOf(name, members[name])]]));
  const given = Object.keys(selection);
  if (all === given.length > 0) {
    throw new Error(`certificates must be selected with ${SELECTORS.join(', ')}, or else with all, got ${all ? `all with ${given.join(', ')}` : 'neither'}`);
  }
  const { reason = 'unspecified' } = members;
  if (!isRevocationReason(reason)) {
    throw new Error(`reason must be one of ${REVOCATION_REASON_NAMES.join(', ')}, got ${quote(reason)}`);
  }
  const invalidityDate = time('invalidityDate', members.invalidityDate);
  complain(invalidityDate && invalidityDate > now ? `invalidityDate must be in the past, got ${quote(members.invalidityDate)}` : undefined);
  complain(invalidityDate && reason === 'removeFromCRL' ? 'invalidityDate must be left out with the reason removeFromCRL, which ends a hold' : undefined);
  return {
    selection: all ? undefined : selection,
    reason,
    invalidityDate,
    dryRun: truth('dryRun', members.dryRun, false),
    orderedBy: optionalText('orderedBy', members.orderedBy)?.slice(0, MAX_ORDERED_BY),
  };
}

function valuesOf(name: typeof SELECTORS[number], value: unknown): string[] {
  const values = list(name, value).map(each => text(name, each));
  if (values.length === 0 || values.length > MAX_VALUES) {
    throw new Error(`${name} must be a list of 1 to ${MAX_VALUES} strings, got ${values.length}`);
  }
  return name === 'serialNumbers' ? values.map(plainHex) : values;
}

/** `4A:1B:2C` and `4a1b2c` as `4A1B2C`. */
export function plainHex(serialNumber: string): string {
  return serialNumber.replace(/[:\s]/g, '').toUpperCase();
}
