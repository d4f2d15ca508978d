import { Driven } from './driven';
import { PlatformAnswer } from '../../support/https-platform';
import { WireReply } from '../aws/endpoint';
import { emptyState } from '../aws/fake-aws';
import { Requests } from '../engine/requests';
import { Stack, Status } from '../engine/stack';
import { Declared, Properties, Template } from '../engine/template';
import { Violation } from '../engine/watch';
import { World } from '../engine/world';
import { Fault } from '../faults';
import { CREDENTIALS, LEDGER, Proof, Registration } from './platforms';
import { Random } from '../../support/random';

/** The registrations of a stack, by the beginnings of their resources' logical ids. */
export type Registrations = { readonly [id: string]: Registration };

/** One history of a stack that registers CAs with a platform. */
export class PlatformHistory {
  public readonly world: World;
  public readonly requests: Requests;
  public readonly stack: Stack;
  public readonly violations: Violation[] = [];
  /** What was deployed last, whether it came to its end or not. */
  public wanted: Registrations = {};

  constructor(private readonly driven: Driven, seed: number) {
    const { platform, server } = driven;
    const state = emptyState();
    state.tables.set(LEDGER, new Map());
    state.secrets.set(CREDENTIALS, {
      arn: CREDENTIALS, versions: new Map([['1', JSON.stringify(platform.credentials)]]), labels: new Map([['AWSCURRENT', '1']]),
    });
    this.world = new World(driven, new Random(seed), state);
    this.requests = new Requests(this.world);
    this.stack = new Stack(this.world, this.requests, properties => this.withProof(properties));
    platform.clear(server);
    server.forget();
    server.now = () => this.world.now;
  }

  /**
   * Deploys these registrations, and rolls back if that fails; a rollback that fails is gone on with, as a user does.
   *
   * @param fails whether another resource of the stack fails after them
   */
  public async deploy(registrations: Registrations, fails = false): Promise<Status> {
    this.wanted = registrations;
    this.world.note(`deploy ${Object.entries(registrations).map(([id, { ca, name }]) => `${id}: ${ca.thumbprint.slice(0, 8)} ${name ?? ''}`)}`);
    const template = this.template(registrations);
    return this.ended(await this.stack.deploy(template, { failsAfter: fails ? Object.keys(template.resources).length : undefined }));
  }

  public async delete(): Promise<Status> {
    this.world.note('delete');
    this.wanted = {};
    return this.ended(await this.stack.delete());
  }

  /** Lets everything come to its end, and looks at what there is then. */
  public async rest(): Promise<void> {
    this.requests.director = () => ({});
    await this.requests.drain();
    const { platform, server } = this.driven;
    const declared = [...this.stack.resources].filter(([logicalId]) => logicalId.endsWith('Registration')).map(([logicalId, { properties }]) =>
      ({ logicalId, fingerprint: this.driven.fingerprintOf(properties.CertificatePem ?? properties.CaCertificatePem) }));
    const held = platform.held(server);
    for (const { logicalId, fingerprint } of declared) {
      const registered = held.filter(each => each.fingerprint === fingerprint);
      if (registered.length === 0) {
        this.find('lost', `${logicalId} is not registered`);
      } else if (registered.length > 1) {
        this.find('duplicated', `${logicalId} is registered ${registered.length} times`);
      } else if (!registered[0].isProved) {
        this.find('unfinished', `${logicalId} is not proved, or not in use`);
      }
    }
    const left = held.filter(({ fingerprint }) => !declared.some(each => each.fingerprint === fingerprint));
    if (left.length > 0) {
      this.find('left behind', `nobody declares ${left.map(({ fingerprint }) => fingerprint.slice(0, 11))}`);
    }
    this.world.aws.unknown.forEach(call => this.find('unknown call', call));
  }

  public find(kind: Violation['kind'], text: string): void {
    this.violations.push({ kind, text });
    this.world.note(`! ${kind}: ${text}`);
  }

  /** Goes on with a rollback or a deletion that failed, as often as a user does. */
  private async ended(first: Status): Promise<Status> {
    let status = first;
    for (let attempt = 0; attempt < 3 && (status === 'ROLLBACK_FAILED' || status === 'DELETE_FAILED'); attempt++) {
      this.world.note(`= ${status}; once more`);
      status = await (status === 'ROLLBACK_FAILED' ? this.stack.rollBack() : this.stack.delete());
    }
    this.world.note(`= ${status}`);
    return status;
  }

  private template(registrations: Registrations): Template {
    const resources = Object.entries(registrations).flatMap(([id, registration]) =>
      Object.entries(this.driven.platform.resources(this.driven.server, registration)).map(([end, declared]) => [`${id}${end}`, named(declared, id)]));
    return { resources: Object.fromEntries(resources) };
  }

  /** What the function that issues has made of a code by then. */
  private async withProof(properties: Properties): Promise<Properties> {
    const { VerificationCertificatePem } = properties;
    return VerificationCertificatePem === undefined ? properties
      : { ...properties, VerificationCertificatePem: await this.driven.prove(VerificationCertificatePem as Proof) };
  }
}

function named(declared: Declared, id: string): Declared {
  return JSON.parse(JSON.stringify(declared).replaceAll('{id}', id));
}

/** An answer of a platform, on its way. */
export function replyOf({ status, body = '', headers }: PlatformAnswer): Exclude<WireReply, 'cut'> {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'object' ? JSON.stringify(body) : body };
}

/** What goes back from a platform in place of its answer. */
export function faultyAnswer(fault: Fault, reply: WireReply): WireReply {
  switch (fault) {
    case 'refused': return replyOf({ status: 503 });
    case 'throttled': return replyOf({ status: 429, headers: { 'retry-after': '1' } });
    case 'denied': return replyOf({ status: 403, body: {} });
    case 'garbled': return reply === 'cut' ? 'cut' : { ...reply, body: reply.body.slice(0, reply.body.length / 2) };
    default: return 'cut';
  }
}
