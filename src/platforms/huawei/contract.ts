import { checkForm } from '../../contract/forms';
import { Form } from '../../contract/platform-rules';
import { Complaint, quote } from '../../contract/rules';

/** The host of an IoTDA instance, which the console shows as the access address for applications over HTTPS, not that for devices. */
export const HUAWEI_ENDPOINT: Form = {
  pattern: '(?=.{1,260}$)(?!.*\\biotda-device\\b)[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63})+(?::\\d{1,5})?',
  allowed: 'the host of the access address for applications over HTTPS, in lower case and without https://, not that for devices',
};

/** A Region, such as `cn-north-4`. https://developer.huaweicloud.com/intl/en-us/endpoint?IoTDA */
const REGION: Form = { pattern: '[a-z]{2,}(?:-[a-z]+)+-\\d{1,3}', allowed: 'the id of a Region, such as cn-north-4' };

/** Huawei Cloud's own host names. The shared instance has no name of its own before the Region. */
const OWN_NAME = new RegExp(`^([a-z0-9-]+(?:\\.[a-z0-9-]+)*)\\.(${REGION.pattern})\\.my(?:huaweicloud|hwclouds)\\.(?:com|cn|eu)(?::\\d+)?$`);

/**
 * The Region of the signatures for a host. Instances with a host of their own, which are standard and enterprise ones, require a
 * signature with a key that is derived for the day and the Region, which their names contain. The shared instance requires no derived
 * key, so the result is `undefined`.
 * https://support.huaweicloud.com/intl/en-us/usermanual-hcli/en-us_topic_0000002253124424.html
 *
 * @param region the declared Region, for other host names
 */
export function signingRegion(endpoint: string, region?: string): string | undefined {
  const [, instance, named] = OWN_NAME.exec(endpoint) ?? [];
  return instance === undefined ? region : instance.includes('.') ? named : undefined;
}

/** Checks the Region of an instance, if it is declared. */
export function checkHuaweiRegion(endpoint: string, region: unknown): Complaint {
  const [, , named] = OWN_NAME.exec(endpoint) ?? [];
  return region === undefined ? undefined : checkForm('region', region, REGION)
    ?? (named === undefined || named === region ? undefined : `region must be ${named}, as in the endpoint, or be left out, got ${quote(region)}`);
}

/** Checks that an access key can sign, for which the Region must be known. */
export function checkSigningRegion(endpoint: string, region: string | undefined): Complaint {
  return region !== undefined || OWN_NAME.test(endpoint) ? undefined
    : `region must be given if the endpoint does not contain it, because an access key signs for a Region, got none for ${quote(endpoint)}; `
      + 'declare the Region of the instance, such as cn-north-4';
}

export const HUAWEI_PROJECT_ID: Form = { pattern: '[A-Za-z0-9]{1,32}', allowed: '1 to 32 letters and digits, as My Credentials shows it' };

/** The form of the IDs of instances and resource spaces. https://support.huaweicloud.com/api-iothub/iot_06_v5_0014.html */
export const HUAWEI_ID: Form = { pattern: '[\\w-]{1,36}', allowed: '1 to 36 letters, digits, underscores and hyphens' };

/** The instance, and the credentials for its calls. */
export interface HuaweiInstanceProperties {
  readonly Endpoint: string;
  readonly ProjectId: string;
  readonly InstanceId?: string;
  /** The resource space. */
  readonly AppId?: string;
  /** The Region, if the endpoint does not name it. */
  readonly Region?: string;
  readonly CredentialsSecretArn: string;
}

/** The properties of `Custom::HuaweiIotdaCaUpload`. */
export interface HuaweiCaUploadProperties extends HuaweiInstanceProperties {
  /** The CA's ledger, in which registrations are recorded. */
  readonly LedgerTable: string;
  readonly CertificatePem: string;
  /** Raised by the user to have the certificate uploaded again. */
  readonly Generation: number;
}

/** The attributes of `Custom::HuaweiIotdaCaUpload`. */
export interface HuaweiCaUploadAttributes {
  readonly CertificateId: string;
  readonly VerifyCode: string;
}

/** The properties of `Custom::HuaweiIotdaCaVerification`. */
export interface HuaweiCaVerificationProperties extends HuaweiInstanceProperties {
  readonly CertificateId: string;
  readonly VerificationCertificatePem: string;
}

/** The attributes of `Custom::HuaweiIotdaCaVerification`. */
export type HuaweiCaVerificationAttributes = Omit<HuaweiCaUploadAttributes, 'VerifyCode'>;

/** The environment of the function that carries revocations over, beside what all such functions have. */
export interface HuaweiRevocationEnvironment {
  readonly ENDPOINT: string;
  readonly PROJECT_ID: string;
  readonly INSTANCE_ID?: string;
  readonly APP_ID?: string;
  readonly REGION?: string;
  readonly CREDENTIALS_SECRET_ARN: string;
}
