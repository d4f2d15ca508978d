import { assertAsDeclared } from './as-declared';
import { custodyOf, isSamePlace } from './custody';
import { assertWanted, CertificateRequest, declaredContent, MAX_TURNS, newEntry } from './issue-certificate';
import { describePlace } from './key-storage';
import { Ledger, LedgerEntry, Ports } from './ports';
import { complain } from './property-values';
import { assertUsable } from './usable-ca';
import { checkHashForKms } from '../contract/kms';
import { formatTime } from '../contract/term';
import { readCaChain } from '../pki/ca-chain';
import { parseCertificate } from '../pki/certificate';
import { createCertificationRequest } from '../pki/create-certification-request';
import { requestedExtensions } from '../pki/declared-extensions';
import { assertLinted } from '../pki/lint/lint-errors';
import { PROFILES } from '../pki/profile';

/**
 * Brings a CA whose certificate is made elsewhere to what is declared: its key and its request first, and once its
 * certificate is declared, that. Declared without the certificate again, as a rollback does, it waits for it again.
 *
 * The serial number of the entry is only the version of its key here.
 *
 * @param assertFits is asked, before a step is recorded, whether the entry as it would be then can be answered
 * @returns the ledger's entry: `REQUESTED` with the request, or `ISSUED` with the certificate too
 */
export async function declareSignedElsewhere(request: CertificateRequest, ports: Ports, assertFits: AssertFits): Promise<LedgerEntry> {
  const { declaration } = request;
  const ledger = ports.ledger(declaration.ledgerTable);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const record = await ledger.find(request.identity);
    const entry = record?.entry;
    assertWanted(request, record, ['REQUESTED', 'ISSUED']);
    if (entry && await next(request, entry, ledger, ports, assertFits) === 'done') {
      await custodyOf(declaration.keyStorage, ports).makeCurrent(entry.serialNumber);
      return (await ledger.find(request.identity))!.entry!;
    }
    if (!entry || (entry.status === 'WITHDRAWN' && !await isWhole(entry, request, ports))) {
      await reserve(request, record, ledger, ports);
    }
  }
  throw new Error('the ledger keeps changing under this request; deploy again');
}

type AssertFits = (entry: LedgerEntry) => void;

/** Takes an entry a step further; whether it is what is declared. */
async function next(
  request: CertificateRequest, entry: LedgerEntry, ledger: Ledger, ports: Ports, assertFits: AssertFits,
): Promise<'done' | 'again'> {
  const declared = request.declaration.signedElsewhere!.certificatePem;
  switch (entry.status) {
    case 'RESERVED': {
      const certificateSigningRequest = await makeRequest(request, entry, ports);
      assertFits({ ...entry, status: 'REQUESTED', certificateSigningRequest });
      await ledger.advance(entry, 'REQUESTED', { certificateSigningRequest });
      return 'again';
    }
    case 'WITHDRAWN':
      if (await isWhole(entry, request, ports)) {
        await ledger.advance(entry, 'REQUESTED', {});
      }
      return 'again';
    case 'ISSUED':
      if (declared === undefined) {
        await ledger.advance(entry, 'REQUESTED', {});
        return 'again';
      }
      return activate(request, declared, entry, ledger, ports, assertFits);
    default: // REQUESTED: no bundles are made of a CA, which is never SIGNED
      return declared === undefined ? 'done' : activate(request, declared, entry, ledger, ports, assertFits);
  }
}

/** Whether the key of a withdrawn CA and its request are still there, in the place that is declared now. */
async function isWhole(
  { certificateSigningRequest, keyStorage, serialNumber }: LedgerEntry, { declaration }: CertificateRequest, ports: Ports,
): Promise<boolean> {
  return certificateSigningRequest !== undefined && isSamePlace(keyStorage, declaration.keyStorage)
    && await custodyOf(keyStorage, ports).find(serialNumber) !== undefined;
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
async function activate(
  { declaration }: CertificateRequest, pem: string, entry: LedgerEntry, ledger: Ledger, ports: Ports, assertFits: AssertFits,
): Promise<'done' | 'again'> {
  const { certificate, chain } = readCaChain('signedCertificate', pem);
  const above = Buffer.concat(chain.map(({ der }) => der));
  if (entry.status === 'ISSUED' && entry.certificate?.equals(certificate.der) && entry.chain?.equals(above)) {
    return 'done';
  }
  const key = await custodyOf(declaration.keyStorage, ports).find(entry.serialNumber);
  if (!key) {
    throw new Error(`${describePlace(entry.keyStorage!, entry.serialNumber)} does not hold the key of the CA (version ${entry.serialNumber}); restore it`);
  }
  if (!key.publicKey.equals(certificate.publicKey)) {
    throw new Error('signedCertificate must be of the key that the certificate signing request has, got one of another key; '
      + 'have certificateSigningRequestPem signed');
  }
  if (entry.certificate && !parseCertificate(entry.certificate).subject.equals(certificate.subject)) {
    throw new Error('signedCertificate must keep the subject of the one before, since what the CA has issued names it, got another one; '
      + 'have it signed for that subject, or raise `generation` for a new CA');
  }
  assertUsable('signedCertificate', { certificate, chain }, ports.clock());
  assertAsDeclared(certificate, declaration);
  assertLinted(certificate.der, declaration.platforms, chain[0]?.der);
  const facts = {
    certificate: certificate.der,
    chain: above,
    notBefore: formatTime(certificate.validity.notBefore),
    notAfter: formatTime(certificate.validity.notAfter),
    issuedAt: ports.clock().toISOString(),
  };
  assertFits({ ...entry, ...facts, status: 'ISSUED' });
  return await ledger.advance(entry, 'ISSUED', facts) ? 'done' : 'again';
}
