import { PlatformId } from '../../platforms/registry';
import { CertificateFacts } from '../certificates/certificate-facts';

/** What platforms know a certificate by, under the names that their APIs and consoles have for it. */
export type PlatformIds = { readonly [P in PlatformId]?: { readonly [name: string]: string } };

/** The identifiers by which platforms register, bind or list a certificate; no question to the platform is needed. */
export function platformIds({ serialNumber, sha1Fingerprint, sha256Fingerprint }: CertificateFacts): PlatformIds {
  const azure = { thumbprint: sha1Fingerprint.toUpperCase() };
  return {
    'alibaba-cloud-iot': { sn: serialNumber },
    'apsara-mqtt': { sn: serialNumber },
    'aws-iot-core': { certificateId: sha256Fingerprint },
    'azure-iot-hub': azure,
    'azure-dps': azure,
    'huawei-iotda': { fingerprint: sha1Fingerprint },
    'huawei-iotdp': { fingerprint: sha1Fingerprint },
  };
}
