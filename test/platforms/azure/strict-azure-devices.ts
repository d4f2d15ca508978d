import { X509Certificate } from 'node:crypto';
import { StrictEnrollments } from './strict-enrollments';
import { StrictEntra } from './strict-entra';
import { StrictHubDevices } from './strict-hub-devices';
import { HttpsPlatform, PlatformAnswer, PlatformRequest } from '../../support/https-platform';
import { AZURE_DATA_OPERATIONS } from '../../support/platform-operations';
import { complaintAbout, operationOf } from '../../support/published-operations';

/** What a service keeps in its data plane, with the answers that this service gives. */
export interface StrictRecords {
  readonly scope: string;
  readonly versions: readonly string[];
  /** Whether the service principal has a role with these rights. */
  roleAssigned: boolean;
  refusal(status: number, code: number, name: string, message: string): PlatformAnswer;
  answer(id: string, request: PlatformRequest): PlatformAnswer;
  /** All that a query finds; `undefined` for a query that the service does not understand. */
  found(query: string): readonly object[] | undefined;
}

/** How many entries a page has at most. https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-query-language */
const PAGE = 100;

/**
 * The data planes of an IoT hub and of a provisioning service as Azure documents them, and Microsoft Entra, which gives a token for only one
 * of them. Certificates are judged by node:crypto.
 */
export class StrictAzureDevices extends HttpsPlatform {
  public readonly entra: StrictEntra;
  public readonly hub = new StrictHubDevices();
  public readonly dps = new StrictEnrollments();

  /** @param scopes of further services that the tenant knows */
  constructor(...scopes: string[]) {
    super('login.microsoftonline.com', 'hub-1.azure-devices.net', 'dps-1.azure-devices-provisioning.net');
    this.entra = new StrictEntra([this.hub.scope, this.dps.scope, ...scopes]);
  }

  /** Everything as at the beginning. */
  public reset(): void {
    this.forget();
    this.entra.error = undefined;
    [this.hub, this.dps].forEach(service => service.reset());
  }

  /** The CA that the hub and an enrollment group trust. */
  public trust(ca: X509Certificate): void {
    this.hub.trusted = ca;
    this.dps.trusted = ca;
  }

  protected answer(request: PlatformRequest): PlatformAnswer {
    const [, collection, id = ''] = /^\/([^/]+)\/([^/]+)$/.exec(request.path) ?? [];
    const answered = this.entra.answer(request);
    if (answered) {
      return answered;
    }
    const service: StrictRecords | undefined = { devices: this.hub, enrollments: this.dps, enrollmentGroups: this.dps }[collection];
    if (!service) {
      return { status: 404, body: 'The page you are looking for cannot be found.' };
    }
    if (this.entra.scopeOf(request) !== service.scope) {
      return service.refusal(401, 401002, 'IotHubUnauthorizedAccess', 'Unauthorized');
    }
    if (!service.versions.includes(request.query.get('api-version') ?? '')) {
      return service.refusal(400, 400007, 'InvalidProtocolVersion', `Service API Version '${request.query.get('api-version')}' not supported.`);
    }
    const operation = operationOf(AZURE_DATA_OPERATIONS, request);
    const complaint = operation ? complaintAbout(request, operation) : 'MethodNotAllowed';
    if (complaint) {
      return service.refusal(operation ? 400 : 405, 400004, 'ArgumentInvalid', complaint);
    }
    // Which of 401 and 403 Azure answers then is not documented.
    return !service.roleAssigned ? service.refusal(403, 403002, 'IotHubUnauthorizedAccess', `Principal does not have authorization to perform action on ${request.path}.`)
      : operation!.name.endsWith(' query') ? this.page(service, request) : service.answer(decodeURIComponent(id), request);
  }

  /** https://learn.microsoft.com/rest/api/iothub/service/query/get-twins: "The service may use a different value if the value specified is not acceptable." */
  private page(service: StrictRecords, { headers, body }: PlatformRequest): PlatformAnswer {
    const all = service.found(JSON.parse(body).query);
    if (!all) {
      return service.refusal(400, 400008, 'InvalidQuery', 'The query is not understood.');
    }
    const size = Math.min(Number(headers['x-ms-max-item-count'] ?? PAGE), PAGE);
    const start = Number(Buffer.from(String(headers['x-ms-continuation'] ?? ''), 'base64').toString() || 0);
    const next = start + size < all.length ? { 'x-ms-continuation': Buffer.from(String(start + size)).toString('base64') } : undefined;
    return { status: 200, body: all.slice(start, start + size), headers: next };
  }
}
