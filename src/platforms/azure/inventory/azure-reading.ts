import { setTimeout as sleep } from 'node:timers/promises';
import { JsonMap } from '../../../contract/json-map';
import { apiForOneCall, CALL_TIMEOUT, WAY_OUT } from '../../inventory/patient-api';
import { listAnswer, LOOK_AT_ENDPOINT } from '../../registrar/json-answer';
import { AZURE_DATA_PLANES } from '../contract';
import { READING_CAUSES, refusal } from '../registrar/refusal';
import { AzureReach, AzureService, certificatesOf, serviceName, signIn } from '../registrar/service';
import { HeldCertificate } from '../registrar/service-certificates';

/** How long a token is used; milliseconds. Microsoft Entra gives tokens for an hour or more. */
const TOKEN_LIFE = 1_800_000;

/** The most devices on a page. https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-query-language */
const PAGE = 100;

/** The longest page that is accepted, in characters: enrollments contain the beginning of their devices' twins, of up to 32 kB each. */
const LONGEST = 16_777_216;

/** The pause after a page; milliseconds. https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-quotas-throttling */
const PACE = 1_000;

/** How an Azure service is read. */
export interface AzureAccess extends AzureReach {
  /** @default 1000 */
  readonly pace?: number;
}

/** What can be read of an Azure service: its CA certificates in Azure Resource Manager, and the lists of its data plane. Nothing can be written. */
export class AzureReading {
  private token?: { readonly value: string; readonly since: number };

  /** @param service the service, with the credentials as `access` reads them */
  constructor(private readonly service: AzureService, private readonly access: AzureAccess) {}

  /** The name of the service in messages. */
  public get name(): string {
    return serviceName(this.service);
  }

  /** The CA certificates of the service. */
  public async cas(): Promise<Pick<HeldCertificate, 'name' | 'thumbprint' | 'verified'>[]> {
    return (await certificatesOf(this.service, AbortSignal.timeout(CALL_TIMEOUT), this.access, WAY_OUT)).list();
  }

  /**
   * What a query finds, page by page.
   *
   * @param collection what is queried, as paths name it
   * @see https://learn.microsoft.com/rest/api/iothub/service/query/get-twins and
   * https://learn.microsoft.com/rest/api/iot-dps/service/individual-enrollment/query
   */
  public async *query(collection: string, query: string): AsyncIterable<JsonMap[]> {
    const { apiVersion, clouds } = AZURE_DATA_PLANES[this.service.service];
    const origin = this.access.endpoints?.dataPlane ?? `https://${this.service.name}.${clouds[this.service.cloud].domain}`;
    const what = `the query for ${collection}`;
    let continuation: string | undefined;
    do {
      const token = await this.currentToken();
      const response = await apiForOneCall(this.access.trustedCas).send(`${this.name}: ${what}`, () => ({
        method: 'POST',
        url: `${origin}/${collection}/query?api-version=${apiVersion}`,
        headers: {
          'authorization': `Bearer ${token}`,
          'accept': 'application/json',
          'content-type': 'application/json; charset=utf-8',
          'x-ms-max-item-count': String(PAGE),
          ...continuation !== undefined && { 'x-ms-continuation': continuation },
        },
        body: JSON.stringify({ query }),
        longest: LONGEST,
      }));
      if (response.status !== 200) {
        throw refusal(this.name, what, response, [token], undefined, READING_CAUSES);
      }
      yield listAnswer(`${this.name}: ${what}`, response);
      const next = response.headers['x-ms-continuation'] || undefined;
      if (next !== undefined && next === continuation) {
        throw new Error(`${this.name}: ${what} returned the same page again; ${LOOK_AT_ENDPOINT}`);
      }
      continuation = next;
      await sleep(continuation === undefined ? 0 : this.access.pace ?? PACE);
    } while (continuation !== undefined);
  }

  private async currentToken(): Promise<string> {
    if (!this.token || Date.now() - this.token.since > TOKEN_LIFE) {
      const { scope } = AZURE_DATA_PLANES[this.service.service].clouds[this.service.cloud];
      const signal = AbortSignal.timeout(CALL_TIMEOUT);
      this.token = { value: await signIn(apiForOneCall(this.access.trustedCas), this.service, scope, signal, this.access), since: Date.now() };
    }
    return this.token.value;
  }
}
