import { Complaint, quote } from '../contract/rules';

/**
 * The types of the custom resources that register a CA with a platform. Each platform has a function of its own. The types are final,
 * because CloudFormation does not let a type change: see decisions/0014-registrations.md.
 */
export const RegistrationType = {
  AWS_IOT_REGISTRATION_CODE: 'Custom::AwsIotRegistrationCode',
  AZURE_CA_UPLOAD: 'Custom::AzureCaUpload',
  AZURE_CA_VERIFICATION: 'Custom::AzureCaVerification',
  HUAWEI_CA_UPLOAD: 'Custom::HuaweiIotdaCaUpload',
  HUAWEI_CA_VERIFICATION: 'Custom::HuaweiIotdaCaVerification',
  APSARA_MQTT_REGISTER_CODE: 'Custom::ApsaraMqttRegisterCode',
  APSARA_MQTT_CA_REGISTRATION: 'Custom::ApsaraMqttCaRegistration',
  TENCENT_CA_REGISTRATION: 'Custom::TencentIotHubCaRegistration',
} as const;

export type RegistrationType = typeof RegistrationType[keyof typeof RegistrationType];

/** A function as it is shipped. */
export interface ShippedFunction {
  /** The folder of its bundle in assets/. */
  readonly bundle: string;
  /** The name under which the bundle exports the function's handler. */
  readonly handler: string;
}

/** A function that registers CAs with a platform. */
interface PlatformFunction extends ShippedFunction {
  /** The construct id below the stack. It is final: the function's logical ID derives from it, and a service token can't change. */
  readonly id: string;
}

/** The functions behind these custom resources. */
export const REGISTRARS = {
  'aws-iot': { id: 'PrivateIotCaAwsIotRegistrar', bundle: 'aws-iot', handler: 'handler' },
  'azure': { id: 'PrivateIotCaAzureRegistrar', bundle: 'registrars', handler: 'azure' },
  'huawei': { id: 'PrivateIotCaHuaweiRegistrar', bundle: 'registrars', handler: 'huawei' },
  'apsara-mqtt': { id: 'PrivateIotCaApsaraMqttRegistrar', bundle: 'registrars', handler: 'apsaraMqtt' },
  'tencent': { id: 'PrivateIotCaTencentRegistrar', bundle: 'registrars', handler: 'tencent' },
} as const satisfies { readonly [name: string]: PlatformFunction };

export type RegistrarName = keyof typeof REGISTRARS;

/** Checks the host of a platform's API. Signatures are sent there, but never the secrets that make them. */
export function checkEndpoint(value: unknown): Complaint {
  return typeof value === 'string' && /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?$/.test(value) ? undefined
    : `endpoint must be the host name of the platform's API, without https://, got ${quote(value)}`;
}

/** Checks a region in the form of Alibaba Cloud and Tencent Cloud, such as `cn-hangzhou` and `ap-guangzhou`. */
export function checkRegion(value: unknown): Complaint {
  return typeof value === 'string' && /^[a-z0-9]+(?:-[a-z0-9]+)+$/.test(value) ? undefined
    : `region must be the id of a region, such as cn-hangzhou or ap-guangzhou, got ${quote(value)}`;
}

/** Checks that a required text is there. */
export function checkPresent(property: string, value: unknown): Complaint {
  return typeof value === 'string' && value !== '' ? undefined : `${property} must not be empty, got ${quote(value)}`;
}
