import { keyOfCa } from './keys/custody';
import { describePlace, isHsm } from './keys/key-storage';
import { keyVersionOf, Ledger, LedgerEntry, TABLE_WAS_CHANGED } from './ledger/ledger';
import { CaKeyPorts } from './ports';
import { KeyAlgorithmName } from '../contract/key-algorithms';
import { quote } from '../contract/rules';
import { assertSignedInOrder, assertUnderstood } from '../pki/ca-chain';
import { Certificate, parseCertificate } from '../pki/certificate';
import { splitCertificates } from '../pki/certificate-list';
import { Issuer } from '../pki/issue';
import { limitsOf } from '../pki/issuer-limits';
import { keyAlgorithmOfPublicKey } from '../pki/keys';

/** A CA, as far as its ledger knows it. */
export interface KnownCa {
  readonly issuer: Omit<Issuer, 'signer'>;
  readonly keyAlgorithm: KeyAlgorithmName;
  /** Whether the key is in KMS, which allows only one digest for each key on an elliptic curve. */
  readonly inKms: boolean;
  readonly retirement: LedgerEntry['retirement'];
  /** The CA's certificate and those of the CAs above it, DER: the chain of the certificates that it issues. */
  readonly chain: readonly Buffer[];
}

/** A CA that is ready to sign. */
export interface IssuingCa extends KnownCa {
  readonly issuer: Issuer;
}

/**
 * Prepares a CA from the ledger for signing. It first checks that the CA may sign: its certificate is a CA certificate, and the stored key
 * is the key of that certificate.
 *
 * @param identity the CA's identity, or `undefined` for a certificate that signs itself
 * @param declaredKeyIdentifier the key identifier that the CA must have, in hexadecimal digits; absent if a template can't know it
 */
export async function issuingCa(
  identity: string | undefined, ledger: Ledger, ports: CaKeyPorts, declaredKeyIdentifier?: string,
): Promise<IssuingCa | undefined> {
  if (identity === undefined) {
    return undefined;
  }
  const { entry, path, ...ca } = await readCa(identity, ledger, declaredKeyIdentifier);
  const key = await keyOfCa(entry, ports);
  if (!keyAlgorithmOfPublicKey(key.publicKey) || !key.publicKey.equals(path[0].publicKey)) {
    throw new Error(`${describePlace(entry.keyStorage!, keyVersionOf(entry))} ${isHsm(entry.keyStorage) ? 'is not' : 'does not hold'} `
      + `the key of the CA's certificate (version ${keyVersionOf(entry)})`);
  }
  assertSignedAbove(path, identity);
  return { ...ca, issuer: { ...ca.issuer, signer: key.signer() } };
}

/**
 * Looks up a CA in the ledger without its key, in order to foresee whether it may sign. Whether its key is there, and whether the CAs above
 * it have signed it, is left to `issuingCa`.
 */
export async function knownCa(identity: string | undefined, ledger: Ledger, declaredKeyIdentifier?: string): Promise<KnownCa | undefined> {
  return identity === undefined ? undefined : readCa(identity, ledger, declaredKeyIdentifier);
}

/** A CA with its entry, and with the certificates of its path, the nearest first. */
type ReadCa = KnownCa & { readonly entry: LedgerEntry; readonly path: readonly Certificate[] };

async function readCa(identity: string, ledger: Ledger, declaredKeyIdentifier: string | undefined): Promise<ReadCa> {
  const entry = await caEntry(identity, ledger);
  const certificate = parseCertificate(entry.certificate!);
  if (!certificate.ca) {
    throw new Error(`ca must be a CA, got ${quote(identity)}, which is a certificate of the profile ${entry.profile}`);
  }
  assertUnderstood(certificate);
  const keyIdentifier = certificate.keyIdentifier.toString('hex');
  if (declaredKeyIdentifier !== undefined && declaredKeyIdentifier !== keyIdentifier) {
    throw new Error(`the key identifier of the CA ${identity} must be the one in its ledger, ${keyIdentifier}, got ${quote(declaredKeyIdentifier)}; `
      + 'if the CA is declared with fromPrivateIotCaAttributes, take its certificatePem from the outputs of its stack; '
      + `otherwise ${TABLE_WAS_CHANGED}`);
  }
  const chain = chainOf(entry);
  const path = [certificate, ...chain.slice(1).map(parseCertificate)];
  return {
    entry,
    path,
    issuer: { name: certificate.subject, keyIdentifier: certificate.keyIdentifier, ...limitsOf(path) },
    keyAlgorithm: keyAlgorithmOfPublicKey(certificate.publicKey)!,
    inKms: isHsm(entry.keyStorage),
    retirement: entry.retirement,
    chain,
  };
}

/** The certificates of a CA and of the CAs above it, DER. */
export function chainOf({ certificate, chain }: LedgerEntry): Buffer[] {
  return [certificate!, ...splitCertificates(chain ?? Buffer.alloc(0))];
}

/** A withdrawn CA may sign: its stack is gone, but its key and ledger were retained so that another stack can continue the CA. */
async function caEntry(identity: string, ledger: Ledger): Promise<LedgerEntry> {
  return issuableCa(identity, await ledger.find(identity));
}

/**
 * Returns the ledger's entry for a CA, or throws an error if the CA can't issue.
 *
 * @param property the name of the property that declares the CA, for errors
 */
export function issuableCa(identity: string, entry: LedgerEntry | undefined, property = 'ca'): LedgerEntry {
  if (entry?.status === 'REQUESTED') {
    throw new Error(`${property} must have its certificate before ${property === 'ca' ? 'it can issue' : 'another CA can certify its key'}, and ${identity} is waiting for it: `
      + 'have certificateSigningRequestPem signed, and declare the result as signedCertificate');
  }
  if (!entry?.certificate || !entry.keyStorage) {
    throw new Error(`${property} must be a CA in this ledger, got ${quote(identity)}, which is ${entry ? entry.status.toLowerCase() : 'unknown'}`);
  }
  return entry;
}

/**
 * The key is the CA's own. The limits on what it signs come from a certificate that the CA above it, or the CA itself, has signed, and so
 * on up to the root.
 */
function assertSignedAbove(path: readonly Certificate[], identity: string): void {
  try {
    assertSignedInOrder('certificate', path);
  } catch {
    throw new Error(`the ledger must hold the issued certificates of the CA ${identity} and of the CAs above it, `
      + `got a certificate that its CA has not signed; ${TABLE_WAS_CHANGED}`);
  }
}
