import { keyOf } from './directory-ledger';
import { Engine } from './engine';
import { IssuedCertificate, ledgerCertificates } from './issued-certificates';
import { State, StoredLedgerEntry } from './state';
import { BUNDLES_WITH_CERTIFICATE, RenewedCa } from '../../contract/renewal';
import { EndingCertificate, LedgerEntry } from '../../issuing/ledger/ledger';
import { RenewalOutcome } from '../../issuing/renewal/renew-certificate';
import { renewDue } from '../../issuing/renewal/renew-due';
import { messageOf } from '../cli-error';

/** What was done about a certificate that was due, as the documents of the command line name it. */
export type DoneRenewal = 'renewed' | 'delivered' | 'takenBack' | 'failed';

const DONE: { readonly [O in Exclude<RenewalOutcome, 'nothing'>]: DoneRenewal } = { 'renewed': 'renewed', 'delivered': 'delivered', 'taken back': 'takenBack' };

/** A certificate that was due, or the CA whose certificates could not be looked through. */
export interface RenewalReport {
  /** The resource: its stack and its path in the stack. */
  readonly resource: string;
  readonly ca: string;
  readonly outcome: DoneRenewal;
  /** The serial number of the certificate that was due; absent for a CA. */
  readonly formerSerialNumber?: string;
  /** The certificate that is in force now; absent if there is no new one. */
  readonly serialNumber?: string;
  readonly notAfter?: string;
  /** The file with the certificate in force, its chain and its key. */
  readonly file?: string;
  /** Why it could not be renewed. */
  readonly failure?: string;
}

/**
 * Renews the certificates of a local deployment that are due, with the code that a schedule runs in AWS: exactly once, wherever an earlier run has ended. What
 * the stacks have as attributes and outputs stays as the last deployment has left it, as in AWS.
 *
 * @param stackNames the stacks whose certificates are renewed; all stacks if absent
 * @throws what kept the state from being written; the failure of a single certificate is reported
 */
export async function renewInDirectory(engine: Engine, stackNames?: readonly string[]): Promise<RenewalReport[]> {
  const { store, ports, progress } = engine;
  const certificates = ledgerCertificates(store.state);
  const known = new Map(certificates.map(certificate => [keyOf(certificate.entry), certificate]));
  const found: { readonly about: EndingCertificate | { readonly caId: string }; readonly outcome: RenewalOutcome | Error }[] = [];
  for (const stackId of stackIds(store.state, stackNames)) {
    const cas = renewedCas(certificates.filter(({ entry }) => entry.stackId === stackId));
    if (cas.length > 0) {
      await progress.during('renewing', () => renewDue(cas, stackId, Infinity, ports, (about, outcome) => found.push({ about, outcome })));
    }
  }
  store.assertSound();
  return Promise.all(found.filter(({ outcome }) => outcome !== 'nothing').map(({ about, outcome }) =>
    'caId' in about ? failedCa(about.caId, outcome, certificates) : report(known.get(keyOf(about))!, outcome, engine)));
}

/** The stacks by their IDs, with their nested stacks. */
function stackIds({ stacks }: State, names: readonly string[] = Object.keys(stacks)): string[] {
  const ids = names.flatMap(name => stacks[name] ?? []).flatMap(({ stackId, resources }) =>
    [stackId, ...Object.values(resources).map(resource => resource.stackId ?? stackId)]);
  return [...new Set(ids)];
}

/** The CAs of certificates that declare a renewal, or once did. */
function renewedCas(certificates: readonly IssuedCertificate[]): RenewedCa[] {
  const cas = new Map<string, RenewedCa>();
  for (const { table: ledgerTable, entry: { issuer: caId, renewal } } of certificates) {
    if (renewal) {
      cas.set(caId, { caId, ledgerTable, beforeDays: Math.max(renewal.beforeDays, cas.get(caId)?.beforeDays ?? 0) });
    }
  }
  return [...cas.values()];
}

async function report(
  { table, resource, ca, entry }: IssuedCertificate, outcome: RenewalOutcome | Error, { ports, secrets, isRehearsal }: Engine,
): Promise<RenewalReport> {
  const about = { resource, ca, formerSerialNumber: entry.serialNumber };
  if (outcome instanceof Error) {
    return { ...about, outcome: 'failed', failure: messageOf(outcome) };
  }
  const done = DONE[outcome as keyof typeof DONE];
  const latest = done === 'takenBack' ? undefined : await ports.ledger(table).find(entry.identity);
  if (!latest) {
    return { ...about, outcome: done };
  }
  const { serialNumber, notAfter, renews } = latest;
  const secret = livingSecret(latest);
  return isRehearsal ? { ...about, outcome: done, notAfter }
    : { ...about, formerSerialNumber: renews, outcome: done, serialNumber, notAfter, file: secret && secrets.pathOf(secret, serialNumber) };
}

/** The secret with the certificate, its chain and its key in one value: the first that holds all of them, as `livingCertificateSecret` of the construct. */
function livingSecret({ bundles = [] }: Pick<LedgerEntry, 'bundles'>): string | undefined {
  return bundles.find(({ Type }) => BUNDLES_WITH_CERTIFICATE.includes(Type))?.SecretArn;
}

function failedCa(caId: string, outcome: RenewalOutcome | Error, certificates: readonly IssuedCertificate[]): RenewalReport {
  const { ca } = certificates.find(({ entry }: { entry: StoredLedgerEntry }) => entry.issuer === caId)!;
  return { resource: ca, ca, outcome: 'failed', failure: messageOf(outcome) };
}
