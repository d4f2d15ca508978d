import { Complaint, quote } from '../../contract/rules';

/** API reference, ImportCrl, trustAnchorArn, and CreateTrustAnchor, trustAnchorId. */
export function checkTrustAnchorArn(value: unknown): Complaint {
  return /^arn:aws(-[\w-]+)?:rolesanywhere:[a-z0-9-]+:\d{12}:trust-anchor\/[0-9a-f-]{36}$/.test(String(value)) ? undefined
    : `trustAnchorArn must be the ARN of a trust anchor of IAM Roles Anywhere, arn:aws:rolesanywhere:<region>:<account>:trust-anchor/<id>, got ${quote(value)}`;
}

/** API reference, ImportCrl, name. 46 of its 255 characters are taken by what makes it unique. */
export function checkCrlName(value: unknown): Complaint {
  return typeof value === 'string' && /^[ a-zA-Z0-9_-]{1,209}$/.test(value) ? undefined
    : `name must be 1 to 209 letters, digits, spaces, hyphens and underscores, got ${quote(value)}`;
}

/** API reference, ImportCrl and UpdateCrl, crlData: the longest list that IAM Roles Anywhere takes, in bytes of PEM. */
export const MAX_CRL_BYTES = 300_000;
