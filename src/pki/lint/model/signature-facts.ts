import { AlgorithmIdentifier } from './algorithm-identifier';
import { objectIdentifierText } from './der-values';
import { LINT_OID } from './object-identifiers';
import { contextTag } from '../../der';
import { DerReader } from '../../der-reader';
import { OID } from '../../object-identifiers';

/** The properties of a signature algorithm. */
export interface SignatureFacts {
  /** The kind of key that signs. */
  readonly family: 'RSA' | 'RSA-PSS' | 'EC' | 'ED25519' | 'ED448';
  /** The digest; absent if the algorithm has its own. */
  readonly digest?: string;
}

const SIGNATURES: { readonly [oid: string]: SignatureFacts | undefined } = {
  [LINT_OID.md2WithRSAEncryption]: { family: 'RSA', digest: 'MD2' },
  [LINT_OID.md5WithRSAEncryption]: { family: 'RSA', digest: 'MD5' },
  [LINT_OID.sha1WithRSAEncryption]: { family: 'RSA', digest: 'SHA-1' },
  [LINT_OID.sha224WithRSAEncryption]: { family: 'RSA', digest: 'SHA-224' },
  [OID.sha256WithRSAEncryption]: { family: 'RSA', digest: 'SHA-256' },
  [OID.sha384WithRSAEncryption]: { family: 'RSA', digest: 'SHA-384' },
  [OID.sha512WithRSAEncryption]: { family: 'RSA', digest: 'SHA-512' },
  [LINT_OID.ecdsaWithSHA1]: { family: 'EC', digest: 'SHA-1' },
  [LINT_OID.ecdsaWithSHA224]: { family: 'EC', digest: 'SHA-224' },
  [OID.ecdsaWithSHA256]: { family: 'EC', digest: 'SHA-256' },
  [OID.ecdsaWithSHA384]: { family: 'EC', digest: 'SHA-384' },
  [OID.ecdsaWithSHA512]: { family: 'EC', digest: 'SHA-512' },
  [OID.ed25519]: { family: 'ED25519' },
  [LINT_OID.ed448]: { family: 'ED448' },
};

const DIGESTS: { readonly [oid: string]: string | undefined } = {
  [LINT_OID.sha1]: 'SHA-1',
  [LINT_OID.sha224]: 'SHA-224',
  [LINT_OID.sha256]: 'SHA-256',
  [LINT_OID.sha384]: 'SHA-384',
  [LINT_OID.sha512]: 'SHA-512',
};

/** The properties of a signature algorithm, or `undefined` if it is not known here. */
export function signatureFacts(algorithm: AlgorithmIdentifier): SignatureFacts | undefined {
  return algorithm.oid === LINT_OID.rsassaPss ? { family: 'RSA-PSS', digest: pssDigest(algorithm.parameters) } : SIGNATURES[algorithm.oid];
}

/** RFC 4055, section 3.1: SHA-1 if the parameters name no digest. */
function pssDigest(parameters: Buffer | undefined): string {
  try {
    const fields = new DerReader(parameters ?? Buffer.alloc(0)).sequence();
    const oid = fields.follows(contextTag(0, true)) ? objectIdentifierText(fields.explicit(0).sequence()) : LINT_OID.sha1;
    return DIGESTS[oid] ?? oid;
  } catch {
    return 'unreadable';
  }
}
