import { HttpResponse } from './http-api';
import { isMap, JsonMap } from '../../contract/json-map';

/** The way out if the call reached a proxy or a portal, for example, instead of the platform itself. */
export const LOOK_AT_ENDPOINT = 'check the declared endpoint and any proxy in front of it';

/** The JSON of a response, or an empty map if it is not JSON: for refusals, whose status says enough. */
export function jsonOf(response: HttpResponse): JsonMap {
  return mapIn(response) ?? {};
}

/**
 * The JSON of a response whose status says that the call has succeeded.
 *
 * @param what the call in words, for errors
 * @throws Error if the response is not JSON: a truncated response must not be taken for an empty one
 */
export function jsonAnswer(what: string, response: HttpResponse): JsonMap {
  const map = mapIn(response);
  if (!map) {
    throw new Error(`${what} returned no JSON; ${LOOK_AT_ENDPOINT}`);
  }
  return map;
}

/**
 * A list in a response. Platforms also write an empty list as `null`.
 *
 * @throws Error if the list is missing: if it were taken for an empty list, a removal would leave the registration in place
 */
export function listIn(what: string, member: string, value: unknown): JsonMap[] {
  const list = value ?? (value === null ? [] : undefined);
  if (!Array.isArray(list) || !list.every(isMap)) {
    throw new Error(`${what} returned no list ${member}; ${LOOK_AT_ENDPOINT}`);
  }
  return list;
}

/**
 * The maps in a response that is itself a list.
 *
 * @param what the call in words, for errors
 * @throws Error if the response is no list of maps
 */
export function listAnswer(what: string, { text }: HttpResponse): JsonMap[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // reported below
  }
  if (!Array.isArray(value) || !value.every(isMap)) {
    throw new Error(`${what} returned no list; ${LOOK_AT_ENDPOINT}`);
  }
  return value;
}

/** Whether a response can come from the platform: it is JSON, or empty. */
export function isAnswer(response: HttpResponse): boolean {
  return response.text === '' || mapIn(response) !== undefined;
}

function mapIn({ text }: HttpResponse): JsonMap | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
