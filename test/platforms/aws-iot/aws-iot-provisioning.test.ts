import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Aws, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { AwsIotStack } from './aws-iot-stack';
import { deployed, iot, resourceOf, useAwsIot } from './deployed-to-aws-iot';
import { IotError } from './strict-iot-state';
import {
  AwsIotCaRegistration, AwsIotCaRegistrationProps, AwsIotThingPolicy, CertificateSubject, JustInTimeProvisioning, PemSource, PrivateIotCa,
  ProvisioningParameter,
} from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cli } from '../../support/cli-run';
import { OpensslCas, P256 } from '../../support/openssl-ca';
import { stackOf } from '../../support/stacks';

useAwsIot();

const { COUNTRY, ORGANIZATION } = ProvisioningParameter;

/** Deploys a CA and a device's certificate that AWS IoT is not told of, and answers that certificate. */
async function deployCaAndDevice(register: (stack: Stack, ca: PrivateIotCa) => void, subject: Partial<CertificateSubject> = {}): Promise<string> {
  const stack = stackOf();
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' } });
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001', organization: 'Acme', ...subject } });
  register(stack, ca);
  await deployed.deploy(stack);
  return resourceOf('Custom::IotDeviceCertificate').attributes.CertificatePem;
}

function provisionedBy(attribute: ProvisioningParameter, thingNamePrefix?: string) {
  return (scope: Stack, ca: Pick<AwsIotCaRegistrationProps, 'ca' | 'caCertificate'>): AwsIotCaRegistration => new AwsIotCaRegistration(scope, 'Registration', {
    ...ca,
    justInTimeProvisioning: JustInTimeProvisioning.forThings({
      policyName: new AwsIotThingPolicy(scope, 'DevicePolicy').policyName, thingAttributes: { maker: attribute }, thingNamePrefix,
    }),
  });
}

describe('a device that connects for the first time', () => {
  test.each([[undefined, 'sensor-001'], ['acme-', 'acme-sensor-001']])('gets a thing with the prefix %j in its name, the policy, and an active certificate', async (prefix, thingName) => {
    const device = await deployCaAndDevice((stack, ca) => provisionedBy(ORGANIZATION, prefix)(stack, { ca }));
    expect(iot.state.connect(device)).toBeUndefined();
    const [[certificateId, { status }]] = iot.state.certificates;
    expect(status).toBe('ACTIVE');
    expect(iot.state.things).toEqual(new Map([[thingName, new Set([certificateId])]]));
    expect(iot.state.policies).toEqual(new Map([[resourceOf('AWS::IoT::Policy').physicalId, new Set([certificateId])]]));
  });

  test('and lacks what the template declares stays PENDING_ACTIVATION, without a thing', async () => {
    const device = await deployCaAndDevice(() => undefined);
    const elsewhere = stackOf();
    // Where the CA comes as a certificate, its devices are not known, and can't be checked at synthesis.
    provisionedBy(COUNTRY)(elsewhere, { caCertificate: PemSource.inline(resourceOf('Custom::PrivateIotCa').attributes.CertificatePem) });
    await new AwsIotStack(iot).deploy(elsewhere);
    expect(() => iot.state.connect(device)).toThrow('Cannot resolve reference value: {Ref=AWS::IoT::Certificate::Country}');
    expect([...iot.state.certificates.values()].map(({ status }) => status)).toEqual(['PENDING_ACTIVATION']);
    expect(iot.state.things.size).toBe(0);
  });

  test.each<[string, Partial<CertificateSubject>]>([
    ['a name that is no name of a thing', { commonName: 'Sensor 1' }],
    ['a value that is none of an attribute', { organization: 'Acme Corp' }],
  ])('and has %s stays PENDING_ACTIVATION, without a thing', async (_, subject) => {
    const device = await deployCaAndDevice(() => undefined, subject);
    const elsewhere = stackOf();
    provisionedBy(ORGANIZATION)(elsewhere, { caCertificate: PemSource.inline(resourceOf('Custom::PrivateIotCa').attributes.CertificatePem) });
    await new AwsIotStack(iot).deploy(elsewhere);
    expect(() => iot.state.connect(device)).toThrow('InvalidRequestException');
    expect([...iot.state.certificates.values()].map(({ status }) => status)).toEqual(['PENDING_ACTIVATION']);
    expect(iot.state.things.size).toBe(0);
  });

  test('is provisioned as the documentation says', async () => {
    const device = await deployCaAndDevice((stack, ca) => new AwsIotCaRegistration(stack, 'ProvisioningCa', {
      ca,
      justInTimeProvisioning: JustInTimeProvisioning.forThings({
        policyName: new AwsIotThingPolicy(stack, 'DevicePolicy').policyName,
        thingAttributes: { certificateId: ProvisioningParameter.ID },
      }),
    }), { organization: undefined });
    iot.state.connect(device);
    expect([...iot.state.things.keys()]).toEqual(['sensor-001']);
  });

  test('gets what a template of one\'s own says in the words of an app', async () => {
    const commonName = Fn.ref(ProvisioningParameter.COMMON_NAME);
    const device = await deployCaAndDevice((stack, ca) => {
      const { policyName } = new AwsIotThingPolicy(stack, 'DevicePolicy');
      const justInTimeProvisioning = JustInTimeProvisioning.fromTemplate({
        Parameters: Object.fromEntries([ProvisioningParameter.ID, ProvisioningParameter.COMMON_NAME].map(name => [name, { Type: 'String' }])),
        Resources: Lazy.any({
          produce: () => ({
            thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: Fn.join('-', ['dev', commonName]), AttributePayload: { site: `${Aws.REGION}/${commonName}` } } },
            certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateId: Fn.ref(ProvisioningParameter.ID), Status: 'ACTIVE' } },
            policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: policyName } },
          }),
        }),
      });
      new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning });
    });
    iot.state.connect(device);
    expect([...iot.state.things.keys()]).toEqual(['dev-sensor-001']);
    expect([...iot.state.policies.keys()]).toEqual([resourceOf('AWS::IoT::Policy').physicalId]);
  });

  test('is refused where auto-registration is off', async () => {
    const device = await deployCaAndDevice((stack, ca) => new AwsIotCaRegistration(stack, 'Registration', { ca }));
    expect(() => iot.state.connect(device)).toThrow('UnauthorizedException');
  });

  test('comes to the function that decides, by the rule on what AWS IoT publishes', async () => {
    const device = await deployCaAndDevice((stack, ca) => new AwsIotCaRegistration(stack, 'Registration', { ca })
      .addJustInTimeRegistration(Function.fromFunctionArn(stack, 'Decide', 'arn:aws:lambda:eu-central-1:111111111111:function:decide')));
    const { caCertificateId, certificateStatus } = iot.state.connect(device)!;
    expect(certificateStatus).toBe('PENDING_ACTIVATION');
    const { Sql, Actions } = resourceOf('AWS::IoT::TopicRule').properties.TopicRulePayload;
    expect(Sql).toBe(`SELECT * FROM '$aws/events/certificates/registered/${caCertificateId}'`);
    expect(Actions).toEqual([{ Lambda: { FunctionArn: 'arn:aws:lambda:eu-central-1:111111111111:function:decide' } }]);
  });
});

describe('a device that is registered', () => {
  const cas = new OpensslCas();
  const register = (caCertificate: string) => iot.state.carryOut('POST', '/cacertificate?setAsActive=true', { caCertificate, certificateMode: 'SNI_ONLY' });
  const deviceBelow = (ca: ReturnType<OpensslCas['root']>, key = P256) => cas.below(ca, { key, subject: '/CN=sensor-001', extensions: ['basicConstraints=CA:FALSE'], days: 30 });

  test('below a CA that is registered a second time, renewed with the same key, is told by the CA\'s certificate, which things of this library give', () => {
    const first = cas.root();
    const renewed = cas.root({ privateKeyPem: first.privateKeyPem, days: 3000 });
    iot.state.now = new Date(Date.now() + 60_000); // they are valid by then
    [first, renewed].forEach(({ certificatePem }) => register(certificatePem));
    const device = { certificatePem: deviceBelow(first).certificatePem, certificateMode: 'DEFAULT', status: 'ACTIVE' };
    expect(() => iot.state.registerCertificate(device)).toThrow(new IotError(409, 'CertificateConflictException'));
    expect(iot.state.registerCertificate({ ...device, caCertificatePem: renewed.certificatePem })).toMatch(/^[0-9a-f]{64}$/);
  });

  test('with an RSA key of 1024 bits is refused, and `private-iot-ca lint` has said so before', async () => {
    const { certificatePem } = deviceBelow(cas.root(), ['RSA', '-pkeyopt', 'rsa_keygen_bits:1024']);
    expect(() => iot.state.registerCertificate({ certificatePem, certificateMode: 'SNI_ONLY', status: 'ACTIVE' })).toThrow('CertificateValidationException');
    const file = join(temporaryFolder(), 'device.pem');
    writeFileSync(file, certificatePem);
    expect((await cli('lint', file, '--platform', 'aws-iot-core')).stdout).toMatch(/error +platform-aws-iot-core-device-key .*RSA/);
  });
});
