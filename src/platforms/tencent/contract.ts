import { Complaint, quote } from '../../contract/rules';

/** The name of a CA certificate in Tencent Cloud IoT Hub. https://www.tencentcloud.com/document/product/1105/50353 */
export function checkCaName(value: unknown): Complaint {
  return typeof value === 'string' && /^\S(?:.{0,30}\S)?$/u.test(value) ? undefined
    : `caName must be 1 to 32 characters long, without leading or trailing spaces, got ${quote(value)}`;
}

/** Whether a device can have this name. https://www.tencentcloud.com/document/product/1105/41908 */
export function isDeviceName(value: string): boolean {
  return /^[A-Za-z0-9:_-]{1,48}$/.test(value);
}

/** Checks the ID of a product, such as `ABCDE12345`. */
export function checkProductId(value: unknown): Complaint {
  return typeof value === 'string' && /^[A-Za-z0-9]{1,32}$/.test(value) ? undefined
    : `productIds must be IDs of products, such as ABCDE12345, each of 1 to 32 letters and digits, got ${quote(value)}`;
}

/** Checks how many products are given. */
export function checkProductIds(value: readonly string[]): Complaint {
  return value.length > 0 ? undefined : 'productIds must be at least one ID of a product, such as ABCDE12345, got an empty list';
}

/** The environment variables that the function of a `TencentIotHubRevocation` has in addition to `PlatformRevocationEnvironment`. */
export interface TencentIotHubRevocationEnvironment {
  /** Separated by commas. */
  readonly PRODUCT_IDS: string;
  readonly REGION: string;
  /** The host name of the API. */
  readonly ENDPOINT: string;
  readonly CREDENTIALS_SECRET_ARN: string;
}
