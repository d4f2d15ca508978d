/** What the function knows better than any event. */
export interface FunctionEnvironment {
  /** The id (ARN) of the stack that the function is part of: the only one that it works for. */
  readonly stackId: string | undefined;
  /** The endpoint at which all AWS services are emulated, if they are. */
  readonly endpointUrl: string | undefined;
}

/** What every function of this library reads from its environment. An empty variable is none. */
export function functionEnvironment({ STACK_ID, AWS_ENDPOINT_URL }: NodeJS.ProcessEnv): FunctionEnvironment {
  return { stackId: STACK_ID || undefined, endpointUrl: AWS_ENDPOINT_URL || undefined };
}
