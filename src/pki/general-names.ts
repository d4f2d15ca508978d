import { contextTag, element, explicit } from './der';
import { AnyElement, DerReader } from './der-reader';
import { encodeName } from './name';
import { addressOctets, GENERAL_NAME_TYPE_NAMES, GENERAL_NAME_TYPES, GeneralNameType, NameLists } from '../contract/general-names';
import { SubjectValues } from '../contract/subject-attributes';

/** One name as a certificate holds it: text for host names, URIs and mailboxes; octets for addresses and DER Names. */
export type RawGeneralName = { readonly type: 'dns' | 'uri' | 'email'; readonly value: string }
  | { readonly type: 'ip' | 'directory'; readonly value: Buffer };

/** Encodes all names as GeneralName (RFC 5280, section 4.2.1.6), one after the other; addresses as such or as networks. */
export function encodeGeneralNames(lists: NameLists): Buffer[] {
  return rawNames(lists).map(encodeGeneralName);
}

function encodeGeneralName({ type, value }: RawGeneralName): Buffer {
  const { tag } = GENERAL_NAME_TYPES[type];
  // Name is a CHOICE, whose tag is EXPLICIT (X.680, 31.2.7).
  return type === 'directory' ? explicit(tag, value) : element(contextTag(tag, false), typeof value === 'string' ? Buffer.from(value, 'latin1') : value);
}

/** Declared names in the form that certificates hold. */
export function rawNames(lists: NameLists): RawGeneralName[] {
  return GENERAL_NAME_TYPE_NAMES.flatMap(type => (lists[type] ?? []).map(value => rawName(type, value)));
}

function rawName(type: GeneralNameType, value: string | SubjectValues): RawGeneralName {
  switch (type) {
    case 'directory': return { type, value: encodeName(value as SubjectValues) };
    case 'ip': return { type, value: addressOrNetwork(value as string) };
    default: return { type, value: value as string };
  }
}

/** A network is an address and its mask, 8 or 32 octets in total (RFC 5280, section 4.2.1.10). */
function addressOrNetwork(text: string): Buffer {
  const [address, length] = text.split('/');
  const octets = addressOctets(address)!;
  const mask = length === undefined ? [] : octets.map((_, index) => 256 - 2 ** (8 - Math.min(8, Math.max(0, Number(length) - 8 * index))));
  return Buffer.from([...octets, ...mask]);
}

const TYPE_BY_TAG = new Map(GENERAL_NAME_TYPE_NAMES.map(type => [contextTag(GENERAL_NAME_TYPES[type].tag, type === 'directory'), type]));

/** A GeneralName of a certificate; `undefined` for types that are not known here: otherName, x400Address, ediPartyName, registeredID. */
export function generalNameOf({ tag, contents }: AnyElement): RawGeneralName | undefined {
  const type = TYPE_BY_TAG.get(tag);
  switch (type) {
    case undefined: return undefined;
    case 'ip':
    case 'directory': return { type, value: contents };
    default: return { type, value: contents.toString('latin1') };
  }
}

/** Reads one GeneralName after the other, to the end. */
export function readGeneralNames(reader: DerReader): (RawGeneralName | undefined)[] {
  return reader.list(name => generalNameOf(name.any()));
}

/** The names of the types that are known here. */
export function knownNames(names: readonly (RawGeneralName | undefined)[] = []): RawGeneralName[] {
  return names.filter(name => name !== undefined);
}
