import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { CertificateOutputs, HashAlgorithm, IotPlatform, KeyAlgorithm, PrivateIotCa } from 'cdk-private-iot-ca';

const app = new App();
const stack = new Stack(app, 'AlibabaIot', { description: 'A private CA for devices on Alibaba Cloud IoT Platform' });

// openssl req -new -x509 -days 3650
const ca = new PrivateIotCa(stack, 'IotCa', {
  subject: { commonName: 'Acme IoT Root CA', organization: 'Acme', country: 'CN' },
  keyAlgorithm: KeyAlgorithm.RSA_2048,
  validity: Duration.days(3650),
  platforms: [IotPlatform.ALIBABA_CLOUD_IOT],
});

// The console shows the code under Device Management > CA Certificate > Register CA Certificate. The first deployment needs none:
// with another code later only the verification certificate is made anew.
const registrationCode = new CfnParameter(stack, 'RegistrationCode', {
  description: 'The registration code that the IoT Platform console shows',
  default: 'no-code-yet',
  minLength: 1,
  maxLength: 64,
});

// openssl x509 -req -days 300 -sha512
const verification = ca.addVerificationCertificate('Verification', {
  registrationCode: registrationCode.valueAsString,
  platform: IotPlatform.ALIBABA_CLOUD_IOT,
  validity: Duration.days(300),
  hashAlgorithm: HashAlgorithm.SHA_512,
});

const device = ca.addDeviceCertificate('Sensor001', { subject: { commonName: 'sensor-001', organization: 'Acme' } });

// What the console asks for: two files to register the CA, and the SN to bind the device certificate by.
new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca }, certificates: { Verification: verification, Device: device } });
