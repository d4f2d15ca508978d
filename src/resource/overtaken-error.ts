/** A later request for the same resource has begun: the one that is told so must leave everything as it is. */
export class OvertakenError extends Error {
  constructor() {
    super('a later request for this resource has begun, or this one has ended already; nothing is done for it any more');
  }
}
