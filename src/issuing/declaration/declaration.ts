import { SubjectCa } from './subject-ca';
import { Succession } from './succession';
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
import { DeclaredProfileName } from '../../pki/profile';
import { PlatformId } from '../../platforms/registry';
import { CrlSite } from '../ledger/revocation';

/** What a resource declares, parsed and checked. */
export interface Declaration extends Succession {
  readonly resourceType: ResourceType;
  readonly profile: DeclaredProfileName;
  /** The ledger of the certificates that this resource issues, if it is a CA. */
  readonly ledgerTable: string;
  /** The ledger in which its own certificate is recorded: the ledger of the CA that signs it. */
  readonly issuerLedgerTable: string;
  /** The identity of the CA that signs the certificate; absent for a CA that signs itself or is signed elsewhere. */
  readonly issuer?: string;
  /** The key identifier that the CA must have, in hexadecimal digits. */
  readonly issuerKeyIdentifier?: string;
  /** Absent if the subject comes from a request that has not been read yet, or from another CA's certificate. */
  readonly subject?: SubjectValues;
  /** Absent if the key comes with a request, or is that of another CA. */
  readonly keyAlgorithm?: KeyAlgorithmName;
  readonly hashAlgorithm: HashAlgorithmName;
  /** Absent for a CA that is signed elsewhere, and for a cross-certificate until its subject CA's certificate has been read. */
  readonly term?: Term;
  readonly pathLength?: number;
  readonly generation: number;
  readonly platforms: readonly PlatformId[];
  /** Where the private key is held; absent if the key is thrown away after use, or never seen here. */
  readonly keyStorage?: KeyStorageProperties;
  /** The tags of the parameter that holds the private key; none if the key is elsewhere. */
  readonly tags: readonly Tag[];
  readonly request?: DeclaredRequest;
  /** For a cross-certificate: the CA whose key it certifies. */
  readonly subjectCa?: SubjectCa;
  readonly extensions?: DeclaredExtensions;
  /**
   * Where the CA publishes the revocation list that the certificate names, and where it answers OCSP requests. Neither is declared: both are
   * read from the CA's ledger when the certificate is made, and are no part of the identity, because a CA that begins to publish must not
   * replace what it has issued.
   */
  readonly crlSite?: CrlSite;
  readonly ocspUrl?: string;
  readonly bundles: readonly BundleProperties[];
  readonly clipToIssuer: boolean;
  /** When the certificate is renewed by the schedule; absent if it is not. */
  readonly renewal?: DeclaredRenewal;
  /** Whether the key outlives its resource. */
  readonly retainKey: boolean;
  /** For a CA that is signed elsewhere: its certificate and those above it, PEM; absent until the certificate exists. */
  readonly signedElsewhere?: { readonly certificatePem?: string };
}

/** That a certificate is renewed, and what is declared, since the schedule has no request that says so. */
export interface DeclaredRenewal {
  /** How many days before its end the certificate is renewed. */
  readonly beforeDays: number;
  readonly keepKey: boolean;
  readonly resourceType: ResourceType;
  /** The properties of the resource, JSON. */
  readonly properties: string;
}

/** A certificate signing request that a certificate is to be made from. */
export interface DeclaredRequest {
  /** Absent if the request is in a secret that has not been read yet. */
  readonly content?: CertificationRequest;
  /** The subject of the request; absent if the content is absent, or if the declaration has its own subject. */
  readonly subject?: SubjectValues;
  readonly secretArn?: string;
  readonly allowedNames?: NameLists;
  /** Which subject may be taken from the request. */
  readonly allowedSubject?: AllowedSubject;
}
