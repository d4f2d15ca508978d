import { Outside } from './engine';
import { RehearsalDisk } from './rehearsal-disk';
import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { KeyPair } from '../../pki/keys';

/** What a rehearsal has of the outside: a disk that keeps nothing, and keys that are never delivered. */
export function rehearsalOf(reach: Outside): Outside {
  // Certificates that are never delivered share a key pair for each algorithm: an RSA key for each would take most of the time.
  const pairs: { [A in KeyAlgorithmName]?: Promise<KeyPair> } = {};
  const generateKeyPair = (algorithm: KeyAlgorithmName) => pairs[algorithm] ??= reach.generateKeyPair(algorithm);
  return { ...reach, disk: new RehearsalDisk(reach.disk), isRehearsal: true, generateKeyPair };
}
