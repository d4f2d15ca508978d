import { Form } from './platform-rules';
import { Complaint, quote } from './rules';

/** Checks the form of a value that another system gave, such as the name of a service. */
export function checkForm(property: string, value: unknown, { pattern, allowed }: Form): Complaint {
  return typeof value === 'string' && new RegExp(`^(?:${pattern})$`).test(value) ? undefined : `${property} must be ${allowed}, got ${quote(value)}`;
}

/** Checks a value that is one of a few. */
export function checkChoice(property: string, value: unknown, allowed: readonly string[]): Complaint {
  return allowed.includes(value as string) ? undefined : `${property} must be one of ${allowed.join(', ')}, got ${quote(value)}`;
}
