import { custodyOf } from './custody';
import { assertWanted, CertificateRequest, declaredContent, MAX_TURNS, newEntry } from './issue-certificate';
import { Ledger, LedgerEntry, Ports } from './ports';
import { complain } from './property-values';
import { checkHashForKms } from '../contract/kms';
import { formatTime } from '../contract/term';
import { readCaChain } from '../pki/ca-chain';
import { createCertificationRequest } from '../pki/create-certification-request';
import { requestedExtensions } from '../pki/declared-extensions';
import { assertLinted } from '../pki/lint/lint-errors';
import { PROFILES } from '../pki/profile';

/**
 * Brings a CA whose certificate is made elsewhere to what is declared: its key and its request first, and once its
 * certificate is declared, that. Declared without the certificate again, as a rollback does, it waits for it again.
 *
 * The serial number of the entry is only the version of its key here.
 */
export async function declareSignedElsewhere(request: CertificateRequest, ports: Ports): Promise<LedgerEntry> {
  const { declaration } = request;
  const ledger = ports.ledger(declaration.ledgerTable);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const record = await ledger.find(request.identity);
    const entry = record?.entry;
    assertWanted(request, record, ['REQUESTED', 'ISSUED']);
    if (entry && await next(request, entry, ledger, ports) === 'done') {
      await custodyOf(declaration.keyStorage, ports).makeCurrent(entry.serialNumber);
      return (await ledger.find(request.identity))!.entry!;
    }
    if (!entry || (entry.status === 'WITHDRAWN' && !await isWhole(entry, ports))) {
      await reserve(request, record, ledger, ports);
    }
  }
  throw new Error('the ledger keeps changing under this request; deploy again');
}

/** Takes an entry a step further; whether it is what is declared. */
async function next(request: CertificateRequest, entry: LedgerEntry, ledger: Ledger, ports: Ports): Promise<'done' | 'again'> {
  const declared = request.declaration.signedElsewhere!.certificatePem;
  switch (entry.status) {
    case 'RESERVED':
      await ledger.advance(entry, 'REQUESTED', { certificateSigningRequest: await makeRequest(request, entry, ports) });
      return 'again';
    case 'WITHDRAWN':
      if (await isWhole(entry, ports)) {
        await ledger.advance(entry, 'REQUESTED', {});
      }
      return 'again';
    case 'ISSUED':
      if (declared === undefined) {
        await ledger.advance(entry, 'REQUESTED', {});
        return 'again';
      }
      return activate(request, declared, entry, ledger, ports);
    case 'REQUESTED':
      return declared === undefined ? 'done' : activate(request, declared, entry, ledger, ports);
  }
}

/** Whether the key of a withdrawn CA and its request are still there. */
async function isWhole({ certificateSigningRequest, keyStorage, serialNumber }: LedgerEntry, ports: Ports): Promise<boolean> {
  return certificateSigningRequest !== undefined && await custodyOf(keyStorage, ports).find(serialNumber) !== undefined;
}

async function reserve(request: CertificateRequest, record: Awaited<ReturnType<Ledger['find']>>, ledger: Ledger, ports: Ports): Promise<void> {
  const { declaration, identity } = request;
  if (declaration.keyStorage?.Type === 'Kms') {
    complain(checkHashForKms(declaration.keyAlgorithm!, declaration.hashAlgorithm));
  }
  await ledger.reserve(newEntry(request, ports, {
    issuer: identity, keyAlgorithm: declaration.keyAlgorithm!, notBefore: '', notAfter: '', reservedAt: ports.clock().toISOString(),
  }), record);
}

async function makeRequest({ declaration }: CertificateRequest, { serialNumber }: LedgerEntry, ports: Ports): Promise<Buffer> {
  const key = await custodyOf(declaration.keyStorage, ports).obtain(serialNumber, declaration.keyAlgorithm!);
  const { subject, hashAlgorithm, pathLength, extensions } = declaredContent(declaration);
  const requested = requestedExtensions(PROFILES.ca, key.publicKey, pathLength, extensions ?? {});
  return createCertificationRequest(subject, key.signer(), hashAlgorithm, requested);
}

/** Checks the certificate that is declared, and records it. */
async function activate(request: CertificateRequest, pem: string, entry: LedgerEntry, ledger: Ledger, ports: Ports): Promise<'done' | 'again'> {
  const { declaration } = request;
  const { certificate, chain } = readCaChain('signedCertificate', pem);
  if (entry.status === 'ISSUED' && entry.certificate?.equals(certificate.der)) {
    return 'done';
  }
  const key = await custodyOf(declaration.keyStorage, ports).find(entry.serialNumber);
  if (!key) {
    throw new Error(`the secret of the CA does not hold its key (version ${entry.serialNumber}); restore the secret`);
  }
  if (!key.publicKey.equals(certificate.publicKey)) {
    throw new Error('signedCertificate must be of the key that the certificate signing request has, got one of another key; '
      + 'have certificateSigningRequestPem signed');
  }
  if (certificate.validity.notAfter <= ports.clock()) {
    throw new Error(`signedCertificate must be valid, got one that has expired on ${formatTime(certificate.validity.notAfter)}`);
  }
  assertLinted(certificate.der, declaration.platforms, chain[0]?.der);
  const facts = {
    certificate: certificate.der,
    chain: Buffer.concat(chain.map(({ der }) => der)),
    notBefore: formatTime(certificate.validity.notBefore),
    notAfter: formatTime(certificate.validity.notAfter),
    issuedAt: ports.clock().toISOString(),
  };
  return await ledger.advance(entry, 'ISSUED', facts) ? 'done' : 'again';
}
