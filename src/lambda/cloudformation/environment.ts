/** What the function trusts more than any event. */
export interface FunctionEnvironment {
  /** The id (ARN) of the stack that contains the function: the only stack that the function works for. */
  readonly stackId: string | undefined;
  /** The endpoint at which all AWS services are emulated, if AWS is emulated. */
  readonly endpointUrl: string | undefined;
}

/** Reads the environment variables that every function of this library uses. An empty variable counts as absent. */
export function functionEnvironment({ STACK_ID, AWS_ENDPOINT_URL }: NodeJS.ProcessEnv): FunctionEnvironment {
  return { stackId: STACK_ID || undefined, endpointUrl: AWS_ENDPOINT_URL || undefined };
}
