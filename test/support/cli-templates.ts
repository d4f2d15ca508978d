import { TemplateJson } from './cli-assembly';

const COMMON = { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, ServiceTimeout: '600', LedgerTable: { Ref: 'Ledger' }, Generation: 1 };

/** What tests change of the declarations below. */
export interface IotTemplateProps {
  readonly caName?: string;
  readonly caKey?: string;
  readonly caDays?: number;
  readonly caGeneration?: number;
  readonly replaces?: string;
  readonly devices?: readonly string[];
  readonly deviceDays?: number;
  readonly deviceKey?: string;
  readonly verification?: boolean;
}

/**
 * A template of the form that the constructs give it: a CA, a verification certificate for the code in a parameter, and
 * devices, with what backs them and with what only AWS has.
 */
export function iotTemplate(props: IotTemplateProps = {}): TemplateJson {
  const { devices = ['sensor-001'], verification = true } = props;
  return {
    Parameters: {
      RegistrationCode: { Type: 'String', Default: 'a1b2c3', AllowedPattern: '[0-9a-z]+', MaxLength: 64 },
      BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
    },
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: {} },
      Function: { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } }, DependsOn: ['Role'] },
      Ledger: { Type: 'AWS::DynamoDB::GlobalTable', Properties: {}, DeletionPolicy: 'Retain' },
      CaKey: { Type: 'AWS::SecretsManager::Secret', Properties: {}, DeletionPolicy: 'Retain' },
      Ca: {
        Type: 'Custom::PrivateIotCa',
        Properties: {
          ...COMMON,
          Subject: { CommonName: props.caName ?? 'Acme IoT Root CA', Organization: 'Acme' },
          KeyAlgorithm: props.caKey ?? 'EC_P256',
          HashAlgorithm: 'SHA-256',
          ValidityDays: props.caDays ?? 3650,
          Generation: props.caGeneration ?? 1,
          ...props.replaces === undefined ? {} : { Replaces: props.replaces },
          KeyStorage: { Type: 'SecretsManager', SecretArn: { Ref: 'CaKey' } },
          RetainKey: true,
        },
      },
      ...verification && { Verification: verificationCertificate() },
      ...Object.assign({}, ...devices.map((name, index) => device(name, index, props))),
    },
    Outputs: {
      CaCertificate: pemOf('Ca'),
      CaKeySecret: { Value: { Ref: 'CaKey' } },
      ...verification && { VerificationCertificate: pemOf('Verification') },
      ...Object.assign({}, ...devices.map((_, index) => ({
        [`Device${index}CertificatePem`]: pemOf(`Device${index}`),
        [`Device${index}CertificateChain`]: {
          Value: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [`Device${index}`, 'CertificatePem'] }, { 'Fn::GetAtt': ['Ca', 'CertificatePem'] }]] },
        },
        [`Device${index}Secret`]: { Value: { Ref: `Device${index}Key` } },
      }))),
      FunctionArn: { Value: { 'Fn::GetAtt': ['Function', 'Arn'] } },
    },
  };
}

function pemOf(logicalId: string): object {
  return { Value: { 'Fn::GetAtt': [logicalId, 'CertificatePem'] } };
}

function verificationCertificate(): object {
  return {
    Type: 'Custom::IotVerificationCertificate',
    Properties: {
      ...COMMON,
      Issuer: { Ref: 'Ca' },
      RegistrationCode: { Ref: 'RegistrationCode' },
      KeyAlgorithm: 'EC_P256',
      HashAlgorithm: 'SHA-512',
      ValidityDays: 300,
      ClipToIssuer: false,
    },
  };
}

function device(commonName: string, index: number, { deviceDays = 365, deviceKey = 'EC_P256' }: IotTemplateProps): object {
  return {
    [`Device${index}Key`]: { Type: 'AWS::SecretsManager::Secret', Properties: {}, DeletionPolicy: 'Delete' },
    [`Device${index}`]: {
      Type: 'Custom::IotDeviceCertificate',
      Properties: {
        ...COMMON,
        Issuer: { Ref: 'Ca' },
        Subject: { CommonName: commonName },
        KeyAlgorithm: deviceKey,
        HashAlgorithm: 'SHA-256',
        ValidityDays: deviceDays,
        ClipToIssuer: false,
        KeyStorage: { Type: 'SecretsManager', SecretArn: { Ref: `Device${index}Key` } },
      },
    },
  };
}
