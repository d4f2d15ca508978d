import { Tag } from './der';
import { DerReader } from './der-reader';
import { OID } from './object-identifiers';
import { assertAscends } from './strict-der';

/** An extension that a request asks for. */
export interface RequestedExtension {
  /** Dotted. */
  readonly oid: string;
  readonly critical: boolean;
  /** The contents of the OCTET STRING; the requester says that they are DER. */
  readonly value: Buffer;
}

export interface RequestedAttributes {
  readonly extensions: readonly RequestedExtension[];
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
  const extensions: RequestedExtension[] = [];
  const types = new Set<string>();
  let previous: Buffer | undefined;
  while (reader.more) {
    const { position } = reader;
    const element = reader.element(Tag.SEQUENCE);
    assertAscends(previous, element);
    previous = element;
    const attribute = new DerReader(element, position).sequence();
    const oid = attribute.objectIdentifier();
    const values = attribute.enter(Tag.SET);
    attribute.end();
    if (types.has(oid) || !values.more) {
      throw new Error(`the attribute ${oid} must occur only once and have a value`);
    }
    types.add(oid);
    if (oid === OID.extensionRequest) {
      extensions.push(...readExtensions(values.sequence()));
      values.end(); // one value (RFC 2985, section 5.4.2)
    }
  }
  types.delete(OID.extensionRequest);
  return { extensions, attributes: [...types] };
}

function readExtensions(reader: DerReader): readonly RequestedExtension[] {
  const extensions = new Map<string, RequestedExtension>();
  do {
    const extension = reader.sequence();
    const oid = extension.objectIdentifier();
    const critical = extension.flag();
    const value = extension.contents(Tag.OCTET_STRING);
    extension.end();
    if (extensions.has(oid)) {
      throw new Error(`the extension ${oid} must occur only once`);
    }
    extensions.set(oid, { oid, critical, value });
  } while (reader.more); // at least one (RFC 5280, section 4.1)
  return [...extensions.values()];
}
