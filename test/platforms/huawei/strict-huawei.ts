import { createHash, createHmac, randomUUID, X509Certificate } from 'node:crypto';
import { page, refused } from './huawei-answers';
import { StrictFleet } from './strict-fleet';
import { HttpsPlatform, PlatformAnswer, PlatformRequest } from '../../support/https-platform';
import { HUAWEI_OPERATIONS } from '../../support/platform-operations';
import { complaintAbout, operationOf } from '../../support/published-operations';

export const ACCESS_KEY = 'QTWAOYTTINDUT2QVKYUC';
export const SECRET_KEY = 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc';
export const TOKEN = `MIIe${'Q8s5dTUx'.repeat(30)}`;
export const PROJECT = '77b6a44cba5143ab91d13ab9a8ff44fd';
export const INSTANCE = '1ba84d6d-4321-4bc2-9a88-bd4c1af5e1d4';
/** The instance that all share, and one with a host of its own. */
export const SHARED_HOST = 'iotda.cn-north-4.myhuaweicloud.com';
export const OWN_HOST = 'a160f4a4cd.st1.iotda-app.cn-north-4.myhuaweicloud.com';
/** A name that somebody has given to such an instance, in a private zone. */
export const PRIVATE_HOST = 'iotda.acme.internal';

const hmac = (key: string | Buffer, data: string | Buffer) => createHmac('sha256', key).update(data).digest();
const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');

interface StoredCertificate {
  readonly id: string;
  readonly appId: string;
  readonly certificate: X509Certificate;
  readonly created: Date;
  readonly code: string;
  verified: boolean;
}

/**
 * Huawei Cloud IoTDA as it documents itself (https://support.huaweicloud.com/api-iothub/iot_06_v5_0014.html and the pages
 * beside it): signatures, the CA certificates of an instance in pages, codes that stay, and the fleet. Whether the same certificate can be
 * registered twice is not documented; here it can, which is the harder case.
 */
export class StrictHuawei extends HttpsPlatform {
  public readonly held: StoredCertificate[] = [];
  /** The devices, and their certificates. */
  public readonly fleet = new StrictFleet();
  /** The operations for which the user has no permission. */
  public readonly denied = new Set<string>();
  /** Certificates that devices use. */
  public readonly inUse = new Set<string>();
  /** Whether what is verified can be verified again, which is not documented either. */
  public verifiesAgain = true;
  public permitted = true;
  /** The code with which API Gateway refuses. */
  public gatewayError?: string;
  /** Whether it takes certificates such as these; which ones it does not is not documented. */
  public takesContent = true;
  private clock = Date.parse('2026-03-01T12:00:00Z');

  constructor() {
    super(SHARED_HOST, OWN_HOST, PRIVATE_HOST);
  }

  /** Registers a certificate as somebody does in the console. */
  public register(certificate: X509Certificate, appId = 'default'): StoredCertificate {
    this.clock += 1000;
    const stored = { id: randomUUID(), appId, certificate, created: new Date(this.clock), code: randomUUID(), verified: false };
    this.held.push(stored);
    return stored;
  }

  protected answer(request: PlatformRequest): PlatformAnswer {
    const { path, query, headers } = request;
    const [, project, kind, id] = /^\/v5\/iot\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/[^/]+)?$/.exec(path) ?? [];
    this.authenticate(request);
    if (this.gatewayError) {
      throw refused(401, this.gatewayError, 'Incorrect authentication information.');
    }
    if (project !== PROJECT || ![undefined, INSTANCE].includes(headers['instance-id'] as string | undefined)) {
      throw refused(403, 'IOTDA.001006', 'Operation not allowed. Application not found by authorized user or the authorized user has no application.');
    }
    if (!this.permitted) {
      throw refused(403, 'IOTDA.000022', 'Operation not allowed. The user does not have the permission');
    }
    const operation = operationOf(HUAWEI_OPERATIONS, request);
    const complaint = operation ? complaintAbout(request, operation) : 'there is no such operation';
    if (complaint || ![null, 'verify'].includes(query.get('action_id'))) {
      throw refused(operation ? 400 : 404, operation ? 'IOTDA.000006' : 'APIGW.0101', `Invalid input data: ${complaint}`);
    }
    if (this.denied.has(operation!.name)) {
      throw refused(403, 'IOTDA.000022', 'Operation not allowed. The user does not have the permission');
    }
    return kind === 'certificates' ? this.answerCertificates(operation!.name, id, request) : this.fleet.answer(operation!.name, id, request);
  }

  private answerCertificates(operation: string, id: string | undefined, request: PlatformRequest): PlatformAnswer {
    const held = this.held.find(each => each.id === id);
    if (id !== undefined && !held) {
      throw refused(404, 'IOTDA.014305', 'Operation not allowed. The certificate does not exist.'); // its status is documented, its code is not
    }
    const { query } = request;
    switch (operation) {
      case 'AddCertificate': return this.add(request.body);
      case 'ListCertificates': return page('certificates', this.held.filter(({ appId }) => [null, appId].includes(query.get('app_id'))).map(shown), query);
      case 'ShowCertificate': return { status: 200, body: shown(held!) };
      case 'CheckCertificate': return this.verify(held!, request.body);
      default: return this.remove(held!);
    }
  }

  private authenticate({ method, path, query, headers, body }: PlatformRequest): void {
    if (headers['x-auth-token'] === TOKEN) {
      return;
    }
    const own = headers.host !== SHARED_HOST;
    const time = String(headers['x-sdk-date']);
    const scope = `${time.slice(0, 8)}/cn-north-4/iotdm`;
    const signedNames = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1].split(';') ?? [];
    const canonicalQuery = [...query].map(pair => pair.map(encodeURIComponent).join('=')).sort().join('&');
    const canonical = `${method}\n${path}/\n${canonicalQuery}\n${signedNames.map(name => `${name}:${headers[name]}\n`).join('')}\n${signedNames.join(';')}\n${sha256(body)}`;
    // HKDF, one block: RFC 5869, sections 2.2 and 2.3
    const derived = hmac(hmac(ACCESS_KEY, SECRET_KEY), `${scope}\u0001`).toString('hex');
    const expected = own
      ? `V11-HMAC-SHA256 Credential=${ACCESS_KEY}/${scope}, SignedHeaders=${signedNames.join(';')}, Signature=${
        hmac(derived, `V11-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString('hex')}`
      : `SDK-HMAC-SHA256 Access=${ACCESS_KEY}, SignedHeaders=${signedNames.join(';')}, Signature=${
        hmac(SECRET_KEY, `SDK-HMAC-SHA256\n${time}\n${sha256(canonical)}`).toString('hex')}`;
    const signedAt = Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    if (headers.authorization !== expected || !['host', 'x-sdk-date'].every(name => signedNames.includes(name)) || !(Math.abs(this.now() - signedAt) < 900_000)) {
      throw refused(401, 'APIGW.0301', `Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:${canonical.replaceAll('\n', '|')}`);
    }
  }

  /** AddCertificate */
  private add(body: string): PlatformAnswer {
    const { content, app_id: appId } = JSON.parse(body);
    const certificate = certificateIn(this.takesContent ? content : '');
    if (this.held.length >= 100) {
      throw refused(400, 'IOTDA.014300', 'Operation not allowed. The number of certificates has reached the upper limit (100).');
    }
    return { status: 201, body: shown(this.register(certificate, appId)) };
  }

  /** CheckCertificate */
  private verify(held: StoredCertificate, body: string): PlatformAnswer {
    const proof = certificateIn(JSON.parse(body).verify_content);
    if (held.verified && !this.verifiesAgain) {
      throw refused(400, 'IOTDA.014306', 'Operation not allowed. The certificate is verified.');
    }
    if (!proof.checkIssued(held.certificate) || !proof.verify(held.certificate.publicKey)) {
      throw refused(400, 'IOTDA.014308', 'Operation not allowed. The certificate failed to verify the path.');
    }
    if (proof.subject !== `CN=${held.code}`) {
      throw refused(400, 'IOTDA.014307', 'Operation not allowed. The certificates verify verifyCode failed');
    }
    held.verified = true;
    return { status: 200 };
  }

  /** DeleteCertificate */
  private remove(held: StoredCertificate): PlatformAnswer {
    if (this.inUse.has(held.id)) {
      throw refused(400, 'IOTDA.014304', 'Operation not allowed. The certificates delete failed');
    }
    this.held.splice(this.held.indexOf(held), 1);
    return { status: 204 };
  }
}

function certificateIn(pem: unknown): X509Certificate {
  try {
    return new X509Certificate(String(pem));
  } catch {
    throw refused(400, 'IOTDA.014301', 'Invalid certificate content.');
  }
}

/** `CertificatesRspDTO` */
function shown({ id, certificate, created, code, verified }: StoredCertificate): object {
  const time = (date: Date): string => date.toISOString().replace(/[-:]|\.\d+/g, '');
  return {
    certificate_id: id,
    cn_name: certificate.subject.split('\n').find(line => line.startsWith('CN='))!.slice(3),
    owner: 'Acme',
    status: verified,
    verify_code: code,
    provision_enable: false,
    create_date: time(created),
    effective_date: time(new Date(certificate.validFrom)),
    expiry_date: time(new Date(certificate.validTo)),
  };
}
