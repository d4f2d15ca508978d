import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { quote } from '../../../contract/rules';
import { nameInPath } from '../name-in-path';

/** Deeper than any template. A value that contains itself is recognized by this depth. */
const MAX_DEPTH = 50;

/** How many names of a path a message shows. */
const SHOWN_DEPTH = 5;

const JSON_VALUE = 'a JSON value (a string, a number, a boolean, a list or a map)';

/** Says what is not JSON, and where. */
export class NotJsonError extends Error {}

/**
 * A copy of a value that is to become JSON. Later changes to the value do not reach the copy. Tokens stay as they are.
 *
 * @param name what the value is, for the message
 * @throws NotJsonError if the value holds something that JSON does not have, or a name that is a token
 */
export function jsonCopy(value: unknown, name: string, path: readonly string[] = []): unknown {
  const fail = (allowed: string, kind: string): never => {
    const place = path.slice(0, SHOWN_DEPTH).map(nameInPath).join('.') + (path.length > SHOWN_DEPTH ? '…' : '');
    throw new NotJsonError(`${name}${place && `'s ${place}`} must be ${allowed}, got ${kind}`);
  };
  if (Construct.isConstruct(value)) { // A stack has a method with the name by which tokens are recognized.
    fail(JSON_VALUE, `the construct ${quote(value.node.path)}`);
  }
  if (value === undefined || value === null || ['string', 'boolean'].includes(typeof value) || Token.isUnresolved(value)) {
    return value;
  }
  if (typeof value === 'number' && Number.isFinite(value)) {
    return value;
  }
  if (path.length > MAX_DEPTH) {
    fail(`at most ${MAX_DEPTH} levels deep`, 'a deeper value, or one that contains itself');
  }
  if (Array.isArray(value)) {
    return value.map((each, index) => Token.isUnresolved([each])
      ? fail('a list of strings or a token for the whole list', 'a list with an element that is a token for a list')
      : jsonCopy(each, name, [...path, String(index)]));
  }
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    fail(JSON_VALUE, typeof value === 'object' ? 'an object of another kind' : typeof value === 'number' ? String(value) : `a ${typeof value}`);
  }
  return Object.fromEntries(Object.entries(value as object).map(([key, each]) => {
    if (Token.isUnresolved(key)) {
      fail('a map whose names are known at synthesis', 'a token as a name');
    }
    if (key === '__proto__') {
      fail('a map without the name __proto__, which JavaScript does not keep', 'that name');
    }
    return [key, jsonCopy(each, name, [...path, key])];
  }));
}
