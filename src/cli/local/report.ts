/** A part of a stack that only AWS can provide, or several parts of one kind. */
export interface LeftOut {
  /** A resource type, or a part of the template: `output Url`, `rule R`. */
  readonly what: string;
  /** For a resource type, the number of resources. */
  readonly number?: number;
  /** The reason, in words; absent if only AWS has such a thing. */
  readonly reason?: string;
}

/** What happened to a resource in a deployment; `kept` means that the DeletionPolicy of a removed resource keeps it. */
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
  /** The id of the CA that signed this certificate. */
  readonly lostIssuer?: string;
  /** Whether the private key was made for the certificate and is lost with it. */
  readonly losesKey?: boolean;
}

/** The place of something that no longer belongs to a resource. */
export interface KeptPlace {
  /** The name of the former resource. */
  readonly name: string;
  readonly type: string;
  /** A file, a folder, or the ledger in the state. */
  readonly place: string;
}

/** A removed CA whose ledger and key stay, with the attributes for `PrivateIotCa.fromKeptCa`, which takes it back. */
export interface KeptCa {
  /** The name of the former resource. */
  readonly name: string;
  readonly caId: string;
  readonly ledgerTableArn: string;
  readonly privateKeySecretArn?: string;
  readonly signingKeyArn?: string;
}

/** The result of the deployment of a stack. */
export interface StackReport {
  readonly stackName: string;
  /** Set if the whole stack was removed. */
  readonly removed?: boolean;
  /** The resources to which something happened. */
  readonly resources: readonly ResourceReport[];
  readonly unchanged: number;
  /** What stays of removed or replaced resources. */
  readonly kept: readonly KeptPlace[];
  /** The CAs that can be taken back from there. */
  readonly keptCas: readonly KeptCa[];
  /** The parts of the template that are not carried out here. */
  readonly leftOut: readonly LeftOut[];
  /** What went wrong without making the deployment fail. */
  readonly warnings: readonly string[];
}

/** What a whole run leaves out, for people: each type once, with its number in all stacks, and each reason once. */
export function describeLeftOut(stacks: readonly StackReport[]): string[] {
  const types = new Map<string, number>();
  const parts = new Map<string, string[]>();
  for (const { stackName, leftOut } of stacks) {
    for (const { what, number, reason = '' } of leftOut) {
      if (number === undefined) {
        parts.set(reason, [...parts.get(reason) ?? [], `${what} of stack ${stackName}`]);
      } else {
        types.set(what, (types.get(what) ?? 0) + number);
      }
    }
  }
  return [
    ...[...types].map(([type, number]) => `${number} × ${type}`),
    ...[...parts].map(([reason, names]) => `${names.join(', ')}${reason && `: ${reason}`}`),
  ];
}
