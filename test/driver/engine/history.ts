import { X509Certificate } from 'node:crypto';
import { checkAtRest, checkKeysOf } from './checks';
import { madeElsewhere } from './made-elsewhere';
import { Requests } from './requests';
import { provide, putByHand, secretArn, Specs, templateOf } from './resources';
import { DeployOptions, Stack, Status } from './stack';
import { Existing, identityIn } from './template';
import { Violation, Watch } from './watch';
import { environmentAt, Platform, World } from './world';
import { Random } from '../../support/random';
import { Endpoint } from '../aws/endpoint';
import { AwsState, emptyState } from '../aws/fake-aws';
import { assertBundleIsNew, LambdaFunction } from '../lambda/lambda';

/** Starts what all histories of a process share. */
export async function startPlatform(): Promise<Platform & { stop(): Promise<void> }> {
  assertBundleIsNew('handler', ['src/issuing', 'src/lambda', 'src/resource', 'src/contract', 'src/pki']); // before anything runs that would have to be stopped
  const endpoint = await Endpoint.start();
  const variables = { ...environmentAt(endpoint), CERTIFICATE_AUTHORITIES: 'Ca,Factory,Existing,Hsm' };
  const lambda = new LambdaFunction({ bundle: 'handler', handler: 'handler', variables });
  return {
    endpoint,
    lambda,
    stop: async () => {
      await lambda.stop();
      await endpoint.stop();
    },
  };
}

/** What a history can begin with: all that there is in a world and a stack. */
export interface Saved {
  readonly state: AwsState;
  readonly now: number;
  readonly resources: ReadonlyMap<string, Stack['resources'] extends Map<string, infer R> ? R : never>;
  readonly specs: Specs;
}

/** One history: a world, a stack in it, and whoever watches. */
export class History {
  public readonly world: World;
  public readonly requests: Requests;
  public readonly stack: Stack;
  public readonly watch: Watch;
  /** What the stack had at the beginning. */
  public readonly beginning: Saved['resources'];
  public specs: Specs = {};
  /** What the last stable stack had, which a rollback goes back to. */
  private stable: ReadonlyMap<string, string> = new Map();

  constructor(platform: Platform, seed: number, saved?: Saved) {
    this.world = new World(platform, new Random(seed), saved?.state ?? emptyState(), saved?.now);
    this.requests = new Requests(this.world);
    this.stack = new Stack(this.world, this.requests);
    this.watch = new Watch(this.world, this.stack);
    this.watch.foreign.add(new X509Certificate(madeElsewhere().certificate).raw.toString('base64'));
    this.beginning = saved?.resources ?? new Map();
    this.beginning.forEach((resource, logicalId) => this.stack.resources.set(logicalId, resource));
    this.specs = saved?.specs ?? {};
  }

  public get violations(): readonly Violation[] {
    return this.watch.violations;
  }

  /** Deploys these resources; a rollback that fails is gone on with, as a user does. */
  public async deploy(specs: Specs, options: DeployOptions = {}): Promise<Status> {
    const template = templateOf(specs);
    provide(this.world.state, template);
    for (const [logicalId, { kind, isInvalid }] of Object.entries(specs)) {
      if (kind === 'existing' && this.world.state.secrets.get(secretArn(`${logicalId}Key`))!.versions.size === 0) {
        putByHand(this.world.state, secretArn(`${logicalId}Key`), madeElsewhere().privateKey);
      }
      this.watch.mayFail[isInvalid ? 'add' : 'delete'](logicalId);
    }
    if (this.stack.isStable) {
      this.stable = new Map([...this.stack.resources].map(([logicalId, resource]) => [logicalId, identified(resource)]));
    }
    this.world.note(`deploy ${Object.entries(specs).map(([logicalId, spec]) => `${logicalId}:${describe(spec)}`).join(' ')}${options.rollback === false ? ' --no-rollback' : ''}`);
    let status = await this.stack.deploy(template, options);
    if (status === 'ROLLBACK_FAILED') {
      this.world.note(`= ${status}; go on with it`);
      status = await this.stack.rollBack();
    }
    if (status === 'DELETE_FAILED') {
      this.world.note(`= ${status}; delete it again`);
      status = await this.stack.delete();
    }
    this.world.note(`= ${status}`);
    if (status === 'COMPLETE') {
      this.specs = specs;
    }
    if (status === 'FAILED' && this.requests.isQuiet) {
      checkKeysOf(this.world, this.stack, this.watch, this.requests.died);
    }
    if (status === 'ROLLED_BACK') {
      this.stack.resources.forEach((resource, logicalId) => {
        if (this.stable.get(logicalId) !== identified(resource)) {
          this.watch.find('not rolled back', `${logicalId} is another one than before`);
        }
      });
    }
    return status;
  }

  /** Deletes the stack, as often as that is needed. */
  public async delete(): Promise<Status> {
    this.world.note('delete');
    let status = await this.stack.delete();
    for (let attempt = 0; status === 'DELETE_FAILED' && attempt < 3; attempt++) {
      this.world.note(`= ${status}; delete it again`);
      status = await this.stack.delete();
    }
    this.world.note(`= ${status}`);
    this.specs = status === 'COMPLETE' ? {} : this.specs;
    return status;
  }

  /** Lets everything come to its end, and looks at what there is then. */
  public async rest(): Promise<void> {
    this.requests.director = () => ({});
    await this.requests.drain();
    await this.finish();
    if (this.stack.isStable) {
      checkAtRest(this.world, this.stack, this.watch);
    }
  }

  /** Makes the next request for each resource of which something could not be taken back; where there is none any more, that was told. */
  private async finish(): Promise<void> {
    const unfinished = this.requests.unfinished.splice(0);
    unfinished.filter(({ requestType }) => requestType === 'Delete')
      .forEach(({ logicalId, event }) => this.specs[logicalId] || this.stack.abandoned.add(identityIn(event.PhysicalResourceId as string)));
    const again = unfinished.map(({ logicalId }) => logicalId).filter(logicalId => logicalId in this.specs);
    if (this.stack.isStable && again.length > 0) {
      const next = Object.entries(this.specs)
        .map(([logicalId, spec]) => [logicalId, again.includes(logicalId) ? { ...spec, remark: (spec.remark ?? 0) + 1 } : spec]);
      await this.deploy(Object.fromEntries(next));
      await this.requests.drain();
    }
  }

  public save(): Saved {
    return { state: structuredClone(this.world.state), now: this.world.now, resources: new Map(this.stack.resources), specs: this.specs };
  }
}

function describe({ kind, ca, variant = 1, remark = 0, place = 1, isInvalid, request: _, certificatePem: __, ...more }: Specs[string]): string {
  return [kind, ...ca ? [`of ${ca}`] : [], `v${variant}`, ...remark ? [`r${remark}`] : [], ...place > 1 ? [`p${place}`] : [], ...isInvalid ? ['(wrong)'] : [],
    ...Object.entries(more).map(([name, value]) => `${name}=${value}`)].join(' ');
}

/** A resource by its id and the bytes of what it has. */
function identified({ physicalId, data }: Pick<Existing, 'physicalId' | 'data'>): string {
  return `${physicalId} ${data.CertificatePem ?? data.Signature}`;
}
