import { assertAsDeclared } from './declaration/as-declared';
import { CertificateRequest } from './declaration/certificate-request';
import { custodyOf, HeldKey, isSamePlace, keyOfCa } from './keys/custody';
import { ownerOf } from './keys/key-owner';
import { isHsm } from './keys/key-storage';
import { Ledger, LedgerEntry, TABLE_WAS_CHANGED } from './ledger/ledger';
import { assertWanted } from './ledger/wanted';
import { Ports } from './ports';
import { complain } from '../resource/property-values';
import { declaredContent, newEntry } from './ledger/reservation';
import { KEEPS_CHANGING, MAX_TURNS } from './ledger/turns';
import { assertUsable } from './usable-ca';
import { checkHashForKms } from '../contract/kms';
import { formatTime } from '../contract/term';
import { readCaChain } from '../pki/ca-chain';
import { parseCertificate } from '../pki/certificate';
import { readCertificationRequest } from '../pki/certification-request';
import { createCertificationRequest } from '../pki/create-certification-request';
import { requestedExtensions } from '../pki/declared-extensions';
import { assertLinted } from '../pki/lint/lint-errors';
import { PROFILES } from '../pki/profile';

/**
 * Brings a CA whose certificate is made elsewhere to its declared state: first its key and its request, and then its certificate, once
 * that is declared. If the certificate is no longer declared, as in a rollback, the CA waits for it again.
 *
 * The serial number of the entry is only the version of the CA's key here.
 *
 * @param assertFits checks, before a step is recorded, that an answer can hold the resulting entry
 * @param keys the CA's key, or what stands for it if the request is only foreseen
 * @returns the ledger's entry: `REQUESTED` with the request, or `ISSUED` with the certificate too
 */
export async function declareSignedElsewhere(
  request: CertificateRequest, ports: Ports, assertFits: AssertFits, keys: KeysOfCa = keysInCustody(request, ports),
): Promise<LedgerEntry> {
  const { declaration } = request;
  const ledger = ports.ledger(declaration.ledgerTable);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const entry = await ledger.find(request.identity);
    assertWanted(request, entry, ['REQUESTED', 'ISSUED']);
    if (entry && await next(request, entry, ledger, ports, assertFits, keys) === 'done') {
      return (await ledger.find(request.identity))!;
    }
    if (!entry || (entry.status === 'WITHDRAWN' && !await isWhole(entry, request, keys))) {
      await reserve(request, entry, ledger, ports);
    }
  }
  throw new Error(KEEPS_CHANGING);
}

type AssertFits = (entry: LedgerEntry) => void;

/** What is asked about the key of a CA that is signed elsewhere. */
export interface KeysOfCa {
  /** The public key, SPKI DER, of an entry whose key exists. */
  readonly publicKeyOf: (entry: LedgerEntry) => Promise<Buffer>;
  /** Whether the key of an entry still exists. */
  readonly isHeld: (entry: LedgerEntry) => Promise<boolean>;
  /** The key of a reserved entry, which is made now if there is none. */
  readonly obtain: (entry: LedgerEntry) => Promise<HeldKey>;
}

function keysInCustody(request: CertificateRequest, ports: Ports): KeysOfCa {
  const { keyStorage, keyAlgorithm } = request.declaration;
  return {
    publicKeyOf: async entry => (await keyOfCa(entry, ports)).publicKey,
    isHeld: async entry => await custodyOf(entry.keyStorage, ports).find(entry.serialNumber) !== undefined,
    obtain: entry => custodyOf(keyStorage, ports).obtain(entry.serialNumber, keyAlgorithm!, ownerOf(request)),
  };
}

/** Takes an entry one step further, and says whether it matches the declaration. */
async function next(
  request: CertificateRequest, entry: LedgerEntry, ledger: Ledger, ports: Ports, assertFits: AssertFits, keys: KeysOfCa,
): Promise<'done' | 'again'> {
  const declared = request.declaration.signedElsewhere!.certificatePem;
  switch (entry.status) {
    case 'RESERVED': {
      const certificateSigningRequest = await makeRequest(request, entry, keys);
      assertFits({ ...entry, status: 'REQUESTED', certificateSigningRequest });
      await ledger.advance(entry, 'REQUESTED', { certificateSigningRequest, issuedBy: request.requestId }, request);
      return 'again';
    }
    case 'WITHDRAWN':
      if (await isWhole(entry, request, keys)) {
        const { requestId: issuedBy, stackId, logicalResourceId } = request;
        await ledger.advance(entry, 'REQUESTED', { issuedBy, stackId, logicalResourceId }, request);
      }
      return 'again';
    case 'ISSUED':
      if (declared === undefined) {
        await ledger.advance(entry, 'REQUESTED', {}, request);
        return 'again';
      }
      return activate(request, declared, entry, ledger, ports, assertFits, keys);
    default: // REQUESTED: a CA has no bundles, so it is never SIGNED
      await assertOwnRequest(entry, request, keys);
      return declared === undefined ? 'done' : activate(request, declared, entry, ledger, ports, assertFits, keys);
  }
}

/** Makes sure that the request in the ledger is for the CA's own key: signing a request for another key would make another party the CA. */
async function assertOwnRequest(entry: LedgerEntry, { declaration }: CertificateRequest, keys: KeysOfCa): Promise<void> {
  const { certificateSigningRequest } = entry;
  const publicKey = await keys.publicKeyOf(entry);
  if (!certificateSigningRequest || !readCertificationRequest(certificateSigningRequest).publicKey.equals(publicKey)) {
    throw new Error(`the ledger ${declaration.ledgerTable} must hold the certificate signing request for the CA's key, got another request; `
      + TABLE_WAS_CHANGED);
  }
}

/** Whether the request of a withdrawn CA still exists, and its key is still in the place that is declared now. */
async function isWhole(entry: LedgerEntry, { declaration }: CertificateRequest, keys: KeysOfCa): Promise<boolean> {
  return entry.certificateSigningRequest !== undefined && isSamePlace(entry.keyStorage, declaration.keyStorage) && keys.isHeld(entry);
}

async function reserve(request: CertificateRequest, standing: LedgerEntry | undefined, ledger: Ledger, ports: Ports): Promise<void> {
  const { declaration, identity } = request;
  if (isHsm(declaration.keyStorage)) {
    complain(checkHashForKms(declaration.keyAlgorithm!, declaration.hashAlgorithm));
  }
  await ledger.reserve(newEntry(request, ports, {
    issuer: identity, keyAlgorithm: declaration.keyAlgorithm!, notBefore: '', notAfter: '', reservedAt: ports.clock().toISOString(),
  }), standing, request);
}

async function makeRequest(request: CertificateRequest, entry: LedgerEntry, keys: KeysOfCa): Promise<Buffer> {
  const { declaration } = request;
  request.onKey(entry);
  const key = await keys.obtain(entry);
  const { subject, hashAlgorithm, pathLength, extensions } = declaredContent(declaration);
  const requested = requestedExtensions(PROFILES.ca, key.publicKey, pathLength, extensions ?? {});
  return createCertificationRequest(subject, key.signer(), hashAlgorithm, requested);
}

/** Checks the declared certificate and records it. */
async function activate(
  request: CertificateRequest, pem: string, entry: LedgerEntry, ledger: Ledger, ports: Ports, assertFits: AssertFits, keys: KeysOfCa,
): Promise<'done' | 'again'> {
  const { declaration } = request;
  const { certificate, chain } = readCaChain('signedCertificate', pem);
  const above = Buffer.concat(chain.map(({ der }) => der));
  const publicKey = await keys.publicKeyOf({ ...entry, keyStorage: declaration.keyStorage });
  if (!publicKey.equals(certificate.publicKey)) {
    throw new Error('signedCertificate must certify the key of the certificate signing request, got a certificate for another key; '
      + 'have certificateSigningRequestPem signed');
  }
  if (entry.status === 'ISSUED' && entry.certificate?.equals(certificate.der) && entry.chain?.equals(above)) {
    return 'done';
  }
  if (entry.certificate && !parseCertificate(entry.certificate).subject.equals(certificate.subject)) {
    throw new Error('signedCertificate must keep the subject of the previous certificate, because the certificates that the CA has issued name it, '
      + 'got another subject; have it signed for the previous subject, or raise `generation` for a new CA');
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
  return await ledger.advance(entry, 'ISSUED', facts, request) ? 'done' : 'again';
}
