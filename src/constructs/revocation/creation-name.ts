import { Aws, Fn } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * The name of a resource that may outlive its stack: another one for each creation of the stack, so that the stack can be created again. The
 * name holds the UUID of the stack's ID and the end of the construct's address.
 */
export function creationName({ node }: IConstruct, what: string): string {
  return `${what}-${node.addr.slice(-8)}-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`;
}
