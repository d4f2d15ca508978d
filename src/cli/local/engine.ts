import { randomBytes, randomUUID } from 'node:crypto';
import { NO_REFUSALS } from '../../issuing/ledger/refusals';
import { Ports } from '../../issuing/ports';
import { generateKeyPair, KeyPair } from '../../pki/keys';
import { LifecycleEvent, LifecycleResult } from '../../resource/lifecycle-event';
import { Disk, localDisk } from '../disk';
import { Progress } from '../terminal';
import { DirectoryKmsKeys } from './directory-kms-keys';
import { DirectoryLedger } from './directory-ledger';
import { DirectoryParameters } from './directory-parameters';
import { DirectoryRevocations } from './directory-revocations';
import { DirectorySecretVersions } from './directory-secret-versions';
import { GivenSecrets, secretId } from './given-secrets';
import { LocalSecretValues } from './local-secret-values';
import { SECRET_TYPE } from './stand-ins';
import { StateStore } from './state-store';
import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { handleLifecycleEvent } from '../../issuing/lifecycle';

/** Carries out one request for a certificate resource, with the code that runs in the function. */
export type Lifecycle = (event: LifecycleEvent, ports: Ports) => Promise<LifecycleResult>;

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

/** What a deployment works with. */
export interface Engine extends Pick<Outside, 'disk' | 'isRehearsal' | 'lifecycle'> {
  readonly store: StateStore;
  readonly secrets: DirectorySecretVersions;
  readonly kmsKeys: DirectoryKmsKeys;
  readonly secretValues: LocalSecretValues;
  readonly ports: Ports;
  /** The logical ids of the CAs that each stack declares, by the stack's id, for the stacks whose deployment has begun. */
  readonly declaredCas: Map<string, readonly string[]>;
  readonly progress: Progress;
  /** Makes an id for a request or a stack: a UUID. */
  readonly newId: () => string;
}

/** The engine of a deployment into a directory. */
export function directoryEngine(store: StateStore, reach: Outside, given: GivenSecrets, progress: Progress): Engine {
  const { disk, isRehearsal, lifecycle, clock } = reach;
  const secrets = new DirectorySecretVersions(store, disk);
  const kmsKeys = new DirectoryKmsKeys(store, disk);
  const secretValues = new LocalSecretValues(given, secrets);
  for (const [stackName, { resources }] of Object.entries(store.state.stacks)) {
    Object.entries(resources).filter(([, { type }]) => type === SECRET_TYPE)
      .forEach(([logicalId, { physicalId }]) => secretValues.bind(secretId(stackName, logicalId), physicalId));
  }
  const declaredCas: Engine['declaredCas'] = new Map();
  const ledger = (table: string) => new DirectoryLedger(table, store);
  const revocations = (table: string) => new DirectoryRevocations(ledger(table));
  return {
    store,
    disk,
    isRehearsal,
    secrets,
    kmsKeys,
    secretValues,
    lifecycle,
    declaredCas,
    progress,
    newId: randomUUID,
    ports: {
      ledger,
      anyTable: ledger,
      refusals: () => NO_REFUSALS,
      revocations,
      anyRevocations: revocations,
      stack: async stackId => ({ resources: store.resourcesOf(stackId), declaredCas: declaredCas.get(stackId) ?? [] }),
      secrets,
      parameters: new DirectoryParameters(store, disk),
      secretValue: secretArn => secretValues.read(secretArn),
      hsm: keyArn => kmsKeys.signer(keyArn),
      clock,
      random: randomBytes,
      generateKeyPair: reach.generateKeyPair,
    },
  };
}
