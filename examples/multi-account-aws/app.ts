import { App, CfnOutput, CfnParameter, Environment, Stack, StackProps } from 'aws-cdk-lib';
import {
  AwsIotCaRegistration, AwsIotThing, AwsIotThingPolicy, IotPlatform, JustInTimeProvisioning, KeyAlgorithm, PemSource, PrivateIotCa,
} from 'cdk-private-iot-ca';
import { Construct } from 'constructs';

/** Where the CA is made, where else in its account it is registered, and in which other accounts. */
const HOME: Environment = { account: '111111111111', region: 'eu-central-1' };
const REGIONS = ['us-east-1', 'ap-southeast-1'];
const OTHER_ACCOUNTS: Environment[] = [{ account: '222222222222', region: 'eu-central-1' }];

/** A CA as every account and Region registers it: a device that connects for the first time gets a thing and a policy. */
function register(scope: Construct, ca: { ca: PrivateIotCa } | { caCertificate: PemSource }): AwsIotCaRegistration {
  const { policyName } = new AwsIotThingPolicy(scope, 'DevicePolicy');
  const registration = new AwsIotCaRegistration(scope, 'CaRegistration', {
    ...ca,
    justInTimeProvisioning: JustInTimeProvisioning.forThings({ policyName }),
  });
  new CfnOutput(scope, 'CaCertificateId', { value: registration.caCertificateId });
  return registration;
}

class HomeStack extends Stack {
  public readonly ca: PrivateIotCa;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    this.ca = new PrivateIotCa(this, 'IotCa', {
      subject: { commonName: 'Acme IoT Root CA 2026', organization: 'Acme' },
      keyAlgorithm: KeyAlgorithm.EC_P256,
      platforms: [IotPlatform.AWS_IOT_CORE],
    });
    const caRegistration = register(this, { ca: this.ca });
    const certificate = this.ca.addDeviceCertificate('Sensor001', {
      subject: { commonName: 'sensor-001' },
      keyAlgorithm: KeyAlgorithm.EC_P256,
    });
    const thing = new AwsIotThing(this, 'Thing', { certificate, caRegistration });

    new CfnOutput(this, 'CaCertificate', { value: this.ca.certificatePem });
    new CfnOutput(this, 'DeviceCertificate', { value: certificate.certificatePem });
    new CfnOutput(this, 'DeviceCertificateId', { value: thing.certificateId });
  }
}

const app = new App();
const home = new HomeStack(app, 'Home', { env: HOME, crossRegionReferences: true });

// In the same account, CDK carries the certificate into other Regions.
for (const region of REGIONS) {
  const stack = new Stack(app, `Region-${region}`, { env: { ...HOME, region }, crossRegionReferences: true });
  register(stack, { ca: home.ca });
}

// Into another account it is carried as a parameter: it is no secret.
for (const env of OTHER_ACCOUNTS) {
  const stack = new Stack(app, `Account-${env.account}-${env.region}`, { env });
  const parameter = new CfnParameter(stack, 'CaCertificate', { description: 'The certificate of the CA in PEM: the output CaCertificate of Home' });
  register(stack, { caCertificate: PemSource.inline(parameter.valueAsString) });
}
