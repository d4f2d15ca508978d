import { Tag } from './der';
import { DerReader } from './der-reader';
import { describeOids } from './object-identifiers';

/** An extension of a certificate, or one that a request asks for (RFC 5280, section 4.1). */
export interface RawExtension {
  /** Dotted. */
  readonly oid: string;
  readonly critical: boolean;
  /** The contents of the OCTET STRING, which should be DER. */
  readonly value: Buffer;
}

/**
 * Reads a list of extensions, of which there must be one.
 *
 * @param faults receives the faults of encodings that can still be read; without it, they are refused
 */
export function readExtensionList(list: DerReader, faults?: string[]): RawExtension[] {
  return [readExtension(list, faults), ...list.list(each => readExtension(each, faults))];
}

function readExtension(list: DerReader, faults: string[] | undefined): RawExtension {
  const extension = list.sequence();
  const oid = extension.objectIdentifier();
  const critical = extension.flag(`critical of the extension ${oid}`, faults);
  const value = extension.contents(Tag.OCTET_STRING);
  extension.end();
  return { oid, critical, value };
}

/** The object identifier of an extension that occurs twice. Readers disagree on which of the two counts. */
export function repeatedExtension(extensions: readonly RawExtension[]): string | undefined {
  const seen = new Set<string>();
  return extensions.find(({ oid }) => seen.size === seen.add(oid).size)?.oid;
}

/**
 * Reads a list of extensions in which none occurs twice.
 *
 * @param owner what has the extensions, for errors
 * @returns the extensions by their object identifiers
 */
export function readUniqueExtensions(list: DerReader, owner: string): Map<string, RawExtension> {
  const extensions = readExtensionList(list);
  const repeated = repeatedExtension(extensions);
  if (repeated !== undefined) {
    throw new Error(`${owner} has the extension ${describeOids(repeated)} twice`);
  }
  return new Map(extensions.map(extension => [extension.oid, extension]));
}
