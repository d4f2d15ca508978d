/**
 * The resource types of this library's custom resources. CloudFormation does not let a type change during an update, so
 * these are final: see decisions/0001-resource-types-and-logical-ids.md.
 */
export const ResourceType = {
  PRIVATE_IOT_CA: 'Custom::PrivateIotCa',
  EXISTING_IOT_CA: 'Custom::ExistingIotCa',
  KEPT_IOT_CA: 'Custom::KeptIotCa',
  CA_CERTIFICATE: 'Custom::IotCaCertificate',
  CROSS_CERTIFICATE: 'Custom::IotCrossCertificate',
  VERIFICATION_CERTIFICATE: 'Custom::IotVerificationCertificate',
  DEVICE_CERTIFICATE: 'Custom::IotDeviceCertificate',
  SERVER_CERTIFICATE: 'Custom::IotServerCertificate',
  DEVICE_CERTIFICATE_FLEET: 'Custom::IotDeviceCertificateFleet',
  CA_LOOKUP: 'Custom::IotCaLookup',
  PROOF_OF_POSSESSION_SIGNATURE: 'Custom::IotProofOfPossessionSignature',
} as const;

export type ResourceType = typeof ResourceType[keyof typeof ResourceType];

/** The resource types of the CAs that issue certificates with a ledger of their own. */
export const CA_RESOURCE_TYPES: readonly string[] = [ResourceType.PRIVATE_IOT_CA, ResourceType.EXISTING_IOT_CA, ResourceType.KEPT_IOT_CA];
