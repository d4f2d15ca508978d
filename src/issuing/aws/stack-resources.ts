import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { StackResource } from '../ports';

/**
 * The statuses of resources that a stack no longer has: CloudFormation may still list them.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackResourceSummary.html
 */
const GONE: readonly (string | undefined)[] = ['DELETE_COMPLETE', 'DELETE_SKIPPED'];

/**
 * Lists the resources that a stack has according to CloudFormation. In the middle of an update, the list includes the resources that the
 * update will remove.
 */
export class StackResources {
  constructor(private readonly client: CloudFormationClient, private readonly calls: Pick<AwsCalls, 'make'>) {}

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html */
  public async list(stackId: string): Promise<StackResource[]> {
    const resources: StackResource[] = [];
    let token: string | undefined;
    do {
      const command = new ListStackResourcesCommand({ StackName: stackId, NextToken: token });
      const { StackResourceSummaries = [], NextToken } = await this.calls.make('cloudformation:ListStackResources', stackId,
        options => this.client.send(command, options));
      for (const { ResourceType, LogicalResourceId, PhysicalResourceId, ResourceStatus } of StackResourceSummaries) {
        if (!GONE.includes(ResourceStatus) && ResourceType !== undefined && LogicalResourceId !== undefined && PhysicalResourceId !== undefined) {
          resources.push({ type: ResourceType, logicalResourceId: LogicalResourceId, physicalResourceId: PhysicalResourceId });
        }
      }
      token = NextToken;
    } while (token !== undefined);
    return resources;
  }
}
