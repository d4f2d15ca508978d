import { KnownNames, propertiesNamed } from '../../../resource/known-names';
import { RawProperties } from '../../../resource/property-values';
import { certificateIn } from '../../registrar/certificate-property';
import { AZURE_SERVICES, AzureServiceKind } from '../contract';

/** The permissions under a service's resource type. https://learn.microsoft.com/azure/role-based-access-control/permissions/internet-of-things */
const RIGHTS = [
  'read', 'certificates/read', 'certificates/write', 'certificates/delete', 'certificates/generateVerificationCode/action', 'certificates/verify/action',
];

const declaredNames = propertiesNamed('SubscriptionId', 'ResourceGroup', 'ServiceName', 'CertificateName');

/**
 * The names of a service and a certificate, with the IDs that Azure Resource Manager's refusals contain, and the permissions that the
 * calls need.
 */
export function azureNames(properties: RawProperties): KnownNames {
  const { declared } = declaredNames(properties);
  const [, kind] = Object.entries<AzureServiceKind>(AZURE_SERVICES).find(([service]) => service === properties.Service) ?? [];
  if (!kind || declared.length < 4) {
    return { declared };
  }
  const [subscriptionId, resourceGroup, serviceName, certificateName] = declared;
  const type = `Microsoft.Devices/${kind.resourceType}`;
  const fingerprint = certificateIn(properties.CertificatePem)?.fingerprint256.replaceAll(':', '').toLowerCase() ?? '';
  const names = [`${certificateName}-${fingerprint.slice(0, 8)}`, certificateName]; // the former for the upload
  const resources = [...names.map(name => `${type}/${serviceName}/certificates/${name}`), `${type}/${serviceName}`];
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  return {
    declared,
    derived: [
      ...names, ...resources.flatMap(resource => [`${group}/providers/${resource}`, resource]), group, ...RIGHTS.map(right => `${type}/${right}`),
    ],
  };
}
