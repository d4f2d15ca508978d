/**
 * The custom resources that register a CA with a platform. Each platform has a function of its own; CloudFormation does not
 * let a type change, so these are final: see decisions/0014-registrations.md.
 */
export const RegistrationType = {
  AWS_IOT_REGISTRATION_CODE: 'Custom::AwsIotRegistrationCode',
  AWS_IOT_CA_DEACTIVATION: 'Custom::AwsIotCaDeactivation',
  AZURE_CA_UPLOAD: 'Custom::AzureCaUpload',
  AZURE_CA_VERIFICATION: 'Custom::AzureCaVerification',
  HUAWEI_CA_UPLOAD: 'Custom::HuaweiIotdaCaUpload',
  HUAWEI_CA_VERIFICATION: 'Custom::HuaweiIotdaCaVerification',
  APSARA_MQTT_REGISTER_CODE: 'Custom::ApsaraMqttRegisterCode',
  APSARA_MQTT_CA_REGISTRATION: 'Custom::ApsaraMqttCaRegistration',
  TENCENT_CA_REGISTRATION: 'Custom::TencentIotHubCaRegistration',
} as const;

export type RegistrationType = typeof RegistrationType[keyof typeof RegistrationType];

/** The functions behind them, by the folder of their bundle in assets/. */
export const REGISTRARS = ['aws-iot', 'azure', 'huawei', 'apsara-mqtt', 'tencent'] as const;

export type RegistrarName = typeof REGISTRARS[number];
