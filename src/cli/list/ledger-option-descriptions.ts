import { Option } from 'commander';
import { repeatable } from '../command-options';

/** The options with which a command is told whose ledgers to read. */
export function ledgerOptionDescriptions(): Option[] {
  return [
    new Option('--local <dir>', 'the directory of the local deployment').default('local-out'),
    new Option('--outputs <file>', 'the file that `cdk deploy --outputs-file` wrote, with outputs LedgerTable and CaId, instead of a local deployment; - for '
      + 'standard input').conflicts('local'),
    new Option('--ledger <name>', 'the name or the ARN of the ledger of a CA in AWS, instead of a local deployment; with --outputs, the output that holds it, if '
      + 'only that one is meant').conflicts('local'),
    repeatable('--ca <ca>', 'the certificates that this CA has signed: the path of its construct, with its stack, or its caId; in AWS, the caId; can be repeated'),
  ];
}
