import { Random } from '../../support/random';
import { StackResourceSummary } from '../aws/cloudformation';
import { Endpoint, WireRequest } from '../aws/endpoint';
import { Item } from '../aws/expression-reader';
import { AwsState, emptyState, FakeAws } from '../aws/fake-aws';
import { Plan } from '../faults';
import { Delivery } from '../lambda/delivery';
import { ACCOUNT, LambdaFunction, REGION } from '../lambda/lambda';

export const STACK_NAME = 'iot';
export const STACK_ID = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${STACK_NAME}/5b6d4a40-0000-11f1-9a3c-0a1b2c3d4e5f`;

/** What CloudFormation takes as an answer. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const MAX_ANSWER_OCTETS = 4096;

/** The time at which every history begins: soon, so that what OpenSSL makes now is valid by then. */
const BEGINNING = Math.ceil(Date.now() / 60_000) * 60_000 + 3_600_000;

/** An answer as it was sent. */
export interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly Data?: { readonly [attribute: string]: string };
}

/** Everything that anybody could see: no private key may be in it. */
export interface Seen {
  readonly where: string;
  readonly text: string;
}

/** What all worlds of a process share: the endpoint, and the function with its execution environments. */
export interface Platform {
  readonly endpoint: Endpoint;
  readonly lambda: LambdaFunction;
  /** Told which delivery an execution environment carries out, for what it asks outside of AWS. */
  readonly attach?: (environmentId: number, delivery: Delivery) => void;
}

/** The environment of a function of the stack, where all of AWS is at this endpoint. */
export function environmentAt(endpoint: Endpoint): { readonly [name: string]: string } {
  return {
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'ASIAOFTHEDRIVER',
    AWS_SECRET_ACCESS_KEY: 'secret-access-key-of-the-driver',
    AWS_SESSION_TOKEN: 'session-token-of-the-driver',
    AWS_MAX_ATTEMPTS: '1', // a fault that the client of AWS gets over by itself is none
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    STACK_ID,
  };
}

/** AWS around one history: what it holds, its time, and the deliveries of events. */
export class World {
  public now = BEGINNING;
  public readonly aws: FakeAws;
  public readonly deliveries: Delivery[] = [];
  public readonly seen: Seen[] = [];
  /** What happened, in lines for people. */
  public readonly trace: string[] = [];
  /** Everything that was answered, in the order of arrival, by request. */
  public readonly answers = new Map<string, Answer[]>();
  /** Told of each item that is written to a table. */
  public readonly onWrite: ((table: string, item: Item, now: number) => void)[] = [];

  /** @param state what AWS holds in the beginning; it is copied */
  constructor(private readonly platform: Platform, public readonly random: Random, state: AwsState = emptyState(), now = BEGINNING) {
    this.now = now;
    this.aws = new FakeAws(structuredClone(state), (table, item) => this.onWrite.forEach(told => told(table, item, this.now)),
      stack => stack === STACK_ID || stack === STACK_NAME ? this.stackResources() : undefined);
  }

  /** What the stack has, for whoever asks CloudFormation. */
  public stackResources: () => readonly StackResourceSummary[] = () => [];

  public get state(): AwsState {
    return this.aws.state;
  }

  /** Where CloudFormation takes the answer to a request: presigned, with the time at which the request was made. */
  public responseUrl(requestId: string): string {
    const date = new Date(this.now).toISOString().replace(/[-:]|\.\d+/g, '');
    return `${this.platform.endpoint.url}/cloudformation-custom-resource-response-${REGION.replaceAll('-', '')}/${requestId}`
      + `?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=${date}&X-Amz-SignedHeaders=host&X-Amz-Expires=7199&X-Amz-Signature=${'5'.repeat(64)}`;
  }

  /** Delivers an event, until the delivery ends or is held. */
  public async deliver(name: string, event: object, plan: Plan): Promise<Delivery> {
    const delivery = await this.begin(name, event, plan);
    await delivery.settled();
    return delivery;
  }

  /** Begins to deliver an event. */
  public async begin(name: string, event: object, plan: Plan): Promise<Delivery> {
    const { endpoint, lambda } = this.platform;
    const delivery = new Delivery(name, plan, {
      now: () => this.now,
      call: step => {
        this.now += 5;
        if (step.action !== 'secretsmanager:PutSecretValue' && step.action !== 'ssm:PutParameter') {
          this.seen.push({ where: `${name}: ${step.action}`, text: step.body });
        }
        return this.aws.answer(step);
      },
      answer: request => this.take(name, request),
    });
    this.deliveries.push(delivery);
    const environment = await lambda.take(this.now);
    endpoint.attach(environment.id, delivery.serve);
    this.platform.attach?.(environment.id, delivery);
    void environment.invoke(event, `invocation-${this.deliveries.length}`, this.now).then(ended => {
      this.seen.push(...environment.log.map(text => ({ where: `${name}: log`, text })), { where: `${name}: error`, text: ended.error ?? '' });
      endpoint.detach(environment.id); // which would keep this world for as long as it lives
      environment.holdsBack ||= delivery.actions.some(action => action.startsWith('ssm:'));
      lambda.giveBack(environment);
      this.now = Math.max(this.now, ended.time) + 1_000;
      delivery.end(ended);
    });
    return delivery;
  }

  public pass(milliseconds: number): void {
    this.now += milliseconds;
  }

  public note(line: string): void {
    this.trace.push(line);
  }

  private take(name: string, { path, body }: WireRequest): void {
    const requestId = path.split('?')[0].split('/').at(-1)!;
    this.seen.push({ where: `${name}: answer`, text: body });
    const answer: Answer = Buffer.byteLength(body) > MAX_ANSWER_OCTETS
      ? { ...JSON.parse(body), Status: 'FAILED', Reason: 'Response object is too long.', Data: undefined }
      : JSON.parse(body);
    this.answers.set(requestId, [...this.answers.get(requestId) ?? [], answer]);
  }
}
