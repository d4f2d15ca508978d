import { ReadSecret } from './credentials';
import { openRecords } from './dynamodb-records';
import { RegistrationRequest } from './registration';
import { OpenRecords, RegistrationRecords } from './registration-records';
import { text } from '../../resource/property-values';

/** The external dependencies of a function, which tests replace. */
export interface Outside {
  /** PEM of the CAs to trust. */
  readonly trustedCas?: string;
  readonly readSecret?: ReadSecret;
  readonly openRecords?: OpenRecords;
}

/** The records of the CA's registrations, in the ledger that a request names. */
export function recordsOf({ properties, signal }: RegistrationRequest, outside: Outside): RegistrationRecords {
  return (outside.openRecords ?? openRecords)(text('LedgerTable', properties.LedgerTable), signal);
}
