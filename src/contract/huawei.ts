import { Form } from './platform-rules';

/** How IoTDA is told who asks: https://support.huaweicloud.com/api-iothub/iot_06_v5_0004.html */
export const HUAWEI_CREDENTIALS = {
  AccessKey: ['accessKeyId', 'secretAccessKey'],
  Token: ['token'],
} as const;

export type HuaweiCredentialKind = keyof typeof HUAWEI_CREDENTIALS;

export const HUAWEI_CREDENTIAL_KINDS = Object.keys(HUAWEI_CREDENTIALS) as HuaweiCredentialKind[];

/** The host of an IoTDA instance, which its console shows as the access address for applications over HTTPS; not that for devices. */
export const HUAWEI_ENDPOINT: Form = {
  pattern: '(?=.{1,260}$)(?!.*\\biotda-device\\b)[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63})+(?::\\d{1,5})?',
  allowed: 'the host of the access address for applications over HTTPS, in lower case and without https://, not that for devices',
};

export const HUAWEI_PROJECT_ID: Form = { pattern: '[A-Za-z0-9]{1,32}', allowed: '1 to 32 letters and digits, as My Credentials shows it' };

/** Of instances and of resource spaces. https://support.huaweicloud.com/api-iothub/iot_06_v5_0014.html */
export const HUAWEI_ID: Form = { pattern: '[\\w-]{1,36}', allowed: '1 to 36 letters, digits, underscores and hyphens' };

/** Which instance, and who asks it. */
export interface HuaweiInstanceProperties {
  readonly Endpoint: string;
  readonly ProjectId: string;
  readonly InstanceId?: string;
  /** The resource space. */
  readonly AppId?: string;
  readonly CredentialsKind: HuaweiCredentialKind;
  readonly CredentialsSecretArn: string;
}

/** Of `Custom::HuaweiIotdaCaUpload`. */
export interface HuaweiCaUploadProperties extends HuaweiInstanceProperties {
  /** The CA's ledger, in which registrations are recorded. */
  readonly LedgerTable: string;
  readonly CertificatePem: string;
}

/** Of `Custom::HuaweiIotdaCaUpload`. */
export interface HuaweiCaUploadAttributes {
  readonly CertificateId: string;
  readonly VerifyCode: string;
}

/** Of `Custom::HuaweiIotdaCaVerification`. */
export interface HuaweiCaVerificationProperties extends HuaweiInstanceProperties {
  readonly CertificateId: string;
  readonly VerificationCertificatePem: string;
}

/** Of `Custom::HuaweiIotdaCaVerification`. */
export type HuaweiCaVerificationAttributes = Omit<HuaweiCaUploadAttributes, 'VerifyCode'>;
