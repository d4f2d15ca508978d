import { Outcome } from './report';
import { Selection } from './selection';
import { isMap } from '../../contract/json-map';
import { PlatformAnswer, RevocationAnswer, RevokedCertificateAnswer } from '../../contract/revocation-functions';
import { CliError, printable } from '../cli-error';

/** Invokes a function of an account, and returns the payload of its answer. `error` is true if the function has thrown. */
export type InvokeFunction = (name: string, payload: string) => Promise<{ readonly payload: string; readonly error: boolean }>;

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
  name: string, selection: Selection, all: boolean, order: FunctionOrder, invoke: InvokeFunction,
): Promise<FunctionRevocation> {
  if (selection.below) {
    throw new CliError('--below must be left out with --function and --outputs, because a function revokes the certificates of one CA; select them all with --all');
  }
  const selectors = Object.entries(SELECTORS).flatMap(([option, member]) => {
    const values = selection[option as keyof Selection];
    return values ? [[member, values]] : [];
  });
  const { payload, error } = await invoke(name, JSON.stringify({ ...Object.fromEntries(selectors), ...all && { all }, ...order }));
  const answer: unknown = parse(payload, name);
  if (error) {
    throw new CliError(`--function: ${name} has refused: ${printable(isMap(answer) ? String(answer.errorMessage) : 'without a reason')}`);
  }
  if (!isMap(answer) || typeof answer.ca !== 'string' || !Array.isArray(answer.certificates)) {
    throw new CliError(`--function must be the revokeFunction of a CA, got ${name}, which answers something else`);
  }
  const given = answer as unknown as RevocationAnswer;
  const { ca, certificates, platforms, changed, unchanged, failed } = given;
  const outcomes = certificates.map(each => outcomeOf(each, ca));
  return { answer: given, platforms, outcomes, unnamed: changed + unchanged + failed - outcomes.length };
}

function parse(payload: string, name: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    throw new CliError(`--function must be the revokeFunction of a CA, got ${name}, whose answer is not JSON`);
  }
}

function outcomeOf({ logicalId, ...certificate }: RevokedCertificateAnswer, ca: string): Outcome {
  return { ...certificate, ca, resource: `${certificate.stack}/${logicalId}` };
}
