import { readFileSync } from 'node:fs';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { CertificateOutputs, DeviceCertificateFleet, FleetManifest, IotPlatform, KeyAlgorithm, KeyRecipient, PrivateIotCa } from 'cdk-private-iot-ca';

const app = new App();
const stack = new Stack(app, 'Plant', { description: 'A private CA, and certificates for a whole fleet of sensors' });

/** The folder with the manifest and the key of its recipient: make-fleet.sh makes both. */
const folder = stack.node.tryGetContext('fleet') as string;

const ca = new PrivateIotCa(stack, 'IotCa', {
  subject: { commonName: 'Acme IoT Root CA', organization: 'Acme' },
  keyAlgorithm: KeyAlgorithm.EC_P256,
  platforms: [IotPlatform.MOSQUITTO],
});

const broker = ca.addServerCertificate('Broker', {
  subject: { commonName: 'broker.acme.example' },
  subjectAlternativeNames: { dns: ['broker.acme.example', 'localhost'], ip: ['127.0.0.1'] },
  keyAlgorithm: KeyAlgorithm.EC_P256,
});

// A row for each device. Their keys are made here, and encrypted for whoever has the recipient's private key.
new DeviceCertificateFleet(stack, 'Sensors', {
  ca,
  manifest: FleetManifest.fromAsset(`${folder}/devices.csv`),
  subject: { organization: 'Acme' },
  keyAlgorithm: KeyAlgorithm.EC_P256,
  validity: Duration.days(365),
  keyRecipient: KeyRecipient.publicKey(readFileSync(`${folder}/recipient.pem`, 'utf8')),
});

new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca }, certificates: { Broker: broker } });
