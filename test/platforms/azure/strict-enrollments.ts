import { X509Certificate } from 'node:crypto';
import type { StrictRecords } from './strict-azure-devices';
import { isMap, JsonMap } from '../../../src/contract/json-map';
import { PlatformAnswer, PlatformRequest, Refusal } from '../../support/https-platform';

/** An individual enrollment. Only what is known of its certificates is ever shown, and not the certificates themselves. */
export interface Enrollment {
  readonly registrationId: string;
  readonly etag: string;
  readonly provisioningStatus: 'enabled' | 'disabled';
  readonly attestation: {
    readonly type: string;
    readonly x509?: { readonly clientCertificates: { readonly [slot: string]: { readonly info: CertificateInfo } } };
  };
  readonly [name: string]: unknown;
}

interface CertificateInfo {
  readonly sha1Thumbprint: string;
  readonly sha256Thumbprint: string;
  readonly [name: string]: unknown;
}

/** The individual enrollments of a provisioning service. Registration IDs are not case-sensitive. */
export class StrictEnrollments implements StrictRecords {
  public readonly scope = 'https://azure-devices-provisioning.net/.default';
  public readonly versions = ['2019-03-31', '2021-06-01', '2021-10-01'];
  /** By the registration ID in small letters. */
  public readonly enrollments = new Map<string, Enrollment>();
  /** The enrollment groups, as the service shows them. */
  public readonly groups: JsonMap[] = [];
  /** The CA of an enrollment group. */
  public trusted?: X509Certificate;
  public roleAssigned = true;
  private changes = 0;

  public reset(): void {
    this.enrollments.clear();
    this.groups.length = 0;
    this.roleAssigned = true;
  }

  /** Enrolls a device as somebody else does, with these certificates. */
  public enroll(registrationId: string, certificates: readonly X509Certificate[], others: JsonMap = {}): void {
    const [primary, secondary] = certificates.map(certificate => ({ info: infoOf(certificate) }));
    this.keep(registrationId, {
      registrationId,
      attestation: primary ? { type: 'x509', x509: { clientCertificates: { primary, ...secondary && { secondary } } } } : { type: 'tpm', tpm: { endorsementKey: 'AToAAQ==' } },
      provisioningStatus: 'enabled',
      ...others,
    });
  }

  /** Makes an enrollment group that trusts a CA by its certificate, or by the name that it has in the service. */
  public group(enrollmentGroupId: string, ca: X509Certificate | string, provisioningStatus = 'enabled'): void {
    const x509 = typeof ca === 'string' ? { caReferences: { primary: ca } } : { signingCertificates: { primary: { info: infoOf(ca) } } };
    this.groups.push({ enrollmentGroupId, attestation: { type: 'x509', x509 }, provisioningStatus });
  }

  /** https://learn.microsoft.com/rest/api/iot-dps/service/individual-enrollment/query and …/enrollment-group/query */
  public found(query: string): readonly object[] | undefined {
    return { 'select * from enrollments': [...this.enrollments.values()], 'select * from enrollmentgroups': this.groups }[query.toLowerCase()];
  }

  /** Changes an enrollment as somebody else does. */
  public change(registrationId: string, members: JsonMap = {}): void {
    this.keep(registrationId, { ...this.find(registrationId)!, ...members });
  }

  public find(registrationId: string): Enrollment | undefined {
    return this.enrollments.get(registrationId.toLowerCase());
  }

  /**
   * Whether a device with this certificate is provisioned: its individual enrollment applies, or else the group.
   * https://learn.microsoft.com/azure/iot-dps/concepts-x509-attestation#dps-order-of-operations-with-certificates
   */
  public provisions(registrationId: string, certificate: X509Certificate): boolean {
    const enrollment = this.find(registrationId);
    if (!enrollment) {
      return certificate.subject.split('\n').includes(`CN=${registrationId}`) && certificate.verify(this.trusted!.publicKey);
    }
    const { sha256Thumbprint } = infoOf(certificate);
    const held = Object.values(enrollment.attestation.x509?.clientCertificates ?? {});
    return enrollment.provisioningStatus === 'enabled' && held.some(({ info }) => info.sha256Thumbprint === sha256Thumbprint);
  }

  /** `ProvisioningServiceErrorDetails` in service.json */
  public refusal(status: number, errorCode: number, _name: string, message: string): PlatformAnswer {
    return { status, body: { errorCode, trackingId: '74b63f1b-3322-494c-813f-7a7bdb70a434', message, timestampUtc: '2026-04-11T15:04:33.3514759Z' } };
  }

  /** An enrollment is created without If-Match, and changed with it: https://github.com/Azure/azure-iot-sdk-csharp/issues/3076 */
  public answer(id: string, { method, headers, body }: PlatformRequest): PlatformAnswer {
    const enrollment = this.find(id);
    const ifMatch = headers['if-match'];
    if (enrollment && method !== 'GET' && ifMatch !== undefined && ifMatch !== enrollment.etag && ifMatch !== '*') {
      return this.refusal(412, 412201, '', 'Etag mismatch.');
    }
    if (enrollment ? method === 'PUT' && ifMatch === undefined : method !== 'PUT' || ifMatch !== undefined) {
      return enrollment ? this.refusal(409, 409201, '', 'Enrollment already exists.') : this.refusal(404, 404201, '', 'Enrollment not found.');
    }
    if (method === 'DELETE') {
      this.enrollments.delete(id.toLowerCase());
      return { status: 204 };
    }
    if (method === 'PUT') {
      this.keep(id, this.checked(id, JSON.parse(body), enrollment));
    }
    return { status: 200, body: this.find(id)! };
  }

  private checked(id: string, given: Enrollment, before: Enrollment | undefined): JsonMap {
    const { attestation, provisioningStatus = 'enabled', registrationId } = given;
    if (registrationId.toLowerCase() !== id.toLowerCase() || !/^[a-z0-9._:-]*[a-z0-9-]$/i.test(registrationId)) {
      this.refuse('registrationId');
    }
    if (!['enabled', 'disabled'].includes(provisioningStatus)) {
      this.refuse('provisioningStatus');
    }
    if (attestation.type !== 'x509') {
      return { ...given, provisioningStatus };
    }
    const slots = Object.entries(attestation.x509?.clientCertificates ?? {});
    if (!slots.some(([slot]) => slot === 'primary')) {
      this.refuse('attestation');
    }
    const clientCertificates = Object.fromEntries(slots.map(([slot, shown]) =>
      [slot, { info: this.infoIn(shown, id, before?.attestation.x509?.clientCertificates[slot]?.info) }]));
    return { ...given, provisioningStatus, attestation: { type: 'x509', x509: { clientCertificates } } };
  }

  /** A certificate, or what was shown of the one that is kept, which then stays. Its common name must be the registration ID. */
  private infoIn({ certificate, info }: JsonMap, id: string, before?: CertificateInfo): CertificateInfo {
    if (typeof certificate !== 'string' && isMap(info) && info.sha256Thumbprint === before?.sha256Thumbprint) {
      return before!;
    }
    try {
      const read = new X509Certificate(String(certificate));
      if (!read.ca && read.subject.split('\n').some(part => part.toLowerCase() === `cn=${id.toLowerCase()}`)) {
        return infoOf(read);
      }
    } catch {
      // refused below
    }
    return this.refuse('attestation.x509.clientCertificates');
  }

  private refuse(what: string): never {
    throw new Refusal(this.refusal(400, 400004, '', `The value of ${what} is invalid.`));
  }

  private keep(registrationId: string, enrollment: JsonMap): void {
    const etag = Buffer.from(`"enrollment-${++this.changes}"`).toString('base64');
    this.enrollments.set(registrationId.toLowerCase(), { createdDateTimeUtc: '2026-03-01T12:00:00Z', ...enrollment, etag } as unknown as Enrollment);
  }
}

/** https://learn.microsoft.com/rest/api/iot-dps/service/individual-enrollment/get#x509certificateinfo */
function infoOf({ fingerprint, fingerprint256, subject, issuer, serialNumber, validFrom, validTo }: X509Certificate): CertificateInfo {
  return {
    subjectName: subject,
    sha1Thumbprint: fingerprint.replaceAll(':', ''),
    sha256Thumbprint: fingerprint256.replaceAll(':', ''),
    issuerName: issuer,
    notBeforeUtc: new Date(validFrom).toISOString(),
    notAfterUtc: new Date(validTo).toISOString(),
    serialNumber,
    version: 3,
  };
}
