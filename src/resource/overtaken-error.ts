/** A later request for the same resource has begun. The request that gets this error must leave everything as it is. */
export class OvertakenError extends Error {
  constructor() {
    super('a later request for this resource has begun, or this one has already ended; nothing more is done for it');
  }
}
