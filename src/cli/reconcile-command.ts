import { CliError } from './cli-error';
import { quote } from '../contract/rules';
import { csvForm } from './list/csv';
import { AwsLedgers, ledgerContents, LedgerOptions } from './list/ledger-contents';
import { Form, writePages } from './list/write-pages';
import { outside, Outside } from './local/engine';
import { Comparison, Difference, DifferenceKind, DIFFERENCES } from './reconcile/difference';
import { COLUMNS, jsonForm, tableForm } from './reconcile/forms';
import { PlatformOptions, PlatformReach, ReadPlatform, ReconciledPlatform, reconciledPlatform } from './reconcile/platform-choice';
import { Terminal } from './terminal';

/** The options of `private-iot-ca reconcile`, as the user typed them. */
export interface ReconcileOptions extends LedgerOptions, PlatformOptions {
  readonly ignore?: readonly string[];
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** Loads what reads each platform. */
export type Platforms = { readonly [P in ReconciledPlatform]: () => ReadPlatform };

/**
 * Runs `private-iot-ca reconcile`. What the platform keeps is in memory, as far as it is compared; the ledgers are read certificate by
 * certificate. The platform is read first: a certificate that is issued in the meantime may be reported as not registered, and no
 * certificate as unknown to its ledger because it was too new.
 *
 * @returns whether there is no difference
 */
export async function reconcileCommand(
  options: ReconcileOptions, terminal: Terminal, aws: AwsLedgers, platforms: Platforms, reach: Pick<Outside, 'disk' | 'clock'> & PlatformReach = outside,
): Promise<boolean> {
  const now = reach.clock();
  const platform = reconciledPlatform(options);
  const ignored = ignoredKinds(options.ignore);
  const { cas, certificates } = await ledgerContents(options, terminal, aws, reach);
  const inventory = await terminal.progress.during('reading the platform',
    () => platforms[platform]()(options, { cas, areAllCas: options.ca === undefined }, reach));
  const comparison = new Comparison(inventory, ignored, now);
  const forms: { readonly [form: string]: () => Form<Difference, DifferenceKind> } = {
    json: () => jsonForm({ platform, name: inventory.name }, now),
    csv: () => csvForm(COLUMNS),
    table: () => tableForm(inventory.name, () => comparison.compared, now, terminal.columns),
  };
  const form = forms[options.json ? 'json' : options.csv ? 'csv' : 'table']();
  return await writePages(comparison.differences(certificates), ({ kind }) => kind, form, terminal) === 0;
}

function ignoredKinds(given: readonly string[] = []): ReadonlySet<DifferenceKind> {
  const wrong = given.find(kind => !DIFFERENCES.some(each => each === kind));
  if (wrong !== undefined) {
    throw new CliError(`--ignore must be one of ${DIFFERENCES.join(', ')}, got ${quote(wrong)}`);
  }
  return new Set(given as readonly DifferenceKind[]);
}
