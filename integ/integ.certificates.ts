import { ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, RemovalPolicy, RemovalPolicies, Stack } from 'aws-cdk-lib';
import { DeliveryFormat, KeyAlgorithm, KeyStorage, PrivateIotCa } from 'cdk-private-iot-ca';

// A CA, the proof that its key is here, and the certificates of devices and of a broker, with their keys in each place.
const app = new App();
const stack = new Stack(app, 'PrivateIotCaCertificates');
const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA', organization: 'Acme' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
ca.addVerificationCertificate('Verification', { registrationCode: '0123456789abcdef' });
const inSecret = ca.addDeviceCertificate('InSecret', { subject: { commonName: 'sensor-001' }, deliveryFormats: [DeliveryFormat.combinedPem()] });
const inParameter = ca.addDeviceCertificate('InParameter', { subject: { commonName: 'sensor-002' }, keyStorage: KeyStorage.parameterStore() });
ca.addServerCertificate('Broker', { subject: { commonName: 'broker.acme.example' }, subjectAlternativeNames: { dns: ['broker.acme.example'] } });
RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY);

const { assertions } = new IntegTest(app, 'Certificates', { testCases: [stack] });
assertions.awsApiCall('secrets-manager', 'DescribeSecret', { SecretId: inSecret.privateKeySecret.secretArn })
  .expect(ExpectedResult.objectLike({ VersionIdsToStages: { [inSecret.serialNumber]: Match.arrayWith(['AWSCURRENT']) } }));
assertions.awsApiCall('ssm', 'DescribeParameters', { ParameterFilters: [{ Key: 'Name', Values: [inParameter.privateKeyParameterName] }] })
  .expect(ExpectedResult.objectLike({ Parameters: [Match.objectLike({ Type: 'SecureString', Version: 1 })] }));
