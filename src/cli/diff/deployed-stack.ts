import { JsonMap } from '../../contract/json-map';
import { ReadLedger } from '../../issuing/aws/read-ledger';
import { StackResource } from '../../issuing/ports';

/** A stack, as it is deployed in AWS. */
export interface DeployedStack {
  readonly stackId: string;
  readonly parameters: { readonly [name: string]: string };
  readonly outputs: readonly DeployedOutput[];
  readonly template: JsonMap;
  readonly resources: readonly StackResource[];
}

/** An output of a deployed stack. */
export interface DeployedOutput {
  readonly key: string;
  readonly value: string;
  /** The name under which other stacks import it. */
  readonly exportName?: string;
}

/** Reads what is deployed in AWS. */
export interface DeployedReader {
  /** The configured Region, to which a stack is deployed whose app names none. */
  readonly region: () => Promise<string>;
  /**
   * A stack, or `undefined` if it is not deployed.
   *
   * @param name the name or the id of the stack
   * @param region the Region of the stack; if absent, the configured Region
   */
  readonly stack: (name: string, region: string | undefined) => Promise<DeployedStack | undefined>;
  /** @param region the Region of the stack that names the table */
  readonly ledger: (table: string, region: string) => ReadLedger;
}
