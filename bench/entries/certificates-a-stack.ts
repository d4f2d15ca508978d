/** A stack takes 500 resources, and a device certificate is two of them. */
export const CERTIFICATES_A_STACK = 200;
