import { App, CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib';
import { IotPlatform, KeyAlgorithm, PrivateIotCa } from 'cdk-private-iot-ca';

const app = new App();
const stack = new Stack(app, 'AwsIot', { description: 'A private CA for devices on AWS IoT Core' });

const ca = new PrivateIotCa(stack, 'IotCa', {
  subject: { commonName: 'Acme IoT Root CA 2026', organization: 'Acme' },
  keyAlgorithm: KeyAlgorithm.EC_P256,
  platforms: [IotPlatform.AWS_IOT_CORE],
});

// aws iot get-registration-code
const registrationCode = new CfnParameter(stack, 'RegistrationCode', {
  description: 'The registration code of this account and Region: aws iot get-registration-code',
  allowedPattern: '[0-9a-f]{64}',
  constraintDescription: 'must be 64 lower-case hexadecimal digits',
});

const verification = ca.addVerificationCertificate('Verification', {
  registrationCode: registrationCode.valueAsString,
  platform: IotPlatform.AWS_IOT_CORE,
});

const device = ca.addDeviceCertificate('Sensor001', {
  subject: { commonName: 'sensor-001' },
  keyAlgorithm: KeyAlgorithm.EC_P256,
});

new CfnOutput(stack, 'CaCertificate', { value: ca.certificatePem });
new CfnOutput(stack, 'VerificationCertificate', { value: verification.certificatePem });
new CfnOutput(stack, 'DeviceCertificate', { value: device.certificatePem });
new CfnOutput(stack, 'DeviceCertificateChain', { value: device.certificateChainPem });
new CfnOutput(stack, 'DeviceCertificateId', { value: device.sha256Fingerprint });
new CfnOutput(stack, 'DevicePrivateKeySecret', { value: device.privateKeySecret.secretArn });
