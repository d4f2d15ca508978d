import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { AwsIotCaRegistration, AwsIotThing, CertificateOutputs, IotPlatform, KeyAlgorithm, PrivateIotCa } from 'cdk-private-iot-ca';

const app = new App();
const stack = new Stack(app, 'AwsIot', { description: 'A private CA for devices on AWS IoT Core' });

const ca = new PrivateIotCa(stack, 'IotCa', {
  subject: { commonName: 'Acme IoT Root CA 2026', organization: 'Acme' },
  keyAlgorithm: KeyAlgorithm.EC_P256,
  platforms: [IotPlatform.AWS_IOT_CORE],
});

const caRegistration = new AwsIotCaRegistration(stack, 'CaRegistration', { ca });

const certificate = ca.addDeviceCertificate('Sensor001', {
  subject: { commonName: 'sensor-001' },
  keyAlgorithm: KeyAlgorithm.EC_P256,
});

// The thing is named sensor-001, may connect as sensor-001, and use the topics below sensor-001/.
const thing = new AwsIotThing(stack, 'Sensor001Thing', { certificate, caRegistration });

new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca }, certificates: { Device: certificate } });
new CfnOutput(stack, 'DeviceCertificateId', { value: thing.certificateId });
new CfnOutput(stack, 'RegisteredCaCertificateId', { value: caRegistration.caCertificateId });
