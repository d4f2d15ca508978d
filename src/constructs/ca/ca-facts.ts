import { Certificate } from '../../pki/certificate';
import { keyAlgorithmOfPublicKey } from '../../pki/keys';
import { KeyAlgorithm } from '../keys/key-algorithm';

/** What synthesis knows about a CA from elsewhere: nothing, if the CA's certificate is not known before deployment. */
export interface CaFacts {
  readonly keyAlgorithm?: KeyAlgorithm;
  /** Absent if the certificate sets no limit. */
  readonly pathLength?: number;
}

/** The facts in the certificate of a CA. */
export function caFacts({ publicKey, pathLength }: Certificate): CaFacts {
  const name = keyAlgorithmOfPublicKey(publicKey);
  return { keyAlgorithm: name && KeyAlgorithm._of(name), pathLength };
}
