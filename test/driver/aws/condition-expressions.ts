import { AttributeValue, Dictionary, invalid, Item, readPath, Tokens, valueAt } from './expression-reader';
import { isSame } from '../same';

type Test = (item: Item | undefined) => boolean;
type Operand = (item: Item | undefined) => AttributeValue | undefined;

/**
 * Reads a condition and answers what tests it on an item. Both sides of `AND` and `OR` are read in any case, so that a
 * mistake is never hidden behind the first one.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export function readCondition(expression: string, dictionary: Dictionary): Test {
  const tokens = new Tokens(expression);
  const test = readOr(tokens, dictionary);
  tokens.end();
  return test;
}

function readOr(tokens: Tokens, dictionary: Dictionary): Test {
  const tests = [readAnd(tokens, dictionary)];
  while (tokens.takeIf('OR')) {
    tests.push(readAnd(tokens, dictionary));
  }
  return item => tests.some(test => test(item));
}

function readAnd(tokens: Tokens, dictionary: Dictionary): Test {
  const tests = [readNot(tokens, dictionary)];
  while (tokens.takeIf('AND')) {
    tests.push(readNot(tokens, dictionary));
  }
  return item => tests.every(test => test(item));
}

function readNot(tokens: Tokens, dictionary: Dictionary): Test {
  if (tokens.takeIf('NOT')) {
    const test = readNot(tokens, dictionary);
    return item => !test(item);
  }
  if (tokens.takeIf('(')) {
    const test = readOr(tokens, dictionary);
    tokens.expect(')');
    return test;
  }
  return readComparison(tokens, dictionary);
}

function readComparison(tokens: Tokens, dictionary: Dictionary): Test {
  if (tokens.takeIf('attribute_exists')) {
    const path = argument(tokens, () => readPath(tokens, dictionary));
    return item => valueAt(item, path) !== undefined;
  }
  if (tokens.takeIf('attribute_not_exists')) {
    const path = argument(tokens, () => readPath(tokens, dictionary));
    return item => valueAt(item, path) === undefined;
  }
  if (tokens.takeIf('begins_with')) {
    const [value, start] = argument(tokens, () => pair(tokens, dictionary));
    return item => value(item)?.S?.startsWith(start(item)?.S ?? fail('begins_with takes strings')) ?? false;
  }
  if (tokens.takeIf('contains')) {
    const [value, part] = argument(tokens, () => pair(tokens, dictionary));
    return item => contains(value(item), part(item));
  }
  const left = readOperand(tokens, dictionary);
  const operator = tokens.take();
  if (!Object.hasOwn(COMPARISONS, operator)) {
    throw invalid(`Invalid expression: Syntax error; token: ${operator}`);
  }
  const right = readOperand(tokens, dictionary);
  return item => COMPARISONS[operator](left(item), right(item));
}

/** A path, a value, or the size of a path. */
function readOperand(tokens: Tokens, dictionary: Dictionary): Operand {
  if (tokens.next?.startsWith(':')) {
    const value = dictionary.value(tokens.take());
    return () => value;
  }
  if (tokens.takeIf('size')) {
    const path = argument(tokens, () => readPath(tokens, dictionary));
    return item => sizeOf(valueAt(item, path));
  }
  const path = readPath(tokens, dictionary);
  return item => valueAt(item, path);
}

function argument<T>(tokens: Tokens, read: () => T): T {
  tokens.expect('(');
  const result = read();
  tokens.expect(')');
  return result;
}

function pair(tokens: Tokens, dictionary: Dictionary): [Operand, Operand] {
  const first = readOperand(tokens, dictionary);
  tokens.expect(',');
  return [first, readOperand(tokens, dictionary)];
}

type Comparison = (left: AttributeValue | undefined, right: AttributeValue | undefined) => boolean;

/** What is not there, or of another type, is neither less nor more; it is not equal. */
const COMPARISONS: { readonly [operator: string]: Comparison } = {
  '=': (left, right) => left !== undefined && isSame(left, right),
  '<>': (left, right) => left !== undefined && !isSame(left, right),
  '<': (left, right) => order(left, right) === -1,
  '<=': (left, right) => (order(left, right) ?? 1) <= 0,
  '>': (left, right) => order(left, right) === 1,
  '>=': (left, right) => (order(left, right) ?? -1) >= 0,
};

function order(left: AttributeValue | undefined, right: AttributeValue | undefined): -1 | 0 | 1 | undefined {
  if (left?.N !== undefined && right?.N !== undefined) {
    return Math.sign(Number(left.N) - Number(right.N)) as -1 | 0 | 1;
  }
  if (left?.S !== undefined && right?.S !== undefined) {
    return Math.sign(Buffer.compare(Buffer.from(left.S), Buffer.from(right.S))) as -1 | 0 | 1;
  }
  return undefined;
}

function contains(value: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (value?.S !== undefined) {
    return value.S.includes(part?.S ?? fail('contains takes strings'));
  }
  const { SS: strings, L: list } = (value ?? {}) as { SS?: string[]; L?: AttributeValue[] };
  return strings?.includes(part?.S) ?? list?.some(each => isSame(each, part)) ?? false;
}

function sizeOf(value: AttributeValue | undefined): AttributeValue | undefined {
  if (value === undefined) {
    return undefined;
  }
  const size = value.S !== undefined ? Buffer.byteLength(value.S)
    : value.B !== undefined ? Buffer.from(value.B, 'base64').length
      : Object.keys(value.M ?? value.L ?? value.SS ?? fail('size of an unknown type')).length;
  return { N: String(size) };
}

function fail(message: string): never {
  throw invalid(message);
}
