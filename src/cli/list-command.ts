import { awsInventory, OpenLedger } from './list/aws-inventory';
import { CertificateFilter, FilterOptions } from './list/certificate-filter';
import { csvForm, Form, jsonForm, tableForm } from './list/forms';
import { ledgerNamed, withCas } from './list/ledger-choice';
import { ledgersInOutputs } from './list/ledgers-in-outputs';
import { CertificateState, FoundCertificate, ListedCertificate, listedCertificate } from './list/listed-certificate';
import { localInventory } from './list/local-inventory';
import { outside, Outside } from './local/engine';
import { Terminal } from './terminal';

/** The options of `private-iot-ca list`, as the user typed them. */
export interface ListOptions extends FilterOptions {
  readonly local: string;
  /** The name or the ARN of the ledger of a CA in AWS; with `outputs`, the name of an output. */
  readonly ledger?: string;
  readonly outputs?: string;
  readonly ca?: readonly string[];
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** Loads what reads ledgers in AWS, which a local deployment does not need. */
export type AwsLedgers = () => { readonly openLedger: OpenLedger };

/** How many certificates are written at a time. A table has its columns to itself, so a screen should not have too many. */
const PAGE_SIZE = 1_000;

/**
 * Runs `private-iot-ca list`. Never are more certificates in memory than a page of them, besides the state of a local deployment, which is
 * one file.
 */
export async function listCommand(options: ListOptions, terminal: Terminal, aws: AwsLedgers, reach: Pick<Outside, 'disk' | 'clock'> = outside): Promise<void> {
  const now = reach.clock();
  const filter = new CertificateFilter(options, now);
  const found = await inventory(options, terminal, aws, reach);
  await write(matching(found, filter, now), formOf(options, terminal, now), terminal);
  filter.unmatched.forEach(value => terminal.warn(`note: ${value} matches no certificate\n`));
}

async function inventory(
  { local, ledger, outputs, ca }: ListOptions, { progress }: Terminal, aws: AwsLedgers, { disk }: Pick<Outside, 'disk'>,
): Promise<AsyncIterable<FoundCertificate>> {
  if (outputs === undefined && ledger === undefined) {
    return localInventory(local, ca, disk);
  }
  const choice = withCas(outputs === undefined ? ledgerNamed(ledger!) : ledgersInOutputs([outputs], ledger), ca);
  return progress.during('asking', () => awsInventory(choice, aws().openLedger));
}

function formOf({ json, csv }: ListOptions, { columns }: Terminal, now: Date): Form {
  return json ? jsonForm(now) : csv ? csvForm() : tableForm(now, columns);
}

async function* matching(found: AsyncIterable<FoundCertificate>, filter: CertificateFilter, now: Date): AsyncIterable<ListedCertificate> {
  for await (const each of found) {
    const certificate = listedCertificate(each, now);
    if (filter.matches(certificate)) {
      yield certificate;
    }
  }
}

/** Nothing is printed before the first page is there, so that a ledger that can't be read leaves no beginning of a document behind. */
async function write(certificates: AsyncIterable<ListedCertificate>, form: Form, terminal: Terminal): Promise<void> {
  const counts = new Map<CertificateState, number>();
  let page: ListedCertificate[] = [];
  let isFirst = true;
  const writePage = async (): Promise<void> => {
    terminal.print(`${isFirst ? form.begin : ''}${form.page(page, isFirst)}`);
    await terminal.drained?.();
    [page, isFirst] = [[], false];
  };
  for await (const certificate of certificates) {
    counts.set(certificate.state, (counts.get(certificate.state) ?? 0) + 1);
    if (page.push(certificate) === PAGE_SIZE) {
      await writePage();
    }
  }
  if (page.length > 0) {
    await writePage();
  }
  terminal.print(`${isFirst ? form.begin : ''}${form.end(counts)}`);
}
