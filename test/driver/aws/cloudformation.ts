import { AwsError, assertKnown, UnknownToFake } from './aws-error';

/** A resource as ListStackResources shows it. */
export interface StackResourceSummary {
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly type: string;
  readonly status: string;
}

/** Few, so that a reader of the first page alone is found out. */
const PAGE = 2;

/** AWS CloudFormation, of the one stack that the driver plays; its protocol is Query, with XML in return. */
export class CloudFormation {
  /** @param resources what the stack has at present, by its id and by its name */
  constructor(private readonly resources: (stack: string) => readonly StackResourceSummary[] | undefined) {}

  public answer(form: URLSearchParams): string {
    const { Action, Version, StackName, NextToken = '0', ...more } = Object.fromEntries(form);
    if (Action !== 'ListStackResources' || Version !== '2010-05-15') {
      throw new UnknownToFake(`cloudformation:${Action}`);
    }
    assertKnown(Action, more, []);
    const resources = this.resources(StackName);
    if (!resources) {
      throw new AwsError('ValidationError', `Stack with id ${StackName} does not exist`);
    }
    const start = Number(NextToken);
    const next = start + PAGE < resources.length ? `<NextToken>${start + PAGE}</NextToken>` : '';
    const members = resources.slice(start, start + PAGE).map(({ logicalId, physicalId, type, status }) => '<member>'
      + `<LogicalResourceId>${logicalId}</LogicalResourceId>`
      + (physicalId === undefined ? '' : `<PhysicalResourceId>${physicalId}</PhysicalResourceId>`)
      + `<ResourceType>${type}</ResourceType><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp><ResourceStatus>${status}</ResourceStatus>`
      + '</member>').join('');
    return '<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListStackResourcesResult>'
      + `<StackResourceSummaries>${members}</StackResourceSummaries>${next}</ListStackResourcesResult>`
      + '<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></ListStackResourcesResponse>';
  }
}
