import { quote } from '../../contract/rules';
import { TABLE_NAME } from '../../resource/physical-id';
import { CliError } from '../cli-error';

/** Which ledgers in AWS are read, and for which CAs. */
export interface LedgerChoice {
  /** Names or ARNs of tables. */
  readonly ledgers: readonly string[];
  /** The identities of CAs. A ledger files its certificates by them, and does not list them. */
  readonly cas: readonly string[];
  /** What to do about a ledger whose CA is not among these; absent if some ledgers may be left out. */
  readonly wayOut?: string;
}

const TABLE_ARN = /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\//;

/** Whether a value is the name or the ARN of a table. */
export function isTable(value: string): boolean {
  return TABLE_NAME.test(value.replace(TABLE_ARN, ''));
}

/** Whether a value is the identity of a CA. */
export function isCaId(value: string): boolean {
  return /^ca-[0-9a-f]{32}$/.test(value);
}

/** The ledger that `--ledger` names. */
export function ledgerNamed(table: string): LedgerChoice {
  if (!isTable(table)) {
    throw new CliError('--ledger must be the name or the ARN of the ledger of a CA, such as '
      + `arn:aws:dynamodb:eu-central-1:111111111111:table/Iot-CaLedger-1ABCDEF, got ${quote(table)}`);
  }
  return { ledgers: [table], cas: [], wayOut: 'give it with --ca' };
}

/** The same ledgers, but only with the CAs that `--ca` names, if it names some. */
export function withCas(choice: LedgerChoice, cas: readonly string[] | undefined): LedgerChoice {
  const wrong = cas?.find(each => !isCaId(each));
  if (wrong !== undefined) {
    throw new CliError(`--ca must be the caId of a CA in AWS, such as ca-0123456789abcdef0123456789abcdef, got ${quote(wrong)}`);
  }
  return cas ? { ledgers: choice.ledgers, cas } : choice;
}
