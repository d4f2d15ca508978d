/** What the constructs and the functions that give revocation lists to services of AWS agree on; see decisions/0025-lists-given-to-services.md. */

/** The types of the custom resources. They are final, because CloudFormation does not let a type change. */
export const GivenListType = {
  ROLES_ANYWHERE: 'Custom::RolesAnywhereRevocationList',
  TRUST_STORE: 'Custom::TrustStoreRevocationList',
} as const;

/** A CA whose list is given to a service, and where the list is. */
export interface GivenListProperties {
  /** The identity of the CA. */
  readonly CaId: string;
  /** The name of the CA's ledger, or its ARN. */
  readonly LedgerTable: string;
  /** The name of the bucket with the published lists. */
  readonly Bucket: string;
}

/** `Custom::RolesAnywhereRevocationList` */
export interface RolesAnywhereListProperties extends GivenListProperties {
  readonly TrustAnchorArn: string;
  /** The name of the list in IAM Roles Anywhere, by which the function finds it. */
  readonly Name: string;
}

/** `Custom::TrustStoreRevocationList` */
export interface TrustStoreListProperties extends GivenListProperties {
  readonly TrustStoreArn: string;
}

/**
 * The environment variables of the functions. A function has what its custom resource declares in its environment too, because an event of a
 * schedule or of a CA tells it nothing.
 */
export interface GivenListEnvironment {
  readonly STACK_ID: string;
  /** The properties of the custom resource, JSON. */
  readonly GIVEN_LIST: string;
}
