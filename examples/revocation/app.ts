import { App, Stack } from 'aws-cdk-lib';
import { CertificateOutputs, IotPlatform, KeyAlgorithm, PrivateIotCa } from 'cdk-private-iot-ca';

const app = new App();
const stack = new Stack(app, 'Plant', { description: 'A private CA with two devices, one of which is lost' });

const keyAlgorithm = KeyAlgorithm.EC_P256;
const ca = new PrivateIotCa(stack, 'IotCa', {
  subject: { commonName: 'Acme IoT Root CA', organization: 'Acme' },
  keyAlgorithm,
  platforms: [IotPlatform.MOSQUITTO],
});
const broker = ca.addServerCertificate('Broker', {
  subject: { commonName: 'broker.acme.example' },
  subjectAlternativeNames: { dns: ['broker.acme.example', 'localhost'] },
  keyAlgorithm,
});
const lost = ca.addDeviceCertificate('Sensor001', { subject: { commonName: 'sensor-001' }, keyAlgorithm });
const kept = ca.addDeviceCertificate('Sensor002', { subject: { commonName: 'sensor-002' }, keyAlgorithm });

new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca }, certificates: { Broker: broker, Sensor001: lost, Sensor002: kept } });
