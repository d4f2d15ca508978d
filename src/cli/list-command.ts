import { CertificateFilter, FilterOptions } from './list/certificate-filter';
import { csvForm } from './list/csv';
import { COLUMNS, jsonForm, tableForm } from './list/forms';
import { AwsLedgers, ledgerContents, LedgerOptions } from './list/ledger-contents';
import { CertificateState, FoundCa, FoundCertificate, ListedCertificate, listedCertificate } from './list/listed-certificate';
import { Form, writePages } from './list/write-pages';
import { outside, Outside } from './local/engine';
import { Terminal } from './terminal';

/** The options of `private-iot-ca list`, as the user typed them. */
export interface ListOptions extends LedgerOptions, FilterOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
}

/**
 * Runs `private-iot-ca list`. Never are more certificates in memory than a page of them, besides the state of a local deployment, which is
 * one file.
 */
export async function listCommand(options: ListOptions, terminal: Terminal, aws: AwsLedgers, reach: Pick<Outside, 'disk' | 'clock'> = outside): Promise<void> {
  const now = reach.clock();
  const filter = new CertificateFilter(options, now);
  const { cas, certificates } = await ledgerContents(options, terminal, aws, reach);
  await writePages(matching(certificates, filter, now), ({ state }) => state, formOf(options, terminal, cas, now), terminal);
  filter.unmatched.forEach(value => terminal.warn(`note: ${value} matches no certificate\n`));
}

function formOf(
  { json, csv }: ListOptions, { columns }: Terminal, cas: readonly FoundCa[], now: Date,
): Form<ListedCertificate, CertificateState> {
  return json ? jsonForm(cas, now) : csv ? csvForm(COLUMNS) : tableForm(cas, now, columns);
}

async function* matching(found: AsyncIterable<FoundCertificate>, filter: CertificateFilter, now: Date): AsyncIterable<ListedCertificate> {
  for await (const each of found) {
    const certificate = listedCertificate(each, now);
    if (filter.matches(certificate)) {
      yield certificate;
    }
  }
}
