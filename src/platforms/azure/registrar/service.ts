import { accessToken } from './access-token';
import { ServiceCertificates } from './service-certificates';
import { checkChoice, checkForm } from '../../../contract/forms';
import { complain, RawProperties, secretId } from '../../../resource/property-values';
import { readCredentials } from '../../registrar/credentials';
import { HttpApi } from '../../registrar/http-api';
import { Outside } from '../../registrar/outside';
import { platformRules } from '../../registry';
import {
  AZURE_CLOUD_NAMES, AZURE_CLOUDS, AZURE_CREDENTIALS, AZURE_SERVICE_NAMES, AZURE_SERVICES, AzureCloudName, AzureEndpoints, AzureServiceName,
  RESOURCE_GROUP, SUBSCRIPTION_ID,
} from '../contract';

/** An Azure service as the properties name it. */
export interface AzureService {
  readonly cloud: AzureCloudName;
  readonly service: AzureServiceName;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly credentials: string;
}

/** The external dependencies, with the endpoints of a server that a test runs instead of Azure. */
export interface AzureReach extends Outside {
  readonly endpoints?: AzureEndpoints & {
    /** The origin of the data planes of all services. */
    readonly dataPlane?: string;
  };
}

export function azureService(properties: RawProperties): AzureService {
  const { Cloud, Service, SubscriptionId, ResourceGroup, ServiceName, CredentialsSecretArn } = properties;
  complain(checkChoice('cloud', Cloud, AZURE_CLOUD_NAMES)
    ?? checkChoice('service', Service, AZURE_SERVICE_NAMES)
    ?? checkForm('subscriptionId', SubscriptionId, SUBSCRIPTION_ID)
    ?? checkForm('resourceGroup', ResourceGroup, RESOURCE_GROUP)
    ?? checkForm('name', ServiceName, AZURE_SERVICES[Service as AzureServiceName].name));
  return {
    cloud: Cloud as AzureCloudName,
    service: Service as AzureServiceName,
    subscriptionId: SubscriptionId as string,
    resourceGroup: ResourceGroup as string,
    name: ServiceName as string,
    credentials: secretId('credentials', CredentialsSecretArn),
  };
}

/** The identity of a service. Azure's names are case-insensitive: two spellings are one service. */
export function identityOf({ service, cloud, subscriptionId, resourceGroup, name }: AzureService): string {
  return [service, cloud, subscriptionId, resourceGroup, name].join(':').toLowerCase();
}

/** The name of a service in messages. */
export function serviceName({ service, name }: Pick<AzureService, 'service' | 'name'>): string {
  return `${platformRules(service).name} ${name}`;
}

/**
 * Signs in with the credentials of a service principal.
 *
 * @param scope what the token is for
 * @throws Error if the credentials do not allow signing in
 */
export async function signIn(
  api: HttpApi, { cloud, credentials: secret }: Pick<AzureService, 'cloud' | 'credentials'>, scope: string, signal: AbortSignal, reach: AzureReach,
): Promise<string> {
  const { login } = reach.endpoints ?? AZURE_CLOUDS[cloud];
  const credentials = await readCredentials(secret, AZURE_CREDENTIALS, signal, reach.readSecret);
  return accessToken(api, `${login}/${encodeURIComponent(credentials.tenantId)}/oauth2/v2.0/token`, {
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    scope,
  });
}

/**
 * Signs in and returns the certificates of a service.
 *
 * @param wayOut what to do about a call for which the time was too short; if absent, to deploy again
 * @throws Error if the credentials do not allow signing in
 */
export async function certificatesOf(azure: AzureService, signal: AbortSignal, reach: AzureReach, wayOut?: string): Promise<ServiceCertificates> {
  const { service, subscriptionId, resourceGroup, name, cloud } = azure;
  const { resourceType, apiVersion } = AZURE_SERVICES[service];
  const api = new HttpApi(signal, reach.trustedCas, wayOut);
  const { management } = reach.endpoints ?? AZURE_CLOUDS[cloud];
  const token = await signIn(api, azure, `${AZURE_CLOUDS[cloud].management}/.default`, signal, reach);
  return new ServiceCertificates(api, token, {
    name: serviceName(azure),
    url: `${management}/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(resourceGroup)}`
      + `/providers/Microsoft.Devices/${resourceType}/${name}/certificates`,
    apiVersion,
  });
}
