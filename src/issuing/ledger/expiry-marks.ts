/** What was announced last about the end of a certificate. */
export interface ExpiryMark {
  /** The threshold, in days before the end: 0 after the end. */
  readonly daysLeft: number;
  /** ISO 8601. */
  readonly markedAt: string;
}

/** The part of a ledger that says which certificates were announced because their ends are near. */
export interface ExpiryMarks {
  /** The mark of a certificate, or `undefined` if nothing was announced yet. */
  mark(issuer: string, serialNumber: string): Promise<ExpiryMark | undefined>;
  /**
   * Marks a certificate, if it has no mark that is as close to its end.
   *
   * @returns whether it was written
   */
  record(issuer: string, serialNumber: string, mark: ExpiryMark): Promise<boolean>;
}
