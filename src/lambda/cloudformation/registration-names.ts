import { X509Certificate } from 'node:crypto';
import { AZURE_SERVICES, AzureServiceKind } from '../../platforms/azure/contract';
import { RawProperties } from '../../resource/property-values';

/** What Azure has rights for, below the type of a service. https://learn.microsoft.com/azure/role-based-access-control/permissions/internet-of-things */
const AZURE_RIGHTS = [
  'read', 'certificates/read', 'certificates/write', 'certificates/delete', 'certificates/generateVerificationCode/action', 'certificates/verify/action',
];

/** What a CA, and where it is registered, is called by those who declared it. */
export function namesAtPlatform(properties: RawProperties): string[] {
  const { CaName, CertName, InstanceId, SubscriptionId, ResourceGroup, ServiceName, CertificateName } = properties;
  return [CaName, CertName, InstanceId, SubscriptionId, ResourceGroup, ServiceName, CertificateName].filter(name => typeof name === 'string');
}

/**
 * What platforms make of those names, and of the certificate. Each is known here letter for letter, of what is declared and of
 * the platform's own words: what only looks like one, with a key or its pieces in place of a name, is none.
 */
export function idsAtPlatform(properties: RawProperties): string[] {
  const certificate = certificateIn(properties.CertificatePem ?? properties.CaCertificatePem);
  const fingerprint = certificate?.fingerprint256.replaceAll(':', '').toLowerCase();
  return [
    ...certificate ? [`00${certificate.serialNumber}`] : [], // as ApsaraMQ writes it, a number with a sign
    ...azureIds(properties, fingerprint),
  ];
}

/** The ids of a service and of a certificate there, by which Azure Resource Manager refuses, and the rights that they need. */
function azureIds({ Service, SubscriptionId, ResourceGroup, ServiceName, CertificateName }: RawProperties, fingerprint = ''): string[] {
  const [, kind] = Object.entries<AzureServiceKind>(AZURE_SERVICES).find(([service]) => service === Service) ?? [];
  if (!kind || ![SubscriptionId, ResourceGroup, ServiceName, CertificateName].every(name => typeof name === 'string')) {
    return [];
  }
  const type = `Microsoft.Devices/${kind.resourceType}`;
  const names = [`${CertificateName}-${fingerprint.slice(0, 8)}`, `${CertificateName}`]; // the former where it is uploaded
  const resources = [...names.map(name => `${type}/${ServiceName}/certificates/${name}`), `${type}/${ServiceName}`];
  const group = `/subscriptions/${SubscriptionId}/resourceGroups/${ResourceGroup}`;
  return [...names, ...resources.flatMap(resource => [`${group}/providers/${resource}`, resource]), group, ...AZURE_RIGHTS.map(right => `${type}/${right}`)];
}

function certificateIn(pem: unknown): X509Certificate | undefined {
  try {
    return new X509Certificate(String(pem));
  } catch {
    return undefined;
  }
}
