import { JsonMap } from '../../../contract/json-map';

/** What is to become of a device or an enrollment. */
export interface Change {
  readonly to: JsonMap | 'deleted';
  /** The change in words, for the log. */
  readonly words: string;
}

/** Something that stays as it is, although the certificate may still be accepted. */
export interface LeftAlone {
  /** Why, and what to do about it; for the log. */
  readonly leftAlone: string;
}

/** What a revocation makes of a device or an enrollment; `undefined` if it is right as it is. */
export type Decision = Change | LeftAlone | undefined;
