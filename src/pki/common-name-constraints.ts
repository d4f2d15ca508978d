import { RawGeneralName } from './general-names';
import { isWithin, NameConstraints, reachesInto } from './name-subtrees';
import { ProfileName } from './profile';
import { addressOctets } from '../contract/general-names';
import { Complaint, quote } from '../contract/rules';

/** The facts of a certificate against which its common name is judged. */
export interface CommonNameFacts {
  readonly commonName: string;
  /** The names beside the subject. */
  readonly alternativeNames: readonly RawGeneralName[];
  readonly profile: ProfileName;
}

/** Common names that Java takes for a host name, also in the certificate of a CA. */
const HOST_LIKE = /^[a-z\d][a-z\d-]*(\.[a-z\d][a-z\d-]*)*$/i;

/** Common names that Java and Botan take for an address, including old forms such as 10.1 for 10.0.0.1. */
const ADDRESS_LIKE = /^\d+(\.\d+){1,3}$/;

/**
 * Checks a common name against a CA's constraints on host names and addresses. RFC 5280 has no such rule. But where a certificate has no
 * alternative name of the type, validators take its common name for a host name or an address, each by another rule: OpenSSL takes names
 * that look like host names, Java also single labels, wolfSSL every name, GnuTLS and NSS every name in a server's certificate. This check
 * is as strict as the strictest validator.
 *
 * @throws Error where one of these validators would refuse the certificate
 */
export function assertCommonNamePermitted({ commonName, alternativeNames, profile }: CommonNameFacts, constraints: NameConstraints): void {
  const has = (type: RawGeneralName['type']) => alternativeNames.some(name => name.type === type);
  const isTaken = (type: RawGeneralName['type']) => !has(type) && [...constraints.permitted, ...constraints.excluded].some(base => base.type === type);
  if (isTaken('dns')) {
    assertHost(commonName, profile, constraints);
  }
  if (isTaken('ip')) {
    assertAddress(commonName, constraints);
  }
  const isConstrained = constraints.permitted.length + constraints.excluded.length > 0;
  if ((isConstrained && !has('dns') || isTaken('ip')) && commonName.startsWith('.')) { // Botan refuses it, whatever types the constraints are on
    throw refusal(commonName, 'exclude names that begin with a dot', 'dns');
  }
}

function assertHost(commonName: string, profile: ProfileName, constraints: NameConstraints): void {
  const host = { type: 'dns', value: hostIn(commonName) } as const;
  if (constraints.excluded.some(base => reachesInto(host, base))) {
    throw refusal(commonName, 'exclude it', 'dns');
  }
  if (isOutsideDomains(commonName, constraints) && isJudged(commonName, profile)) {
    throw refusal(commonName, `permit ${domainsOf(constraints)}`, 'dns');
  }
}

/** Whether host names are permitted, and the common name, taken literally, is none of them. */
function isOutsideDomains(commonName: string, { permitted }: NameConstraints): boolean {
  const host = { type: 'dns', value: hostIn(commonName) } as const;
  const bases = permitted.filter(({ type }) => type === 'dns');
  return bases.length > 0 && !(host.value === commonName.toLowerCase() && bases.some(base => isWithin(host, base)));
}

function domainsOf({ permitted }: NameConstraints): string {
  return permitted.filter(({ type }) => type === 'dns').map(({ value }) => quote(value)).join(', ');
}

/**
 * Only wolfSSL and Botan judge the common name of a CA that does not look like a host name; most CAs have such a name. A certificate that
 * proves possession is shown once, to the platform that dictates its common name. `checkCommonNameElsewhere` warns of both.
 */
function isJudged(commonName: string, profile: ProfileName): boolean {
  return profile === 'ca' ? HOST_LIKE.test(commonName) : profile !== 'verification';
}

/** The validators that refuse a common name outside of the permitted host names, for the profiles that are issued nevertheless. */
const REFUSED_BY: { readonly [P in ProfileName]?: string } = {
  ca: 'wolfSSL, and Botan if it has a dot, treat it as a host name and refuse everything below the CA; if one of them verifies, '
    + 'choose a commonName that lies within, such as ca.example.com below example.com',
  verification: 'GnuTLS and wolfSSL, and Java if it looks like a host name, refuse the certificate; if the platform does too, '
    + 'prove possession of a CA without such constraints',
};

/**
 * Whether a common name is issued although one of the validators takes it for a host name outside of the constraints.
 *
 * @param facts without a common name where it is not known; a code that a platform dictates is never a host name
 */
export function checkCommonNameElsewhere(
  { commonName, alternativeNames, profile }: Omit<CommonNameFacts, 'commonName'> & Partial<CommonNameFacts>, constraints: NameConstraints,
): Complaint {
  const refusedBy = commonName !== undefined || profile === 'verification' ? REFUSED_BY[profile] : undefined;
  const isTaken = !alternativeNames.some(({ type }) => type === 'dns') && isOutsideDomains(commonName ?? '', constraints);
  return refusedBy && isTaken
    ? `the commonName${commonName === undefined ? '' : ` ${quote(commonName)}`} should lie within the host names that a CA above permits, ${domainsOf(constraints)}: ${refusedBy}`
    : undefined;
}

/** The complaint of either `assertCommonNamePermitted` or `checkCommonNameElsewhere` about a common name. */
export function checkCommonName(facts: CommonNameFacts, constraints: NameConstraints): Complaint {
  try {
    assertCommonNamePermitted(facts, constraints);
  } catch (error) {
    return (error as Error).message;
  }
  return checkCommonNameElsewhere(facts, constraints);
}

function assertAddress(commonName: string, { permitted, excluded }: NameConstraints): void {
  const octets = addressOctets(commonName);
  if (!octets && !ADDRESS_LIKE.test(commonName)) {
    return;
  }
  const bases = permitted.filter(({ type }) => type === 'ip');
  const isRefused = (address: RawGeneralName): boolean =>
    excluded.some(base => isWithin(address, base)) || (bases.length > 0 && !bases.some(base => isWithin(address, base)));
  if (!octets || formsOf(octets).some(value => isRefused({ type: 'ip', value }))) {
    throw refusal(commonName, octets ? 'do not permit it' : 'permit no address in that form', 'ip');
  }
}

/** An address as written, and, for IPv4 mapped into IPv6, also as Java reads it (RFC 4291, section 2.5.5.2). */
function formsOf(octets: readonly number[]): Buffer[] {
  const isMapped = octets.length === 16 && octets.slice(0, 10).every(octet => octet === 0) && octets[10] === 0xff && octets[11] === 0xff;
  return [Buffer.from(octets), ...isMapped ? [Buffer.from(octets.slice(12))] : []];
}

/** The host name that a validator could read in a common name: without a port, a dot at the end, or dots of other scripts. */
function hostIn(commonName: string): string {
  return commonName.normalize('NFKC').toLowerCase().replace(/[\u3002\uff61]/g, '.').replace(/:\d+$/, '').replace(/\.+$/, '');
}

function refusal(commonName: string, what: string, type: 'dns' | 'ip'): Error {
  return new Error(`without a subjectAlternativeNames.${type}, validators treat the commonName `
    + `${quote(commonName)} as ${type === 'dns' ? 'a host name' : 'an address'}, `
    + `and the CA's name constraints ${what}; add such a name that lies within them, or choose a commonName that does`);
}
