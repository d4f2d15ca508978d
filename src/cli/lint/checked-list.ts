import { CheckedList, ThingToCheck } from './lint-result';
import { lintedOf } from './linted-of';
import { crlRulesFor, lintCrl } from '../../pki/lint/lint-crl';
import { LintedCrl, readLintedCrl } from '../../pki/lint/model/linted-crl';
import { isSameName } from '../../pki/name-comparison';
import { signatureAlgorithmOf } from '../../pki/signature-algorithms';
import { isSignedBy } from '../../pki/signer';
import { CertificateFacts } from '../certificates/certificate-facts';
import { MAX_CANDIDATES } from '../certificates/chain';
import { formatDistinguishedName } from '../certificates/distinguished-name';

/** Checks a revocation list, together with the certificate of its CA if that is among the given ones. */
export function checkedList(thing: ThingToCheck, given: readonly CertificateFacts[], now: Date): CheckedList {
  const list = readable(thing.der);
  const signer = list && caOf(list, given);
  const context = { now, ca: signer && lintedOf(signer) };
  return {
    ...thing,
    issuer: list?.issuer.readable ? formatDistinguishedName(list.issuer.der) : undefined,
    rules: crlRulesFor(context),
    signerFound: context.ca !== undefined,
    findings: lintCrl(thing.der, context),
  };
}

/**
 * Finds the CA among the certificates that have its name or its key identifier. A rule reports it if the other one differs. If none of their
 * keys has signed the list, it is a CA that the list names, so that a rule reports the signature; its key identifier must fit then, because
 * two CAs can have the same name.
 */
function caOf(list: LintedCrl, given: readonly CertificateFacts[]): CertificateFacts | undefined {
  const wanted = list.values.authorityKeyIdentifier?.toString('hex');
  const isNamed = ({ subjectName }: CertificateFacts): boolean => list.issuer.readable && isSameName(subjectName, list.issuer.der);
  const fits = ({ subjectKeyIdentifier: its }: CertificateFacts): boolean => wanted === undefined || its === undefined || its === wanted;
  const candidates = given.filter(each => isNamed(each) || (wanted !== undefined && each.subjectKeyIdentifier === wanted)).slice(0, MAX_CANDIDATES);
  return candidates.find(each => hasSigned(list, each)) ?? candidates.find(each => isNamed(each) && fits(each) && each.ca !== false);
}

function hasSigned({ tbs, outerSignature, signature }: LintedCrl, { publicKey }: CertificateFacts): boolean {
  const algorithm = signatureAlgorithmOf(outerSignature.der);
  return publicKey !== undefined && algorithm !== undefined && isSignedBy(publicKey, algorithm.hash, tbs, signature);
}

function readable(der: Buffer): LintedCrl | undefined {
  try {
    return readLintedCrl(der);
  } catch {
    return undefined; // the findings say so
  }
}
