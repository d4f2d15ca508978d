import { join } from 'node:path';
import { App, CfnOutput, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { HashAlgorithm, IotPlatform, PemSource, PrivateIotCa } from 'cdk-private-iot-ca';

const app = new App();
const stack = new Stack(app, 'ExistingOpensslCa', { description: 'A CA made with OpenSSL, which now issues from this stack' });

// make-ca.sh: openssl req -new -x509 -days 3650 -keyout myIoTCARoot.key -out myIoTCARoot.crt
const folder: string = app.node.tryGetContext('ca') ?? join(__dirname, 'ca');
const ca = PrivateIotCa.fromExistingCa(stack, 'IotCa', {
  certificate: PemSource.file(join(folder, 'myIoTCARoot.crt')),
  privateKey: Secret.fromSecretNameV2(stack, 'CaKey', 'acme-iot-root-ca/key'),
  passphrase: Secret.fromSecretNameV2(stack, 'CaPassphrase', 'acme-iot-root-ca/passphrase'),
  platforms: [IotPlatform.ALIBABA_CLOUD_IOT],
});

const registrationCode = new CfnParameter(stack, 'RegistrationCode', {
  description: 'The registration code that the IoT Platform console shows',
  minLength: 1,
  maxLength: 64,
});

// openssl x509 -req -in verificationCert.csr -CA myIoTCARoot.crt -CAkey myIoTCARoot.key -days 300 -sha512
const verification = ca.addVerificationCertificate('Verification', {
  registrationCode: registrationCode.valueAsString,
  platform: IotPlatform.ALIBABA_CLOUD_IOT,
  validity: Duration.days(300),
  hashAlgorithm: HashAlgorithm.SHA_512,
});

const device = ca.addDeviceCertificate('Sensor001', { subject: { commonName: 'sensor-001', organization: 'Acme' } });

new CfnOutput(stack, 'CaCertificate', { value: ca.certificatePem });
new CfnOutput(stack, 'VerificationCertificate', { value: verification.certificatePem });
new CfnOutput(stack, 'DeviceCertificate', { value: device.certificatePem });
new CfnOutput(stack, 'DeviceSerialNumber', { value: device.serialNumber });
new CfnOutput(stack, 'DevicePrivateKeySecret', { value: device.privateKeySecret.secretArn });
