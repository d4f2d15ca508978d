import { LeftOut } from './left-out';

/** What happened to a resource in a deployment; `kept` is what its DeletionPolicy says of a removed one. */
export type Outcome = 'created' | 'updated' | 'replaced' | 'removed' | 'kept';

/** A resource to which something happened. */
export interface ResourceReport {
  readonly name: string;
  readonly type: string;
  readonly outcome: Outcome;
  /** The last second of a certificate's validity. */
  readonly notAfter?: string;
  /** The id of the certificate that the resource no longer has. */
  readonly lostId?: string;
  /** The id of the CA that signed that one. */
  readonly lostIssuer?: string;
  /** Whether its private key was made for it and goes with it. */
  readonly losesKey?: boolean;
}

/** Where something lies that no resource has any more. */
export interface KeptPlace {
  /** What the resource was called. */
  readonly name: string;
  readonly type: string;
  /** A file, a folder, or the ledger in the state. */
  readonly place: string;
}

/** A CA that was removed and whose ledger and key stay, by the attributes of `PrivateIotCa.fromKeptCa`, which takes it back in. */
export interface KeptCa {
  /** What its resource was called. */
  readonly name: string;
  readonly caId: string;
  readonly ledgerTableArn: string;
  readonly privateKeySecretArn?: string;
  readonly signingKeyArn?: string;
}

/** What the deployment of a stack has come to. */
export interface StackReport {
  readonly stackName: string;
  /** Set where the whole stack was removed. */
  readonly removed?: boolean;
  /** The resources to which something happened. */
  readonly resources: readonly ResourceReport[];
  readonly unchanged: number;
  /** What stays of resources that went or that were replaced. */
  readonly kept: readonly KeptPlace[];
  /** The CAs among that. */
  readonly keptCas: readonly KeptCa[];
  /** What is not carried out here. */
  readonly leftOut: readonly LeftOut[];
  /** What went wrong without making the deployment fail. */
  readonly warnings: readonly string[];
}
