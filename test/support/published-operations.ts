import { PlatformRequest } from './https-platform';

/** Names, and whether a request must have them. It may have no others. */
export type Names = { readonly [name: string]: 'required' | 'optional' };

/** An operation as its platform publishes it for machines. */
export interface PublishedOperation {
  readonly name: string;
  readonly method: string;
  /** The whole path. */
  readonly path: RegExp;
  /** Of the query. */
  readonly query?: Names;
  /** Headers that must be there, in lower case; a request may have others. */
  readonly headers?: readonly string[];
  /** The members of a JSON body; where it is absent, there is no body. */
  readonly body?: Names;
}

/** The operation that a request is of. */
export function operationOf<O extends PublishedOperation>(operations: readonly O[], { method, path }: Pick<PlatformRequest, 'method' | 'path'>): O | undefined {
  return operations.find(each => each.method === method && each.path.test(path));
}

/** What a request has that its operation does not take, or lacks; nothing where it is as published. What is not published is not demanded. */
export function complaintAbout({ query, headers, body }: Omit<PlatformRequest, 'method' | 'path'>, operation: PublishedOperation): string | undefined {
  const missing = operation.headers?.find(name => headers[name] === undefined);
  if (missing !== undefined) {
    return `the header ${missing} is missing`;
  }
  return complaintAboutNames('parameter', [...query.keys()], operation.query) ?? (operation.body === undefined
    ? body === '' ? undefined : 'there is a body'
    : complaintAboutBody(headers['content-type'], body, operation.body));
}

function complaintAboutBody(contentType: string | undefined, body: string, names: Names): string | undefined {
  if (body === '' && !Object.values(names).includes('required')) {
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
