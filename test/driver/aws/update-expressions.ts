import { AttributeValue, Dictionary, invalid, Item, readPath, Tokens, valueAt } from './expression-reader';

type Change = (before: Item, after: Item) => void;

const CLAUSES = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;

/**
 * Reads an update expression and answers what carries it out: every value is that of before the update.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export function readUpdate(expression: string, dictionary: Dictionary): (item: Item) => Item {
  const tokens = new Tokens(expression);
  const changes: Change[] = [];
  const seen = new Set<string>();
  const paths = new Set<string>();
  while (tokens.next !== undefined) {
    const clause = CLAUSES.find(each => tokens.takeIf(each));
    if (!clause || seen.has(clause)) {
      throw tokens.error();
    }
    seen.add(clause);
    do {
      const path = readPath(tokens, dictionary);
      if (paths.has(path.join('.'))) {
        throw invalid(`Two document paths overlap with each other; must remove or rewrite one of these paths; path: ${path}`);
      }
      paths.add(path.join('.'));
      changes.push(readChange(clause, path, tokens, dictionary));
    } while (tokens.takeIf(','));
  }
  return before => {
    const after = structuredClone(before);
    changes.forEach(change => change(before, after));
    return after;
  };
}

function readChange(clause: typeof CLAUSES[number], path: string[], tokens: Tokens, dictionary: Dictionary): Change {
  switch (clause) {
    case 'SET': {
      tokens.expect('=');
      const value = readValue(tokens, dictionary);
      return (before, after) => put(after, path, value(before));
    }
    case 'REMOVE':
      return (_, after) => put(after, path, undefined);
    case 'ADD': {
      const value = dictionary.value(tokens.take());
      return (before, after) => put(after, path, sum(valueAt(before, path), value));
    }
    case 'DELETE': {
      const { SS: members } = dictionary.value(tokens.take());
      return (before, after) => {
        const left = ((valueAt(before, path)?.SS ?? []) as string[]).filter(each => !members.includes(each));
        put(after, path, left.length > 0 ? { SS: left } : undefined); // there is no empty set
      };
    }
  }
}

/** A sum or a difference of two operands, or one. */
function readValue(tokens: Tokens, dictionary: Dictionary): (before: Item) => AttributeValue {
  const first = readTerm(tokens, dictionary);
  const sign = tokens.takeIf('+') ? 1 : tokens.takeIf('-') ? -1 : 0;
  if (sign === 0) {
    return first;
  }
  const second = readTerm(tokens, dictionary);
  return before => ({ N: String(number(first(before)) + sign * number(second(before))) });
}

function readTerm(tokens: Tokens, dictionary: Dictionary): (before: Item) => AttributeValue {
  if (tokens.next?.startsWith(':')) {
    const value = dictionary.value(tokens.take());
    return () => value;
  }
  if (tokens.takeIf('if_not_exists')) {
    tokens.expect('(');
    const path = readPath(tokens, dictionary);
    tokens.expect(',');
    const value = readTerm(tokens, dictionary);
    tokens.expect(')');
    return before => valueAt(before, path) ?? value(before);
  }
  if (tokens.next === 'list_append') {
    throw tokens.error();
  }
  const path = readPath(tokens, dictionary);
  return before => valueAt(before, path) ?? missing(path);
}

function missing(path: readonly string[]): never {
  throw invalid(`The provided expression refers to an attribute that does not exist in the item: ${path.join('.')}`);
}

function number(value: AttributeValue): number {
  if (value.N === undefined) {
    throw invalid('An operand in the update expression has an incorrect data type');
  }
  return Number(value.N);
}

function sum(standing: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (value.SS) {
    return { SS: [...new Set([...standing?.SS ?? [], ...value.SS])] };
  }
  return { N: String(number(standing ?? { N: '0' }) + number(value)) };
}

function put(item: Item, path: readonly string[], value: AttributeValue | undefined): void {
  const [last, ...above] = [...path].reverse();
  const holder = above.length === 0 ? item : valueAt(item, above.reverse())?.M;
  if (!holder) {
    throw invalid('The document path provided in the update expression is invalid for update');
  }
  if (value === undefined) {
    delete holder[last];
  } else {
    holder[last] = value;
  }
}
