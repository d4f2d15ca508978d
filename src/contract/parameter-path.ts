import { Complaint, quote } from './rules';

/**
 * No level consists of dots alone, because a local deployment could not keep it in a folder. A parameter may have 15 levels, including its
 * serial number, and a name of 1,011 characters, including the ARN before it.
 */
const PATH = /^(\/(?!\.+(?:\/|$))[\w.-]+){1,14}$/;
const MAX_PATH = 900;

/** Systems Manager reserves these paths. */
const RESERVED = /^\/(aws|ssm)/i;

/**
 * Checks the path below which a private key is kept in the Parameter Store.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 */
export function checkParameterPath(value: unknown): Complaint {
  return typeof value === 'string' && PATH.test(value) && value.length <= MAX_PATH && !RESERVED.test(value) ? undefined
    : `keyStorage must be a parameter path, such as /iot/devices/sensor-001, and not below /aws or /ssm, got ${quote(value)}`;
}
