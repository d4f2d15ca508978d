/**
 * The resource types of this library's custom resources. CloudFormation does not let a type change during an update, so
 * these are final: see decisions/0001-resource-types-and-logical-ids.md.
 */
export const ResourceType = {
  PRIVATE_IOT_CA: 'Custom::PrivateIotCa',
  VERIFICATION_CERTIFICATE: 'Custom::IotVerificationCertificate',
  DEVICE_CERTIFICATE: 'Custom::IotDeviceCertificate',
} as const;

export type ResourceType = typeof ResourceType[keyof typeof ResourceType];
