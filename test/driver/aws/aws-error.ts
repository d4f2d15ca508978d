/** An error of AWS: its name, its message, and what else its body has. */
export class AwsError extends Error {
  constructor(public readonly type: string, message: string, public readonly more: object = {}) {
    super(message);
  }
}

/**
 * Something that was asked of this fake and that it does not know. It is a fault of the driver and not of what is driven, and
 * must not be swallowed by either.
 */
export class UnknownToFake extends Error {}

/** Refuses parameters that this fake does not know, so that none is passed over in silence. */
export function assertKnown(operation: string, input: object, known: readonly string[]): void {
  const unknown = Object.keys(input).filter(name => !known.includes(name));
  if (unknown.length > 0) {
    throw new UnknownToFake(`${operation} with ${unknown.join(', ')}`);
  }
}
