import { living, named, SubordinateCa, treeBelow } from './ca-tree';
import { localCas } from './local-cas';
import { Outcome } from './report';
import { select, Selection } from './selection';
import { RevocationOrder, revokeCertificate } from '../../issuing/revocation/revoke-certificate';
import { messageOf } from '../cli-error';
import { keyOf } from '../local/directory-ledger';
import { directoryEngine, Outside } from '../local/engine';
import { GivenSecrets } from '../local/given-secrets';
import { fleetCertificates, IssuedCertificate, issuedCertificates } from '../local/issued-certificates';
import { WrittenList, writeRevocationLists } from '../local/revocation-lists';
import { StateStore } from '../local/state-store';
import { silentProgress } from '../terminal';

/** What has happened to the certificates of a local deployment. */
export interface LocalRevocation {
  readonly outcomes: readonly Outcome[];
  readonly lists: readonly WrittenList[];
  /** The CAs below the selected ones whose certificates this deployment does not know. */
  readonly unreached: readonly SubordinateCa[];
  /** The keys of the certificates in the ledger, and the identities of their CAs. */
  readonly keys: ReadonlySet<string>;
  readonly issuers: ReadonlySet<string>;
}

/**
 * Revokes the selected certificates of a local deployment, and makes the revocation lists of all CAs.
 *
 * @param shown the keys of the certificates that the user has seen; another run may have issued more since
 */
export async function revokeInDirectory(
  directory: string, selection: Selection, order: Pick<RevocationOrder, 'reason' | 'invalidityDate' | 'orderedBy'>, reach: Outside,
  shown?: ReadonlySet<string>,
): Promise<LocalRevocation> {
  const store = StateStore.ofDeployment(directory, reach.disk);
  const engine = directoryEngine(store, reach, new GivenSecrets([], []), silentProgress);
  const cas = localCas(store.state);
  const certificates = select(selection, allIssued(store), cas).filter(({ entry }) => shown?.has(keyOf(entry)) ?? true);
  const outcomes: Outcome[] = [];
  for (const certificate of certificates) {
    const { table, entry: { issuer, serialNumber } } = certificate;
    try {
      const { revocation, changed } = await revokeCertificate({ ...order, issuer, serialNumber }, engine.ports.revocations(table), reach.clock());
      const { state, reason, revokedAt, invalidityDate } = revocation;
      outcomes.push({ ...factsOf(certificate), changed, state, reason, revokedAt, invalidityDate });
    } catch (error) {
      store.assertSound();
      outcomes.push({ ...factsOf(certificate), changed: false, error: messageOf(error) });
    }
  }
  // Also where nothing has changed: an earlier run may have ended between the ledger and the list.
  const lists = reach.isRehearsal ? [] : await writeRevocationLists(engine, directory);
  store.close();
  return {
    outcomes,
    lists,
    unreached: living(treeBelow((selection.below ?? []).flatMap(name => named(name, cas)), cas).unreached, reach.clock()),
    keys: new Set(certificates.map(({ entry }) => keyOf(entry))),
    issuers: new Set(certificates.map(({ entry }) => entry.issuer)),
  };
}

/** The certificates that can be revoked; those of fleets without their octets, because very many may be selected. */
function* allIssued(store: StateStore): Iterable<IssuedCertificate> {
  yield* issuedCertificates(store.state);
  for (const each of fleetCertificates(store)) {
    yield { ...each, entry: { ...each.entry, certificate: undefined } };
  }
}

function factsOf({ entry: { serialNumber, subject, commonName }, stack, resource, ca }: IssuedCertificate): Omit<Outcome, 'changed'> {
  return { serialNumber, subject, commonName, stack, resource, ca };
}
