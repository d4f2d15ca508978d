import { PROFILES } from '../../pki/profile';

/** The profiles of the certificates in a ledger. That of an OCSP responder is in none. */
export const PROFILE_NAMES: readonly string[] = Object.keys(PROFILES).filter(name => name !== 'ocspResponder');
