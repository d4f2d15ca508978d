import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { handleLifecycleEvent } from '../../issuing/lifecycle';
import { generateKeyPair, KeyPair } from '../../pki/keys';
import { Disk, localDisk } from '../disk';
import { Lifecycle } from './engine';

/** What a run reaches the outside through; another one in tests. */
export interface Outside {
  readonly disk: Disk;
  /** Whether nothing that a run does is to stay. */
  readonly isRehearsal: boolean;
  readonly lifecycle: Lifecycle;
  readonly clock: () => Date;
  readonly generateKeyPair: (algorithm: KeyAlgorithmName) => Promise<KeyPair>;
}

/** The disk, the use cases, the clock and the keys of this machine. */
export const outside: Outside = { disk: localDisk, isRehearsal: false, lifecycle: handleLifecycleEvent, clock: () => new Date(), generateKeyPair };
