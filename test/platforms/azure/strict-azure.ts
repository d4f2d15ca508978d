import { randomBytes, X509Certificate } from 'node:crypto';
import { CLIENT, StrictEntra } from './strict-entra';
import { HttpsPlatform, PlatformAnswer, PlatformRequest, Refusal } from '../../support/https-platform';
import { AZURE_API_VERSIONS, AZURE_OPERATIONS } from '../../support/platform-operations';
import { complaintAbout, operationOf } from '../../support/published-operations';

export const SUBSCRIPTION = '91d12660-3dec-467a-be2a-213b5544ddc0';
export const RESOURCE_GROUP = 'rg-1';

/** The scope of tokens for Azure Resource Manager. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
export const SCOPE = 'https://management.azure.com/.default';

/** How long codes are valid is not documented, but that their answer says it; milliseconds. */
const CODE_VALIDITY = 24 * 3_600_000;

/** https://learn.microsoft.com/azure/iot-dps/about-iot-dps#quotas-and-limits; that of an IoT hub is not documented. */
const MOST_CERTIFICATES: { readonly [type: string]: number } = { provisioningServices: 25 };

interface StoredCertificate {
  readonly name: string;
  readonly certificate: X509Certificate;
  readonly created: string;
  etag: string;
  verified: boolean;
  code?: string;
  /** `VerificationCodeResponse.properties.expiry`: of the code. */
  codeExpiry?: Date;
}

/** A refusal of the IoT services: `ErrorDetails` in those specifications. */
function refused(status: number, httpStatusCode: string, code: number, message: string): Refusal {
  return new Refusal({
    status,
    body: {
      code,
      httpStatusCode,
      message: `${message} If you contact a support representative please include this correlation identifier: 48ab965d-7916-46e9-9856-61745accce7a, `
        + `timestamp: 2026-04-21 05:39:59Z, errorcode: IH${code}.`,
    },
  });
}

/** A refusal of Azure Resource Manager. https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors */
function refusedByManager(status: number, code: string, message: string): Refusal {
  return new Refusal({ status, body: { error: { code, message } } });
}

/**
 * Azure as it documents itself: Microsoft Entra for tokens, and the certificates of an IoT hub and a provisioning service, with
 * the chain of etags. Certificates are judged by node:crypto.
 */
export class StrictAzure extends HttpsPlatform {
  /** The certificates of each service, by `<type>/<name of the service>` and the certificate's name in small letters. */
  public readonly held = new Map<string, Map<string, StoredCertificate>>([['provisioningServices/dps-1', new Map()], ['IotHubs/hub-1', new Map()]]);
  /** Certificates that something uses. */
  public readonly inUse = new Set<string>();
  public roleMissing = false;
  /** Whether something is being done to the service. */
  public transitioning = false;
  private clock = Date.parse('2026-03-01T12:00:00Z');
  private changes = 0;

  /** @param entra gives the tokens */
  constructor(public readonly entra = new StrictEntra([SCOPE])) {
    super('login.microsoftonline.com', 'management.azure.com');
  }

  /** Puts a certificate there as somebody else does, in the portal say. */
  public putByHand(service: string, name: string, certificate: X509Certificate, verified = false): StoredCertificate {
    const stored = { name, certificate, verified, created: this.nextTime(), etag: this.nextEtag() };
    this.held.get(service)!.set(name.toLowerCase(), stored);
    return stored;
  }

  /** What somebody else changes. */
  public touch(service: string, name: string): void {
    this.held.get(service)!.get(name.toLowerCase())!.etag = this.nextEtag();
  }

  /** Lets so much time go by as codes are valid. */
  public letCodesExpire(): void {
    this.clock += CODE_VALIDITY;
  }

  public names(service: string): string[] {
    return [...this.held.get(service)!.values()].map(({ name }) => name);
  }

  protected answer(request: PlatformRequest): PlatformAnswer {
    return this.entra.answer(request) ?? this.manage(request);
  }

  private manage(request: PlatformRequest): PlatformAnswer {
    const { method, path, query, headers, body } = request;
    const [, subscription, group, type, service, name, verb] = new RegExp('^/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft\\.Devices'
      + '/(provisioningServices|IotHubs)/([^/]+)/certificates(?:/([A-Za-z0-9._-]{1,64})(?:/(generateVerificationCode|verify))?)?$').exec(path) ?? [];
    if (this.entra.scopeOf(request) === undefined) {
      throw refusedByManager(401, 'AuthenticationFailed', 'Authentication failed.');
    }
    const certificates = this.held.get(`${type}/${service?.toLowerCase()}`);
    if (subscription !== SUBSCRIPTION) {
      throw refusedByManager(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
    }
    if (group.toLowerCase() !== RESOURCE_GROUP || !certificates) {
      throw refusedByManager(404, 'ResourceNotFound', `The Resource 'Microsoft.Devices/${type}/${service}' under resource group '${group}' was not found.`);
    }
    if (!AZURE_API_VERSIONS[type].includes(query.get('api-version') ?? '')) {
      throw refusedByManager(400, 'InvalidResourceType', `The api-version '${query.get('api-version')}' is not supported.`);
    }
    const operation = operationOf(AZURE_OPERATIONS, request);
    const complaint = operation ? complaintAbout(request, operation) : `there is no ${method} of it`;
    if (complaint) {
      throw refusedByManager(operation ? 400 : 405, 'InvalidRequest', complaint);
    }
    if (this.roleMissing) {
      const action = `Microsoft.Devices/${type}/certificates/${{ GET: 'read', PUT: 'write', DELETE: 'delete' }[method] ?? `${verb}/action`}`;
      throw refusedByManager(403, 'AuthorizationFailed', `The client '${CLIENT}' with object id '${CLIENT}' does not have authorization to perform action `
        + `'${action}' over scope '${path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`);
    }
    if (name === undefined) { // CertificateListDescription
      return { status: 200, body: { value: [...certificates.values()].map(shown) } };
    }
    // https://github.com/hashicorp/terraform-provider-azurerm/issues/21463
    if (this.transitioning && method !== 'GET') {
      throw refused(409, 'Conflict', 409001, 'Invalid IotDpsState i.e. should be active/suspended, IotDpsState: Transitioning.');
    }
    const held = certificates.get(name.toLowerCase());
    if (held ? method !== 'GET' && headers['if-match'] !== held.etag : method === 'POST') {
      throw held ? refused(412, 'PreconditionFailed', 412001, 'Invalid ETag supplied.') : refused(404, 'NotFound', 404001, 'Certificate not found.');
    }
    switch (`${method} ${verb ?? ''}`) {
      case 'GET ': return held ? { status: 200, body: shown(held) } : refused(404, 'NotFound', 404001, 'Certificate not found.').answer;
      case 'PUT ': return this.put(certificates, MOST_CERTIFICATES[type], name, body);
      case 'DELETE ': return this.delete(certificates, held);
      case 'POST generateVerificationCode': return this.generate(held!);
      default: return this.verify(held!, body);
    }
  }

  /** `CertificateResponse.properties.certificate`: "base-64 representation of X509 certificate .cer file or just .pem file content". */
  private put(certificates: Map<string, StoredCertificate>, most: number | undefined, name: string, body: string): PlatformAnswer {
    const { properties = {} } = JSON.parse(body);
    const certificate = certificateIn(properties.certificate);
    if (!certificate.ca) {
      throw refused(400, 'BadRequest', 400001, 'Invalid certificate.');
    }
    // What it answers then is not documented; this is the stricter for whoever takes a 403 for a right that is missing.
    if (!certificates.has(name.toLowerCase()) && certificates.size === most) {
      throw refused(403, 'Forbidden', 403006, `The number of certificates exceeds the quota of ${most}.`);
    }
    const verified = properties.isVerified === true;
    const stored: StoredCertificate = { name, certificate, verified, created: this.nextTime(), etag: this.nextEtag() };
    certificates.set(name.toLowerCase(), stored);
    return { status: 200, body: shown(stored) };
  }

  /** `VerificationCodeResponse`; the etag of before no longer counts: https://github.com/Azure/azure-cli/issues/13098 */
  private generate(held: StoredCertificate): PlatformAnswer {
    held.code = randomBytes(20).toString('hex').toUpperCase();
    held.codeExpiry = new Date(this.clock + CODE_VALIDITY);
    held.verified = false;
    held.etag = this.nextEtag();
    const { properties, ...rest } = shown(held);
    return { status: 200, body: { ...rest, properties: { ...properties, verificationCode: held.code, expiry: held.codeExpiry.toUTCString() } } };
  }

  /** https://learn.microsoft.com/azure/iot-dps/how-to-verify-certificates and https://github.com/Azure/azure-cli/issues/5376 */
  private verify(held: StoredCertificate, body: string): PlatformAnswer {
    const proof = certificateIn(JSON.parse(body).certificate);
    if (!proof.checkIssued(held.certificate) || !proof.verify(held.certificate.publicKey)) {
      throw refused(400, 'BadRequest', 400053, `Proof-Of-Possession failed. Issuer certificate '${proof.issuer}' cannot be found in the certificate chain.`);
    }
    if (held.code === undefined || proof.subject !== `CN=${held.code}`) {
      throw refused(400, 'BadRequest', 400053, 'Proof-Of-Possession failed. The verification code does not match.');
    }
    if (held.codeExpiry && held.codeExpiry.getTime() <= this.clock) {
      throw refused(400, 'BadRequest', 400053, 'Proof-Of-Possession failed. The verification code has expired.');
    }
    held.verified = true;
    held.etag = this.nextEtag();
    return { status: 200, body: shown(held) };
  }

  /** What it answers for a certificate in use is not documented; the form of the answer is. */
  private delete(certificates: Map<string, StoredCertificate>, held: StoredCertificate | undefined): PlatformAnswer {
    if (held && this.inUse.has(held.name)) {
      throw refused(400, 'BadRequest', 400099, 'The certificate is used.');
    }
    return { status: certificates.delete(held?.name.toLowerCase() ?? '') ? 200 : 204 };
  }

  private nextEtag(): string {
    return Buffer.from(`etag-${++this.changes}`).toString('base64');
  }

  private nextTime(): string {
    this.clock += 1000;
    return new Date(this.clock).toUTCString();
  }
}

function certificateIn(base64: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'));
  } catch {
    throw refused(400, 'BadRequest', 400001, 'Invalid certificate.');
  }
}

function shown({ name, certificate, created, etag, verified }: StoredCertificate) {
  return {
    id: `/subscriptions/${SUBSCRIPTION}/certificates/${name}`,
    name,
    type: 'Microsoft.Devices/ProvisioningServices/Certificates',
    etag,
    properties: {
      subject: certificate.subject,
      expiry: certificate.validTo,
      thumbprint: certificate.fingerprint.replaceAll(':', ''),
      isVerified: verified,
      certificate: certificate.raw.toString('base64'),
      created,
      updated: created,
    },
  };
}
