import { Tag } from './der';
import { DerReader } from './der-reader';
import { RawExtension, readExtensionList, repeatedExtension } from './extension-list';
import { OID } from './object-identifiers';
import { assertAscends } from './strict-der';

export interface RequestedAttributes {
  /** The extensions that the request asks for. */
  readonly extensions: readonly RawExtension[];
  /**
   * The dotted object identifiers of all attributes except the one that holds the extensions. Their values are not kept, because one of
   * them, challengePassword, is a secret.
   */
  readonly attributes: readonly string[];
}

/**
 * Reads the contents of `attributes [0]` (RFC 2986, section 4.1). A request with a duplicate attribute or extension is refused, because
 * readers disagree on which of the two counts.
 */
export function readAttributes(reader: DerReader): RequestedAttributes {
  const extensions: RawExtension[] = [];
  const types = new Set<string>();
  let previous: Buffer | undefined;
  while (reader.more) {
    const { position } = reader;
    const element = reader.element(Tag.SEQUENCE);
    assertAscends(previous, element);
    previous = element;
    const attribute = DerReader.only(element, Tag.SEQUENCE, position);
    const oid = attribute.objectIdentifier();
    const values = attribute.enter(Tag.SET);
    attribute.end();
    if (types.has(oid) || !values.more) {
      throw new Error(`the attribute ${oid} must occur only once and have a value`);
    }
    types.add(oid);
    if (oid === OID.extensionRequest) {
      extensions.push(...readOnce(values.sequence()));
      values.end(); // one value (RFC 2985, section 5.4.2)
    }
  }
  types.delete(OID.extensionRequest);
  return { extensions, attributes: [...types] };
}

function readOnce(list: DerReader): readonly RawExtension[] {
  const extensions = readExtensionList(list);
  const repeated = repeatedExtension(extensions);
  if (repeated !== undefined) {
    throw new Error(`the extension ${repeated} must occur only once`);
  }
  return extensions;
}
