import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { DeviceCertificate, KeyAlgorithm, KeyStorage, PemSource, PrivateIotCa, SigningAlarm, TrustBundle } from 'cdk-private-iot-ca';

const app = new App();

// Only this stack's function may sign with the root; nobody can copy its key.
const headquarters = new Stack(app, 'Headquarters', { description: 'A root CA in KMS, and a CA for each factory' });
const root = new PrivateIotCa(headquarters, 'RootCa', {
  subject: { commonName: 'Acme Devices Root CA', organization: 'Acme' },
  keyAlgorithm: KeyAlgorithm.EC_P384, // KMS signs over SHA-384 with it
  keyStorage: KeyStorage.kms(),
  validity: Duration.days(7300),
  pathLength: 1,
});
new SigningAlarm(headquarters, 'RootAlarm', { ca: root });
new CfnOutput(headquarters, 'RootCertificate', { value: root.certificatePem });

// What a broker has to trust. Certificates are looked up by the stack that needs them: an export holds 1,024 characters.
const brokers = new Stack(app, 'Brokers', { description: 'What the brokers of all factories trust' });
new CfnOutput(brokers, 'TrustedCas', { value: new TrustBundle([root]).pemFor(brokers) });

// A device makes its key and its request by itself (make-request.sh): requests/<factory>/<device>.csr
const requests: string = app.node.tryGetContext('requests') ?? join(__dirname, 'requests');

for (const factory of ['suzhou', 'brno']) {
  const domain = `${factory}.acme.example`;
  const ca = new PrivateIotCa(headquarters, `${factory}-ca`, {
    issuer: root,
    subject: { commonName: `Acme ${factory} CA`, organization: 'Acme', organizationalUnit: factory },
    keyAlgorithm: KeyAlgorithm.EC_P256,
    validity: Duration.days(3650),
    pathLength: 0, // the default: it signs devices, and no CA
    // Whoever gets hold of this factory's key can't make a certificate with a host name of another one. All validators know constraints on these.
    nameConstraints: { permitted: { dns: [domain] } },
  });

  new CfnOutput(headquarters, `${factory}-CaCertificate`, { value: ca.certificatePem });

  // This stack's function may sign with the CA of its factory, and with nothing else.
  const devices = new Stack(app, `Factory-${factory}`, { description: `Device certificates of the factory ${factory}` });
  for (const file of readdirSync(join(requests, factory)).filter(name => name.endsWith('.csr')).sort()) {
    const { name } = parse(file);
    const device = new DeviceCertificate(devices, name, {
      ca,
      certificateSigningRequest: PemSource.file(join(requests, factory, file)),
      allowedSubjectAlternativeNames: { dns: [domain] },
      validity: Duration.days(1825),
    });
    new CfnOutput(devices, `${name}-Certificate`, { value: device.certificatePem });
    new CfnOutput(devices, `${name}-Chain`, { value: device.certificateChainWithoutRootPem }); // what it presents in TLS
  }
}
