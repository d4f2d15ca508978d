import { PlatformId } from '../../platforms/registry';
import { CertificateFacts } from '../certificates/certificate-facts';

/** The identifiers that platforms use for a certificate, under the names that their APIs and consoles give to them. */
export type PlatformIds = { readonly [P in PlatformId]?: { readonly [name: string]: string } };

/**
 * The identifiers by which platforms register, bind or list a certificate. They are known without a request to the platform.
 *
 * @param device the common name of a device's certificate, by which Azure knows the device
 */
export function platformIds(
  { serialNumber, sha1Fingerprint, sha256Fingerprint }: Pick<CertificateFacts, 'serialNumber' | 'sha1Fingerprint' | 'sha256Fingerprint'>, device?: string,
): PlatformIds {
  const thumbprint = sha1Fingerprint.toUpperCase();
  return {
    'alibaba-cloud-iot': { sn: serialNumber },
    'apsara-mqtt': { sn: serialNumber },
    'aws-iot-core': { certificateId: sha256Fingerprint },
    'azure-iot-hub': { thumbprint, ...device !== undefined && { deviceId: device } },
    'azure-dps': { thumbprint, ...device !== undefined && { registrationId: device } },
    'huawei-iotda': { fingerprint: sha1Fingerprint },
    'huawei-iotdp': { fingerprint: sha1Fingerprint },
  };
}
