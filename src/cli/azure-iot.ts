import { AwsSecrets } from './aws-secret';
import { CliError } from './cli-error';
import { PlatformOptions, ReadPlatform } from './reconcile/platform-choice';
import { checkChoice, checkForm } from '../contract/forms';
import { quote } from '../contract/rules';
import { AZURE_CLOUD_NAMES, AZURE_CREDENTIALS, AZURE_SERVICE_NAMES, AZURE_SERVICES, AzureCloudName, RESOURCE_GROUP, SUBSCRIPTION_ID } from '../platforms/azure/contract';
import { AzureReading } from '../platforms/azure/inventory/azure-reading';
import { DpsInventory } from '../platforms/azure/inventory/dps-inventory';
import { HubInventory } from '../platforms/azure/inventory/hub-inventory';

type AzureService = ConstructorParameters<typeof AzureReading>[0];

/** The environment variables with a service principal, as Azure's own clients name them, by the members of the secret with one. */
const VARIABLES: { readonly [M in typeof AZURE_CREDENTIALS[number]]: string } = {
  tenantId: 'AZURE_TENANT_ID', clientId: 'AZURE_CLIENT_ID', clientSecret: 'AZURE_CLIENT_SECRET',
};

/** Reads an IoT hub or a provisioning service with a service principal. */
export const readAzure: ReadPlatform = async (options, { cas, areAllCas }, { trustedCas, pace, azureEndpoints: endpoints }) => {
  const service = serviceIn(options);
  const readSecret = options.credentials === undefined ? fromEnvironment : fromSecret;
  const reading = new AzureReading(service, { trustedCas, pace, endpoints, readSecret });
  return (service.service === 'azure-dps' ? DpsInventory : HubInventory).read(reading, cas, areAllCas);
};

/** The service that a resource ID names. https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
function serviceIn({ platform, service: id = '', cloud = 'public', credentials = Object.values(VARIABLES).join(', ') }: PlatformOptions): AzureService {
  const [, subscriptionId, resourceGroup, type, name] = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Devices\/([^/]+)\/([^/]+)$/i.exec(id) ?? [];
  const service = AZURE_SERVICE_NAMES.find(each => each === platform)!;
  const { resourceType, name: form } = AZURE_SERVICES[service];
  const complaint = type?.toLowerCase() !== resourceType.toLowerCase()
    ? `--service must be the resource ID of the service, /subscriptions/…/resourceGroups/…/providers/Microsoft.Devices/${resourceType}/…, got ${quote(id)}`
    : checkForm('the subscription in --service', subscriptionId, SUBSCRIPTION_ID) ?? checkForm('the resource group in --service', resourceGroup, RESOURCE_GROUP)
      ?? checkForm('the name in --service', name, form) ?? checkChoice('--cloud', cloud, AZURE_CLOUD_NAMES);
  if (complaint !== undefined) {
    throw new CliError(complaint);
  }
  return { service, subscriptionId, resourceGroup, name, cloud: cloud as AzureCloudName, credentials };
}

async function fromEnvironment(): Promise<string> {
  const missing = Object.values(VARIABLES).filter(variable => !process.env[variable]);
  if (missing.length > 0) {
    throw new CliError(`${Object.values(VARIABLES).join(', ')} must hold a service principal, got none in ${missing.join(', ')}; `
      + 'set them, or name the secret of the registration with --credentials');
  }
  return JSON.stringify(Object.fromEntries(Object.entries(VARIABLES).map(([member, variable]) => [member, process.env[variable]])));
}

async function fromSecret(secretArn: string): Promise<string | undefined> {
  const secrets = new AwsSecrets();
  const { current } = await secrets.versionsOf(secretArn);
  return current === undefined ? undefined : secrets.readSecret(secretArn, current);
}
