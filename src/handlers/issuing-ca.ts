import { KeyAlgorithmName } from '../contract/key-algorithms';
import { parseCertificate } from '../pki/certificate';
import { Issuer } from '../pki/issue';
import { keyAlgorithmOfPublicKey } from '../pki/keys';
import { signerOf } from '../pki/signer';
import { Ledger, Ports } from './ports';

/** A CA that is ready to sign. */
export interface IssuingCa {
  readonly issuer: Issuer;
  readonly keyAlgorithm: KeyAlgorithmName;
}

/**
 * Makes a CA of the ledger ready to sign, and checks that it may: its certificate is a CA's, and the stored key is that
 * certificate's key.
 *
 * @param identity the CA's identity, or `undefined` for a certificate that signs itself
 */
export async function issuingCa(identity: string | undefined, ledger: Ledger, ports: Ports): Promise<IssuingCa | undefined> {
  if (identity === undefined) {
    return undefined;
  }
  const entry = (await ledger.find(identity))?.entry;
  // A withdrawn CA may sign: its stack is gone, but key and ledger were retained so that the CA can go on from another one.
  if (!entry?.certificate || !entry.keyStorage) {
    throw new Error(`ca must be a CA that this ledger holds, got ${identity}, which is ${entry ? entry.status.toLowerCase() : 'unknown'}`);
  }
  const certificate = parseCertificate(entry.certificate);
  if (!certificate.ca) {
    throw new Error(`ca must be a CA, got ${identity}, which is a certificate of the profile ${entry.profile}`);
  }
  const { SecretArn } = entry.keyStorage;
  const privateKey = await ports.secrets.read(SecretArn, entry.serialNumber);
  if (privateKey === undefined) {
    throw new Error(`the secret ${SecretArn} does not hold the key of the CA (version ${entry.serialNumber}); restore the secret`);
  }
  const signer = signerOf(privateKey);
  const keyAlgorithm = keyAlgorithmOfPublicKey(signer.publicKey);
  if (!keyAlgorithm || !signer.publicKey.equals(certificate.publicKey)) {
    throw new Error(`the secret ${SecretArn} does not hold the key that belongs to the CA's certificate (version ${entry.serialNumber})`);
  }
  return {
    issuer: {
      name: certificate.subject,
      keyIdentifier: certificate.subjectKeyIdentifier,
      signer,
      validity: certificate.validity,
      pathLength: certificate.pathLength,
    },
    keyAlgorithm,
  };
}
