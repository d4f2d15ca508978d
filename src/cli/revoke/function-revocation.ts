import { ReachableCa } from './ca-tree';
import { Outcome } from './report';
import { isMap } from '../../contract/json-map';
import { CaAnswer, PlatformAnswer, RevocationAnswer, RevokedCertificateAnswer } from '../../contract/revocation-functions';
import { CliError, printable } from '../cli-error';

/** A function of an account. */
export interface NamedFunction {
  /** The name or the ARN. */
  readonly name: string;
  /** The option that has named it, for messages. */
  readonly option: string;
  /** The names of the tables of which one must be the ledger of its CA; absent if any will do. */
  readonly ledgers?: readonly string[];
}

/** Invokes a function, and returns the payload of its answer. `error` is true if the function has thrown. */
export type InvokeFunction = (invoked: NamedFunction, payload: string) => Promise<{ readonly payload: string; readonly error: boolean }>;

/** The members of the event that select certificates. */
export interface FunctionSelection {
  readonly serialNumbers?: readonly string[];
  readonly commonNames?: readonly string[];
  /** The names of stacks, a slash, and logical IDs. */
  readonly resources?: readonly string[];
  readonly stacks?: readonly string[];
  readonly all?: true;
}

/** What is asked of the function, besides the selection. */
export interface FunctionOrder {
  readonly reason: string;
  readonly invalidityDate?: string;
  readonly orderedBy: string;
}

/** What a function has answered about the certificates of its CA. */
export interface FunctionRevocation extends ReachableCa {
  readonly revoker: NamedFunction;
  /** The CA, for people. */
  readonly ca: string;
  readonly outcomes: readonly Outcome[];
  /** How many more certificates the answer is about, which it does not name. */
  readonly unnamed: number;
  readonly changed: number;
  readonly failed: number;
  readonly platforms: readonly PlatformAnswer[];
}

/**
 * Has the function of a CA revoke certificates.
 *
 * @param dryRun whether nothing is to be changed
 */
export async function revokeByFunction(
  revoker: NamedFunction, selection: FunctionSelection, order: FunctionOrder, dryRun: boolean, invoke: InvokeFunction,
): Promise<FunctionRevocation> {
  const { name, option, ledgers } = revoker;
  const { payload, error } = await invoke(revoker, JSON.stringify({ ...selection, ...order, dryRun }));
  const parsed: unknown = parse(payload, revoker);
  if (error) {
    throw new CliError(`${option}: ${name} has refused: ${printable(isMap(parsed) ? String(parsed.errorMessage) : 'without a reason')}`);
  }
  if (!isAnswer(parsed)) {
    throw new CliError(`${option} must name the revokeFunction of a CA, got ${name}, which answers something else`);
  }
  const { ca, ledger, issuer, certificates, platforms, changed, unchanged, failed, subordinateCas } = parsed;
  if (ledgers && !ledgers.includes(ledger)) {
    throw new CliError(`${option} must name the revokeFunction of the CA whose ledger is ${ledgers.join(' or ')}, got ${name}, whose ledger is ${printable(ledger)}`);
  }
  const caName = issuer ? resourceOf(issuer) : ca;
  const outcomes = certificates.map(each => outcomeOf(each, ca, caName));
  return {
    revoker,
    ca: caName,
    names: [ca, caName],
    publicKeySha256: issuer?.publicKeySha256,
    subordinateCas: subordinateCas.map(each => ({ ...each, resource: resourceOf(each) })),
    outcomes,
    unnamed: changed + unchanged + failed - outcomes.length,
    changed,
    failed,
    platforms,
  };
}

function isAnswer(answer: unknown): answer is RevocationAnswer {
  return isMap(answer) && ['ca', 'ledger'].every(name => typeof answer[name] === 'string')
    && ['certificates', 'platforms', 'subordinateCas'].every(name => Array.isArray(answer[name]));
}

function parse(payload: string, { name, option }: NamedFunction): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    throw new CliError(`${option} must name the revokeFunction of a CA, got ${name}, whose answer is not JSON`);
  }
}

function outcomeOf({ logicalId, ...certificate }: RevokedCertificateAnswer, ca: string, caName: string): Outcome {
  return { ...certificate, ca, caName, resource: resourceOf({ stack: certificate.stack, logicalId }) };
}

function resourceOf({ stack, logicalId }: Pick<CaAnswer, 'stack' | 'logicalId'>): string {
  return `${stack}/${logicalId}`;
}
