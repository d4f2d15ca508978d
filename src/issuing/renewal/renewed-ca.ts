import { renewedDeclaration } from './renewed-declaration';
import { DeclaredRenewal } from '../declaration/declaration';
import { isOf } from '../declaration/identity';
import { genuine } from '../issue-certificate';
import { issuingCa } from '../issuing-ca';
import { Holder, LedgerEntry } from '../ledger/ledger';
import { recordCa } from '../ledger/record-ca';
import { Ports } from '../ports';

/** A certificate that declares a renewal. */
export type RenewableEntry = LedgerEntry & { readonly renewal: DeclaredRenewal };

/** Whether a certificate declares a renewal. */
export function isRenewable(entry: LedgerEntry): entry is RenewableEntry {
  return !!entry.renewal;
}

/**
 * Records the certificate that a CA has in the ledger of its issuer in its own ledger too, from which it issues. The two are the same, unless a
 * renewal has ended between them: the certificate is issued first, and recorded in the CA's own ledger afterwards.
 *
 * A request for the CA does the same. Once a later one has begun than the latest when this call begins, nothing is written.
 *
 * @param table the ledger of the issuer
 * @returns what the own ledger has, or `undefined` if the resource does not have the CA there any more
 */
export async function recordRenewedCa(latest: RenewableEntry, table: string, ports: Ports): Promise<LedgerEntry | undefined> {
  const declaration = renewedDeclaration(latest, table);
  const own = ports.ledger(declaration.ledgerTable);
  const { identity, stackId, logicalResourceId } = latest;
  const [record, standing] = [await own.resource(latest), await own.find(identity)];
  if (!record || ![record.declares, record.wants].includes(identity) || !standing || !isOf(standing, latest)) {
    return undefined;
  }
  const holder: Holder = { stackId, logicalResourceId, requestId: record.requestId, evenIfFailed: true };
  const ca = await issuingCa(declaration.issuer, ports.ledger(table), ports, declaration.issuerKeyIdentifier);
  const certified = { ...await genuine({ declaration }, latest, ca, ports), issuerLedgerTable: table };
  return recordCa(certified, holder, own, standing);
}
