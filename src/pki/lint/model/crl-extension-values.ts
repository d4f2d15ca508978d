import { pointNames } from './extension-syntax';
import { ExtensionValues, readExtensionValue } from './extension-values';
import { ValueFaults } from '../../certificate-extensions';
import { contextTag } from '../../der';
import { DerReader } from '../../der-reader';
import { OID } from '../../object-identifiers';

/** The values of the extensions of a revocation list. A value is absent if its extension is absent or can't be read. */
export interface CrlExtensionValues extends Pick<ExtensionValues, 'authorityKeyIdentifier'> {
  /** The octets of the INTEGER, including its sign. */
  readonly number?: Buffer;
  /** The octets of the number of the complete list to which a delta list belongs. */
  readonly deltaBase?: Buffer;
  readonly scope?: LintedScope;
}

/** What an issuingDistributionPoint says (RFC 5280, section 5.2.5). */
export interface LintedScope {
  readonly isEmpty: boolean;
  /** The names of the flags that are TRUE and say what kind of certificates the list is about. */
  readonly only: readonly string[];
  readonly indirect: boolean;
}

type ValueReader = (value: DerReader, faults: ValueFaults) => CrlExtensionValues;

const READERS: { readonly [oid: string]: ValueReader | undefined } = {
  [OID.cRLNumber]: (value, { encoding }) => ({ number: value.integer('the number', encoding) }),
  [OID.deltaCRLIndicator]: (value, { encoding }) => ({ deltaBase: value.integer('the number of the base', encoding) }),
  [OID.issuingDistributionPoint]: (value, faults) => ({ scope: readScope(value.sequence(), faults) }),
};

/**
 * Reads the value of one extension of a list. Extensions that certificates have, too, have the same syntax there.
 *
 * @param faults receives the faults of the value
 */
export function readCrlExtensionValue(oid: string, value: Buffer, faults: ValueFaults): CrlExtensionValues {
  const read = READERS[oid];
  if (read) {
    return DerReader.whole(value, reader => read(reader, faults));
  }
  const { authorityKeyIdentifier } = readExtensionValue(oid, value, faults);
  return authorityKeyIdentifier ? { authorityKeyIdentifier } : {};
}

const ONLY = { 1: 'onlyContainsUserCerts', 2: 'onlyContainsCACerts', 5: 'onlyContainsAttributeCerts' } as const;

function readScope(fields: DerReader, { encoding }: ValueFaults): LintedScope {
  const isEmpty = !fields.more;
  const name = fields.optionalExplicit(0);
  if (name) {
    pointNames(name);
  }
  const isSet = (number: number): boolean => flag(fields.optional(contextTag(number, false)), encoding);
  const only: string[] = [];
  for (const number of [1, 2] as const) {
    only.push(...isSet(number) ? [ONLY[number]] : []);
  }
  fields.optional(contextTag(3, false));
  const indirect = isSet(4);
  only.push(...isSet(5) ? [ONLY[5]] : []);
  fields.end();
  return { isEmpty, only, indirect };
}

/** The octets of a BOOLEAN with another tag, whose default is FALSE. */
function flag(octets: Buffer | undefined, encoding: string[]): boolean {
  if (octets && !(octets.length === 1 && octets[0] === 0xff)) {
    encoding.push('a flag of the issuingDistributionPoint must be left out where it is FALSE, its default, and be FF where it is TRUE');
  }
  return octets !== undefined && octets.some(octet => octet !== 0);
}
