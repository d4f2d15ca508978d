import { OtherCa, RevocationLedger, withOtherCas } from './carry-over';
import { RevocationTarget } from './revocation-target';
import { isMap } from '../../../contract/json-map';
import { LedgerOfCa, PlatformRevocationEnvironment } from '../../../contract/revocation-functions';
import { text } from '../../../resource/property-values';
import { FunctionApis } from '../aws/function-apis';
import { PATIENCE } from '../registrar';

/** What calls are made for, as far as it matters to a call that fails. */
export interface Occasion {
  /** How long a right that was just given may take to become effective; milliseconds. */
  readonly patience: number;
  /** What to do about a call for which the time was too short. */
  readonly wayOut: string;
}

/** Everything that is done again by itself: what the queue delivers, and the check of everything. */
export const AGAIN: Occasion = { patience: 10_000, wayOut: 'it is tried again' };

/** The check at a deployment, in which all rights may be new. */
export const AT_DEPLOYMENT: Occasion = { patience: PATIENCE, wayOut: 'deploy again' };

/** A platform to which revocations are carried over. */
export interface RevocationPlatform {
  /** The platform's name in messages. */
  readonly name: string;
  /** The least time between two certificates, so that most of the platform's quota is left to others; milliseconds. */
  readonly pace: number;
  /**
   * Signs in, once for each invocation.
   *
   * @param environment the environment variables of the function
   * @param signal ends every call
   */
  readonly signIn: (environment: NodeJS.ProcessEnv, signal: AbortSignal, occasion: Occasion) => Promise<RevocationTarget>;
}

/** A CA whose revocations are carried over to a platform, and how the function reaches both. */
export interface RevokingCa extends Omit<RevocationPlatform, 'signIn'> {
  readonly caId: string;
  readonly ledger: (signal: AbortSignal) => RevocationLedger;
  /** The other CAs of the devices. */
  readonly others: (signal: AbortSignal) => readonly OtherCa[];
  readonly target: (signal: AbortSignal) => Promise<RevocationTarget>;
}

/** The CA, the ledgers and the platform that the environment of a function names. */
export function revokingCa({ name, pace, signIn }: RevocationPlatform, environment: NodeJS.ProcessEnv, occasion: Occasion): RevokingCa {
  const { CA_ID, LEDGER_TABLE, OTHER_CAS } = environment as Partial<PlatformRevocationEnvironment>;
  const table = text('LEDGER_TABLE', LEDGER_TABLE);
  const apis = (signal: AbortSignal): FunctionApis => new FunctionApis(environment, signal, occasion.patience, occasion.wayOut);
  const others = (signal: AbortSignal): OtherCa[] => ledgersIn(OTHER_CAS).map(each => ({ caId: each.caId, ledger: apis(signal).ledger(each.table) }));
  return {
    name,
    pace,
    caId: text('CA_ID', CA_ID),
    ledger: signal => withOtherCas(apis(signal).ledger(table), others(signal)),
    others,
    target: signal => signIn(environment, signal, occasion),
  };
}

function ledgersIn(json: string | undefined): LedgerOfCa[] {
  const ledgers: unknown = json === undefined ? [] : JSON.parse(json);
  if (!Array.isArray(ledgers) || !ledgers.every(each => isMap(each) && typeof each.caId === 'string' && typeof each.table === 'string')) {
    throw new Error('OTHER_CAS must be a list of CAs, each with caId and table');
  }
  return ledgers as LedgerOfCa[];
}
