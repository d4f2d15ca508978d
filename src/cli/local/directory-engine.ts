import { randomBytes, randomUUID } from 'node:crypto';
import { Progress } from '../terminal';
import { DirectoryKmsKeys } from './directory-kms-keys';
import { DirectoryLedger } from './directory-ledger';
import { DirectoryParameters } from './directory-parameters';
import { DirectorySecretVersions } from './directory-secret-versions';
import { Engine } from './engine';
import { GivenSecrets, secretId } from './given-secrets';
import { LocalSecretValues } from './local-secret-values';
import { Outside } from './outside';
import { SECRET_TYPE } from './stand-ins';
import { StateStore } from './state-store';

/** The engine of a deployment into a directory. */
export function directoryEngine(store: StateStore, reach: Outside, given: GivenSecrets, progress: Progress): Engine {
  const { disk, isRehearsal, lifecycle, clock, generateKeyPair } = reach;
  const secrets = new DirectorySecretVersions(store, disk);
  const kmsKeys = new DirectoryKmsKeys(store, disk);
  const secretValues = new LocalSecretValues(given, secrets);
  for (const [stackName, { resources }] of Object.entries(store.state.stacks)) {
    Object.entries(resources).filter(([, { type }]) => type === SECRET_TYPE)
      .forEach(([logicalId, { physicalId }]) => secretValues.bind(secretId(stackName, logicalId), physicalId));
  }
  const declaredCas: Engine['declaredCas'] = new Map();
  return {
    store,
    isRehearsal,
    secrets,
    kmsKeys,
    secretValues,
    lifecycle,
    declaredCas,
    progress,
    newId: randomUUID,
    ports: {
      ledger: table => new DirectoryLedger(table, store),
      anyTable: table => new DirectoryLedger(table, store),
      stack: async stackId => ({ resources: store.resourcesOf(stackId), declaredCas: declaredCas.get(stackId) ?? [] }),
      secrets,
      parameters: new DirectoryParameters(store, disk),
      secretValue: secretArn => secretValues.read(secretArn),
      hsm: keyArn => kmsKeys.signer(keyArn),
      clock,
      random: randomBytes,
      generateKeyPair,
    },
  };
}
