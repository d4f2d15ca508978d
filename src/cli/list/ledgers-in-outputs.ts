import { quote } from '../../contract/rules';
import { FileOutputs } from '../certificates/stack-outputs';
import { CliError } from '../cli-error';
import { isCaId, isTable, LedgerChoice } from './ledger-choice';
import { listed, namedOutputs, nameOf } from '../export/output-names';

/** An output that is called after the property of the CA, also below a construct, whose outputs CDK gives a hash. */
const OF_LEDGER = /Ledger(?:Table)?(?:Name|Arn)?(?:[0-9A-F]{8})?$/;

/**
 * The ledgers and the CAs that outputs files of `cdk deploy` name.
 *
 * @param output the name of the output with a ledger, if not all of them are meant
 */
export function ledgersInOutputs({ source, outputs }: FileOutputs, output: string | undefined): LedgerChoice {
  const ofLedgers = outputs.filter(each => OF_LEDGER.test(each.output));
  const found = output === undefined ? ofLedgers : namedOutputs(output, outputs);
  if (output === undefined && found.length === 0) {
    throw new CliError(`${source}: no output is called LedgerTable; declare one whose value is ca.ledger.tableArn, deploy, and list again, `
      + 'or name another output with --ledger');
  }
  if (output !== undefined && found.length !== 1) {
    throw new CliError(`--ledger must be an output of ${source} with the ledger of a CA (${listed(ofLedgers.map(nameOf))}), got ${quote(output)}`);
  }
  const other = found.find(({ value }) => !isTable(value));
  if (other) {
    throw new CliError(`${source}: ${nameOf(other)} must be the name or the ARN of the ledger of a CA, got ${quote(other.value)}`);
  }
  return {
    ledgers: [...new Set(found.map(({ value }) => value))],
    cas: [...new Set(outputs.map(({ value }) => value).filter(isCaId))],
    wayOut: `declare an output of ${source} whose value is ca.caId, and deploy, or give it with --ca`,
  };
}
