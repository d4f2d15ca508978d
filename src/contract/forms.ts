import { Form } from './platform-rules';
import { Complaint, quote } from './rules';

/** Checks the form of a value that comes from another system, such as the name of a service. */
export function checkForm(property: string, value: unknown, { pattern, allowed }: Form): Complaint {
  return typeof value === 'string' && new RegExp(`^(?:${pattern})$`).test(value) ? undefined : `${property} must be ${allowed}, got ${quote(value)}`;
}

/** Checks that a value is one of the allowed values. */
export function checkChoice(property: string, value: unknown, allowed: readonly string[]): Complaint {
  return allowed.includes(value as string) ? undefined : `${property} must be one of ${allowed.join(', ')}, got ${quote(value)}`;
}
