import { AzureReach, azureService, certificatesOf, identityOf } from './service';
import { text } from '../../../resource/property-values';
import { certificateProperty } from '../../registrar/certificate-property';
import { Registrar, Registration, RegistrationRequest } from '../../registrar/registration';
import { AzureCaVerificationAttributes } from '../contract';

/**
 * `Custom::AzureCaVerification`: the proof of possession, by a certificate that the CA has issued for the code. There is nothing to
 * remove: the service forgets the proof together with the CA certificate.
 */
export class AzureCaVerification implements Registrar {
  constructor(private readonly reach: AzureReach = {}) {}

  public async declare({ properties, signal }: RegistrationRequest): Promise<Registration> {
    const azure = azureService(properties);
    const name = text('CertificateName', properties.CertificateName);
    const thumbprint = text('Thumbprint', properties.Thumbprint);
    const proof = certificateProperty('VerificationCertificatePem', properties.VerificationCertificatePem);
    const certificates = await certificatesOf(azure, signal, this.reach);
    await certificates.settle(name, signal, async held => {
      if (held?.thumbprint !== thumbprint) {
        throw new Error(`${certificates.serviceName} must hold the CA certificate with the thumbprint ${thumbprint} as "${name}", got ${
          held ? `that of ${held.subject} (thumbprint ${held.thumbprint})` : 'none'}; the certificate was changed or deleted there: `
          + 'give the registration another caName');
      }
      return held.verified ? true : (await certificates.verify(held, proof.raw))?.verified || undefined;
    });
    const data: AzureCaVerificationAttributes = { CertificateName: name, Thumbprint: thumbprint };
    return { physicalResourceId: ['verification', identityOf(azure), name.toLowerCase(), thumbprint].join(':'), data: { ...data } };
  }

  public async remove(): Promise<void> {
    // There is nothing to remove; see above.
  }
}
