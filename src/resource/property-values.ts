import { isMap, JsonMap } from '../contract/json-map';
import { Complaint, quote } from '../contract/rules';
import { parseTime } from '../contract/term';

/** The properties of a resource as CloudFormation sends them: every scalar is a string. */
export type RawProperties = JsonMap;

/** Throws the complaint of a rule, if there is a complaint. */
export function complain(complaint: Complaint): void {
  if (complaint) {
    throw new Error(complaint);
  }
}

/** Returns a value that a rule accepts. */
export function checked<T>(rule: (value: unknown) => Complaint, value: unknown): T {
  complain(rule(value));
  return value as T;
}

/** A required text. */
export function text(property: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new Error(`${property} must be a non-empty string, got ${quote(value)}`);
  }
  return value;
}

/** An optional text. It may be absent, or empty like the default of a template parameter. */
export function optionalText(property: string, value: unknown): string | undefined {
  return value === undefined || value === '' ? undefined : text(property, value);
}

/** Parses plain decimal digits. Any other value, such as `1e3`, `0x10`, ` 5` or `-1`, is returned unchanged, and the rule refuses it. */
export function wholeNumber(value: unknown): unknown {
  return typeof value === 'string' && /^(0|[1-9]\d{0,8})$/.test(value) ? Number(value) : value;
}

export function truth(property: string, value: unknown, absent: boolean): boolean {
  switch (value) {
    case undefined: return absent;
    case true: case 'true': return true;
    case false: case 'false': return false;
    default: throw new Error(`${property} must be true or false, got ${quote(value)}`);
  }
}

export function record(property: string, value: unknown): RawProperties {
  if (!isMap(value)) {
    throw new Error(`${property} must be a map, got ${quote(value)}`);
  }
  return value;
}

/** An optional list. */
export function list(property: string, value: unknown): unknown[] {
  if (value !== undefined && !Array.isArray(value)) {
    throw new Error(`${property} must be a list, got ${quote(value)}`);
  }
  return value ?? [];
}

/** An optional time. */
export function time(property: string, value: unknown): Date | undefined {
  const date = value === undefined ? undefined : parseTime(value);
  if (value !== undefined && !date) {
    throw new Error(`${property} must be a time such as 2026-01-31T23:59:59Z, got ${quote(value)}`);
  }
  return date;
}

/** The ARN of a resource of one service. */
export function arn(property: string, service: string, resource: string, value: unknown): string {
  if (typeof value !== 'string' || !new RegExp(`^arn:[\\w-]+:${service}:[\\w-]+:\\d{12}:${resource}[\\w/+=.@-]+$`).test(value)) {
    throw new Error(`${property} must be an ARN of ${service}, got ${quote(value)}`);
  }
  return value;
}

export function secretArn(property: string, value: unknown): string {
  return arn(property, 'secretsmanager', 'secret:', value);
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html (`Name`) */
const SECRET_NAME = /^[\w/+=.@-]{1,512}$/;

/** The id of a secret that this library does not write: its ARN, or its name if the secret is in the function's own account and Region. */
export function secretId(property: string, value: unknown): string {
  return typeof value === 'string' && SECRET_NAME.test(value) ? value : secretArn(property, value);
}
