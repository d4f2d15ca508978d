/** A part of a stack that only AWS can provide, or several parts of one kind. */
export interface LeftOut {
  /** A resource type, or a part of the template: `output Url`, `rule R`. */
  readonly what: string;
  /** For a resource type, the number of resources. */
  readonly number?: number;
  /** The reason, in words; absent if only AWS has such a thing. */
  readonly reason?: string;
}

/** Resources that are left out because of their type, each type once. */
export function leftOutOfTypes(counts: ReadonlyMap<string, number>): LeftOut[] {
  return [...counts].map(([what, number]) => ({ what, number }));
}

/** What a whole run leaves out, for people: each type once, with its number in all stacks, and each reason once. */
export function describeLeftOut(stacks: readonly { readonly stackName: string; readonly leftOut: readonly LeftOut[] }[]): string[] {
  const types = new Map<string, number>();
  const parts = new Map<string, string[]>();
  for (const { stackName, leftOut } of stacks) {
    for (const { what, number, reason = '' } of leftOut) {
      if (number === undefined) {
        parts.set(reason, [...parts.get(reason) ?? [], `${what} of stack ${stackName}`]);
      } else {
        types.set(what, (types.get(what) ?? 0) + number);
      }
    }
  }
  return [
    ...[...types].map(([type, number]) => `${number} × ${type}`),
    ...[...parts].map(([reason, names]) => `${names.join(', ')}${reason && `: ${reason}`}`),
  ];
}
