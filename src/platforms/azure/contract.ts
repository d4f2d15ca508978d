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
