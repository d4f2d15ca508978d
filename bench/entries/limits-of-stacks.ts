/** A stack takes 500 resources, and a device certificate is two of them. */
export const CERTIFICATES_A_STACK = 200;

/** A stack uses twelve CAs at most, and the root is one of them in each. */
export const CAS_A_STACK = 11;
