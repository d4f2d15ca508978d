import { AZURE_DPS_RULES, AZURE_IOT_HUB_RULES } from './rules';
import { Form } from '../../contract/platform-rules';
import { PlatformId } from '../registry';

/** The endpoints of an Azure cloud. Tokens are requested for `<management>/.default`. */
export interface AzureEndpoints {
  readonly login: string;
  readonly management: string;
}

/**
 * The Azure clouds, by their names in templates.
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
export const AZURE_CLOUDS = {
  'public': { login: 'https://login.microsoftonline.com', management: 'https://management.azure.com' },
  'us-government': { login: 'https://login.microsoftonline.us', management: 'https://management.usgovcloudapi.net' },
  'china': { login: 'https://login.partner.microsoftonline.cn', management: 'https://management.chinacloudapi.cn' },
} as const satisfies Record<string, AzureEndpoints>;

export type AzureCloudName = keyof typeof AZURE_CLOUDS;

export const AZURE_CLOUD_NAMES = Object.keys(AZURE_CLOUDS) as AzureCloudName[];

/** An Azure service that holds CA certificates. */
export interface AzureServiceKind {
  /** The type of its resources in `Microsoft.Devices`. */
  readonly resourceType: string;
  readonly apiVersion: string;
  readonly name: Form;
}

/**
 * The services, by the identifier of their platform. The API versions are stable versions that every cloud has had for a long time:
 * https://learn.microsoft.com/rest/api/iot-dps/dps-certificate and https://learn.microsoft.com/rest/api/iothub/certificates. The names
 * follow https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftdevices.
 */
export const AZURE_SERVICES = {
  'azure-dps': {
    resourceType: 'provisioningServices',
    apiVersion: '2022-12-12',
    name: { pattern: '[A-Za-z0-9-]{2,63}[A-Za-z0-9]', allowed: '3 to 64 letters, digits and hyphens with no hyphen at the end' },
  },
  'azure-iot-hub': {
    resourceType: 'IotHubs',
    apiVersion: '2023-06-30',
    name: { pattern: '[A-Za-z0-9-]{2,49}[A-Za-z0-9]', allowed: '3 to 50 letters, digits and hyphens with no hyphen at the end' },
  },
} as const satisfies { readonly [P in PlatformId]?: AzureServiceKind };

export type AzureServiceName = keyof typeof AZURE_SERVICES;

export const AZURE_SERVICE_NAMES = Object.keys(AZURE_SERVICES) as AzureServiceName[];

/** What decides whether a device may connect or be provisioned, which each service keeps in its data plane under the device's ID. */
export interface AzureDataPlane {
  /** What is kept, as paths name it. */
  readonly collection: string;
  readonly apiVersion: string;
  /** The built-in role that includes every call. */
  readonly role: string;
  /** The form of an ID. */
  readonly id: Form;
  /** Whether the header If-Match has the etag in quotes that the etag itself does not have. */
  readonly quotesEtags: boolean;
  /** What stands behind the name of a service in its host name, and the scope of tokens for it, by the cloud. */
  readonly clouds: { readonly [C in AzureCloudName]: { readonly domain: string; readonly scope: string } };
}

const DPS_SCOPE = 'https://azure-devices-provisioning.net/.default';

/**
 * The data planes of the services. The API versions are those of Azure's own clients and of
 * https://learn.microsoft.com/rest/api/iothub/service/devices and https://learn.microsoft.com/rest/api/iot-dps/service/individual-enrollment.
 *
 * The domains are those of https://learn.microsoft.com/azure/private-link/private-endpoint-dns. The scopes, and the roles, are those of
 * https://learn.microsoft.com/azure/iot-hub/authenticate-authorize-azure-ad and, in China, of
 * https://docs.azure.cn/iot-hub/iot-hub-dev-guide-azure-ad-rbac; that of Azure Government is in the clients only
 * (https://github.com/Azure/azure-iot-sdk-csharp/pull/3476). Azure's clients use a single scope for the provisioning services of all clouds,
 * as do https://learn.microsoft.com/azure/iot-dps/concepts-control-access-dps-azure-ad and, for China,
 * https://docs.azure.cn/iot-dps/concepts-control-access-dps-azure-ad.
 */
export const AZURE_DATA_PLANES: { readonly [S in AzureServiceName]: AzureDataPlane } = {
  'azure-iot-hub': {
    collection: 'devices',
    apiVersion: '2021-04-12',
    role: 'IoT Hub Registry Contributor',
    id: AZURE_IOT_HUB_RULES.deviceCommonName,
    quotesEtags: true,
    clouds: {
      'public': { domain: 'azure-devices.net', scope: 'https://iothubs.azure.net/.default' },
      'us-government': { domain: 'azure-devices.us', scope: 'https://iothubs.azure.us/.default' },
      'china': { domain: 'azure-devices.cn', scope: 'https://iothubs.chinacloudapi.cn/.default' },
    },
  },
  'azure-dps': {
    collection: 'enrollments',
    apiVersion: '2021-10-01',
    role: 'Device Provisioning Service Data Contributor',
    id: AZURE_DPS_RULES.deviceCommonName,
    quotesEtags: false,
    clouds: {
      'public': { domain: 'azure-devices-provisioning.net', scope: DPS_SCOPE },
      'us-government': { domain: 'azure-devices-provisioning.us', scope: DPS_SCOPE },
      'china': { domain: 'azure-devices-provisioning.cn', scope: DPS_SCOPE },
    },
  },
};

export const SUBSCRIPTION_ID: Form = { pattern: '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}', allowed: 'a UUID' };

export const RESOURCE_GROUP: Form = {
  pattern: '[\\w().-]{0,89}[\\w()-]',
  allowed: '1 to 90 letters, digits, hyphens, underscores, parentheses and periods with no period at the end',
};

/** A certificate's name in Azure has at most 64 characters; 9 of them are a hyphen and the beginning of the fingerprint. */
export const CA_NAME: Form = { pattern: '[A-Za-z0-9._-]{1,55}', allowed: '1 to 55 letters, digits, hyphens, periods and underscores' };

/** The members of the secret with the service principal. */
export const AZURE_CREDENTIALS = ['tenantId', 'clientId', 'clientSecret'] as const;

/** The service, and the credentials for its calls. */
export interface AzureServiceProperties {
  readonly Cloud: AzureCloudName;
  readonly Service: AzureServiceName;
  readonly SubscriptionId: string;
  readonly ResourceGroup: string;
  readonly ServiceName: string;
  readonly CredentialsSecretArn: string;
}

/** The properties of `Custom::AzureCaUpload`. */
export interface AzureCaUploadProperties extends AzureServiceProperties {
  /** The CA's ledger, in which registrations are recorded. */
  readonly LedgerTable: string;
  /** The name, without the fingerprint that is appended to it. */
  readonly CertificateName: string;
  readonly CertificatePem: string;
  /** Raised by the user to have the certificate uploaded again. */
  readonly Generation: number;
}

/** The attributes of `Custom::AzureCaUpload`. */
export interface AzureCaUploadAttributes {
  /** The name of the certificate in the service. */
  readonly CertificateName: string;
  /** SHA-1, upper-case hexadecimal digits. */
  readonly Thumbprint: string;
  readonly VerificationCode: string;
}

/** The properties of `Custom::AzureCaVerification`. */
export interface AzureCaVerificationProperties extends AzureServiceProperties {
  /** The name of the certificate in the service. */
  readonly CertificateName: string;
  readonly Thumbprint: string;
  readonly VerificationCertificatePem: string;
}

/** The attributes of `Custom::AzureCaVerification`. */
export type AzureCaVerificationAttributes = Omit<AzureCaUploadAttributes, 'VerificationCode'>;

/** The service to which a function carries revocations over, and its credentials, as the environment of the function. */
export interface AzureRevocationEnvironment {
  readonly AZURE_CLOUD: AzureCloudName;
  readonly AZURE_SERVICE: AzureServiceName;
  readonly AZURE_SERVICE_NAME: string;
  readonly CREDENTIALS_SECRET_ARN: string;
}
