import { AwsError } from './aws-error';
import { RESERVED_WORDS } from './reserved-words';

/** A value as DynamoDB writes it: one of `S`, `N`, `B` (base64), `BOOL`, `NULL`, `M`, `L`, `SS`, `NS`, `BS`. */
export type AttributeValue = { readonly [type: string]: any };
export type Item = { [name: string]: AttributeValue };

/** What an expression is written with. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: { readonly [placeholder: string]: string };
  readonly ExpressionAttributeValues?: { readonly [placeholder: string]: AttributeValue };
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The names and values of a request, which must all be used, and only those. */
export class Dictionary {
  private readonly used = new Set<string>();

  constructor(private readonly placeholders: Placeholders) {
    for (const [kind, map] of Object.entries(placeholders)) {
      if (map !== undefined && Object.keys(map).length === 0) {
        throw invalid(`${kind} must not be empty`);
      }
    }
  }

  public name(token: string): string {
    if (!token.startsWith('#')) {
      if (RESERVED_WORDS.has(token.toUpperCase())) {
        throw invalid(`Invalid expression: Attribute name is a reserved keyword; reserved keyword: ${token}`);
      }
      return token;
    }
    return this.lookUp(this.placeholders.ExpressionAttributeNames, token, 'name');
  }

  public value(token: string): AttributeValue {
    return this.lookUp(this.placeholders.ExpressionAttributeValues, token, 'value');
  }

  public assertAllUsed(): void {
    const { ExpressionAttributeNames = {}, ExpressionAttributeValues = {} } = this.placeholders;
    const left = Object.keys({ ...ExpressionAttributeNames, ...ExpressionAttributeValues }).filter(token => !this.used.has(token));
    if (left.length > 0) {
      throw invalid(`Value provided in ExpressionAttribute${left[0].startsWith('#') ? 'Names' : 'Values'} unused in expressions: keys: {${left}}`);
    }
  }

  private lookUp<T>(map: { readonly [placeholder: string]: T } | undefined, token: string, kind: string): T {
    if (!map || !Object.hasOwn(map, token)) {
      throw invalid(`Invalid expression: An expression attribute ${kind} used in the document path is not defined; attribute ${kind}: ${token}`);
    }
    this.used.add(token);
    return map[token];
  }
}

/** Goes through the tokens of an expression. */
export class Tokens {
  private readonly tokens: string[];

  constructor(private readonly text: string) {
    this.tokens = text.match(/#\w+|:\w+|<>|<=|>=|[=<>(),.+-]|\[\d+\]|[A-Za-z_]\w*|\S/g) ?? [];
    if (this.tokens.length === 0) {
      throw invalid('Invalid expression: The expression can not be empty;');
    }
  }

  public get next(): string | undefined {
    return this.tokens[0];
  }

  public take(): string {
    const token = this.tokens.shift();
    if (token === undefined) {
      throw this.error();
    }
    return token;
  }

  /** Takes the next token if it is this one; words in whatever case. */
  public takeIf(token: string): boolean {
    const found = this.next?.toUpperCase() === token.toUpperCase();
    if (found) {
      this.tokens.shift();
    }
    return found;
  }

  public expect(token: string): void {
    if (!this.takeIf(token)) {
      throw this.error();
    }
  }

  public end(): void {
    if (this.tokens.length > 0) {
      throw this.error();
    }
  }

  public error(): AwsError {
    return invalid(`Invalid expression: Syntax error; token: ${this.next ?? '<EOF>'}, in: ${this.text}`);
  }
}

/** A path of an attribute, as in `keyStorage.SecretArn`. */
export function readPath(tokens: Tokens, dictionary: Dictionary): string[] {
  const path = [readName(tokens, dictionary)];
  while (tokens.takeIf('.')) {
    path.push(readName(tokens, dictionary));
  }
  return path;
}

function readName(tokens: Tokens, dictionary: Dictionary): string {
  if (!/^[#A-Za-z_]/.test(tokens.next ?? '')) {
    throw tokens.error();
  }
  return dictionary.name(tokens.take());
}

export function valueAt(item: Item | undefined, [first, ...rest]: readonly string[]): AttributeValue | undefined {
  const value = item?.[first];
  return rest.length === 0 ? value : valueAt(value?.M, rest);
}
