import { METRIC_NAMESPACE } from '../contract/revocation-functions';

/**
 * Writes a value of a metric to the function's log, from which CloudWatch takes it without a call and without a right of the function.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function writeMetric(name: string, unit: 'Percent' | 'Count', value: number, dimensions: { readonly [name: string]: string }, now: Date): void {
  console.log(JSON.stringify({
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: [{ Name: name, Unit: unit }] }],
    },
    ...dimensions,
    [name]: value,
  }));
}
