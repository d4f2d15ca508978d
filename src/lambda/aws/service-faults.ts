/**
 * The errors of throttling that have the status 400. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and
 * https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
 */
const THROTTLED: readonly string[] = ['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'Throttling', 'ThrottlingException', 'TooManyRequestsException'];

/** Whether an error of the AWS SDK is a fault of the service or its throttling, which passes. */
export function isFaultOfService(error: unknown): boolean {
  const { name, $metadata } = error as { name?: unknown; $metadata?: { httpStatusCode?: unknown } };
  const status = Number($metadata?.httpStatusCode);
  return status >= 500 || status === 429 || THROTTLED.includes(String(name));
}
