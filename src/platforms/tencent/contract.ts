import { Complaint, quote } from '../../contract/rules';

/** The name of a CA certificate in Tencent Cloud IoT Hub. https://www.tencentcloud.com/document/product/1105/50353 */
export function checkCaName(value: unknown): Complaint {
  return typeof value === 'string' && /^\S(?:.{0,30}\S)?$/u.test(value) ? undefined
    : `caName must be 1 to 32 characters long, without leading or trailing spaces, got ${quote(value)}`;
}
