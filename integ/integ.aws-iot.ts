import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AwsIotCaRegistration, AwsIotCertificateMode, AwsIotThing, IotPlatform, JustInTimeProvisioning, AwsIotThingPolicy, KeyAlgorithm, PrivateIotCa } from 'cdk-private-iot-ca';

// A CA that AWS IoT Core has registered with a proof of possession, provisioning just in time, and a thing with its certificate.
const app = new App();
const stack = new Stack(app, 'PrivateIotCaAwsIot');
const ca = new PrivateIotCa(stack, 'Ca', {
  subject: { commonName: 'Acme IoT Root CA', organization: 'Acme' }, keyAlgorithm: KeyAlgorithm.EC_P256, platforms: [IotPlatform.AWS_IOT_CORE],
});
const { policyName } = new AwsIotThingPolicy(stack, 'Policy');
const caRegistration = new AwsIotCaRegistration(stack, 'Registration', {
  ca, mode: AwsIotCertificateMode.DEFAULT, justInTimeProvisioning: JustInTimeProvisioning.forThings({ policyName }),
});
const certificate = ca.addDeviceCertificate('Sensor001', { subject: { commonName: 'sensor-001' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
const thing = new AwsIotThing(stack, 'Thing', { certificate, caRegistration });
RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY);

const { assertions } = new IntegTest(app, 'AwsIot', { testCases: [stack] });
assertions.awsApiCall('iot', 'DescribeCACertificate', { certificateId: caRegistration.caCertificateId })
  .expect(ExpectedResult.objectLike({ certificateDescription: { status: 'ACTIVE', autoRegistrationStatus: 'ENABLE', certificateMode: 'DEFAULT' } }));
assertions.awsApiCall('iot', 'DescribeCertificate', { certificateId: thing.certificateId })
  .expect(ExpectedResult.objectLike({ certificateDescription: { status: 'ACTIVE', caCertificateId: caRegistration.caCertificateId } }));
