import { isMap } from '../../contract/json-map';
import { CliError, printable } from '../cli-error';
import { AssemblyStack } from './assembly';
import { DeclaredSecret, GivenSecret, isLocalName, isNameOf, secretName } from './given-secrets';
import { secretReferencesIn } from './secret-references';
import { State } from './state';

/** What is known about the secrets of a deployment before it begins. */
export interface KnownSecrets {
  readonly declared: readonly DeclaredSecret[];
  /** The ARNs and names of the secrets that certificates read; `undefined` for a secret that is known only during the deployment. */
  readonly read: readonly (string | undefined)[];
  /** The stacks that are deployed. */
  readonly stacks: readonly AssemblyStack[];
  readonly state: State;
}

/**
 * Checks that the deployment can need each given secret, so that a mistyped name does not go unnoticed.
 *
 * @throws CliError if no certificate reads such a secret, or if the deployment itself writes its value
 */
export function assertNeeded(given: readonly GivenSecret[], { declared, read, stacks, state }: KnownSecrets): void {
  const known = [...read, ...Object.values(state.ledgers).flatMap(({ entries }) => secretsReadBy(Object.values(entries)))];
  // The name of a secret that is known only during the deployment is an output of another stack.
  const outputs = known.includes(undefined) ? stacks.flatMap(({ template }) => [...template.outputs.values()]) : [];
  const texts = outputs.flatMap(({ value }) => textsIn(value));
  const readNames = [...known.filter(each => each !== undefined), ...texts];
  for (const { name } of given) {
    const meant = declared.find(({ names }) => names.includes(name));
    if (meant?.writtenFor !== undefined) {
      throw new CliError(`--secret ${printable(name)}: the deployment writes this secret itself, with the private key of ${meant.writtenFor}; leave it out`);
    }
    if (!meant && !readNames.some(each => isNameOf(name, each))) {
      const candidates = [
        ...declared.filter(({ writtenFor }) => writtenFor === undefined).map(({ names }) => names[0]),
        ...known.filter(each => each !== undefined).filter(each => !isLocalName(each, declared)).map(secretName),
      ];
      throw new CliError(`--secret ${printable(name)}: no certificate in this deployment reads this secret; `
        + (candidates.length > 0 ? `the secrets that can be given are ${[...new Set(candidates)].map(printable).join(', ')}`
          : 'this deployment has no secret that can be given'));
    }
  }
}

/** The secrets that ledger entries name. */
function secretsReadBy(entries: readonly unknown[]): string[] {
  return secretReferencesIn(entries).filter(({ isWritten }) => !isWritten).map(({ expression }) => String(expression));
}

/** All texts in an expression. */
function textsIn(expression: unknown): string[] {
  if (typeof expression === 'string') {
    return [expression];
  }
  return Array.isArray(expression) ? expression.flatMap(textsIn) : isMap(expression) ? Object.values(expression).flatMap(textsIn) : [];
}
