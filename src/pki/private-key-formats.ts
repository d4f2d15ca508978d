import { createPrivateKey, KeyObject, sign, verify } from 'node:crypto';
import { Tag } from './der';
import { DerReader } from './der-reader';
import { keyAlgorithmOfPublicKey, KeyPair, publicHalf } from './keys';
import { toPem } from './pem';
import { isPrivateKeyLabel, PemBlock, readPemBlocks } from './pem-blocks';
import { complaintOfDekCipher, complaintOfEncryption } from './private-key-encryption';
import { KEY_ALGORITHM_NAMES } from '../contract/key-algorithms';

/** The longest text that is read: 64 kB, the maximum size of a secret. A key of RSA_4096 with its chain has a tenth of it. */
export const MAX_PRIVATE_KEY_BYTES = 65_536;

/** The longest passphrase that OpenSSL reads (PEM_BUFSIZE in pem.h). */
const MAX_PASSPHRASE_BYTES = 1024;

const EXPECTED = 'privateKey must be a private key in PEM (PKCS#8, PKCS#1 or SEC 1, encrypted or not)';

const DAMAGED = `${EXPECTED}, got a key that is damaged, has lost its line breaks or is of another kind (not shown)`;

/** What users paste instead of a private key, by its label (RFC 7468, and the older names that OpenSSL reads). */
const OTHER_LABELS: { readonly [label: string]: string } = {
  'CERTIFICATE': 'a certificate',
  'X509 CERTIFICATE': 'a certificate',
  'TRUSTED CERTIFICATE': 'a certificate',
  'CERTIFICATE REQUEST': 'a certificate signing request',
  'NEW CERTIFICATE REQUEST': 'a certificate signing request',
  'PUBLIC KEY': 'a public key',
  'RSA PUBLIC KEY': 'a public key',
  'X509 CRL': 'a certificate revocation list',
  'PKCS7': 'a PKCS#7 file',
  'CMS': 'a PKCS#7 file',
};

/** The forms that OpenSSL reads: PKCS#8 (RFC 7468, sections 10 and 11), PKCS#1 and SEC 1. */
const ENCRYPTED_PKCS8 = 'ENCRYPTED PRIVATE KEY';
const READABLE_LABELS = ['PRIVATE KEY', ENCRYPTED_PKCS8, 'RSA PRIVATE KEY', 'EC PRIVATE KEY'];

/**
 * Reads a private key in the forms that OpenSSL and others write: PKCS#8, PKCS#1 or SEC 1 in PEM, encrypted or not. The text may also hold
 * certificates and EC PARAMETERS, but no second private key. The key must be of an algorithm that can be declared, and its signatures must
 * verify with its own public key.
 *
 * @param input PEM; or the octets of a file, which hold PEM or one key in DER
 * @param passphrase of an encrypted key; ignored if the key is not encrypted. An empty passphrase counts as none
 * @returns the key as unencrypted PKCS#8, and its public key
 * @throws an error that names `privateKey` and `passphrase`, and shows nothing of either
 */
export function readAnyPrivateKey(input: string | Buffer, passphrase?: string): KeyPair {
  const label = typeof input === 'string' ? undefined : labelOfDer(input);
  const block = label === undefined ? onlyPrivateKey(input.toString()) : { label, headers: [], der: input as Buffer };
  const key = decrypt(block, passphrase);
  const publicKey = publicHalf(key);
  if (!keyAlgorithmOfPublicKey(publicKey)) {
    throw new Error(`privateKey must be a key of ${KEY_ALGORITHM_NAMES.join(', ')} (with the public exponent 65537, or a named curve and an uncompressed point), `
      + `got one of ${describe(key)}`);
  }
  if (!signsFor(key, publicKey)) {
    throw new Error(DAMAGED);
  }
  return { privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey };
}

/** The first two tags in each form of a private key, including the tag of a version, if the form has one. */
const DER_FORMS: readonly { readonly label: string; readonly tags: readonly number[] }[] = [
  { label: 'PRIVATE KEY', tags: [Tag.INTEGER, Tag.SEQUENCE] }, // RFC 5208, section 5
  { label: ENCRYPTED_PKCS8, tags: [Tag.SEQUENCE, Tag.OCTET_STRING] }, // RFC 5208, section 6
  { label: 'RSA PRIVATE KEY', tags: [Tag.INTEGER, Tag.INTEGER] }, // RFC 8017, appendix A.1.2
  { label: 'EC PRIVATE KEY', tags: [Tag.INTEGER, Tag.OCTET_STRING] }, // RFC 5915, section 3
];

/** The PEM label for these octets; `undefined` if they are not a private key in DER. */
function labelOfDer(octets: Buffer): string | undefined {
  try {
    const key = DerReader.only(octets);
    const tags = [key.any().tag, key.any().tag];
    return DER_FORMS.find(form => form.tags.every((tag, index) => tag === tags[index]))?.label;
  } catch {
    return undefined;
  }
}

function onlyPrivateKey(text: string): PemBlock {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PRIVATE_KEY_BYTES) {
    throw new Error(`privateKey must be at most ${MAX_PRIVATE_KEY_BYTES} bytes long, got ${bytes}`);
  }
  const blocks = blocksIn(text);
  const keys = blocks.filter(({ label }) => isPrivateKeyLabel(label));
  if (keys.length === 0) {
    const kind = blocks.map(({ label }) => OTHER_LABELS[label]).find(name => name !== undefined);
    throw new Error(`${EXPECTED}, got ${kind ?? 'a string without one (not shown)'}`);
  }
  if (keys.length > 1) {
    throw new Error(`privateKey must hold one private key, got ${keys.length}`);
  }
  if (!READABLE_LABELS.includes(keys[0].label)) {
    throw new Error(`${EXPECTED}, got a key in the format of another program; `
      + 'convert it with openssl pkcs8 -topk8, or with ssh-keygen -p -m PKCS8 for an OpenSSH key');
  }
  return keys[0];
}

function blocksIn(text: string): PemBlock[] {
  let blocks: PemBlock[] | undefined;
  try {
    blocks = readPemBlocks(text);
  } catch {
    // The message does not name the damaged line, because the text may be a key.
  }
  if (!blocks || (blocks.length === 0 && text.includes('-----BEGIN '))) {
    throw new Error(DAMAGED);
  }
  return blocks;
}

/** A key as it was given: a PEM block, or the contents of one. */
type KeyBlock = Omit<PemBlock, 'line'>;

function decrypt(block: KeyBlock, passphrase: string | undefined): KeyObject {
  const encrypted = block.label === ENCRYPTED_PKCS8 || block.headers.some(header => /^Proc-Type:.*ENCRYPTED$/.test(header));
  if (!encrypted) {
    return readKey(toPem(block.label, block.der), DAMAGED);
  }
  const pem = checkedPem(block);
  if (!passphrase) {
    throw new Error('passphrase must be given, because privateKey is encrypted');
  }
  const bytes = Buffer.byteLength(passphrase);
  if (bytes > MAX_PASSPHRASE_BYTES) {
    throw new Error(`passphrase must be at most ${MAX_PASSPHRASE_BYTES} bytes long, got ${bytes}`);
  }
  // A wrong passphrase and damaged octets look the same: both give noise.
  return readKey(pem, 'passphrase must be the one that privateKey was encrypted with, got another one (not shown), or privateKey is damaged', passphrase);
}

/** An encrypted key in the form that OpenSSL reads, after a check of its encryption. */
function checkedPem({ label, headers, der }: KeyBlock): string {
  const pem = toPem(label, der);
  if (label === ENCRYPTED_PKCS8) {
    refuse(encryptionComplaint(der));
    return pem;
  }
  const [, cipher, iv] = headers.map(header => /^DEK-Info:\s*([A-Za-z0-9-]{1,40}),([0-9A-Fa-f]{1,64})$/.exec(header)).find(match => match !== null) ?? [];
  if (cipher === undefined) {
    throw new Error(DAMAGED);
  }
  refuse(complaintOfDekCipher(cipher));
  return pem.replace('\n', `\nProc-Type: 4,ENCRYPTED\nDEK-Info: ${cipher},${iv}\n\n`);
}

function encryptionComplaint(der: Buffer): string | undefined {
  try {
    return complaintOfEncryption(der);
  } catch {
    return DAMAGED;
  }
}

function refuse(complaint: string | undefined): void {
  if (complaint !== undefined) {
    throw new Error(complaint);
  }
}

/** Does not pass on the errors of OpenSSL, so it does not matter what they can show. */
function readKey(pem: string, complaint: string, passphrase?: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem', passphrase });
  } catch {
    throw new Error(complaint);
  }
}

/** The kind of a key, from the details of its public half. */
function describe({ asymmetricKeyType, asymmetricKeyDetails: { namedCurve, modulusLength } = {} }: KeyObject): string {
  return [asymmetricKeyType, namedCurve, modulusLength && `${modulusLength} bits`].filter(Boolean).join(', ');
}

/** Whether the private and the public half belong together. The file holds both, and only one of them may be damaged. */
function signsFor(key: KeyObject, publicKey: Buffer): boolean {
  const digest = key.asymmetricKeyType === 'ed25519' ? undefined : 'sha256';
  try {
    return verify(digest, publicKey, { key: publicKey, format: 'der', type: 'spki' }, sign(digest, publicKey, key));
  } catch {
    return false;
  }
}
