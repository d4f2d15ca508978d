import { Certificate } from '../../pki/certificate';
import { keyAlgorithmOfPublicKey } from '../../pki/keys';
import { KeyAlgorithm } from '../keys/key-algorithm';

/** What is known of a CA from elsewhere at synthesis; nothing, where its certificate is not known before deployment. */
export interface CaFacts {
  readonly keyAlgorithm?: KeyAlgorithm;
  /** Absent where the certificate sets no bound. */
  readonly pathLength?: number;
}

/** What the certificate of a CA says. */
export function caFacts({ publicKey, pathLength }: Certificate): CaFacts {
  const name = keyAlgorithmOfPublicKey(publicKey);
  return { keyAlgorithm: name && KeyAlgorithm._of(name), pathLength };
}
