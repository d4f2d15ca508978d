import { awsInventory, OpenLedger } from './aws-inventory';
import { ledgerNamed, withCas } from './ledger-choice';
import { ledgersInOutputs } from './ledgers-in-outputs';
import { LedgerContents } from './listed-certificate';
import { localInventory } from './local-inventory';
import { outputsIn } from '../certificates/stack-outputs';
import { Outside } from '../local/engine';
import { Terminal } from '../terminal';

/** The options that choose ledgers, as the user typed them. */
export interface LedgerOptions {
  readonly local: string;
  /** The name or the ARN of the ledger of a CA in AWS; with `outputs`, the name of an output. */
  readonly ledger?: string;
  readonly outputs?: string;
  readonly ca?: readonly string[];
}

/** Loads what reads ledgers in AWS, which a local deployment does not need. */
export type AwsLedgers = () => { readonly openLedger: OpenLedger };

/** Opens the ledgers that the user has chosen: those of a local deployment, unless ledgers in AWS are named. */
export async function ledgerContents(
  { local, ledger, outputs, ca }: LedgerOptions, { progress }: Terminal, aws: AwsLedgers, { disk }: Pick<Outside, 'disk'>,
): Promise<LedgerContents> {
  if (outputs === undefined && ledger === undefined) {
    return localInventory(local, ca, disk);
  }
  const choice = withCas(outputs === undefined ? ledgerNamed(ledger!) : ledgersInOutputs(outputsIn([outputs]), ledger), ca);
  return progress.during('asking', () => awsInventory(choice, aws().openLedger));
}
