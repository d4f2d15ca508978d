import { complain } from './property-values';
import { Complaint } from '../contract/rules';
import { formatTime } from '../contract/term';
import { assertCanIssue, CaChain } from '../pki/ca-chain';
import { Certificate } from '../pki/certificate';

/**
 * Checks what has to be so of a CA that was signed elsewhere before its first use, and is not a matter of its chain.
 *
 * @param property the name of the property with its certificate, for errors
 */
export function assertUsable(property: string, chain: CaChain, now: Date): void {
  assertCanIssue(property, chain);
  [chain.certificate, ...chain.chain].forEach(each => complain(checkValid(property, each, now)));
}

function checkValid(property: string, { validity: { notBefore, notAfter } }: Certificate, now: Date): Complaint {
  return now >= notBefore && now <= notAfter ? undefined
    : `${property} must be valid on ${formatTime(now)}, got one from ${formatTime(notBefore)} to ${formatTime(notAfter)}`;
}
