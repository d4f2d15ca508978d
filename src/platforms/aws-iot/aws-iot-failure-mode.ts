/**
 * What happens to clients while nothing can tell whether their certificates are revoked, because the ledger of a CA can't be read in time.
 */
export enum AwsIotFailureMode {
  /**
   * Clients are refused. A fault of Amazon DynamoDB, or a right that somebody has taken from the function, then keeps every device from
   * connecting. Devices that are connected stay so.
   */
  CLOSED = 'closed',

  /**
   * Clients are accepted, revoked ones too. Choose this if a device that can't connect does more harm than one that should not. A client whose
   * certificates can't be read is refused all the same.
   */
  OPEN = 'open',
}
