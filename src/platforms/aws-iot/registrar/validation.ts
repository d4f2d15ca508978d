import { AskedCa, Refusal, verdictOn } from './certificate-verdict';
import { ClientCertificates, clientCertificates } from './client-certificates';
import { isMap } from '../../../contract/json-map';
import { sha256 } from '../../../contract/sha256';
import { InvocationContext } from '../../../lambda/cloudformation/handle-event';
import { log, LogRecord } from '../../../lambda/log';
import { checked, complain, text, truth, wholeNumber } from '../../../resource/property-values';
import { FunctionApis } from '../../registrar/aws/function-apis';
import { checkCacheSeconds, checkNumberOfValidatedCas, ClientCertificateValidationEnvironment, ValidatedCa } from '../contract';

/** What AWS IoT Core expects. https://docs.aws.amazon.com/iot/latest/developerguide/customize-client-auth.html */
export interface ValidationResponse {
  readonly isAuthenticated: boolean;
}

/** How clients are validated. */
export interface Validation {
  /** @param signal ends every call */
  readonly cas: (signal: AbortSignal) => readonly AskedCa[];
  readonly acceptOtherIssuers: boolean;
  /** Whether clients are accepted while the ledgers can't be read. */
  readonly failsOpen: boolean;
  /** How long an answer is used again; milliseconds. */
  readonly cacheTime: number;
}

/** The longest time for an answer, and how much of the time of an invocation stays for what is done besides; milliseconds. */
const LONGEST_ANSWER = 3_000;
const LAST_MOMENT = 500;

/** How many answers are kept. */
const CACHE_SIZE = 1_000;

/** Answers on clients by the digest of their certificates. It lives as long as the process. */
export class VerdictCache {
  private readonly verdicts = new Map<string, { readonly refusal: Refusal | undefined; readonly until: number }>();

  /** The verdict in the cache, or the one that `decide` comes to. Only a verdict is kept, never a failure. */
  public async get(key: string, time: number, now: number, decide: () => Promise<Refusal | undefined>): Promise<Refusal | undefined> {
    const known = this.verdicts.get(key);
    if (known && now < known.until) {
      return known.refusal;
    }
    const refusal = await decide();
    this.verdicts.delete(key);
    this.verdicts.set(key, { refusal, until: now + time });
    if (this.verdicts.size > CACHE_SIZE) {
      this.verdicts.delete(this.verdicts.keys().next().value!);
    }
    return refusal;
  }
}

const cache = new VerdictCache();

/** The entry point of the function that AWS IoT Core asks about each client that connects. */
export async function validate(event: unknown, context: InvocationContext): Promise<ValidationResponse> {
  const validation = validationIn(process.env);
  const signal = AbortSignal.timeout(Math.max(0, Math.min(LONGEST_ANSWER, context.getRemainingTimeInMillis() - LAST_MOMENT)));
  return answerTo(event, validation, cache, signal, Date.now());
}

/** Answers about one client. It always answers: AWS does not document what becomes of a client if the function fails. */
export async function answerTo(
  event: unknown, { cas, acceptOtherIssuers, failsOpen, cacheTime }: Validation, verdicts: VerdictCache, signal: AbortSignal, now: number,
): Promise<ValidationResponse> {
  let certificates: ClientCertificates | undefined;
  try {
    certificates = clientCertificates(event);
    const { leaf, above } = certificates;
    const key = sha256(JSON.stringify([leaf, ...above].map(({ raw }) => sha256(raw))));
    const refusal = await verdicts.get(key, cacheTime, now, () => verdictOn(leaf, above, cas(signal), acceptOtherIssuers));
    if (refusal !== undefined) {
      log('INFO', { message: `refused a client: ${refusal}`, serialNumber: leaf.serialNumber });
    }
    return { isAuthenticated: refusal === undefined };
  } catch (error) {
    const isAuthenticated = failsOpen && certificates !== undefined;
    const { name, message } = error as Error;
    log('ERROR', {
      message: `${isAuthenticated ? 'accepted' : 'refused'} a client without knowing whether its certificate is revoked`,
      serialNumber: certificates?.leaf.serialNumber,
      errorName: name,
      errorMessage: message,
    } satisfies LogRecord);
    return { isAuthenticated };
  }
}

function validationIn(environment: NodeJS.ProcessEnv): Validation {
  const { CAS, ON_FAILURE, ACCEPT_OTHER_ISSUERS, CACHE_SECONDS } = environment as Partial<ClientCertificateValidationEnvironment>;
  const cas = casIn(text('CAS', CAS));
  return {
    cas: signal => {
      const apis = new FunctionApis(environment, signal, 0, 'the device connects again');
      return cas.map(({ caId, table }) => ({ caId, ledger: apis.ledger(table) }));
    },
    acceptOtherIssuers: truth('ACCEPT_OTHER_ISSUERS', ACCEPT_OTHER_ISSUERS, false),
    failsOpen: ON_FAILURE === 'open',
    cacheTime: checked<number>(checkCacheSeconds, wholeNumber(CACHE_SECONDS)) * 1_000,
  };
}

function casIn(json: string): ValidatedCa[] {
  const cas: unknown = JSON.parse(json);
  if (!Array.isArray(cas) || !cas.every(each => isMap(each) && typeof each.caId === 'string' && typeof each.table === 'string')) {
    throw new Error('CAS must be a list of CAs, each with caId and table');
  }
  complain(checkNumberOfValidatedCas(cas.length));
  return cas as ValidatedCa[];
}
