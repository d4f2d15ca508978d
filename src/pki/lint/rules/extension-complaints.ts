import { describeOids, oidName } from '../../object-identifiers';
import { complaintsOf } from '../lint-rule';
import { LintedExtension } from '../model/linted-extension';

/** The extensions that every validator is expected to understand, and whether they are critical: `undefined` if that is open. */
export type Criticality = ReadonlyMap<string, boolean | undefined>;

/** What has extensions: a certificate, or a revocation list. */
interface Extended {
  readonly extensions: readonly LintedExtension[];
}

/** Complains about extensions that occur twice. */
export function repetitionComplaint({ extensions }: Extended): string | undefined {
  const seen = new Set<string>();
  return complaintsOf(extensions, ({ oid }) => seen.size === seen.add(oid).size ? `the extension ${oidName(oid)} must not occur twice` : undefined);
}

/** Complains about values that can't be read. */
export function valueComplaint({ extensions }: Extended): string | undefined {
  return complaintsOf(extensions, ({ oid, fault }) => fault && `the extension ${oidName(oid)} can't be read: ${fault}`);
}

/**
 * Complains about critical extensions that not every validator is expected to understand.
 *
 * @param refused what validators refuse then
 */
export function unknownCriticalComplaint({ extensions }: Extended, known: Criticality, refused: string): string | undefined {
  return complaintsOf(extensions, ({ oid, critical }) => critical && !known.has(oid)
    ? `the extension ${describeOids(oid)} must not be critical: validators that do not know it refuse ${refused}`
    : undefined);
}

/** Complains about extensions whose criticality is not the wanted one. */
export function criticalityComplaint({ extensions }: Extended, wanted: Criticality, verb: 'must' | 'should'): string | undefined {
  return complaintsOf(extensions, ({ oid, critical }) => (wanted.get(oid) ?? critical) === critical
    ? undefined
    : `the extension ${oidName(oid)} ${verb} ${critical ? 'not be' : 'be'} critical`);
}

/** The names of the extensions that are critical, or of those that are not. */
export function namesOf(criticality: Criticality, critical: boolean): string {
  return [...criticality].filter(([, wanted]) => wanted === critical).map(([oid]) => oidName(oid)).join(', ');
}
