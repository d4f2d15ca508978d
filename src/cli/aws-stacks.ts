import { CloudFormationClient, DescribeStacksCommand, GetTemplateCommand, Stack } from '@aws-sdk/client-cloudformation';
import { awsMessageOf, WaysOut } from './aws-message';
import { CliError } from './cli-error';
import { DeployedReader, DeployedStack } from './diff/deployed-stack';
import { UnreadableError } from './diff/foresight';
import { parseJsonMap } from './json';
import { PLAIN_CALLS, PLAIN_CLIENT } from '../issuing/aws/plain-calls';
import { ReadLedger, readLedger } from '../issuing/aws/read-ledger';
import { StackResources } from '../issuing/aws/stack-resources';
import { LedgerGoneError } from '../issuing/ledger/ledger';

/** What to do about an error of CloudFormation, by its name. */
const OF_STACKS: WaysOut = {
  AccessDenied: 'allow these credentials cloudformation:DescribeStacks, cloudformation:GetTemplate and cloudformation:ListStackResources on the stack',
};

/** What to do about an error of DynamoDB, by its name. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html */
const OF_LEDGERS: WaysOut = {
  AccessDeniedException: 'allow these credentials dynamodb:GetItem and dynamodb:Query on the table (ca.ledger.grant(role, \'dynamodb:GetItem\', \'dynamodb:Query\'))',
};

const GIVING_REGION = 'give the stack an env with its Region';

/**
 * The statuses of a stack that a deployment makes anew: it never existed, or its creation has failed.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
 */
const NOT_THERE: readonly (string | undefined)[] = ['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'DELETE_COMPLETE'];

/** Reads stacks and ledgers with the user's credentials. */
export const awsStacks: DeployedReader = {
  region: () => new CloudFormationClient().config.region().catch(error => {
    throw new CliError(`--app: ${awsMessageOf(error, 'the stacks', {}, GIVING_REGION)}`);
  }),
  stack: async (name, region) => {
    try {
      return await readStack(new CloudFormationClient({ ...PLAIN_CLIENT, region }), name);
    } catch (error) {
      throw error instanceof CliError ? error : new UnreadableError(`stack ${name} can't be read: ${awsMessageOf(error, name, OF_STACKS, GIVING_REGION)}`);
    }
  },
  ledger: (table, region) => guarded(table, readLedger(table, region)),
};

async function readStack(client: CloudFormationClient, name: string): Promise<DeployedStack | undefined> {
  const stack = await describe(client, name);
  if (!stack || NOT_THERE.includes(stack.StackStatus)) {
    return undefined;
  }
  if (stack.StackStatus?.endsWith('_IN_PROGRESS')) {
    throw new CliError(`stack ${name} is being changed (${stack.StackStatus}); compare it once that is over`);
  }
  const stackId = stack.StackId!;
  const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName: stackId, TemplateStage: 'Original' }));
  return {
    stackId,
    parameters: Object.fromEntries((stack.Parameters ?? []).map(each => [each.ParameterKey!, each.ResolvedValue ?? each.ParameterValue ?? ''])),
    outputs: (stack.Outputs ?? []).map(each => ({ key: each.OutputKey!, value: each.OutputValue!, exportName: each.ExportName })),
    template: parseJsonMap(`the deployed template of ${name}`, Buffer.from(TemplateBody)),
    resources: await new StackResources(client, PLAIN_CALLS).list(stackId),
  };
}

/**
 * CloudFormation reports a stack that does not exist as a ValidationError.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 */
async function describe(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
  } catch (error) {
    if ((error as Error).name === 'ValidationError' && (error as Error).message.includes('does not exist')) {
      return undefined;
    }
    throw error;
  }
}

/** Says what to do if a ledger can't be read. */
function guarded(table: string, { ledger, revocations }: ReadLedger): ReadLedger {
  const unreadable = (error: unknown): never => {
    throw error instanceof LedgerGoneError ? error : new UnreadableError(`the ledger ${table} can't be read: ${awsMessageOf(error, table, OF_LEDGERS)}`);
  };
  return {
    ledger: {
      find: identity => ledger.find(identity).catch(unreadable),
      resource: requester => ledger.resource(requester).catch(unreadable),
      named: (issuer, commonName, now) => ledger.named(issuer, commonName, now).catch(unreadable),
      async *certificates(issuer, status) {
        try {
          yield* ledger.certificates(issuer, status);
        } catch (error) {
          unreadable(error);
        }
      },
    },
    revocations: {
      certificate: (issuer, serialNumber) => revocations.certificate(issuer, serialNumber).catch(unreadable),
      find: (issuer, serialNumber) => revocations.find(issuer, serialNumber).catch(unreadable),
      publication: issuer => revocations.publication(issuer).catch(unreadable),
    },
  };
}
