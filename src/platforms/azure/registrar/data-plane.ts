import { setTimeout as sleep } from 'node:timers/promises';
import { Change } from './decision';
import { DATA_PLANE_CAUSES, refusal } from './refusal';
import { isMap, JsonMap } from '../../../contract/json-map';
import { outsideId } from '../../../lambda/outside-text';
import { HttpApi, HttpRequest, HttpResponse } from '../../registrar/http-api';
import { isAnswer, jsonAnswer } from '../../registrar/json-answer';
import { AzureDataPlane } from '../contract';

/** The location of a service's data plane. */
export interface DataPlanePlace extends Pick<AzureDataPlane, 'apiVersion' | 'quotesEtags'> {
  /** The name of the service in messages. */
  readonly name: string;
  /** The URL of what the service keeps, without an ID. */
  readonly url: string;
}

/**
 * Another change came in between: the etag is no longer current (RFC 9110, section 15.5.13), or an enrollment exists by now, which a request
 * without an etag does not replace (https://github.com/Azure/azure-iot-sdk-csharp/issues/3076).
 */
const OVERTAKEN: readonly number[] = [409, 412];

/** How many times a change may be overtaken, and the base of the waits in between; milliseconds. */
const ATTEMPTS = 5;
const WAIT = 100;

/** The devices of an IoT hub, or the individual enrollments of a provisioning service. */
export class DataPlane {
  /**
   * @param wayOut what to do about a call for which the time was too short
   * @param trustedCas PEM of the CAs to trust, for a test
   */
  constructor(
    private readonly token: string, private readonly place: DataPlanePlace, private readonly wayOut: string, private readonly trustedCas?: string,
  ) {}

  /** The name of the service in messages. */
  public get serviceName(): string {
    return this.place.name;
  }

  /**
   * Reads what is kept under an ID, and changes it as decided, until no other change comes in between.
   *
   * @param decide decides on what is kept, or on `undefined` if nothing is kept; called again after another change
   * @param signal ends every call
   * @returns the change that was made, in words. It may be that of another invocation, because the response to the own one may be lost
   * @throws Error if Azure refuses a call or can't be reached
   */
  public async bringIntoLine(
    id: string, decide: (kept: JsonMap | undefined) => Promise<Change | undefined>, signal: AbortSignal,
  ): Promise<string | undefined> {
    const api = this.api(signal);
    let words: string | undefined;
    for (let attempt = 1; ; attempt++) {
      const kept = await this.read(api, id);
      const change = await decide(kept);
      words = change?.words ?? words;
      const hindrance = change && await this.write(api, id, change, kept);
      if (!hindrance) {
        return words;
      }
      if (attempt === ATTEMPTS) {
        throw hindrance;
      }
      await sleep(WAIT * 2 ** attempt * Math.random(), undefined, { signal }).catch(() => undefined);
    }
  }

  /** What is kept under an ID, if anything. */
  public async find(id: string, signal: AbortSignal): Promise<JsonMap | undefined> {
    return this.read(this.api(signal), id);
  }

  private api(signal: AbortSignal): HttpApi {
    return new HttpApi(signal, this.trustedCas, this.wayOut);
  }

  private async read(api: HttpApi, id: string): Promise<JsonMap | undefined> {
    const what = `the request for ${id}`;
    const response = await this.send(api, what, 'GET', id);
    if (isGone(response)) {
      return undefined;
    }
    if (response.status !== 200) {
      throw refusal(this.place.name, what, response, [this.token], undefined, DATA_PLANE_CAUSES);
    }
    return jsonAnswer(`${this.place.name}: ${what}`, response);
  }

  /** @returns the error, if another change came in between */
  private async write(api: HttpApi, id: string, { to }: Change, kept: JsonMap | undefined): Promise<Error | undefined> {
    const [what, method, body] = to === 'deleted' ? [`the deletion of ${id}`, 'DELETE', undefined] as const : [`the change of ${id}`, 'PUT', to] as const;
    const response = await this.send(api, what, method, id, kept && this.ifMatch(kept), body);
    if (response.status < 300 || method === 'DELETE' && isGone(response)) {
      return undefined;
    }
    const error = refusal(this.place.name, what, response, [this.token, ...keysIn(body)], undefined, DATA_PLANE_CAUSES);
    if (OVERTAKEN.includes(response.status) || kept && isGone(response)) {
      return error;
    }
    throw error;
  }

  private ifMatch(kept: JsonMap): string {
    const etag = outsideId(kept.etag);
    if (etag === undefined) {
      throw new Error(`${this.place.name} returned no etag, without which nothing may be changed`);
    }
    return this.place.quotesEtags && !etag.startsWith('"') ? `"${etag}"` : etag;
  }

  private send(api: HttpApi, what: string, method: HttpRequest['method'], id: string, ifMatch?: string, body?: JsonMap): Promise<HttpResponse> {
    return api.send(`${this.place.name}: ${what}`, () => ({
      method,
      url: `${this.place.url}/${encodeURIComponent(id)}?api-version=${this.place.apiVersion}`,
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: 'application/json',
        ...body && { 'content-type': 'application/json; charset=utf-8' },
        ...ifMatch !== undefined && { 'if-match': ifMatch },
      },
      body: body && JSON.stringify(body),
    }));
  }
}

/** Whether Azure itself says that nothing is kept under the ID; a hub that does not exist is no such answer. */
function isGone(response: HttpResponse): boolean {
  return response.status === 404 && isAnswer(response) && !response.text.includes('IotHubNotFound');
}

/** The keys of a device, which Azure shows to whoever may change the device. */
function keysIn(device: JsonMap = {}): string[] {
  const { authentication } = device;
  const keys = isMap(authentication) && isMap(authentication.symmetricKey) ? Object.values(authentication.symmetricKey) : [];
  return keys.filter(key => typeof key === 'string');
}
