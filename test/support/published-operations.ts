import { PlatformRequest } from './https-platform';

/** Names, and whether a request must have them. It may have no others. */
export type Names = { readonly [name: string]: 'required' | 'optional' };

/** An operation as its platform publishes it for machines. */
export interface PublishedOperation {
  readonly name: string;
  readonly methods: readonly string[];
  /** The whole path. */
  readonly path: RegExp;
  /** Of the query. */
  readonly query?: Names;
  /** Headers that must be there, in lower case; a request may have others. */
  readonly headers?: readonly string[];
  /** The members of a JSON body; where it is absent, there is no body. */
  readonly body?: Names;
  /** Whether there must be a body although none of its members must be there. */
  readonly needsBody?: boolean;
}

/** The operation that a request is of. */
export function operationOf<O extends PublishedOperation>(operations: readonly O[], { method, path }: Pick<PlatformRequest, 'method' | 'path'>): O | undefined {
  return operations.find(each => each.methods.includes(method) && each.path.test(path));
}

/** What a request has that its operation does not take, or lacks; nothing where it is as published. What is not published is not demanded. */
export function complaintAbout({ query, headers, body }: Omit<PlatformRequest, 'method' | 'path'>, operation: PublishedOperation): string | undefined {
  const missing = operation.headers?.find(name => headers[name] === undefined);
  if (missing !== undefined) {
    return `the header ${missing} is missing`;
  }
  return complaintAboutNames('parameter', [...query.keys()], operation.query) ?? (operation.body === undefined
    ? body === '' ? undefined : 'there is a body'
    : complaintAboutBody(headers['content-type'], body, operation.body, operation.needsBody ?? Object.values(operation.body).includes('required')));
}

function complaintAboutBody(contentType: string | undefined, body: string, names: Names, isNeeded: boolean): string | undefined {
  if (body === '' && !isNeeded) {
    return undefined;
  }
  if (!/^application\/json(?:;|$)/i.test(contentType ?? '')) {
    return `the media type is ${contentType}`;
  }
  const members = membersOf(body);
  return members ? complaintAboutNames('member', members, names) : 'the body is no JSON object';
}

function membersOf(body: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : undefined;
  } catch {
    return undefined;
  }
}

function complaintAboutNames(what: string, given: readonly string[], names: Names = {}): string | undefined {
  const unknown = given.find(name => !Object.hasOwn(names, name));
  const missing = Object.keys(names).find(name => names[name] === 'required' && !given.includes(name));
  return unknown !== undefined ? `the ${what} ${unknown} is unknown` : missing !== undefined ? `the ${what} ${missing} is missing` : undefined;
}
