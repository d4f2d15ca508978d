import { NamedFunction } from './function-revocation';
import { functionsInOutputs } from './functions-in-outputs';
import { FileOutputs, outputsIn } from '../certificates/stack-outputs';
import { CliError } from '../cli-error';
import { ledgerNamed } from '../list/ledger-choice';
import { ledgersInOutputs } from '../list/ledgers-in-outputs';

/** How the functions of CAs in AWS are named on the command line. */
export interface FunctionChoice {
  /** Names or ARNs of functions; with `outputs`, names of outputs. */
  readonly function?: readonly string[];
  /** Names or ARNs of ledgers; with `outputs`, names of outputs. */
  readonly ledger?: readonly string[];
  /** Outputs files; - for standard input. */
  readonly outputs?: readonly string[];
}

/** A ledger in AWS, as DynamoDB describes it. */
export interface DescribedLedger {
  readonly table: string;
  /** The ARN of the function that revokes certificates of its CA. */
  readonly functionArn: string;
}

/** Finds out about a ledger, by the name or the ARN of the table. */
export type DescribeLedger = (table: string) => Promise<DescribedLedger>;

/** Whether CAs in AWS are meant. */
export function isInAws(choice: FunctionChoice): boolean {
  return choice.function !== undefined || choice.ledger !== undefined || choice.outputs !== undefined;
}

/**
 * The functions that are meant. A function that was named goes before the one to which a ledger leads, and must then be the one of this ledger.
 *
 * @param several whether several functions are of use
 */
export async function namedFunctions(choice: FunctionChoice, several: boolean, describeLedger: () => DescribeLedger): Promise<NamedFunction[]> {
  const outputs = choice.outputs && outputsIn(choice.outputs);
  const ledgers = await Promise.all(ledgersOf(choice, outputs).map(table => describeLedger()(table)));
  const tables = ledgers.map(({ table }) => table);
  const named = functionsOf(choice, outputs, several).map(each => ({ ...each, ledgers: tables.length > 0 ? tables : undefined }));
  const functions = named.length > 0 ? named : ledgers.map(({ table, functionArn }): NamedFunction => ({ name: functionArn, option: '--ledger', ledgers: [table] }));
  if (!several && functions.length !== 1) {
    throw new CliError(`--function, --ledger or --outputs must lead to one CA unless --below selects certificates, got ${functions.length}`);
  }
  return functions;
}

function ledgersOf({ ledger = [] }: FunctionChoice, outputs: FileOutputs | undefined): string[] {
  const tables = ledger.flatMap(each => outputs === undefined ? ledgerNamed(each).ledgers : ledgersInOutputs(outputs, each).ledgers);
  return [...new Set(tables)];
}

function functionsOf({ function: names, ledger }: FunctionChoice, outputs: FileOutputs | undefined, several: boolean): NamedFunction[] {
  if (outputs === undefined) {
    return [...new Set(names)].map(name => ({ name, option: '--function' }));
  }
  if (names === undefined && ledger !== undefined) {
    return [];
  }
  return functionsInOutputs(outputs, names, several).map(name => ({ name, option: '--outputs' }));
}
