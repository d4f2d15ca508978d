import { knownCa } from '../issuing-ca';
import { LedgerEntry } from '../ledger/ledger';
import { assertWanted } from '../ledger/wanted';
import { Ports } from '../ports';
import { assertCanSign, PROOF, ProofRequest, proofReservation } from '../prove-possession';
import { assertIssues } from '../revoked-ca';

/** Foresees what `provePossession` would do. A signature that would be made is recorded as a placeholder. */
export async function foreseeSignature(request: ProofRequest, ports: Ports): Promise<LedgerEntry & { readonly signature: Buffer }> {
  const { declaration, identity, requestId } = request;
  const ledger = ports.ledger(declaration.issuerLedgerTable);
  const entry = await ledger.find(identity);
  assertWanted(request, entry);
  const ca = (await knownCa(declaration.issuer, ledger, declaration.issuerKeyIdentifier))!;
  if (entry?.status === 'ISSUED') {
    return { ...entry, signature: entry.signature ?? placeholder(entry) };
  }
  await assertIssues(declaration.issuer, ca, declaration.issuerLedgerTable, PROOF, ports);
  if (entry?.signature) {
    await ledger.advance(entry, 'ISSUED', { issuedBy: requestId }, request);
    return { ...entry, signature: entry.signature };
  }
  assertCanSign(declaration, ca);
  const reserved = entry?.status === 'RESERVED' ? entry : proofReservation(request, ca, ports);
  if (reserved !== entry) {
    await ledger.reserve(reserved, entry, request);
  }
  const signature = placeholder(reserved);
  await ledger.advance(reserved, 'ISSUED', { signature, issuedBy: requestId }, request);
  return { ...reserved, signature };
}

function placeholder({ serialNumber }: LedgerEntry): Buffer {
  return Buffer.from(`signature ${serialNumber}`);
}
