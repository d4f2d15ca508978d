import { X509Certificate } from 'node:crypto';
import { certificatesOf, huaweiInstance, HuaweiReach } from './instance';
import { HeldCertificate, InstanceCertificates } from './instance-certificates';
import { RawProperties } from '../../../resource/property-values';
import { certificateProperty } from '../../registrar/certificate-property';
import { RecordedRegistrar } from '../../registrar/latest-request';
import { recordsOf } from '../../registrar/outside';
import { Registration, RegistrationRequest } from '../../registrar/registration';
import { leaveAndRemove, RegistrationRecords, resourceOf } from '../../registrar/registration-records';
import { thumbprintOf } from '../../registrar/shown-certificate';
import { HuaweiCaUploadAttributes } from '../contract';

/**
 * The content of a physical ID: the certificate, and its ID in IoTDA, which is globally unique. The instance is not part of it, because
 * one instance can be named in several ways.
 */
interface Upload {
  readonly thumbprint: string;
  readonly certificateId: string;
}

/** The purpose of the record of an upload: the ID that IoTDA has assigned, and the attempts to get one. */
const CERTIFICATE_ID = 'certificate_id';

/**
 * `Custom::HuaweiIotdaCaUpload`: the CA's certificate in IoTDA, and the code for the proof of possession of its key.
 *
 * Every upload may make a registration of its own. So only one delivery at a time uploads, and the ID that it gets is recorded. An upload
 * whose response was lost, or that was overtaken, is found by the recorded attempts, and removed.
 */
export class HuaweiCaUpload implements RecordedRegistrar {
  constructor(private readonly reach: HuaweiReach = {}) {}

  /** The certificate, and the instance as the properties name it. */
  public aimOf(properties: RawProperties): string {
    const { endpoint, projectId, instanceId = '', appId = '' } = huaweiInstance(properties);
    return ['huawei-iotda', thumbprintOf(certificateIn(properties)), endpoint, projectId, instanceId, appId].join(':');
  }

  public async isOf(physicalResourceId: string, properties: RawProperties, request: RegistrationRequest): Promise<boolean> {
    const upload = uploadOf(physicalResourceId);
    return upload !== undefined && upload.certificateId === await this.recordsOf(request).code(this.aimOf(properties), CERTIFICATE_ID);
  }

  public recordsOf(request: RegistrationRequest): RegistrationRecords {
    return recordsOf(request, this.reach);
  }

  public async declare(request: RegistrationRequest): Promise<Registration> {
    const { properties, signal } = request;
    const certificate = certificateIn(properties);
    const thumbprint = thumbprintOf(certificate);
    const before = uploadOf(request.physicalResourceId);
    const isAnother = ({ id }: HeldCertificate): boolean => before?.certificateId === id && before.thumbprint !== thumbprint;
    const certificates = await certificatesOf(huaweiInstance(properties), signal, this.reach);
    const list = async (): Promise<HeldCertificate[]> => (await certificates.registrationsOf(certificate)).filter(each => !isAnother(each));
    const recorded = await this.recordsOf(request).code(this.aimOf(properties), CERTIFICATE_ID);
    const listed = before || recorded !== undefined ? await list() : [];
    const held = listed.find(({ id }) => id === before?.certificateId) ?? listed.find(({ id }) => id === recorded)
      ?? await this.uploadOnce(request, certificates, recorded, async () => (await list())[0],
        note => certificates.upload(certificate, isAnother, note));
    const identity = identityOf({ thumbprint, certificateId: held.id });
    await this.recordsOf(request).declare(identity, resourceOf(request), held.verified ? 'found' : 'made');
    await this.removeOthers(request, certificates, held.id);
    const data: HuaweiCaUploadAttributes = { CertificateId: held.id, VerifyCode: held.verifyCode };
    return { physicalResourceId: identity, data: { ...data } };
  }

  public async remove(request: RegistrationRequest & { readonly physicalResourceId: string }): Promise<void> {
    const upload = uploadOf(request.physicalResourceId);
    if (upload) {
      const certificates = await certificatesOf(huaweiInstance(request.properties), request.signal, this.reach);
      await this.leave(request, certificates, upload);
      await this.removeOthers(request, certificates, upload.certificateId);
    } else {
      // The creation has failed, perhaps for a reason that makes this fail too. What it may have left behind proves nothing.
      await this.removeFailed(request).catch(() => undefined);
    }
  }

  private async removeFailed(request: RegistrationRequest): Promise<void> {
    await this.removeUnverified(request, await certificatesOf(huaweiInstance(request.properties), request.signal, this.reach));
  }

  /**
   * Finds the registration, or else uploads the certificate, in one delivery at a time. An upload that another delivery's upload has
   * overtaken is removed.
   *
   * @param recorded the ID that was recorded before, and no longer exists
   */
  private async uploadOnce(
    request: RegistrationRequest, certificates: InstanceCertificates, recorded: string | undefined,
    find: () => Promise<HeldCertificate | undefined>, upload: (note: () => Promise<void>) => Promise<HeldCertificate>,
  ): Promise<HeldCertificate> {
    const records = this.recordsOf(request);
    const aim = this.aimOf(request.properties);
    if (recorded !== undefined) {
      await records.forgetCode(aim, CERTIFICATE_ID, recorded); // it has been deleted at the platform
    }
    let own: HeldCertificate | undefined;
    const id = await records.codeOnce(aim, CERTIFICATE_ID, async () => {
      const there = await find();
      own = there ? undefined : await upload(() => records.attempt(aim, CERTIFICATE_ID));
      return (there ?? own)!.id;
    });
    if (own && own.id !== id) {
      await certificates.delete(own.id);
    }
    if (id === undefined) {
      throw new Error('another request for the CA has overtaken this upload; deploy again');
    }
    return own?.id === id ? own : certificates.show(id);
  }

  /** Removes what other attempts to upload the certificate have left behind: each may have made a registration whose response was lost. */
  private async removeOthers(request: RegistrationRequest, certificates: InstanceCertificates, own: string): Promise<void> {
    if (await this.recordsOf(request).attempts(this.aimOf(request.properties), CERTIFICATE_ID) > 1) {
      await this.removeUnverified(request, certificates, own);
    }
  }

  private async removeUnverified(request: RegistrationRequest, certificates: InstanceCertificates, own?: string): Promise<void> {
    const certificate = certificateIn(request.properties);
    for (const { id } of (await certificates.registrationsOf(certificate)).filter(held => !held.verified && held.id !== own)) {
      await this.leave(request, certificates, { thumbprint: thumbprintOf(certificate), certificateId: id });
    }
  }

  private async leave(request: RegistrationRequest, certificates: InstanceCertificates, upload: Upload): Promise<void> {
    await leaveAndRemove(this.recordsOf(request), identityOf(upload), resourceOf(request), async () => {
      await certificates.delete(upload.certificateId);
      return true;
    });
  }
}

function certificateIn({ CertificatePem }: RawProperties): X509Certificate {
  return certificateProperty('CertificatePem', CertificatePem);
}

function identityOf({ thumbprint, certificateId }: Upload): string {
  return `huawei-iotda:${thumbprint}:${certificateId}`;
}

/** The upload that a physical ID stands for; `undefined` if the creation has failed. */
function uploadOf(physicalResourceId: string | undefined): Upload | undefined {
  const [, thumbprint, certificateId] = /^huawei-iotda:([0-9A-F]{40}):([\w-]+)$/.exec(physicalResourceId ?? '') ?? [];
  return thumbprint === undefined ? undefined : { thumbprint, certificateId };
}
