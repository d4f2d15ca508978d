import { CaChain } from '../../pki/ca-chain';
import { parseCertificate } from '../../pki/certificate';
import { readCertificates } from '../../pki/certificate-pem';
import { assertLinted } from '../../pki/lint/lint-errors';
import { CertificateRequest } from '../declaration/certificate-request';
import { requestOutcome } from '../declaration/declared-request';
import { AssertFits, completed, issuedFacts, recordDeclared, refuseIfNotIssuing, standing } from '../issue-certificate';
import { chainOf, issuableCa, knownCa } from '../issuing-ca';
import { isSamePlace } from '../keys/custody';
import { IssuedEntry } from '../ledger/genuine-entry';
import { Ledger, LedgerEntry } from '../ledger/ledger';
import { assertNameIsFree } from '../ledger/name-in-use';
import { reservation } from '../ledger/reservation';
import { verifiedCa } from '../look-up-ca';
import { chainAbove } from '../make-certificate';
import { Ports } from '../ports';
import { isRetained } from '../withdraw-certificate';

/**
 * Foresees what `issueCertificate` would do, with the same checks, except those that need a key. A certificate that would be issued is
 * recorded with the content that it would have, and with placeholders for its key and its signature.
 */
export async function foreseeCertificate(declared: CertificateRequest, ports: Ports, assertFits: AssertFits): Promise<IssuedEntry> {
  const { issuer, issuerLedgerTable, issuerKeyIdentifier } = declared.declaration;
  const ledger = ports.ledger(issuerLedgerTable);
  const { entry, revoked } = await standing(declared, ports);
  const ca = await knownCa(issuer, ledger, issuerKeyIdentifier);
  if (entry?.status === 'ISSUED') {
    return { ...withCertificate(entry), ...await recordDeclared(declared, entry, ledger) };
  }
  await refuseIfNotIssuing(declared.declaration, ca, ports);
  const request = { ...declared, declaration: await completed(declared.declaration, ports, foreseenCa) };
  const { declaration } = request;
  await assertNameIsFree(request, ledger, ports);
  if (entry && !revoked && wouldComeBack(entry, request, ports)) {
    return recorded(withCertificate({ ...entry, chain: chainAbove(declaration, ca) }), request, ledger, ports);
  }
  if (entry && entry.status !== 'WITHDRAWN') {
    await ledger.advance(entry, 'WITHDRAWN', {}, request);
  }
  const planned: Buffer[] = [];
  const reserved = reservation(request, ca, ports, (pem, complete) => {
    assertFits(pem, complete);
    planned.push(...readCertificates('certificate', pem));
  });
  assertLinted(planned[0], declaration.platforms, ca?.chain[0]);
  await ledger.reserve(reserved, await ledger.find(declared.identity), request);
  const ignoredRequests = declaration.request && requestOutcome(declaration).ignored;
  return recorded({ ...reserved, certificate: planned[0], chain: chainAbove(declaration, ca), ignoredRequests }, request, ledger, ports);
}

/** A subject CA whose certificate may be foreseen too: there is no signature to be verified. */
function foreseenCa(...[caId, entry, property]: Parameters<typeof verifiedCa>): CaChain {
  const [certificate, ...chain] = chainOf(issuableCa(caId, entry, property)).map(parseCertificate);
  return { certificate, chain };
}

/** Whether a withdrawn certificate would come back. Its key was released with it, unless it was to outlive its resource or is held elsewhere. */
function wouldComeBack(entry: LedgerEntry, { declaration: { keyStorage } }: CertificateRequest, ports: Ports): boolean {
  return entry.status === 'WITHDRAWN' && entry.certificate !== undefined && entry.issuedAt !== undefined
    && new Date(entry.notAfter) > ports.clock() && isSamePlace(entry.keyStorage, keyStorage)
    && (!keyStorage || keyStorage.Type === 'Kms' || isRetained(entry));
}

async function recorded(entry: IssuedEntry, request: CertificateRequest, ledger: Ledger, ports: Ports): Promise<IssuedEntry> {
  const { certificate, chain, ignoredRequests } = entry;
  const facts = { certificate, chain, ignoredRequests, ...issuedFacts(request, entry, ports) };
  await ledger.advance(entry, 'ISSUED', facts, request);
  return { ...entry, ...facts, certificate, status: 'ISSUED' };
}

function withCertificate(entry: LedgerEntry): IssuedEntry {
  return { ...entry, certificate: entry.certificate! };
}
