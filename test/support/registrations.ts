import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  ApsaraMqttCaRegistration, AzureCaRegistration, AzureCaRegistrationProps, AzureIotService, HuaweiIotdaCaRegistration, ICaRegistration, IPrivateIotCa,
  TencentIotHubCaRegistration,
} from '../../src';
import { PlatformId } from '../../src/platforms/registry';

type Options = Pick<AzureCaRegistrationProps, 'generation' | 'removalPolicy'>;

/** A registration with credentials, of the fewest properties. */
export interface RegistrationCase {
  readonly platform: PlatformId;
  /** How the logical ids of what its function has begin. */
  readonly registrar: string;
  /** The type of the resource that is made first. */
  readonly firstType: string;
  /** The type of the resource whose removal policy is that of the registration. */
  readonly retainedType: string;
  /** The attribute by which the platform knows the CA. */
  readonly attribute: string;
  declare(stack: Stack, id: string, ca: IPrivateIotCa, credentials: ISecret, options?: Options): ICaRegistration;
}

export const REGISTRATIONS: readonly RegistrationCase[] = [
  {
    platform: 'azure-dps',
    registrar: 'PrivateIotCaAzureRegistrar',
    firstType: 'Custom::AzureCaUpload',
    retainedType: 'Custom::AzureCaUpload',
    attribute: 'CertificateName',
    declare: (stack, id, ca, credentials, options) => new AzureCaRegistration(stack, id, {
      ca,
      credentials,
      ...options,
      caName: 'acme',
      service: AzureIotService.deviceProvisioningService({ subscriptionId: '91d12660-3dec-467a-be2a-213b5544ddc0', resourceGroup: 'iot', name: id }),
    }),
  },
  {
    platform: 'huawei-iotda',
    registrar: 'PrivateIotCaHuaweiRegistrar',
    firstType: 'Custom::HuaweiIotdaCaUpload',
    retainedType: 'Custom::HuaweiIotdaCaUpload',
    attribute: 'CertificateId',
    declare: (stack, id, ca, credentials, options) => new HuaweiIotdaCaRegistration(stack, id, {
      ca,
      credentials,
      ...options,
      endpoint: 'a160f4a4cd.st1.iotda-app.cn-north-4.myhuaweicloud.com',
      projectId: '77b6a44cba5143ab91d13ab9a8ff44fd',
    }),
  },
  {
    platform: 'apsara-mqtt',
    registrar: 'PrivateIotCaApsaraMqttRegistrar',
    firstType: 'Custom::ApsaraMqttRegisterCode',
    retainedType: 'Custom::ApsaraMqttCaRegistration',
    attribute: 'Sn',
    declare: (stack, id, ca, credentials, options) => new ApsaraMqttCaRegistration(stack, id, {
      ca, credentials, instanceId: id, region: 'cn-hangzhou', caName: 'acme', ...options,
    }),
  },
  {
    platform: 'tencent-iot-hub',
    registrar: 'PrivateIotCaTencentRegistrar',
    firstType: 'Custom::TencentIotHubCaRegistration',
    retainedType: 'Custom::TencentIotHubCaRegistration',
    attribute: 'CertName',
    declare: (stack, id, ca, credentials, options) => new TencentIotHubCaRegistration(stack, id, {
      ca, credentials, caName: id, registrationCode: 'code', region: 'ap-guangzhou', ...options,
    }),
  },
];

/** The resources of a stack whose logical ids begin so. */
export function resourcesBelow(stack: Stack, prefix: string): Record<string, object> {
  const resources = Template.fromStack(stack).toJSON().Resources as Record<string, object>;
  return Object.fromEntries(Object.entries(resources).filter(([id]) => id.startsWith(prefix)));
}

export const DELETED = { UpdateReplacePolicy: 'Delete', DeletionPolicy: 'Delete' };

/** The verification certificate of a registration, of the CA of `stackWithCa`. */
export function verificationFor(platform: PlatformId, registrationCode: object): object {
  return {
    Type: 'Custom::IotVerificationCertificate',
    DependsOn: ['PrivateIotCaProviderOwnStack784B1F56', 'PrivateIotCaProviderRightsOnStackCaDC4BAF94D43DB4658B3F88D6'],
    ...DELETED,
    Properties: {
      ServiceToken: { 'Fn::GetAtt': ['PrivateIotCaProviderFunction8B248EC3', 'Arn'] },
      ServiceTimeout: '1200',
      LedgerTable: { Ref: 'CaLedger0A52F403' },
      Issuer: { Ref: 'Ca1E0C8272' },
      IssuerKeyIdentifier: { 'Fn::GetAtt': ['Ca1E0C8272', 'SubjectKeyIdentifier'] },
      RegistrationCode: registrationCode,
      KeyAlgorithm: 'EC_P256',
      HashAlgorithm: 'SHA-256',
      ValidityDays: 30,
      ClipToIssuer: true,
      Generation: 1,
      Platforms: [platform],
    },
  };
}
