import { createServer, Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { TemplateJson } from './cli-assembly';
import { close, listen, urlOf } from './local-server';
import { StackResource } from '../../src/issuing/ports';

/** A stack, as CloudFormation describes it. */
export interface DescribedStack {
  readonly stackId: string;
  readonly status?: string;
  readonly template: TemplateJson;
  readonly parameters?: { readonly [name: string]: string };
  readonly outputs?: { readonly [key: string]: { readonly value: string; readonly exportName?: string } };
  readonly resources: readonly StackResource[];
}

/** Few, so that a reader of the first page alone is found out. */
const PAGE = 3;

/**
 * The part of AWS CloudFormation that reads stacks, over HTTP: its protocol is Query, with XML in return. Every other call is an error.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html
 */
export class StrictCloudFormation {
  /** The stacks by name. */
  public readonly stacks = new Map<string, DescribedStack>();
  /** The operations since the last `reset`. */
  public calls: string[] = [];
  /** Whether these credentials may not read stacks. */
  public denies = false;
  private readonly server: Server = createServer((incoming, outgoing) => {
    void text(incoming).then(body => {
      const [status, answer] = this.answer(new URLSearchParams(body));
      outgoing.writeHead(status, { 'content-type': 'text/xml' }).end(answer);
    });
  });

  public async start(): Promise<void> {
    await listen(this.server);
  }

  public async stop(): Promise<void> {
    await close(this.server);
  }

  public get url(): string {
    return urlOf(this.server);
  }

  public reset(): void {
    this.calls = [];
    this.denies = false;
    this.stacks.clear();
  }

  private answer(form: URLSearchParams): [status: number, xml: string] {
    const [operation, name] = [form.get('Action')!, form.get('StackName')!];
    this.calls.push(operation);
    if (this.denies) {
      return refusal(403, 'AccessDenied', `User: arn:aws:iam::111111111111:user/anna is not authorized to perform: cloudformation:${operation}`);
    }
    const stack = this.stacks.get(name) ?? [...this.stacks.values()].find(({ stackId }) => stackId === name);
    if (!stack) {
      return refusal(400, 'ValidationError', `Stack with id ${name} does not exist`);
    }
    switch (operation) {
      case 'DescribeStacks': return result(operation, `<Stacks>${members([describe(stack)])}</Stacks>`);
      case 'GetTemplate': return result(operation, `<TemplateBody>${escaped(JSON.stringify(stack.template))}</TemplateBody>`);
      case 'ListStackResources': {
        const start = Number(form.get('NextToken') ?? 0);
        const next = start + PAGE < stack.resources.length ? `<NextToken>${start + PAGE}</NextToken>` : '';
        const page = members(stack.resources.slice(start, start + PAGE).map(summary));
        return result(operation, `<StackResourceSummaries>${page}</StackResourceSummaries>${next}`);
      }
      default: return refusal(400, 'InvalidAction', `Could not find operation ${operation}`);
    }
  }
}

function describe({ stackId, status = 'UPDATE_COMPLETE', template, parameters = {}, outputs = {} }: DescribedStack): string {
  const declared = template.Parameters as { readonly [name: string]: { readonly NoEcho?: boolean } } | undefined;
  const isMasked = (name: string): boolean => declared?.[name]?.NoEcho === true;
  const ofParameters = Object.entries(parameters)
    .map(([name, value]) => fields({ ParameterKey: name, ParameterValue: isMasked(name) ? '****' : value }));
  const ofOutputs = Object.entries(outputs)
    .map(([key, { value, exportName }]) => fields({ OutputKey: key, OutputValue: value, ExportName: exportName }));
  return `${fields({ StackId: stackId, StackName: stackId.split('/')[1], StackStatus: status, CreationTime: '2026-01-01T00:00:00Z' })}`
    + `<Parameters>${members(ofParameters)}</Parameters><Outputs>${members(ofOutputs)}</Outputs>`;
}

function summary({ type, logicalResourceId, physicalResourceId }: StackResource): string {
  return fields({
    LogicalResourceId: logicalResourceId,
    PhysicalResourceId: physicalResourceId,
    ResourceType: type,
    ResourceStatus: 'CREATE_COMPLETE',
    LastUpdatedTimestamp: '2026-01-01T00:00:00Z',
  });
}

function fields(values: { readonly [name: string]: string | undefined }): string {
  return Object.entries(values).map(([name, value]) => value === undefined ? '' : `<${name}>${escaped(value)}</${name}>`).join('');
}

function members(items: readonly string[]): string {
  return items.map(item => `<member>${item}</member>`).join('');
}

function escaped(value: string): string {
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function result(operation: string, content: string): [number, string] {
  return [200, `<${operation}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${operation}Result>${content}</${operation}Result>`
    + `<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></${operation}Response>`];
}

function refusal(status: number, code: string, message: string): [number, string] {
  return [status, `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code>`
    + `<Message>${escaped(message)}</Message></Error><RequestId>0</RequestId></ErrorResponse>`];
}
