import { Ports } from '../../issuing/ports';
import { Progress } from '../terminal';
import { DirectoryKmsKeys } from './directory-kms-keys';
import { DirectorySecretVersions } from './directory-secret-versions';
import { LocalSecretValues } from './local-secret-values';
import { StateStore } from './state-store';
import { LifecycleEvent, LifecycleResult } from '../../resource/lifecycle-event';

/** Carries out one request for a certificate resource, with the code that runs in the function. */
export type Lifecycle = (event: LifecycleEvent, ports: Ports) => Promise<LifecycleResult>;

/** What a deployment works with. */
export interface Engine {
  readonly store: StateStore;
  /** Whether the deployment is only rehearsed, so none of its effects stay. */
  readonly isRehearsal: boolean;
  readonly secrets: DirectorySecretVersions;
  readonly kmsKeys: DirectoryKmsKeys;
  readonly secretValues: LocalSecretValues;
  readonly ports: Ports;
  readonly lifecycle: Lifecycle;
  /** The logical ids of the CAs that each stack declares, by the stack's id, for the stacks whose deployment has begun. */
  readonly declaredCas: Map<string, readonly string[]>;
  readonly progress: Progress;
  /** Makes an id for a request or a stack: a UUID. */
  readonly newId: () => string;
}
