import { CertId, keyHash } from './cert-id';
import { CertStatus, OCSP_STATUSES, OcspErrorName } from './ocsp-status';
import { HashAlgorithmName, KEY_ALGORITHMS } from '../../contract/key-algorithms';
import { defaultHashForKms } from '../../contract/kms';
import { REVOCATION_REASONS } from '../../contract/revocation';
import { quote } from '../../contract/rules';
import { Certificate } from '../certificate';
import { around, bitString, contextTag, element, explicit, generalizedTime, objectIdentifier, octetString, sequence, Tag } from '../der';
import { extension } from '../extensions';
import { OID } from '../object-identifiers';
import { caKeyAlgorithm } from '../public-key-forms';
import { signatureAlgorithm } from '../signature-algorithms';
import { Signer } from '../signer';

/** A key that signs OCSP responses for a CA. */
export interface OcspResponder {
  /** The certificate that the CA has issued for the key, by the profile `ocspResponder`. */
  readonly certificate: Pick<Certificate, 'der' | 'publicKey' | 'validity'>;
  readonly signer: Signer;
}

/** The content of an OCSP response. All times have whole seconds. */
export interface OcspContent {
  readonly producedAt: Date;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** One for each certificate of the request, in its order. */
  readonly responses: readonly { readonly certId: CertId; readonly status: CertStatus }[];
  /** The nonce of the request. */
  readonly nonce?: Buffer;
}

const SUCCESSFUL = element(Tag.ENUMERATED, Buffer.of(OCSP_STATUSES.successful));
const OCSP_BASIC = objectIdentifier(OID.ocspBasic);
const OCSP_NONCE = objectIdentifier(OID.ocspNonce);

/** `good [0] IMPLICIT NULL` and `unknown [2] IMPLICIT NULL` (RFC 6960, section 4.2.1). */
const GOOD = element(contextTag(0, false));
const UNKNOWN = element(contextTag(2, false));

/**
 * Signs an OCSP response of the type id-pkix-ocsp-basic (RFC 6960, section 4.2.1). It names its responder by key and includes the
 * responder's certificate, so that a client needs nothing but the CA's. It does not verify the signature; `checkOcspResponse` does.
 *
 * @returns the OCSPResponse, DER
 */
export async function issueOcspResponse(content: OcspContent, responder: OcspResponder): Promise<Buffer> {
  const { producedAt, thisUpdate, nextUpdate, responses, nonce } = content;
  if (!(nextUpdate > thisUpdate)) {
    throw new Error(`nextUpdate of an OCSP response must be after thisUpdate, ${thisUpdate.toISOString()}, got ${quote(nextUpdate.toISOString())}`);
  }
  const { id, hash, algorithm, certificates } = partsOf(responder);
  const period = [generalizedTime(thisUpdate), ...around(contextTag(0, true), generalizedTime(nextUpdate))];
  const tbs = Buffer.concat(around(
    Tag.SEQUENCE,
    id,
    generalizedTime(producedAt),
    ...around(Tag.SEQUENCE, ...responses.flatMap(({ certId, status }) => around(Tag.SEQUENCE, certId.der, encodeStatus(status), ...period))),
    ...nonce ? [explicit(1, sequence(extension(OCSP_NONCE, false, octetString(nonce))))] : [],
  ));
  const signature = bitString(await responder.signer.sign(tbs, hash));
  const basic = around(Tag.OCTET_STRING, ...around(Tag.SEQUENCE, tbs, algorithm, signature, certificates));
  return Buffer.concat(around(Tag.SEQUENCE, SUCCESSFUL, ...around(contextTag(0, true), ...around(Tag.SEQUENCE, OCSP_BASIC, ...basic))));
}

/** The parts that all responses of a responder have in common, DER. */
interface ResponderParts {
  readonly id: Buffer;
  readonly hash: HashAlgorithmName;
  readonly algorithm: Buffer;
  readonly certificates: Buffer;
}

const PARTS = new WeakMap<OcspResponder['certificate'], ResponderParts>();

/** The digest is the one that AWS KMS ties to a curve: a key there can be a responder's, too. */
function partsOf({ certificate }: OcspResponder): ResponderParts {
  let parts = PARTS.get(certificate);
  if (!parts) {
    const keyAlgorithm = caKeyAlgorithm(certificate.publicKey);
    const hash = defaultHashForKms(keyAlgorithm) ?? 'SHA-256';
    parts = {
      id: explicit(2, octetString(keyHash(certificate.publicKey))),
      hash,
      algorithm: signatureAlgorithm(KEY_ALGORITHMS[keyAlgorithm].family, hash),
      certificates: explicit(0, sequence(certificate.der)),
    };
    PARTS.set(certificate, parts);
  }
  return parts;
}

/** A response without an answer: DER, not signed (RFC 6960, section 2.3). */
export function ocspError(status: OcspErrorName): Buffer {
  return sequence(element(Tag.ENUMERATED, Buffer.of(OCSP_STATUSES[status])));
}

/** CertStatus. A revocation has no reason if none is specified, as in a revocation list. */
function encodeStatus(status: CertStatus): Buffer {
  switch (status.state) {
    case 'good': return GOOD;
    case 'unknown': return UNKNOWN;
    case 'revoked': {
      const { revokedAt, reason = 'unspecified' } = status;
      const reasons = reason === 'unspecified' ? [] : [explicit(0, element(Tag.ENUMERATED, Buffer.of(REVOCATION_REASONS[reason])))];
      return element(contextTag(1, true), generalizedTime(revokedAt), ...reasons);
    }
  }
}
