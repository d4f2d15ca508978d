/** How far a request may go. */
export interface FetchLimits {
  /** How long the whole answer may take, with all redirections, in milliseconds. */
  readonly milliseconds: number;
  /** How large the answer may be, unpacked. */
  readonly bytes: number;
  readonly redirections: number;
}

/** A list of a million revoked certificates has 50 MB in DER, and 72 MB in PEM. */
export const FETCH_LIMITS: FetchLimits = { milliseconds: 60_000, bytes: 96 * 1024 * 1024, redirections: 5 };

/** What a request needs from outside. */
export interface FetchReach {
  readonly fetch: typeof fetch;
  readonly limits: FetchLimits;
}

/** The answer of a server. */
export interface Answer {
  readonly octets: Buffer;
  /** The media type that the server says it has. */
  readonly mediaType?: string;
}

/**
 * Fetches what a URL leads to.
 *
 * @param url of `http` or `https`
 * @param stop ends the request when it is aborted
 * @throws Error that says why there is no answer, without the URL
 */
export async function fetchOctets(url: string, reach: FetchReach, stop: AbortSignal): Promise<Answer> {
  const { milliseconds } = reach.limits;
  const request = new AbortController();
  const abort = (): void => request.abort();
  const timer = setTimeout(abort, milliseconds);
  stop.addEventListener('abort', abort);
  try {
    return await readAnswer(await follow(url, reach, request.signal), reach.limits);
  } catch (error) {
    if (request.signal.aborted) {
      throw new Error(stop.aborted ? 'the request was stopped' : `there was no complete answer within ${milliseconds / 1000} seconds`);
    }
    throw error;
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', abort);
    abort(); // closes the connection of an answer that was not read to its end
  }
}

/** Follows redirections to `http` and `https`. A request that began with `https` stays with it. */
async function follow(url: string, { fetch: request, limits: { redirections } }: FetchReach, signal: AbortSignal): Promise<Response> {
  let at = new URL(url);
  for (let followed = 0; followed <= redirections; followed++) {
    const response = await request(at, { redirect: 'manual', signal, headers: { accept: 'application/pkix-crl, */*' } }).catch((error: unknown) => {
      throw new Error(`the request has failed: ${reasonOf(error)}`);
    });
    const location = isRedirection(response.status) ? response.headers.get('location') : null;
    if (location === null) {
      return response;
    }
    const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined;
    if (!next || !['https:', at.protocol].includes(next.protocol)) {
      throw new Error(`the server must redirect to ${at.protocol === 'https:' ? 'an https URL' : 'an http or https URL'}, got another one`);
    }
    at = next;
  }
  throw new Error(`the server must redirect at most ${redirections} times, and redirects further`);
}

function isRedirection(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** Reads an answer, and stops as soon as it is too large. */
async function readAnswer({ status, headers, body }: Response, { bytes }: FetchLimits): Promise<Answer> {
  if (status !== 200) {
    throw new Error(`the server must answer with the status 200, got ${status}`);
  }
  const tooLarge = new Error(`the answer must have at most ${bytes / 1024 / 1024} MB, and has more`);
  if (Number(headers.get('content-length')) > bytes) {
    throw tooLarge;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > bytes) {
        throw tooLarge;
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw error === tooLarge ? error : new Error(`the answer was cut off: ${reasonOf(error)}`);
  }
  return { octets: Buffer.concat(chunks), mediaType: headers.get('content-type')?.split(';', 1)[0] };
}

/** The reason behind an error of `fetch`, which itself only says that it has failed. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { code = '', message = String(cause) } = cause as NodeJS.ErrnoException;
  return message.includes(code) ? message : [code, message].filter(part => part !== '').join(', ');
}
