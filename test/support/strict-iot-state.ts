import { createHash, createPublicKey, randomBytes, X509Certificate } from 'node:crypto';

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
  autoRegistrationStatus?: string;
}

type Json = { readonly [name: string]: any };

/** API reference, RegisterCACertificate: "an AWS account can have at most 10 CA certificates with the same subject". */
const MAX_SAME_SUBJECT = 10;

/**
 * What an account has in a Region of AWS IoT, with the checks that AWS documents and moto leaves out. Rules cite the API
 * reference by operation; DG is the developer guide.
 */
export class StrictIotState {
  public now = new Date();
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
  public registerCertificate({ certificatePem, caCertificatePem, status }: Json): string {
    const certificate = read(certificatePem);
    const certificateId = idOf(certificate);
    if (this.certificates.has(certificateId)) {
      throw new IotError(409, 'ResourceAlreadyExistsException');
    }
    const ca = caCertificatePem === undefined ? undefined : this.cas.get(idOf(read(caCertificatePem)));
    // DG, "X.509 client certificates": a certificate that is registered with a CA is signed by a CA that is registered
    if (caCertificatePem !== undefined && (!ca || ca.status !== 'ACTIVE' || !certificate.verify(ca.certificate.publicKey))) {
      throw new IotError(400, 'CertificateValidationException');
    }
    this.certificates.set(certificateId, { certificateId, certificate, certificateMode: ca?.certificateMode ?? 'SNI_ONLY', status });
    return certificateId;
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
    const valid = new Date(certificate.validFrom) <= this.now && this.now <= new Date(certificate.validTo);
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
