import { ValueFaults } from '../../certificate-extensions';
import { RawExtension } from '../../extension-list';

/** An extension as a certificate or a revocation list has it. */
export interface LintedExtension extends RawExtension {
  /** What is wrong with the value, or why it can't be read. */
  readonly fault?: string;
}

/** Extensions, and what they say. */
export interface LintedExtensions<V> {
  /** In order, including repeated ones. */
  readonly extensions: readonly LintedExtension[];
  /** The values of the extensions. If an extension is repeated, the first one counts. */
  readonly values: V;
  /** The object identifiers of extensions whose values can't be read, so it is unknown what is missing. */
  readonly unreadable: ReadonlySet<string>;
}

/**
 * Reads as much of the values of extensions as can be read.
 *
 * @param faults receives what deviates from DER but can still be read
 * @param read reads the value of one extension, and checks its syntax
 */
export function readLintedExtensions<V extends object>(
  raw: readonly RawExtension[], faults: string[], read: (oid: string, value: Buffer, faults: ValueFaults) => V,
): LintedExtensions<Partial<V>> {
  const values: Partial<V> = {};
  const unreadable = new Set<string>();
  const seen = new Set<string>();
  const extensions = raw.map((extension): LintedExtension => {
    const { oid, critical, value } = extension;
    const { values: said, fault } = valuesOf(extension, faults, read);
    if (!seen.has(oid)) {
      Object.assign(values, said);
      if (fault !== undefined && Object.keys(said).length === 0) {
        unreadable.add(oid);
      }
    }
    seen.add(oid);
    return { oid, critical, value, fault };
  });
  return { extensions, values, unreadable };
}

function valuesOf<V extends object>(
  { oid, value }: RawExtension, encoding: string[], read: (oid: string, value: Buffer, faults: ValueFaults) => V,
): { values: Partial<V>; fault?: string } {
  const syntax: string[] = [];
  let values: Partial<V> = {};
  try {
    values = read(oid, value, { encoding, syntax });
  } catch (error) {
    syntax.push((error as Error).message);
  }
  return { values, fault: syntax.length > 0 ? syntax.join('; ') : undefined };
}
