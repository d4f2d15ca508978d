import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { fullStack } from './full-stack';
import { REGISTRATIONS } from './registrations';
import {
  AwsIotCaRegistration, AwsIotCertificateMode, AwsIotThing, AwsIotThingPolicy, JustInTimeProvisioning, PrivateIotCa, ProofOfPossessionSignature,
} from '../../src';

/** Everything the library has, in one stack, and each registration with a platform too. */
export function registeredStack(app: Construct = new App()): Stack {
  const stack = fullStack(app);
  const ca = new PrivateIotCa(stack, 'Registered', { subject: { commonName: 'Registered' } });
  const credentials = Secret.fromSecretCompleteArn(stack, 'Credentials', 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Keys-AbCdEf');
  REGISTRATIONS.forEach(({ platform, declare }) => declare(stack, platform, ca, credentials));
  const caRegistration = new AwsIotCaRegistration(stack, 'AwsIot', { ca, mode: AwsIotCertificateMode.DEFAULT });
  const { policyName } = new AwsIotThingPolicy(stack, 'ThingPolicy');
  const provisioned = new PrivateIotCa(stack, 'Provisioned', { subject: { commonName: 'Provisioned' } });
  new AwsIotCaRegistration(stack, 'Jitp', {
    ca: provisioned,
    mode: AwsIotCertificateMode.DEFAULT,
    justInTimeProvisioning: JustInTimeProvisioning.forThings({ policyName, thingGroups: ['field'] }),
  });
  new AwsIotThing(stack, 'Thing', { certificate: ca.addDeviceCertificate('Pump', { subject: { commonName: 'pump-1' } }), caRegistration });
  new ProofOfPossessionSignature(stack, 'Proof', { ca, verificationCode: 'code-1' });
  return stack;
}
