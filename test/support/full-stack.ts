import { App, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { opensslCa, opensslRequest } from './foreign-ca';
import { stackOf } from './stacks';
import { DeliveryFormat, KeyAlgorithm, KeyStorage, PemSource, PrivateIotCa, SigningAlarm, SubjectRule, TrustBundle } from '../../src';

/** Everything the library has, in one stack. */
export function fullStack(app: Construct = new App()): Stack {
  const stack = stackOf(app);
  const encryptionKey = new Key(stack, 'EncryptionKey', { enableKeyRotation: true });
  const ca = new PrivateIotCa(stack, 'Ca', {
    subject: { commonName: 'Acme IoT Root CA' }, pathLength: 1, keyStorage: KeyStorage.secretsManager({ encryptionKey }),
  });
  const inKms = new PrivateIotCa(stack, 'InKms', {
    subject: { commonName: 'In KMS' }, keyAlgorithm: KeyAlgorithm.EC_P256, keyStorage: KeyStorage.kms(),
  });
  const below = new PrivateIotCa(stack, 'Below', { subject: { commonName: 'Below' }, issuer: ca });
  const awaited = new PrivateIotCa(stack, 'Awaited', { subject: { commonName: 'Awaited' }, signedElsewhere: true });
  const existing = PrivateIotCa.fromExistingCa(stack, 'Existing', {
    certificate: PemSource.inline(opensslCa('Old Root').certificate),
    privateKey: secretIn(stack, 'ExistingKey'),
    passphrase: secretIn(stack, 'ExistingPassphrase'),
  });
  ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' });
  ca.addCaCertificate('Elsewhere', { certificateSigningRequest: PemSource.inline(opensslRequest('/CN=Elsewhere')) });
  ca.addDeviceCertificate('Sensor', {
    subject: { commonName: 'sensor-001' },
    deliveryFormats: [
      DeliveryFormat.pkcs12({ encryptionKey }), DeliveryFormat.pkcs12({ legacy: true }), DeliveryFormat.combinedPem(), DeliveryFormat.der(),
    ],
  });
  inKms.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-002' }, keyStorage: KeyStorage.parameterStore({ encryptionKey }) });
  below.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-003' }, keyStorage: KeyStorage.parameterStore({ path: '/iot/sensor-003' }) });
  existing.addDeviceCertificate('Sensor', { certificateSigningRequest: PemSource.secret(secretIn(stack, 'Request')), allowedSubject: SubjectRule.fromConstructId() });
  ca.addServerCertificate('Broker', { subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['broker.acme.example'] } });
  new SigningAlarm(stack, 'Alarm', { ca: inKms });
  new TrustBundle([ca, inKms, below, awaited, existing]);
  return stack;
}

function secretIn(stack: Stack, id: string) {
  return Secret.fromSecretCompleteArn(stack, id, `arn:aws:secretsmanager:eu-central-1:111111111111:secret:${id}-AbCdEf`);
}
