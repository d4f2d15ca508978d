import { IKey } from 'aws-cdk-lib/aws-kms';
import { HashAlgorithm } from './hash-algorithm';
import { defaultHashForKms } from '../../contract/kms';
import { KeyAlgorithm } from '../keys/key-algorithm';

/** The digest over which a CA signs: SHA-256, unless its key is in KMS, which ties P-384 and P-521 to other digests. */
export function defaultHashAlgorithm(keyAlgorithm: KeyAlgorithm | undefined, signingKey: IKey | undefined): HashAlgorithm {
  const tied = signingKey && keyAlgorithm ? defaultHashForKms(keyAlgorithm._render()) : undefined;
  return tied as HashAlgorithm | undefined ?? HashAlgorithm.SHA_256;
}
