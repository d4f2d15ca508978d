import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { handleLifecycleEvent } from '../../issuing/lifecycle';
import { generateKeyPair, KeyPair } from '../../pki/keys';
import { Disk, localDisk } from '../disk';
import { Lifecycle } from './engine';

/** The access of a run to the outside. Tests replace it. */
export interface Outside {
  readonly disk: Disk;
  /** Whether the run is only rehearsed, so none of its effects stay. */
  readonly isRehearsal: boolean;
  readonly lifecycle: Lifecycle;
  readonly clock: () => Date;
  readonly generateKeyPair: (algorithm: KeyAlgorithmName) => Promise<KeyPair>;
}

/** The disk, the use cases, the clock and the keys of this machine. */
export const outside: Outside = { disk: localDisk, isRehearsal: false, lifecycle: handleLifecycleEvent, clock: () => new Date(), generateKeyPair };
