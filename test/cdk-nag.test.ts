import { App, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AwsIotCaRegistration, AwsIotCertificateMode, AwsIotThing, JustInTimeProvisioning, PrivateIotCa, SigningAlarm } from '../src';
import { stackOf } from './support/stacks';

/** The findings of the AwsSolutions pack, as synthesis reports them. */
function findings(declare: (app: App) => void): string {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  declare(app);
  const said: string[] = [];
  const spies = (['log', 'error', 'warn'] as const).map(method => jest.spyOn(console, method).mockImplementation(text => said.push(String(text))));
  try {
    app.synth();
  } catch (error) {
    said.push(String(error));
  } finally {
    spies.forEach(spy => spy.mockRestore());
    process.exitCode = 0;
  }
  return said.join('\n');
}

test('the AwsSolutions pack of cdk-nag has no finding that is not acknowledged with a reason', () => {
  expect(findings(app => {
    const ca = new PrivateIotCa(stackOf(app), 'Ca', { subject: { commonName: 'Root' } });
    ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' });
    ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } });
  })).not.toContain('AwsSolutions-');
});

test('nor has it of an alarm for a key that signs', () => {
  expect(findings(app => {
    const stack = stackOf(app);
    new SigningAlarm(stack, 'Alarm', {
      key: new Key(stack, 'Key', { keySpec: KeySpec.RSA_2048, keyUsage: KeyUsage.SIGN_VERIFY }),
      signers: [new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })],
    });
  })).not.toContain('AwsSolutions-');
});

test('nor has it of a CA and a device on AWS IoT Core', () => {
  expect(findings(app => {
    const stack = stackOf(app);
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
    const caRegistration = new AwsIotCaRegistration(stack, 'Registration', {
      ca,
      mode: AwsIotCertificateMode.DEFAULT,
      justInTimeProvisioning: JustInTimeProvisioning.forThings({ policyName: 'devices', thingGroups: ['field'] }),
    });
    const other = new PrivateIotCa(stack, 'Other', { subject: { commonName: 'Other' } });
    new AwsIotCaRegistration(stack, 'OtherRegistration', { ca: other, mode: AwsIotCertificateMode.DEFAULT });
    new AwsIotThing(stack, 'Thing', { certificate: ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } }), caRegistration });
  })).not.toContain('AwsSolutions-');
});

test('the pack is really asked: what the library would not do is found', () => {
  expect(findings(app => {
    new Bucket(stackOf(app), 'Bucket');
  })).toContain('AwsSolutions-S10');
});
