/** One attribute of a distinguished name. */
export interface SubjectAttributeFacts {
  /** The template property that carries the attribute. */
  readonly template: string;
  /** The object identifier of the attribute type. */
  readonly oid: string;
  /** The short name from RFC 4514, section 3, or from X.520. */
  readonly label: string;
  /** Upper bound in characters (RFC 5280, appendix A.1, the `ub-` constants). */
  readonly maxLength: number;
  /** Whether RFC 5280, appendix A.1, defines the attribute as PrintableString only. */
  readonly printableOnly?: boolean;
}

/**
 * The attributes that a subject can have, in the order in which they are encoded: from the general to the particular, as X.500 names are
 * written. The order is part of every certificate's identity and never changes. A new attribute may be inserted only where it moves no
 * existing name.
 */
export const SUBJECT_ATTRIBUTES = {
  country: { template: 'Country', oid: '2.5.4.6', label: 'C', maxLength: 2, printableOnly: true },
  stateOrProvince: { template: 'StateOrProvince', oid: '2.5.4.8', label: 'ST', maxLength: 128 },
  locality: { template: 'Locality', oid: '2.5.4.7', label: 'L', maxLength: 128 },
  organization: { template: 'Organization', oid: '2.5.4.10', label: 'O', maxLength: 64 },
  organizationalUnit: { template: 'OrganizationalUnit', oid: '2.5.4.11', label: 'OU', maxLength: 64 },
  distinguishedNameQualifier: {
    template: 'DistinguishedNameQualifier', oid: '2.5.4.46', label: 'dnQualifier', maxLength: 64, printableOnly: true,
  },
  serialNumber: { template: 'SerialNumber', oid: '2.5.4.5', label: 'serialNumber', maxLength: 64, printableOnly: true },
  commonName: { template: 'CommonName', oid: '2.5.4.3', label: 'CN', maxLength: 64 },
} as const satisfies Record<string, SubjectAttributeFacts>;

export type SubjectAttribute = keyof typeof SUBJECT_ATTRIBUTES;

export const SUBJECT_ATTRIBUTE_NAMES = Object.keys(SUBJECT_ATTRIBUTES) as SubjectAttribute[];

/** A distinguished name as plain values, one value per attribute. */
export type SubjectValues = { readonly [A in SubjectAttribute]?: string };

/** The characters of PrintableString (X.680, 41.4): no underscore, at sign, asterisk or ampersand. */
export const PRINTABLE_STRING = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
