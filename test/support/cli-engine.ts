import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { temporaryFolder, TemplateJson, writeAssembly } from './cli-assembly';
import { localDisk } from '../../src/cli/disk';
import { readAssembly } from '../../src/cli/local/assembly';
import { deployStack, removeStack } from '../../src/cli/local/deployment';
import { DirectoryKmsKeys } from '../../src/cli/local/directory-kms-keys';
import { DirectoryLedger } from '../../src/cli/local/directory-ledger';
import { DirectoryParameters } from '../../src/cli/local/directory-parameters';
import { DirectoryRevocations } from '../../src/cli/local/directory-revocations';
import { DirectorySecretVersions } from '../../src/cli/local/directory-secret-versions';
import { Engine } from '../../src/cli/local/engine';
import { GivenSecrets } from '../../src/cli/local/given-secrets';
import { LocalSecretValues } from '../../src/cli/local/local-secret-values';
import { StackReport } from '../../src/cli/local/report';
import { planStack } from '../../src/cli/local/stack-plan';
import { State } from '../../src/cli/local/state';
import { StateStore } from '../../src/cli/local/state-store';
import { silentProgress } from '../../src/cli/terminal';
import { NO_REFUSALS } from '../../src/issuing/ledger/refusals';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';

/** A request as the recording lifecycle saw it, in short: `Create Ca`, `Delete Ca ca-1`. */
export type Call = string;

/**
 * Deploys templates with a lifecycle that issues nothing: the physical id is made of the property `Name`, so that another
 * name is another certificate, and requests can be made to fail.
 */
export class RecordingDeployment {
  public readonly out = temporaryFolder();
  public readonly events: LifecycleEvent[] = [];
  /** Requests that fail: all of a kind, as in `Update Ca`, or those with one name, as in `Update Ca new`. */
  public failing: readonly string[] = [];
  /** Whether a failure answers a physical id. */
  public failuresNameTheirId = true;
  /** What a request does besides; nothing by itself. */
  public effect: (event: LifecycleEvent) => void = () => undefined;

  /** The requests since the last time they were taken. */
  public takeCalls(): Call[] {
    return this.events.splice(0).map(({ requestType, logicalResourceId, physicalResourceId }) =>
      [requestType, logicalResourceId, ...physicalResourceId === undefined ? [] : [physicalResourceId]].join(' '));
  }

  public async deploy(template: TemplateJson, stackName = 'Iot', region?: string): Promise<StackReport> {
    const [stack] = readAssembly(writeAssembly(temporaryFolder(), { [stackName]: { template, region } }));
    const engine = this.engine();
    const previous = engine.store.state.stacks[stackName];
    return deployStack(planStack(stack, previous?.stackId ?? `arn:stack/${stackName}/${randomUUID()}`, [], previous), engine);
  }

  public async remove(stackName = 'Iot'): Promise<StackReport> {
    return removeStack(stackName, this.engine());
  }

  /** The state as it is on the disk. */
  public get state(): State {
    return StateStore.open(this.out, localDisk).state;
  }

  /** The folder of a secret of the stack `Iot`. */
  public secretFolder(logicalId: string): string {
    return join(this.keys, this.state.stacks.Iot.resources[logicalId].physicalId.split(':secret:')[1]);
  }

  public get keys(): string {
    return join(this.out, 'keys');
  }

  private engine(): Engine {
    const store = StateStore.open(this.out, localDisk);
    const secrets = new DirectorySecretVersions(store, localDisk);
    const kmsKeys = new DirectoryKmsKeys(store, localDisk);
    const secretValues = new LocalSecretValues(new GivenSecrets([], []), secrets);
    return {
      store,
      disk: localDisk,
      isRehearsal: false,
      secrets,
      kmsKeys,
      secretValues,
      ports: {
        secrets,
        parameters: new DirectoryParameters(store, localDisk),
        secretValue: secretArn => secretValues.read(secretArn),
        hsm: keyArn => kmsKeys.signer(keyArn),
        ledger: table => new DirectoryLedger(table, store),
        anyTable: table => new DirectoryLedger(table, store),
        refusals: () => NO_REFUSALS,
        revocations: table => new DirectoryRevocations(new DirectoryLedger(table, store)),
        anyRevocations: table => new DirectoryRevocations(new DirectoryLedger(table, store)),
        stack: async stackId => ({ resources: store.resourcesOf(stackId), declaredCas: [] }),
        clock: () => new Date(),
        random: () => { throw new Error('nothing is random here'); },
        generateKeyPair: () => { throw new Error('no key is made here'); },
      },
      lifecycle: async event => this.handle(event),
      declaredCas: new Map(),
      progress: silentProgress,
      newId: randomUUID,
    };
  }

  private handle(event: LifecycleEvent): { physicalResourceId: string; data?: never } {
    this.events.push(event);
    this.effect(event);
    const { requestType, logicalResourceId, properties, physicalResourceId } = event;
    const id = requestType === 'Delete' ? physicalResourceId! : `id-${logicalResourceId}-${String(properties.Name)}`;
    const call = `${requestType} ${logicalResourceId} ${String(properties.Name)}`;
    if (this.failing.some(each => `${call} `.startsWith(`${each} `))) {
      throw Object.assign(new Error(`${logicalResourceId}: refused`), this.failuresNameTheirId && { physicalResourceId: id });
    }
    return { physicalResourceId: id, ...requestType !== 'Delete' && { data: { SerialNumber: `serial of ${id}` } as never } };
  }
}

/** A certificate resource whose certificate depends on `Name`. */
export function ca(name: string, more: object = {}, properties: object = {}): object {
  return { Type: 'Custom::PrivateIotCa', Properties: { ServiceToken: 'arn:function', Name: name, ...properties }, ...more };
}

/** A certificate resource below `Ca`. */
export function device(name: string, more: object = {}, properties: object = {}): object {
  return {
    Type: 'Custom::IotDeviceCertificate',
    Properties: { ServiceToken: 'arn:function', Issuer: { Ref: 'Ca' }, Name: name, ...properties },
    ...more,
  };
}
