import { certificatesOf, huaweiInstance, HuaweiReach } from './instance';
import { checkForm } from '../../../contract/forms';
import { complain } from '../../../resource/property-values';
import { certificateProperty } from '../../registrar/certificate-property';
import { Registrar, Registration, RegistrationRequest } from '../../registrar/registration';
import { HUAWEI_ID, HuaweiCaVerificationAttributes } from '../contract';

/**
 * `Custom::HuaweiIotdaCaVerification`: the proof of possession, by a certificate that the CA has issued for the code. There is nothing to
 * remove: IoTDA forgets the proof together with the CA certificate.
 */
export class HuaweiCaVerification implements Registrar {
  constructor(private readonly reach: HuaweiReach = {}) {}

  public async declare({ properties, signal }: RegistrationRequest): Promise<Registration> {
    const instance = huaweiInstance(properties);
    complain(checkForm('CertificateId', properties.CertificateId, HUAWEI_ID));
    const certificateId = String(properties.CertificateId);
    const proof = certificateProperty('VerificationCertificatePem', properties.VerificationCertificatePem);
    const certificates = await certificatesOf(instance, signal, this.reach);
    await certificates.verify(certificateId, proof);
    const data: HuaweiCaVerificationAttributes = { CertificateId: certificateId };
    return { physicalResourceId: `verification:${certificateId}`, data: { ...data } };
  }

  public async remove(): Promise<void> {
    // There is nothing to remove; see above.
  }
}
