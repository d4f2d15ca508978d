import { FoundCa, FoundCertificate, LedgerContents, Retirement, retirementIn } from './listed-certificate';
import { quote } from '../../contract/rules';
import { CliError } from '../cli-error';
import { Disk } from '../disk';
import { listed } from '../export/output-names';
import { fromStored, keyOf } from '../local/directory-ledger';
import { FleetCa, fleetCas, fleetCertificates, IssuedCertificate, ledgerCertificates, revocationOf } from '../local/issued-certificates';
import { State } from '../local/state';
import { StateStore } from '../local/state-store';

/**
 * The certificates of a local deployment.
 *
 * @param cas paths of CAs with their stacks, or identities of CAs; all CAs if absent
 */
export function localInventory(directory: string, cas: readonly string[] | undefined, disk: Disk): LedgerContents {
  const store = StateStore.ofDeployment(directory, disk);
  const { state } = store;
  const all = ledgerCertificates(state);
  const known = [...all.map(({ table, entry: { issuer }, ca }) => ({ table, issuer, ca })), ...fleetCas(store)];
  const unknown = cas?.find(name => !known.some(each => isOfCa(each, name)));
  if (unknown !== undefined) {
    throw new CliError('--ca must be the path of the construct of a CA of this deployment, with its stack, or the caId of the CA '
      + `(${listed(known.map(({ ca }) => ca))}), got ${quote(unknown)}`);
  }
  const isChosen = (ca: FleetCa): boolean => cas?.some(name => isOfCa(ca, name)) ?? true;
  const retirements = retirementsIn(state);
  return { cas: casOf(known.filter(isChosen), state), certificates: found() };

  function* certificates(): Iterable<IssuedCertificate & { readonly superseded: boolean }> {
    for (const each of all) {
      yield { ...each, superseded: state.ledgers[each.table].latest[each.entry.identity] !== keyOf(each.entry) };
    }
    yield* fleetCertificates(store);
  }

  async function* found(): AsyncIterable<FoundCertificate> {
    for (const certificate of certificates()) {
      const { table, entry, superseded, ca, stack, resource } = certificate;
      if (!isChosen({ table, issuer: entry.issuer, ca })) {
        continue;
      }
      yield {
        entry: fromStored(entry),
        superseded,
        revocation: revocationOf(state, certificate),
        retirement: retirements.get(entry.identity),
        ca,
        stack,
        resource,
      };
    }
  }
}

function isOfCa({ ca, issuer }: FleetCa, name: string): boolean {
  return ca === name || issuer === name;
}

/** The CAs of the deployment that issue nothing any more. Only its own ledger knows about the retirement of a CA. */
function retirementsIn({ ledgers }: State): Map<string, Retirement> {
  return new Map(Object.values(ledgers).flatMap(({ latest, entries }) => Object.entries(latest).flatMap(([identity, key]) => {
    const retirement = retirementIn(entries[key]);
    return retirement ? [[identity, retirement] as const] : [];
  })));
}

/** The CAs that have signed these certificates. A ledger has the certificate of each CA whose certificates it holds. */
function casOf(certificates: readonly FleetCa[], { ledgers }: State): FoundCa[] {
  const cas = new Map(certificates.map(each => [each.issuer, each]));
  return [...cas.values()].map(({ table, ca, issuer }) => {
    const { latest, entries } = ledgers[table];
    const own = entries[latest[issuer]];
    return { caId: issuer, name: ca, retirement: retirementIn(own), certificate: fromStored(own).certificate };
  });
}
