import { isMap } from '../../contract/json-map';

/** A reference to a secret, in the properties of a certificate resource or in a ledger entry. */
export interface SecretReference {
  /** An ARN or a name; in a template, an expression. */
  readonly expression: unknown;
  /** Whether the deployment itself writes the value: a private key, or a form in which the key is delivered. */
  readonly isWritten: boolean;
}

/** The secrets that properties name. The `Type` beside a secret tells what it is for. */
export function secretReferencesIn(properties: unknown): SecretReference[] {
  if (Array.isArray(properties)) {
    return properties.flatMap(secretReferencesIn);
  }
  if (!isMap(properties)) {
    return [];
  }
  const { Type } = properties;
  return Object.entries(properties).flatMap(([name, expression]) => name.endsWith('SecretArn')
    ? [{ expression, isWritten: name === 'SecretArn' && Type !== undefined && Type !== 'ExistingSecret' }]
    : secretReferencesIn(expression));
}
