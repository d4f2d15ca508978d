export { AzureCaRegistration, AzureCaRegistrationProps } from './azure-ca-registration';
export { AzureCloud, AzureIotService, AzureIotServiceOptions } from './azure-iot-service';
export { CaCertificate, CaCertificateOptions, CaCertificateProps } from './ca-certificate';
export {
  AlternativeNames, CertificateExtensionOptions, CertificatePolicy, CustomExtension, DirectoryName, ExtendedKeyUsage, NameConstraints, NameSubtrees,
} from './certificate-extensions';
export { CertificateSubject } from './certificate-subject';
export { DeliveredSecret, DeliveryFormat, DeliveryFormatOptions, Pkcs12Options } from './delivery-format';
export { DeviceCertificate, DeviceCertificateOptions, DeviceCertificateProps, DeviceProfile } from './device-certificate';
export { EndEntityCertificateOptions } from './end-entity-certificate';
export { ExistingCaProps } from './existing-iot-ca';
export { HashAlgorithm } from './hash-algorithm';
export { HuaweiCredentials } from './huawei-credentials';
export { HuaweiIotdaCaRegistration, HuaweiIotdaCaRegistrationProps } from './huawei-iotda-ca-registration';
export { IPrivateIotCa } from './i-private-iot-ca';
export { PrivateIotCaAttributes } from './imported-private-iot-ca';
export { IIotCertificate } from './iot-certificate';
export { IotPlatform } from './iot-platform';
export { KeyAlgorithm } from './key-algorithm';
export { KeyStorage, KmsKeyStorageOptions, ParameterKeyStorageOptions, SecretsManagerKeyStorageOptions } from './key-storage';
export { PemSource } from './pem-source';
export { PrivateIotCa } from './private-iot-ca';
export { PrivateIotCaProps } from './private-iot-ca-props';
export { ServerCertificate, ServerCertificateOptions, ServerCertificateProps } from './server-certificate';
export { SigningAlarm, SigningAlarmProps } from './signing-alarm';
export { TrustBundle } from './trust-bundle';
export { VerificationCertificate, VerificationCertificateOptions, VerificationCertificateProps } from './verification-certificate';
