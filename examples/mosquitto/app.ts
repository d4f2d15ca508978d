import { App, Stack } from 'aws-cdk-lib';
import { CertificateOutputs, IotPlatform, KeyAlgorithm, PrivateIotCa } from 'cdk-private-iot-ca';

const app = new App();
const stack = new Stack(app, 'Mosquitto', { description: 'A private CA for devices on a Mosquitto of your own' });

const ca = new PrivateIotCa(stack, 'IotCa', {
  subject: { commonName: 'Acme IoT Root CA', organization: 'Acme' },
  keyAlgorithm: KeyAlgorithm.EC_P256,
  platforms: [IotPlatform.MOSQUITTO],
});

// Devices look for the name by which they reach the broker among the names of its certificate.
const broker = ca.addServerCertificate('Broker', {
  subject: { commonName: 'broker.acme.example' },
  subjectAlternativeNames: { dns: ['broker.acme.example', 'localhost'], ip: ['127.0.0.1'] },
  keyAlgorithm: KeyAlgorithm.EC_P256,
});

// The common name becomes the user name.
const device = ca.addDeviceCertificate('Sensor001', { subject: { commonName: 'sensor-001' }, keyAlgorithm: KeyAlgorithm.EC_P256 });

new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca }, certificates: { Broker: broker, Device: device } });
