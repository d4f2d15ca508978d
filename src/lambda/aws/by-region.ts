/** Makes a client for each Region on first use, and keeps it: its connections serve the whole life of the process. */
export function byRegion<T>(make: (region: string) => T): (region: string) => T {
  const made = new Map<string, T>();
  return region => {
    const client = made.get(region) ?? make(region);
    made.set(region, client);
    return client;
  };
}

/** The Region in an ARN, or `undefined` for a name, and for what has no form of a Region: it becomes part of a host. */
export function regionIn(nameOrArn: string): string | undefined {
  return /^arn:[^:]*:[^:]*:([a-z0-9-]+):/.exec(nameOrArn)?.[1];
}
