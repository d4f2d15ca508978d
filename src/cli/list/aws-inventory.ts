import { LedgerChoice } from './ledger-choice';
import { FoundCa, FoundCertificate, LedgerContents, retirementIn } from './listed-certificate';
import { quote } from '../../contract/rules';
import { Inventory, isCertificate } from '../../issuing/ledger/inventory';
import { stackName } from '../../issuing/revocation/select-certificates';
import { Requester } from '../../resource/lifecycle-event';
import { CliError } from '../cli-error';

/** Opens the ledger in a table, by its name or its ARN. */
export type OpenLedger = (table: string) => Inventory;

/** A CA, and a ledger that knows it. */
interface Home extends FoundCa {
  readonly ledger: string;
  readonly inventory: Inventory;
}

/**
 * The certificates in ledgers of AWS. Before the first one is returned, every CA is looked up.
 *
 * @throws CliError if a ledger can't be read or knows none of the CAs, or if no ledger knows a CA
 */
export async function awsInventory(choice: LedgerChoice, open: OpenLedger): Promise<LedgerContents> {
  const homes = await homesOf(choice, open);
  // Only its own ledger knows about the retirement of a CA.
  const retirements = new Map(homes.flatMap(({ caId, retirement }) => retirement ? [[caId, retirement] as const] : []));
  return { cas: homes, certificates: found() };

  async function* found(): AsyncIterable<FoundCertificate> {
    for (const { caId, name, inventory } of homes) {
      for await (const each of inventory.certificates(caId)) {
        if (isCertificate(each.entry)) {
          const { entry } = each;
          yield { ...each, retirement: retirements.get(entry.identity), ca: name, stack: stackName(entry.stackId), resource: nameOf(entry) };
        }
      }
    }
  }
}

/** A ledger knows the CA whose certificates it holds, and also the CAs that this CA has signed, for which it holds no certificates. */
async function homesOf({ ledgers, cas, wayOut }: LedgerChoice, open: OpenLedger): Promise<Home[]> {
  const homes: Home[] = [];
  for (const ledger of ledgers) {
    const inventory = open(ledger);
    for (const caId of cas) {
      const entry = await inventory.ca(caId);
      if (entry) {
        homes.push({ caId, name: nameOf(entry), retirement: retirementIn(entry), certificate: entry.certificate, ledger, inventory });
      }
    }
  }
  const unknown = cas.find(caId => !homes.some(home => home.caId === caId));
  if (unknown !== undefined) {
    throw new CliError(`--ca must be the caId of a CA in ${ledgers.join(', ')}, got ${quote(unknown)}, which is not there`);
  }
  const unread = ledgers.find(ledger => !homes.some(home => home.ledger === ledger));
  if (unread !== undefined && wayOut !== undefined) {
    throw new CliError(`the caId of the CA whose ledger is ${unread} is not known, and the ledger files certificates by it; ${wayOut}`);
  }
  return homes;
}

function nameOf({ stackId, logicalResourceId }: Requester): string {
  return `${stackName(stackId)}/${logicalResourceId}`;
}
