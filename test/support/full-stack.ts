import { App, Duration, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { opensslCa, opensslRequest } from './foreign-ca';
import { stackOf } from './stacks';
import {
  DeliveryFormat, ExpiryAlarms, KeyAlgorithm, KeyStorage, PemSource, PrivateIotCa, PrivateIotCaDashboard, Renewal, SigningAlarm,
  SubjectRule, TrustBundle,
} from '../../src';

/** Everything the library has, in one stack. */
export function fullStack(app: Construct = new App()): Stack {
  const { stack, ca, existing, inKms, encryptionKey } = issuing(app);
  ca.publishRevocation({ encryptionKey, ocsp: true });
  existing.publishRevocation({ partitions: 2 });
  inKms.publishRevocation({ bucket: Bucket.fromBucketName(stack, 'Lists', 'acme-pki'), url: 'http://pki.acme.example' });
  ca.grantRevoke(new ServicePrincipal('iot.amazonaws.com'));
  new ExpiryAlarms(stack, 'Expiry', { ca });
  ca.addDeviceCertificate('Renewed', { subject: { commonName: 'sensor-004' }, renewal: Renewal.beforeExpiry(Duration.days(30)) });
  new PrivateIotCaDashboard(stack, 'Dashboard', { cas: [ca, existing, inKms] });
  return stack;
}

/** Everything that has certificates issued, in one stack. */
export function issuingStack(app: Construct = new App()): Stack {
  return issuing(app).stack;
}

function issuing(app: Construct) {
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
  ca.addCrossCertificate('InKms', { subjectCa: inKms });
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
  return { stack, ca, existing, inKms, encryptionKey };
}

function secretIn(stack: Stack, id: string) {
  return Secret.fromSecretCompleteArn(stack, id, `arn:aws:secretsmanager:eu-central-1:111111111111:secret:${id}-AbCdEf`);
}
