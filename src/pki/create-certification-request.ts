import { bitString, contextTag, element, integer, objectIdentifier, sequence, setOfOne } from './der';
import { OID } from './object-identifiers';
import { caKeyAlgorithm } from './public-key-forms';
import { signatureAlgorithm } from './signature-algorithms';
import { Signer } from './signer';
import { HashAlgorithmName, KEY_ALGORITHMS } from '../contract/key-algorithms';

/** v1 (RFC 2986, section 4.1). */
const VERSION = integer(0);

/** RFC 2985, section 5.4.2. */
function extensionRequest(extensions: Buffer): Buffer {
  return sequence(objectIdentifier(OID.extensionRequest), setOfOne(extensions));
}

/**
 * Makes a certification request (PKCS #10, RFC 2986) for a CA whose certificate is signed elsewhere. It does not verify the signature;
 * `readCertificationRequest` does.
 *
 * @param subject a DER Name
 * @param signer the CA's key, whose signature proves possession
 * @param hash the digest of the signature
 * @param extensions a DER SEQUENCE OF Extension, for which the request asks the signing CA
 * @returns the request, DER
 */
export async function createCertificationRequest(subject: Buffer, signer: Signer, hash: HashAlgorithmName, extensions?: Buffer): Promise<Buffer> {
  const algorithm = signatureAlgorithm(KEY_ALGORITHMS[caKeyAlgorithm(signer.publicKey)].family, hash);
  const attributes = element(contextTag(0, true), ...extensions ? [extensionRequest(extensions)] : []);
  const info = sequence(VERSION, subject, signer.publicKey, attributes);
  return sequence(info, algorithm, bitString(await signer.sign(info, hash)));
}
