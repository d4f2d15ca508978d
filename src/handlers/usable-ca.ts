import { complain } from './property-values';
import { assertCanIssue, CaChain, checkChainIsValid } from '../pki/ca-chain';

/**
 * Checks what has to be so of a CA that was signed elsewhere before its first use, and is not a matter of its chain.
 *
 * @param property the name of the property with its certificate, for errors
 */
export function assertUsable(property: string, chain: CaChain, now: Date): void {
  assertCanIssue(property, chain);
  complain(checkChainIsValid(property, chain, now));
}
