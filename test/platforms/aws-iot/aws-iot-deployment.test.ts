import { X509Certificate } from 'node:crypto';
import { App, Stack } from 'aws-cdk-lib';
import { AwsIotStack } from './aws-iot-stack';
import { deployed, iot, resourceOf, useAwsIot } from './deployed-to-aws-iot';
import { StrictIot } from './strict-iot';
import {
  AwsIotCaRegistration, AwsIotCertificateMode, AwsIotThing, AwsIotThingPolicy, JustInTimeProvisioning, KeyAlgorithm, PemSource, PrivateIotCa,
} from '../../../src';
import { stackOf } from '../../support/stacks';

useAwsIot();

interface Declaration {
  readonly mode?: AwsIotCertificateMode;
  readonly caGeneration?: number;
  readonly replaces?: string;
  readonly deviceGeneration?: number;
  readonly codeGeneration?: number;
  readonly keyAlgorithm?: KeyAlgorithm;
  readonly registered?: boolean;
}

/** A CA, its registration and a thing. */
function declaration(options: Declaration = {}): Stack {
  const { mode, caGeneration, replaces, deviceGeneration, codeGeneration, keyAlgorithm = KeyAlgorithm.EC_P256, registered = true } = options;
  const stack = stackOf();
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: `Root ${caGeneration ?? 1}` }, keyAlgorithm, generation: caGeneration, replaces });
  const certificate = ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' }, keyAlgorithm, generation: deviceGeneration });
  if (registered) {
    const caRegistration = new AwsIotCaRegistration(stack, 'Registration', {
      ca,
      mode,
      generation: codeGeneration,
      justInTimeProvisioning: JustInTimeProvisioning.forThings({ policyName: new AwsIotThingPolicy(stack, 'Policy').policyName }),
    });
    new AwsIotThing(stack, 'Thing', { certificate, caRegistration });
  }
  return stack;
}

/** What AWS IoT holds, in numbers. */
function holdings(): number[] {
  const { cas, certificates, things, policies } = iot.state;
  return [cas.size, certificates.size, things.size, policies.size];
}

describe.each([
  ['SNI_ONLY', KeyAlgorithm.EC_P256], ['DEFAULT', KeyAlgorithm.EC_P256], ['DEFAULT', KeyAlgorithm.RSA_2048],
] as [AwsIotCertificateMode, KeyAlgorithm][])('in the mode %s, with %s', (mode, keyAlgorithm) => {
  test('one deployment registers the CA and the device, and deleting the stack leaves nothing behind', async () => {
    await deployed.deploy(declaration({ mode, keyAlgorithm }));
    const [ca] = [...iot.state.cas.values()];
    expect(ca).toMatchObject({ status: 'ACTIVE', autoRegistrationStatus: 'ENABLE', certificateMode: mode });
    const [device] = [...iot.state.certificates.values()];
    expect(device).toMatchObject({ status: 'ACTIVE', certificateMode: mode });
    expect(device.certificate.verify(ca.certificate.publicKey)).toBe(true);
    expect(resourceOf('Custom::IotDeviceCertificate').attributes.Sha256Fingerprint).toBe(device.certificateId);
    expect(iot.state.things).toEqual(new Map([['sensor-001', new Set([device.certificateId])]]));
    expect(holdings()).toEqual([1, 1, 1, 2]);
    expect(iot.state.registrationCode !== undefined).toBe(mode === AwsIotCertificateMode.DEFAULT);

    const code = iot.state.registrationCode;
    await deployed.delete();
    expect(holdings()).toEqual([0, 0, 0, 0]);
    expect(iot.state.registrationCode).toBe(code); // everybody in the account shares it
  });
});

describe('the registration code', () => {
  const mode = AwsIotCertificateMode.DEFAULT;

  test('becomes the common name of the verification certificate, which is made in the same deployment', async () => {
    await deployed.deploy(declaration({ mode }));
    const verification = new X509Certificate(resourceOf('Custom::IotVerificationCertificate').attributes.CertificatePem);
    expect(verification.subject).toBe(`CN=${iot.state.registrationCode}`);
  });

  test('that changes after the CA was registered changes nothing, whatever else is deployed', async () => {
    await deployed.deploy(declaration({ mode }));
    const before = resourceOf('AWS::IoT::CACertificate');
    iot.state.deleteRegistrationCode();
    await deployed.deploy(declaration({ mode, deviceGeneration: 2 }));
    expect(resourceOf('AWS::IoT::CACertificate')).toEqual(before);
    expect(holdings()).toEqual([1, 1, 1, 2]);
  });

  test('that changed is fetched anew for a new CA, which is registered before the old one goes', async () => {
    await deployed.deploy(declaration({ mode }));
    const before = resourceOf('AWS::IoT::CACertificate').physicalId;
    iot.state.deleteRegistrationCode();
    await deployed.deploy(declaration({ mode, caGeneration: 2, replaces: resourceOf('Custom::PrivateIotCa').physicalId }));
    expect([...iot.state.cas.keys()]).toEqual([resourceOf('AWS::IoT::CACertificate').physicalId]);
    expect(iot.state.cas.has(before)).toBe(false);
    expect(holdings()).toEqual([1, 1, 1, 2]);
  });

  test('that changes between fetching and registering fails the deployment; the next generation fetches it anew', async () => {
    const carryOut = iot.state.carryOut.bind(iot.state);
    // somebody deletes the code each time it was fetched, and AWS IoT makes another one
    iot.state.carryOut = (method, path, input) => {
      const answer = carryOut(method, path, input);
      if (path === '/registrationcode') {
        iot.state.deleteRegistrationCode();
        carryOut('GET', path);
      }
      return answer;
    };
    await expect(deployed.deploy(declaration({ mode }))).rejects.toThrow('RegistrationCodeValidationException');

    // without a rollback (cdk deploy --no-rollback) what was made is still there, the code too
    iot.state.carryOut = carryOut;
    await expect(deployed.deploy(declaration({ mode }))).rejects.toThrow('RegistrationCodeValidationException');
    await deployed.deploy(declaration({ mode, codeGeneration: 2 }));
    expect(holdings()).toEqual([1, 1, 1, 2]);
  });
});

test('a new certificate of a device is registered and attached before the old one goes', async () => {
  await deployed.deploy(declaration());
  const [before] = iot.state.certificates.keys();
  await deployed.deploy(declaration({ deviceGeneration: 2 }));
  const [after, ...others] = iot.state.certificates.keys();
  expect(others).toEqual([]);
  expect(after).not.toBe(before);
  expect(iot.state.things.get('sensor-001')).toEqual(new Set([after]));
});

test('a registration that leaves the stack leaves AWS IoT, and the CA stays', async () => {
  await deployed.deploy(declaration({ mode: AwsIotCertificateMode.DEFAULT }));
  await deployed.deploy(declaration({ registered: false }));
  expect(holdings()).toEqual([0, 0, 0, 0]);
  expect(resourceOf('Custom::PrivateIotCa')).toBeDefined();
});

test('the eleventh CA with the same subject is refused, as the notice at synthesis says', async () => {
  const stack = new Stack(new App(), 'Stack');
  for (let number = 1; number <= 11; number++) {
    const ca = new PrivateIotCa(stack, `Ca${number}`, { subject: { commonName: 'Root' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
    new AwsIotCaRegistration(stack, `Registration${number}`, { ca });
  }
  await expect(deployed.deploy(stack)).rejects.toThrow('LimitExceededException');
  expect(iot.state.cas.size).toBe(10);
});

test('the same CA can be registered in several accounts and Regions by its certificate alone', async () => {
  const other = await StrictIot.start();
  try {
    await deployed.deploy(declaration());
    const stack = stackOf();
    new AwsIotCaRegistration(stack, 'Registration', { caCertificate: PemSource.inline(resourceOf('Custom::PrivateIotCa').attributes.CertificatePem) });
    await new AwsIotStack(other).deploy(stack);
    expect([...other.state.cas.keys()]).toEqual([...iot.state.cas.keys()]);
  } finally {
    await other.stop();
  }
});
