/** An output as CloudFormation knows it. */
export interface NamedOutput {
  readonly stack: string;
  readonly output: string;
}

/** An output as it is named on the command line and in messages. */
export function nameOf({ stack, output }: NamedOutput): string {
  return `${stack}.${output}`;
}

/** The outputs that a name on the command line means: `<output>`, or `<stack>.<output>`. */
export function namedOutputs<T extends NamedOutput>(name: string, outputs: readonly T[]): T[] {
  return outputs.filter(each => name === each.output || name === nameOf(each));
}

/** Lists names for the parentheses of a message. */
export function listed(names: readonly string[]): string {
  return [...new Set(names)].join(', ') || 'none exists';
}
