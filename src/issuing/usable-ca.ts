import { KeyAlgorithmName } from '../contract/key-algorithms';
import { assertCanIssue, CaChain, checkChainIsValid } from '../pki/ca-chain';
import { checkCaForPlatform } from '../platforms/platform-checks';
import { PlatformId } from '../platforms/registry';
import { complain } from '../resource/property-values';

/**
 * Checks the requirements on a CA that was signed elsewhere before its first use, beyond those that `readCaChain` checks.
 *
 * @param property the name of the property with its certificate, for errors
 */
export function assertUsable(property: string, chain: CaChain, now: Date): void {
  assertCanIssue(property, chain);
  complain(checkChainIsValid(property, chain, now));
}

/** Checks the key of a CA against the rules of platforms. */
export function assertForPlatforms(keyAlgorithm: KeyAlgorithmName, platforms: readonly PlatformId[]): void {
  platforms.forEach(platform => complain(checkCaForPlatform(keyAlgorithm, platform, 'keyAlgorithm of the CA')));
}
