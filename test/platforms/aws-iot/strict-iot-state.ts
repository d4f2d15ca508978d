import { createHash, createPublicKey, randomBytes, X509Certificate } from 'node:crypto';
import { provision } from './strict-iot-provisioning';

/** An error of AWS; without a status the connection breaks. */
export class IotError extends Error {
  constructor(public readonly status: number | undefined, public readonly type: string) {
    super(type);
  }
}

/** A CA or a certificate of a device as AWS IoT keeps it. */
export interface StrictCertificate {
  readonly certificateId: string;
  readonly certificate: X509Certificate;
  readonly certificateMode: string;
  status: string;
  /** The CA below which a certificate is registered; absent for one that is registered without a CA. */
  readonly caCertificateId?: string;
  autoRegistrationStatus?: string;
  /** The provisioning template of a CA. */
  readonly templateBody?: string;
}

/** What AWS IoT publishes of a certificate that it has registered by itself. DG, "Just-in-time registration". */
export interface RegisteredEvent {
  readonly certificateId: string;
  readonly caCertificateId: string;
  readonly certificateStatus: string;
}

type Json = { readonly [name: string]: any };

/** API reference, RegisterCACertificate: "an AWS account can have at most 10 CA certificates with the same subject". */
const MAX_SAME_SUBJECT = 10;

/**
 * What an account has in a Region of AWS IoT, with the checks that AWS documents and moto leaves out. Rules cite the API
 * reference by operation; DG is the developer guide.
 */
export class StrictIotState {
  /** The time; the present one if it is absent. */
  public now?: Date;
  public registrationCode?: string;
  public readonly cas = new Map<string, StrictCertificate>();
  public readonly certificates = new Map<string, StrictCertificate>();
  public readonly things = new Map<string, Set<string>>();
  public readonly policies = new Map<string, Set<string>>();

  /** Carries out an operation, told by its method and path. */
  public carryOut(method: string, path: string, input: Json = {}): Json {
    const { pathname, searchParams } = new URL(path, 'https://iot');
    const [, kind, id] = pathname.split('/');
    switch (`${method} ${kind}`) {
      case 'GET registrationcode': // GetRegistrationCode: the same one until DeleteRegistrationCode
        return { registrationCode: this.registrationCode ??= randomBytes(32).toString('hex') };
      case 'POST cacertificate':
        return this.registerCa(input, searchParams);
      case 'GET certificates': {
        if (id === undefined) {
          return page([...this.certificates.values()], searchParams);
        }
        const { certificateId, status } = found(this.certificates, id);
        return { certificateDescription: { certificateId, status } };
      }
      case 'GET certificates-by-ca': // "all registered device certificates that were signed by this CA certificate"
        return page([...this.certificates.values()].filter(each => each.caCertificateId === id), searchParams);
      case 'GET cacertificates':
        return page([...this.cas.values()], searchParams);
      case 'PUT certificates':
        return this.updateCertificate(found(this.certificates, id), searchParams.get('newStatus')!);
      case 'GET cacertificate': {
        const { certificateId, status, certificateMode, autoRegistrationStatus } = found(this.cas, id);
        return { certificateDescription: { certificateId, status, certificateMode, autoRegistrationStatus } };
      }
      case 'PUT cacertificate': {
        const ca = found(this.cas, id);
        ca.status = searchParams.get('newStatus') ?? ca.status;
        ca.autoRegistrationStatus = searchParams.get('newAutoRegistrationStatus') ?? ca.autoRegistrationStatus;
        return {};
      }
      case 'DELETE cacertificate':
        if (found(this.cas, id).status === 'ACTIVE') { // DeleteCACertificate: CertificateStateException
          throw new IotError(406, 'CertificateStateException');
        }
        this.cas.delete(id);
        return {};
      default:
        throw new IotError(404, 'UnknownOperationException');
    }
  }

  /** DeleteRegistrationCode: what somebody else in the account can do. */
  public deleteRegistrationCode(): void {
    this.registrationCode = undefined;
  }

  /** RegisterCertificate, and RegisterCertificateWithoutCA where there is no CA's. */
  public registerCertificate({ certificatePem, caCertificatePem, certificateMode, status }: Json): string {
    const certificate = read(certificatePem);
    const certificateId = idOf(certificate);
    if (this.certificates.has(certificateId)) {
      throw new IotError(409, 'ResourceAlreadyExistsException');
    }
    // "The key in the certificate is not valid"
    if ((certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 2048) < 2048) {
      throw new IotError(400, 'CertificateValidationException');
    }
    // RegisterCertificate: which of several CAs with the same subject and key has signed has to be said
    const signers = [...this.cas.values()].filter(({ certificate: ca }) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
    if (certificateMode === 'DEFAULT' && caCertificatePem === undefined && signers.length > 1) {
      throw new IotError(409, 'CertificateConflictException');
    }
    const ca = caCertificatePem === undefined ? undefined : this.cas.get(idOf(read(caCertificatePem)));
    // DG, "X.509 client certificates": a certificate that is registered with a CA is signed by a CA that is registered
    if (caCertificatePem !== undefined && (!ca || ca.status !== 'ACTIVE' || !certificate.verify(ca.certificate.publicKey))) {
      throw new IotError(400, 'CertificateValidationException');
    }
    this.certificates.set(certificateId, { certificateId, certificate, certificateMode, status, caCertificateId: ca?.certificateId });
    return certificateId;
  }

  /**
   * A device connects for the first time. DG, "Client certificates": the CA is registered and active, and its auto-registration
   * on; the certificate stays PENDING_ACTIVATION unless the provisioning template can be carried out.
   *
   * @returns what AWS IoT publishes where there is no template
   */
  public connect(certificatePem: string): RegisteredEvent | undefined {
    const certificate = read(certificatePem);
    const certificateId = idOf(certificate);
    const ca = [...this.cas.values()].find(each => certificate.verify(each.certificate.publicKey));
    if (!ca || ca.status !== 'ACTIVE' || ca.autoRegistrationStatus !== 'ENABLE' || this.certificates.has(certificateId)) {
      throw new IotError(401, 'UnauthorizedException');
    }
    const { certificateMode, templateBody } = ca;
    const registered: StrictCertificate = { certificateId, certificate, certificateMode, status: 'PENDING_ACTIVATION', caCertificateId: ca.certificateId };
    this.certificates.set(certificateId, registered);
    if (templateBody === undefined) {
      return { certificateId, caCertificateId: ca.certificateId, certificateStatus: registered.status };
    }
    const { thingName, status, policyName = `policy-${certificateId}` } = provision(templateBody, certificate, certificateId);
    this.things.set(thingName!, (this.things.get(thingName!) ?? new Set()).add(certificateId));
    this.policies.set(policyName, (this.policies.get(policyName) ?? new Set()).add(certificateId));
    registered.status = status;
    return undefined;
  }

  /** DeleteCertificate: "must not be ACTIVE", nothing attached. */
  public deleteCertificate(certificateId: string): void {
    const { status } = found(this.certificates, certificateId);
    if (status === 'ACTIVE') {
      throw new IotError(406, 'CertificateStateException');
    }
    if ([...this.things.values(), ...this.policies.values()].some(attached => attached.has(certificateId))) {
      throw new IotError(409, 'DeleteConflictException');
    }
    this.certificates.delete(certificateId);
  }

  /** DeleteThing and DeletePolicy: nothing attached. */
  public deleteHolder(holders: Map<string, Set<string>>, name: string): void {
    if (found(holders, name).size > 0) {
      throw new IotError(409, 'DeleteConflictException');
    }
    holders.delete(name);
  }

  /** UpdateCertificate: statuses that are AWS IoT's own can't be set, and CertificateStateException: "The certificate operation is not allowed." */
  private updateCertificate(certificate: StrictCertificate, newStatus: string): Json {
    if (!['ACTIVE', 'INACTIVE', 'REVOKED'].includes(newStatus)) {
      throw new IotError(400, 'InvalidRequestException');
    }
    if (certificate.status === 'PENDING_TRANSFER') {
      throw new IotError(406, 'CertificateStateException');
    }
    certificate.status = newStatus;
    return {};
  }

  private registerCa({ caCertificate, verificationCertificate, certificateMode = 'DEFAULT', registrationConfig }: Json, query: URLSearchParams): Json {
    if ((certificateMode === 'SNI_ONLY') !== (verificationCertificate === undefined)) { // RegisterCACertificate, certificateMode
      throw new IotError(400, 'InvalidRequestException');
    }
    const certificate = read(caCertificate);
    if (this.cas.has(idOf(certificate))) {
      throw new IotError(409, 'ResourceAlreadyExistsException');
    }
    // DG, "Manage your CA certificates", and the answer "does not have the basicConstraints extension as true"
    const { asymmetricKeyDetails } = certificate.publicKey;
    const now = this.now ?? new Date();
    const valid = new Date(certificate.validFrom) <= now && now <= new Date(certificate.validTo);
    if (!certificate.ca || !valid || (asymmetricKeyDetails?.modulusLength ?? 2048) < 2048) {
      throw new IotError(400, 'CertificateValidationException');
    }
    if ([...this.cas.values()].filter(ca => ca.certificate.subject === certificate.subject).length >= MAX_SAME_SUBJECT) {
      throw new IotError(410, 'LimitExceededException');
    }
    if (verificationCertificate !== undefined) {
      this.assertPossession(read(verificationCertificate), certificate);
    }
    assertProvisioning(registrationConfig);
    const certificateId = idOf(certificate);
    this.cas.set(certificateId, {
      certificateId,
      certificate,
      certificateMode,
      status: query.get('setAsActive') === 'true' ? 'ACTIVE' : 'INACTIVE',
      autoRegistrationStatus: query.get('allowAutoRegistration') === 'true' ? 'ENABLE' : 'DISABLE',
      templateBody: registrationConfig?.templateBody,
    });
    return { certificateId, certificateArn: `arn:aws:iot:eu-central-1:111111111111:cacert/${certificateId}` };
  }

  /** DG, "Register your CA certificate": the common name is the code, and the CA has signed. */
  private assertPossession(verification: X509Certificate, ca: X509Certificate): void {
    if (verification.subject.split('\n').find(line => line.startsWith('CN=')) !== `CN=${this.registrationCode}`) {
      throw new IotError(400, 'RegistrationCodeValidationException');
    }
    if (!verification.checkIssued(ca) || !verification.verify(createPublicKey(ca.publicKey.export({ type: 'spki', format: 'pem' })))) {
      throw new IotError(400, 'CertificateValidationException');
    }
  }
}

/** RegistrationConfig, templateBody: at most 10,240 characters; "Neither policyName nor policyDocument" is refused. */
function assertProvisioning({ templateBody, roleArn }: Json = {}): void {
  if (templateBody === undefined && roleArn === undefined) {
    return;
  }
  const policies = Object.values<Json>(JSON.parse(templateBody).Resources).filter(({ Type }) => Type === 'AWS::IoT::Policy');
  if (templateBody.length > 10_240 || !/^arn:aws:iam::\d{12}:role\/./.test(roleArn)
    || policies.some(({ Properties }) => typeof (Properties.PolicyName ?? Properties.PolicyDocument) !== 'string')) {
    throw new IotError(400, 'InvalidRequestException');
  }
}

/** ListCertificates and the like: 25 entries by default, at most 250, and a marker for the next ones. */
function page(all: readonly StrictCertificate[], query: URLSearchParams): Json {
  const [size, marker] = [Number(query.get('pageSize') ?? 25), query.get('marker')];
  if (!(size >= 1 && size <= 250) || marker !== null && !/^[A-Za-z0-9+/]+={0,2}$/.test(marker)) {
    throw new IotError(400, 'InvalidRequestException');
  }
  const start = marker === null ? 0 : Number(Buffer.from(marker, 'base64').toString().replace('after ', ''));
  const end = start + size;
  return {
    certificates: all.slice(start, end).map(({ certificateId, status, certificateMode }) => ({
      certificateArn: `arn:aws:iot:eu-central-1:111111111111:cert/${certificateId}`, certificateId, status, certificateMode, creationDate: 1_700_000_000.5,
    })),
    ...end < all.length && { nextMarker: Buffer.from(`after ${end}`).toString('base64') },
  };
}

function found<T>(things: ReadonlyMap<string, T>, id: string): T {
  const thing = things.get(id);
  if (!thing) {
    throw new IotError(404, 'ResourceNotFoundException');
  }
  return thing;
}

function read(pem: string): X509Certificate {
  return new X509Certificate(pem);
}

/** certificateId: SHA-256 of the DER. */
function idOf({ raw }: X509Certificate): string {
  return createHash('sha256').update(raw).digest('hex');
}
