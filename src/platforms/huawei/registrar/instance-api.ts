import { HUAWEI_IOTDA, refusal, WaysOut } from './refusal';
import { JsonMap } from '../../../contract/json-map';
import { outsideId } from '../../../lambda/outside-text';
import { HttpApi, HttpRequest, HttpResponse, MakeRequest } from '../../registrar/http-api';
import { jsonAnswer, listIn } from '../../registrar/json-answer';

/** The location of an instance. */
export interface InstancePlace {
  /** The URL of the project. */
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  /** The resource space. If it is absent, a list covers all of them, and an upload goes to the default one. */
  readonly appId?: string;
}

/** The caller of the API. */
export interface Caller {
  /** Authenticates a request, once for each attempt. */
  readonly authenticate: (request: HttpRequest) => HttpRequest;
  /** The secrets that no message may show. */
  readonly secrets: readonly string[];
}

/** A list of an instance. */
export interface InstanceList {
  readonly path: string;
  /** The member of the response that holds the list. */
  readonly member: string;
  readonly query: { readonly [name: string]: string };
}

/** The largest page of a list. https://support.huaweicloud.com/api-iothub/iot_06_v5_0099.html */
const PAGE = 50;

/** More pages than any of these lists has: an instance holds 100 CA certificates, and the other lists are filtered. */
const MAX_PAGES = 40;

/** The API of an instance of IoTDA. The URLs of its requests are relative to that of the project. */
export class InstanceApi {
  /** @param waysOut what to do about some refusals instead of what `WAYS_OUT` says */
  constructor(
    private readonly http: HttpApi, private readonly caller: Caller, private readonly place: InstancePlace,
    private readonly waysOut?: WaysOut,
  ) {}

  public get appId(): string | undefined {
    return this.place.appId;
  }

  /**
   * Makes a call.
   *
   * @param what the call in words, such as `the list of certificates`
   * @returns the response, which may be a refusal
   */
  public send(what: string, make: MakeRequest): Promise<HttpResponse> {
    const { url, headers } = this.place;
    return this.http.send(descriptionOf(what), async () => {
      const request = await make();
      return this.caller.authenticate({ ...request, url: `${url}${request.url}`, headers: { ...headers, 'content-type': 'application/json' } });
    });
  }

  /**
   * Makes a call that returns JSON.
   *
   * @throws Error if the call is refused
   */
  public async ask(what: string, make: MakeRequest): Promise<JsonMap> {
    return this.answer(what, await this.send(what, make));
  }

  /**
   * The JSON of a response.
   *
   * @throws Error if it is a refusal
   */
  public answer(what: string, response: HttpResponse): JsonMap {
    if (response.status >= 300) {
      throw this.refusal(what, response);
    }
    return jsonAnswer(descriptionOf(what), response);
  }

  /** All entries of a list, page by page. */
  public async list(what: string, { path, member, query }: InstanceList): Promise<JsonMap[]> {
    const all: JsonMap[] = [];
    let marker: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const parameters = new URLSearchParams({ limit: String(PAGE), ...query, ...marker && { marker } });
      const answer = await this.ask(what, () => ({ method: 'GET', url: `${path}?${parameters}` }));
      const entries = listIn(descriptionOf(what), member, answer[member]);
      all.push(...entries);
      marker = outsideId((answer.page as { marker?: unknown } | null | undefined)?.marker);
      if (entries.length < PAGE || !marker) {
        break;
      }
    }
    return all;
  }

  /** The error for a response that is a refusal. */
  public refusal(what: string, response: HttpResponse): Error {
    return refusal(what, response, this.caller.secrets, this.waysOut);
  }
}

function descriptionOf(what: string): string {
  return `${HUAWEI_IOTDA}: ${what}`;
}
