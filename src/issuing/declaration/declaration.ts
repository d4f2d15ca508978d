import { DeclaredExtensions } from '../../contract/extensions';
import { NameLists } from '../../contract/general-names';
import { HashAlgorithmName, KeyAlgorithmName } from '../../contract/key-algorithms';
import { BundleProperties, KeyStorageProperties } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import { SubjectValues } from '../../contract/subject-attributes';
import { AllowedSubject } from '../../contract/subject-rules';
import { Tag } from '../../contract/tags';
import { Term } from '../../contract/term';
import { CertificationRequest } from '../../pki/certification-request';
import { ProfileName } from '../../pki/profile';
import { PlatformId } from '../../platforms/registry';

/** What a resource declares, parsed and checked. */
export interface Declaration {
  readonly resourceType: ResourceType;
  readonly profile: ProfileName;
  /** The ledger in which it is recorded what this resource, if it is a CA, issues. */
  readonly ledgerTable: string;
  /** The ledger in which its own certificate is recorded: that of the CA which signs it. */
  readonly issuerLedgerTable: string;
  /** The identity of the CA that signs; absent for a CA that signs itself or is signed elsewhere. */
  readonly issuer?: string;
  /** The key identifier that the CA must have, in hexadecimal digits. */
  readonly issuerKeyIdentifier?: string;
  /** Absent where it is that of a request which has not been read yet. */
  readonly subject?: SubjectValues;
  /** Absent where the key comes with a request. */
  readonly keyAlgorithm?: KeyAlgorithmName;
  readonly hashAlgorithm: HashAlgorithmName;
  /** Absent for a CA that is signed elsewhere. */
  readonly term?: Term;
  readonly pathLength?: number;
  readonly generation: number;
  readonly platforms: readonly PlatformId[];
  /** Where the private key is held; absent where it is thrown away after use, or never seen. */
  readonly keyStorage?: KeyStorageProperties;
  /** The tags of the parameter that holds it; none where it is elsewhere. */
  readonly tags: readonly Tag[];
  readonly request?: DeclaredRequest;
  readonly extensions?: DeclaredExtensions;
  readonly bundles: readonly BundleProperties[];
  readonly clipToIssuer: boolean;
  /** Whether the key outlives its resource. */
  readonly retainKey: boolean;
  /** Of a CA: the identity of the CA that it replaces by declaration. */
  readonly replaces?: string;
  /** Of a CA that is signed elsewhere: its certificate and those above it, PEM; absent until there is one. */
  readonly signedElsewhere?: { readonly certificatePem?: string };
}

/** A certificate signing request that a certificate is to be made from. */
export interface DeclaredRequest {
  /** Absent where it is in a secret that has not been read yet. */
  readonly content?: CertificationRequest;
  /** The subject of the request; absent with the content, and where the declaration has one of its own. */
  readonly subject?: SubjectValues;
  readonly secretArn?: string;
  readonly allowedNames?: NameLists;
  /** Which subject may be taken from the request. */
  readonly allowedSubject?: AllowedSubject;
}
