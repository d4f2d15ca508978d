import { webcrypto } from 'node:crypto';
import { Null, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import { AlgorithmIdentifier, Certificate, ContentInfo, CryptoEngine, EnvelopedData, KeyTransRecipientInfo, PublicKeyInfo, RecipientInfo, RSAESOAEPParams } from 'pkijs';
import { RecipientKey } from '../../../pki/recipient-key';

const ENGINE = new CryptoEngine({ crypto: webcrypto as never });

/** RFC 4055, section 4.1, and RFC 5754, section 2.2. */
const RSAES_OAEP = '1.2.840.113549.1.1.7';
const MGF1 = '1.2.840.113549.1.1.8';
const SHA_256 = '2.16.840.1.101.3.4.2.1';

/** The choice `ktri` of a RecipientInfo (RFC 5652, section 6.2). */
const KEY_TRANSPORT = 1;

const AES_256_CBC = { name: 'AES-CBC', length: 256 };

/**
 * Encrypts a content for a recipient: CMS EnvelopedData (RFC 5652, section 6) in a ContentInfo, DER. The content is encrypted by AES-256 in CBC mode, and
 * its key by RSAES-OAEP with SHA-256 (RFC 8017, section 7.1). `openssl cms -decrypt -inform DER` reads it, and AWS KMS decrypts the key in it
 * with `RSAES_OAEP_SHA_256`.
 */
export async function envelopedData(content: Buffer, { publicKey, keyIdentifier }: RecipientKey): Promise<Buffer> {
  const enveloped = new EnvelopedData({ disableSplit: true });
  const recipientCertificate = new Certificate();
  recipientCertificate.subjectPublicKeyInfo = PublicKeyInfo.fromBER(arrayOf(publicKey));
  enveloped.recipientInfos.push(new RecipientInfo({
    variant: KEY_TRANSPORT,
    value: new KeyTransRecipientInfo({
      version: 2,
      rid: new OctetString({ valueHex: arrayOf(keyIdentifier) }),
      keyEncryptionAlgorithm: new AlgorithmIdentifier({ algorithmId: RSAES_OAEP, algorithmParams: oaepParameters() }),
      recipientCertificate,
    }),
  }));
  await enveloped.encrypt(AES_256_CBC, arrayOf(content), ENGINE);
  const { ENVELOPED_DATA } = ContentInfo;
  return Buffer.from(new ContentInfo({ contentType: ENVELOPED_DATA, content: enveloped.toSchema() }).toSchema().toBER());
}

/** The hash algorithm is also that of the mask generation. */
function oaepParameters(): Sequence {
  const hash = new AlgorithmIdentifier({ algorithmId: SHA_256, algorithmParams: new Null() });
  const parameters = new RSAESOAEPParams({
    hashAlgorithm: hash,
    maskGenAlgorithm: new AlgorithmIdentifier({
      algorithmId: MGF1, algorithmParams: new Sequence({ value: [new ObjectIdentifier({ value: SHA_256 }), new Null()] }),
    }),
  });
  return parameters.toSchema() as Sequence;
}

/** The octets alone: a Buffer can be a part of a larger one. */
function arrayOf(octets: Buffer): ArrayBuffer {
  return new Uint8Array(octets).buffer;
}
