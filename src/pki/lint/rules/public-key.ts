import { curveOf } from '../../curves';
import { NULL } from '../../der';
import { numberOf } from '../../der-values';
import { KeyUsage } from '../../profile';
import { RSA_PUBLIC_EXPONENT } from '../../public-key-forms';
import { keyText, PublicKeyFacts } from '../../public-key-info';
import { LintRule } from '../lint-rule';
import { LintedCertificate } from '../model/linted-certificate';

/** 112 bits of security. */
const MIN_RSA_BITS = 2048;

/** The number of octets of a public key (RFC 8032). */
const EDWARDS_OCTETS = { ED25519: 32, ED448: 57 } as const;

const ENCIPHERING: readonly KeyUsage[] = ['keyEncipherment', 'dataEncipherment'];

const NOT_SIGNING: readonly KeyUsage[] = [...ENCIPHERING, 'keyAgreement', 'encipherOnly', 'decipherOnly'];

/** Rules for the subject's public key, and for what a key of its kind may be used for. */
export const PUBLIC_KEY_RULES: readonly LintRule[] = [
  {
    id: 'rfc5280-subject-public-key',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.7, and RFC 3279, section 2.3.1',
    checks: 'The public key has the syntax of its algorithm.',
    check: ({ publicKey: { fault } }) => fault && `the public key can't be read: ${fault}`,
  },
  {
    id: 'rfc3279-rsa-parameters',
    severity: 'error',
    source: 'RFC 3279, section 2.3.1',
    checks: 'The algorithm of an RSA key has NULL as its parameters.',
    check: ({ publicKey: { family, algorithm } }) => family !== 'RSA' || algorithm.parameters?.equals(NULL)
      ? undefined
      : 'the algorithm of an RSA key must have NULL as its parameters',
  },
  {
    id: 'nist-rsa-size',
    severity: 'error',
    source: 'NIST SP 800-131A Rev. 2, section 3, and SP 800-57 Part 1 Rev. 5, table 2',
    checks: 'An RSA key has 2048 bits or more.',
    check: ({ publicKey: { bits } }) => bits === undefined || bits >= MIN_RSA_BITS
      ? undefined
      : `an RSA key must have at least ${MIN_RSA_BITS} bits, got ${bits}`,
  },
  {
    id: 'cabf-rsa-size-multiple',
    severity: 'warning',
    source: 'CA/Browser Forum, Baseline Requirements, section 6.1.5',
    checks: 'The size of an RSA key is a multiple of 8 bits.',
    check: ({ publicKey: { bits = 0 } }) => bits % 8 === 0 ? undefined : `the size of an RSA key should be a multiple of 8 bits, got ${bits}`,
  },
  {
    id: 'rfc8017-rsa-key',
    severity: 'error',
    source: 'RFC 8017, section 3.1',
    checks: 'The modulus of an RSA key is odd, and its public exponent is odd and at least 3: with 1, every signature verifies.',
    check: ({ publicKey: { modulus, exponent } }) => {
      if (!modulus || !exponent) {
        return undefined;
      }
      const valid = isOdd(modulus) && isOdd(exponent) && !exponent.equals(Buffer.of(1));
      return valid ? undefined : `an RSA key must have an odd modulus and an odd public exponent of at least 3, got ${describeExponent(exponent)}`
        + `${isOdd(modulus) ? '' : ' and an even modulus'}`;
    },
  },
  {
    id: 'cabf-rsa-exponent',
    severity: 'warning',
    source: 'CA/Browser Forum, Baseline Requirements, section 6.1.6',
    checks: 'The public exponent of an RSA key is 65537, the one that is accepted everywhere.',
    check: ({ publicKey: { exponent } }) => !exponent || isCommonExponent(exponent)
      ? undefined
      : `the public exponent of an RSA key should be ${RSA_PUBLIC_EXPONENT}, got ${describeExponent(exponent)}`,
  },
  {
    id: 'rfc5480-named-curve',
    severity: 'error',
    source: 'RFC 5480, section 2.1.1',
    checks: 'The curve of an EC key is given by its name, not by parameters of its own.',
    check: ({ publicKey: { family, curve, fault } }) => family !== 'EC' || curve !== undefined || fault !== undefined
      ? undefined
      : 'an EC key must name its curve by an object identifier, got other parameters',
  },
  {
    id: 'rfc5480-point',
    severity: 'error',
    source: 'RFC 5480, section 2.2',
    checks: 'An EC key has the form of a point, not the one at infinity, with coordinates of the size of its curve.',
    check: ({ publicKey }) => publicKey.family !== 'EC' || isPoint(publicKey)
      ? undefined
      : `an EC key must be a point of ${keyText(publicKey)}, got ${publicKey.octets.length} octets that begin with ${publicKey.octets.toString('hex', 0, 1)}`,
  },
  {
    id: 'rfc8410-key',
    severity: 'error',
    source: 'RFC 8410, sections 3 and 4',
    checks: 'An Ed25519 or Ed448 key has no parameters, and 32 or 57 octets.',
    check: ({ publicKey: { family, algorithm, octets } }) => {
      if (family !== 'ED25519' && family !== 'ED448') {
        return undefined;
      }
      const valid = !algorithm.parameters && octets.length === EDWARDS_OCTETS[family];
      return valid ? undefined : `an ${family === 'ED448' ? 'Ed448' : 'Ed25519'} key must have ${EDWARDS_OCTETS[family]} octets and no parameters, got ${octets.length}`
        + ` octets and ${algorithm.parameters ? 'parameters' : 'none'}`;
    },
  },
  {
    id: 'rfc8813-key-usage',
    severity: 'error',
    source: 'RFC 8813, section 3',
    checks: 'An EC key is not for keyEncipherment or dataEncipherment.',
    check: certificate => certificate.publicKey.family === 'EC' ? forbiddenUsage(certificate, ENCIPHERING) : undefined,
  },
  {
    id: 'rfc9295-key-usage',
    severity: 'error',
    source: 'RFC 8410, section 5, as RFC 9295 replaces it',
    checks: 'An Ed25519 or Ed448 key is for signing only.',
    check: certificate => certificate.publicKey.family === 'ED25519' || certificate.publicKey.family === 'ED448'
      ? forbiddenUsage(certificate, NOT_SIGNING)
      : undefined,
  },
];

function forbiddenUsage({ publicKey, values: { keyUsage } }: LintedCertificate, forbidden: readonly KeyUsage[]): string | undefined {
  const wrong = forbidden.filter(usage => keyUsage?.has(usage));
  return wrong.length > 0 ? `the key usage must not have ${wrong.join(', ')} with a key that can only sign (${keyText(publicKey)})` : undefined;
}

function isOdd(number: Buffer): boolean {
  return number[number.length - 1] % 2 === 1;
}

function isCommonExponent(exponent: Buffer): boolean {
  return numberOf(exponent) === RSA_PUBLIC_EXPONENT;
}

function describeExponent(exponent: Buffer): string {
  return exponent.length <= 6 ? `the public exponent ${numberOf(exponent)}` : `a public exponent of ${exponent.length} octets`;
}

/** SEC 1, section 2.3.3: 04 and two coordinates, or 02 or 03 and one coordinate. */
function isPoint({ octets, curve }: PublicKeyFacts): boolean {
  const [form] = octets;
  const coordinates = form === 4 ? 2 : 1;
  const size = curveOf(curve)?.coordinateOctets;
  return [2, 3, 4].includes(form) && (size === undefined ? octets.length > 1 : octets.length === 1 + coordinates * size);
}
