import type { BulkRegistration } from '../bulk-registration';

/**
 * The columns of the template for a batch upload in the console, at most 10,000 devices at a time; the first line is that of the template. A device is bound to
 * its certificate by the serial number, which the list of devices has.
 *
 * https://www.alibabacloud.com/help/doc-detail/89261.html
 */
export const ALIBABA_IOT_BULK: BulkRegistration = {
  columns: ['DeviceName', 'Nickname'],
  line: ({ deviceId }) => [deviceId, ''],
};
