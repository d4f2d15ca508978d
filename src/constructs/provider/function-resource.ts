import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { SERVICE_TIMEOUT_MINUTES } from '../../contract/cloudformation-limits';

/** A custom resource, as its function gets it. */
export interface FunctionResourceOptions {
  readonly resourceType: string;
  readonly properties: object;
  readonly removalPolicy?: RemovalPolicy;
  /** How long CloudFormation waits for the answer, in minutes. */
  readonly timeoutMinutes?: number;
}

/** A custom resource that a function of this library handles. What the function needs for it must be made before it. */
export function functionResource(scope: Construct, id: string, { functionArn }: IFunction, options: FunctionResourceOptions): CustomResource {
  const { resourceType, properties, removalPolicy, timeoutMinutes = SERVICE_TIMEOUT_MINUTES } = options;
  return new CustomResource(scope, id, {
    resourceType, serviceToken: functionArn, serviceTimeout: Duration.minutes(timeoutMinutes), properties: { ...properties }, removalPolicy,
  });
}
