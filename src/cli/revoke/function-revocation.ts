import { Outcome } from './report';
import { Selection } from './selection';
import { isMap } from '../../contract/json-map';
import { PlatformAnswer, RevocationAnswer, RevokedCertificateAnswer } from '../../contract/revocation-functions';
import { CliError, printable } from '../cli-error';

/** A function of an account. */
export interface NamedFunction {
  /** The name or the ARN. */
  readonly name: string;
  /** The option that has named it, for messages. */
  readonly option: string;
}

/** Invokes a function, and returns the payload of its answer. `error` is true if the function has thrown. */
export type InvokeFunction = (invoked: NamedFunction, payload: string) => Promise<{ readonly payload: string; readonly error: boolean }>;

/** What is asked of the function, besides the selection. */
export interface FunctionOrder {
  readonly reason: string;
  readonly invalidityDate?: string;
  readonly orderedBy: string;
  readonly dryRun: boolean;
}

/** The members of the event, by the options that select certificates. */
const SELECTORS: { readonly [S in keyof Selection]: string } = {
  serialNumber: 'serialNumbers', commonName: 'commonNames', resource: 'resources', stack: 'stacks',
};

/** What the function has answered. */
export interface FunctionRevocation {
  readonly answer: RevocationAnswer;
  readonly outcomes: readonly Outcome[];
  /** How many more certificates the answer is about, which it does not name. */
  readonly unnamed: number;
  readonly platforms: readonly PlatformAnswer[];
}

/**
 * Has the function of a CA revoke certificates.
 *
 * @param all whether all certificates of the CA are meant
 */
export async function revokeByFunction(
  revoker: NamedFunction, selection: Selection, all: boolean, order: FunctionOrder, invoke: InvokeFunction,
): Promise<FunctionRevocation> {
  if (selection.below) {
    throw new CliError('--below must be left out with --function and --outputs, because a function revokes the certificates of one CA; select them all with --all');
  }
  const selectors = Object.entries(SELECTORS).flatMap(([option, member]) => {
    const values = selection[option as keyof Selection];
    return values ? [[member, values]] : [];
  });
  if (selectors.length === 0 && !all) {
    throw new CliError('certificates must be selected with --serial-number, --common-name, --resource or --stack, or else with --all; got none of them');
  }
  const { name, option } = revoker;
  const { payload, error } = await invoke(revoker, JSON.stringify({ ...Object.fromEntries(selectors), ...all && { all }, ...order }));
  const answer: unknown = parse(payload, revoker);
  if (error) {
    throw new CliError(`${option}: ${name} has refused: ${printable(isMap(answer) ? String(answer.errorMessage) : 'without a reason')}`);
  }
  if (!isMap(answer) || typeof answer.ca !== 'string' || !Array.isArray(answer.certificates)) {
    throw new CliError(`${option} must name the revokeFunction of a CA, got ${name}, which answers something else`);
  }
  const given = answer as unknown as RevocationAnswer;
  const { ca, certificates, platforms, changed, unchanged, failed } = given;
  const outcomes = certificates.map(each => outcomeOf(each, ca));
  return { answer: given, platforms, outcomes, unnamed: changed + unchanged + failed - outcomes.length };
}

function parse(payload: string, { name, option }: NamedFunction): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    throw new CliError(`${option} must name the revokeFunction of a CA, got ${name}, whose answer is not JSON`);
  }
}

function outcomeOf({ logicalId, ...certificate }: RevokedCertificateAnswer, ca: string): Outcome {
  return { ...certificate, ca, resource: `${certificate.stack}/${logicalId}` };
}
