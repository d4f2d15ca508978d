import { X509Certificate } from 'node:crypto';
import { HuaweiCaUploadAttributes } from '../../contract/huawei';
import { certificateProperty, thumbprintOf } from '../certificate-property';
import { recordsOf } from '../outside';
import { Registrar, Registration, RegistrationRequest } from '../registrar';
import { leaveAndRemove, resourceOf } from '../registration-records';
import { certificatesOf, huaweiInstance, HuaweiReach } from './instance';
import { HeldCertificate, InstanceCertificates } from './instance-certificates';

/**
 * What a physical id says: which certificate it is, and what IoTDA calls it, which no two are called anywhere. Not where it is:
 * one instance can be named in several ways.
 */
interface Upload {
  readonly thumbprint: string;
  readonly certificateId: string;
}

/** `Custom::HuaweiIotdaCaUpload`: the CA's certificate at IoTDA, and the code that proves who holds its key. */
export class HuaweiCaUpload implements Registrar {
  constructor(private readonly reach: HuaweiReach = {}) {}

  public async declare(request: RegistrationRequest): Promise<Registration> {
    const { properties, signal } = request;
    const instance = huaweiInstance(properties);
    const certificate = certificateProperty('CertificatePem', properties.CertificatePem);
    const thumbprint = thumbprintOf(certificate);
    const before = uploadOf(request.physicalResourceId);
    const isAnother = ({ id }: HeldCertificate): boolean => before?.certificateId === id && before.thumbprint !== thumbprint;
    const certificates = await certificatesOf(instance, signal, this.reach);
    const registrations = (await certificates.registrationsOf(certificate)).filter(held => !isAnother(held));
    const found = registrations.find(({ id }) => before?.certificateId === id) ?? registrations[0];
    const held = found ?? await uploadOnce(certificates, certificate, isAnother);
    const identity = identityOf({ thumbprint, certificateId: held.id });
    await recordsOf(request, this.reach).declare(identity, resourceOf(request), held.verified ? 'found' : 'made').catch(async error => {
      if (!found) {
        await certificates.delete(held.id).catch(() => undefined); // nobody else knows of it
      }
      throw error;
    });
    const data: HuaweiCaUploadAttributes = { CertificateId: held.id, VerifyCode: held.verifyCode };
    return { physicalResourceId: identity, data: { ...data } };
  }

  public async remove(request: RegistrationRequest & { readonly physicalResourceId: string }): Promise<void> {
    const upload = uploadOf(request.physicalResourceId);
    if (upload) {
      await this.leave(request, await certificatesOf(huaweiInstance(request.properties), request.signal, this.reach), upload);
    } else {
      // Its creation has failed, perhaps for what would make this fail too. What it may have left proves nothing to anybody.
      await this.removeUnverified(request).catch(() => undefined);
    }
  }

  private async removeUnverified(request: RegistrationRequest): Promise<void> {
    const certificates = await certificatesOf(huaweiInstance(request.properties), request.signal, this.reach);
    const certificate = certificateProperty('CertificatePem', request.properties.CertificatePem);
    for (const { id } of (await certificates.registrationsOf(certificate)).filter(({ verified }) => !verified)) {
      await this.leave(request, certificates, { thumbprint: thumbprintOf(certificate), certificateId: id });
    }
  }

  private async leave(request: RegistrationRequest, certificates: InstanceCertificates, upload: Upload): Promise<void> {
    await leaveAndRemove(recordsOf(request, this.reach), identityOf(upload), resourceOf(request), async () => {
      await certificates.delete(upload.certificateId);
      return true;
    });
  }
}

/**
 * Where another delivery of the request has uploaded at the same time, the older registration stays, and the own one goes: if
 * it is listed already, else two deliveries could each make way for the other.
 */
async function uploadOnce(
  certificates: InstanceCertificates, certificate: X509Certificate, isAnother: (held: HeldCertificate) => boolean,
): Promise<HeldCertificate> {
  const own = await certificates.upload(certificate, isAnother);
  const listed = (await certificates.registrationsOf(certificate)).filter(held => !isAnother(held));
  const oldest = listed.some(({ id }) => id === own.id) ? listed[0] : own;
  if (oldest.id !== own.id) {
    await certificates.delete(own.id);
  }
  return oldest;
}

function identityOf({ thumbprint, certificateId }: Upload): string {
  return `huawei-iotda:${thumbprint}:${certificateId}`;
}

/** The upload that a physical id stands for; none where its creation has failed. */
function uploadOf(physicalResourceId: string | undefined): Upload | undefined {
  const [, thumbprint, certificateId] = /^huawei-iotda:([0-9A-F]{40}):([\w-]+)$/.exec(physicalResourceId ?? '') ?? [];
  return thumbprint === undefined ? undefined : { thumbprint, certificateId };
}
