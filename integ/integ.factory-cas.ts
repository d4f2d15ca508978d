import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, CfnOutput, Duration, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { KeyAlgorithm, KeyStorage, PrivateIotCa, SigningAlarm, TrustBundle } from 'cdk-private-iot-ca';

// A root in KMS, the CA of a factory below it, and a device of the factory in a stack of its own.
const app = new App();
const headquarters = new Stack(app, 'PrivateIotCaHeadquarters');
const root = new PrivateIotCa(headquarters, 'Root', {
  subject: { commonName: 'Acme Devices Root CA' }, keyAlgorithm: KeyAlgorithm.EC_P384, keyStorage: KeyStorage.kms(), pathLength: 1, validity: Duration.days(7300),
});
new SigningAlarm(headquarters, 'RootAlarm', { ca: root });
const factory = new PrivateIotCa(headquarters, 'Factory', {
  issuer: root, subject: { commonName: 'Acme Brno CA' }, keyAlgorithm: KeyAlgorithm.EC_P256, nameConstraints: { permitted: { dns: ['brno.acme.example'] } },
});
const devices = new Stack(app, 'PrivateIotCaFactory');
const device = factory.addDeviceCertificate('Lamp', {
  subject: { commonName: 'lamp-1.brno.acme.example' }, subjectAlternativeNames: { dns: ['lamp-1.brno.acme.example'] },
});
new CfnOutput(devices, 'TrustedCas', { value: new TrustBundle([root]).pemFor(devices) });
[headquarters, devices].forEach(stack => RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY));

const { assertions } = new IntegTest(app, 'FactoryCas', { testCases: [headquarters, devices] });
assertions.awsApiCall('secrets-manager', 'DescribeSecret', { SecretId: device.privateKeySecret.secretArn })
  .expect(ExpectedResult.objectLike({ VersionIdsToStages: { [device.serialNumber]: ['AWSCURRENT', `certificate-${device.serialNumber}`] } }));
