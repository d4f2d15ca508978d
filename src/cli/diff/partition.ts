/** The partitions whose Regions have a prefix of their own, from the endpoint rules of the AWS SDKs (partitions.json). */
const PARTITIONS: { readonly [prefix: string]: string } = {
  'cn-': 'aws-cn',
  'eu-isoe-': 'aws-iso-e',
  'eusc-': 'aws-eusc',
  'us-gov-': 'aws-us-gov',
  'us-iso-': 'aws-iso',
  'us-isob-': 'aws-iso-b',
  'us-isof-': 'aws-iso-f',
};

/** The partition of a Region, as in ARNs. */
export function partitionOf(region: string): string {
  const prefix = Object.keys(PARTITIONS).find(each => region.startsWith(each));
  return prefix === undefined ? 'aws' : PARTITIONS[prefix];
}
