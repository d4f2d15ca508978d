import { curveOf } from './curves';
import { element, Tag } from './der';
import { DerReader } from './der-reader';
import { OID } from './object-identifiers';
import { KeyFamily } from '../contract/key-algorithms';

/** RFC 5280, section 4.1.1.2. */
export interface AlgorithmIdentifier {
  readonly der: Buffer;
  /** Dotted. */
  readonly oid: string;
  /** A whole element, if there is one. */
  readonly parameters?: Buffer;
}

/** Reads the next element, an AlgorithmIdentifier. */
export function readAlgorithmIdentifier(reader: DerReader): AlgorithmIdentifier {
  const der = reader.element(Tag.SEQUENCE);
  const fields = DerReader.only(der);
  const oid = fields.objectIdentifier();
  const parameters = fields.more ? fields.any() : undefined;
  fields.end();
  return { der, oid, parameters: parameters && element(parameters.tag, parameters.contents) };
}

/** The kinds of keys that occur in certificates. RSA-PSS is an RSA key for PSS only (RFC 4055, section 1.2). */
export type AnyKeyFamily = KeyFamily | 'RSA-PSS' | 'ED448';

/** The properties of a signature algorithm. */
export interface SignatureFacts {
  /** The kind of key that signs. */
  readonly family: AnyKeyFamily;
  /** The digest; absent if the algorithm has its own. */
  readonly digest?: string;
}

const SIGNATURES: { readonly [oid: string]: SignatureFacts | undefined } = {
  [OID.md2WithRSAEncryption]: { family: 'RSA', digest: 'MD2' },
  [OID.md5WithRSAEncryption]: { family: 'RSA', digest: 'MD5' },
  [OID.sha1WithRSAEncryption]: { family: 'RSA', digest: 'SHA-1' },
  [OID.sha224WithRSAEncryption]: { family: 'RSA', digest: 'SHA-224' },
  [OID.sha256WithRSAEncryption]: { family: 'RSA', digest: 'SHA-256' },
  [OID.sha384WithRSAEncryption]: { family: 'RSA', digest: 'SHA-384' },
  [OID.sha512WithRSAEncryption]: { family: 'RSA', digest: 'SHA-512' },
  [OID.ecdsaWithSHA1]: { family: 'EC', digest: 'SHA-1' },
  [OID.ecdsaWithSHA224]: { family: 'EC', digest: 'SHA-224' },
  [OID.ecdsaWithSHA256]: { family: 'EC', digest: 'SHA-256' },
  [OID.ecdsaWithSHA384]: { family: 'EC', digest: 'SHA-384' },
  [OID.ecdsaWithSHA512]: { family: 'EC', digest: 'SHA-512' },
  [OID.ed25519]: { family: 'ED25519' },
  [OID.ed448]: { family: 'ED448' },
};

const DIGESTS: { readonly [oid: string]: string | undefined } = {
  [OID.sha1]: 'SHA-1', [OID.sha224]: 'SHA-224', [OID.sha256]: 'SHA-256', [OID.sha384]: 'SHA-384', [OID.sha512]: 'SHA-512',
};

/** The properties of a signature algorithm, or `undefined` if it is not known here. */
export function signatureFacts({ oid, parameters }: AlgorithmIdentifier): SignatureFacts | undefined {
  return oid === OID.rsassaPss ? { family: 'RSA-PSS', digest: pssDigest(parameters) } : SIGNATURES[oid];
}

/** RFC 4055, section 3.1: SHA-1 if the parameters name no digest. */
function pssDigest(parameters: Buffer | undefined): string {
  try {
    const oid = new DerReader(parameters ?? Buffer.alloc(0)).sequence().optionalExplicit(0)?.sequence().objectIdentifier() ?? OID.sha1;
    return DIGESTS[oid] ?? oid;
  } catch {
    return 'unreadable';
  }
}

/** The names of algorithms that are refused. A message that says "RSA-OAEP" is more useful than one that says 1.2.840.113549.1.1.7. */
const NAMES: { readonly [oid: string]: string | undefined } = {
  // RFC 8017, appendix C, and RFC 8018; the last one is an identifier of OIW from 1990, which old tools write
  [OID.rsaEncryption]: 'RSA',
  '1.2.840.113549.1.1.3': 'MD4 with RSA',
  '1.2.840.113549.1.1.7': 'RSA-OAEP',
  [OID.rsassaPss]: 'RSA-PSS',
  '1.3.14.3.2.29': 'SHA-1 with RSA',
  // RFC 5480
  '1.3.132.1.12': 'ECDH',
  '1.3.132.1.13': 'ECMQV',
  // RFC 5758, section 3.1, and RFC 3279, section 2.3.2
  '1.2.840.10040.4.1': 'DSA',
  '1.2.840.10040.4.3': 'DSA with SHA-1',
  '2.16.840.1.101.3.4.3.1': 'DSA with SHA-224',
  '2.16.840.1.101.3.4.3.2': 'DSA with SHA-256',
  // RFC 8410, section 3
  '1.3.101.110': 'X25519',
  '1.3.101.111': 'X448',
  [OID.ed448]: 'Ed448',
  // GB/T 33560
  '1.2.156.10197.1.301': 'SM2',
  '1.2.156.10197.1.501': 'SM2 with SM3',
};

/** The name of an algorithm or a curve, or its object identifier where the tables have no name for it. */
export function algorithmName(oid: string): string {
  const { family, digest } = SIGNATURES[oid] ?? {};
  return NAMES[oid] ?? curveOf(oid)?.name ?? (digest ? family === 'EC' ? `ECDSA with ${digest}` : `${digest} with ${family}` : oid);
}
