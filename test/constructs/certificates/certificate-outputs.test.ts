import { CfnOutput, CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { CertificateOutputs, KeyAlgorithm, KeyStorage, PemSource, PrivateIotCa } from '../../../src';
import { stackWithCa } from '../../support/stacks';

test('the outputs have the names of the certificates, so that the export names files after them', () => {
  const { stack, ca } = stackWithCa();
  new CertificateOutputs(stack, 'Outputs', {
    cas: { Ca: ca },
    certificates: {
      Verification: ca.addVerificationCertificate('Verification', { registrationCode: 'code' }),
      Sensor001: ca.addDeviceCertificate('Sensor001', { subject: { commonName: 'sensor-001' } }),
      Broker: ca.addServerCertificate('Broker', { subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['broker.acme.example'] } }),
    },
  });
  const pem = (id: string) => ({ Value: { 'Fn::GetAtt': [expect.stringMatching(`^${id}[0-9A-F]{8}$`), 'CertificatePem'] } });
  const secret = (id: string) => ({ Value: { Ref: expect.stringMatching(`^${id}PrivateKey[0-9A-F]{8}$`) } });
  expect(Template.fromStack(stack).toJSON().Outputs).toEqual({
    CaCertificate: pem('Ca'),
    VerificationCertificate: pem('CaVerification'),
    Sensor001Certificate: pem('CaSensor001'),
    Sensor001SerialNumber: { Value: { 'Fn::GetAtt': [expect.stringMatching('^CaSensor001[0-9A-F]{8}$'), 'SerialNumber'] } },
    Sensor001PrivateKeySecret: secret('CaSensor001'),
    BrokerCertificate: pem('CaBroker'),
    BrokerPrivateKeySecret: secret('CaBroker'),
  });
});

test('the outputs have chains if a CA is above the CA', () => {
  const { stack, ca: root } = stackWithCa({ pathLength: 1 });
  const ca = new PrivateIotCa(stack, 'Plant', { subject: { commonName: 'Plant CA' }, issuer: root });
  new CertificateOutputs(stack, 'Outputs', { cas: { Plant: ca }, certificates: { Device: ca.addDeviceCertificate('Device', { subject: { commonName: 'd' } }) } });
  const outputs = Template.fromStack(stack).toJSON().Outputs;
  expect(Object.keys(outputs)).toEqual(expect.arrayContaining(['PlantCertificate', 'PlantCertificateChain', 'DeviceCertificate', 'DeviceCertificateChain']));
  expect(outputs.DeviceCertificateChain.Value['Fn::Join'][1]).toHaveLength(2);
});

test('a key in a parameter is named by the parameter, and one that is not held here by nothing', () => {
  const { stack, ca } = stackWithCa();
  new CertificateOutputs(stack, 'Outputs', {
    certificates: {
      Device: ca.addDeviceCertificate('Device', {
        subject: { commonName: 'd' }, keyAlgorithm: KeyAlgorithm.EC_P256, keyStorage: KeyStorage.parameterStore({ path: '/iot/devices' }),
      }),
      Meter: ca.addDeviceCertificate('Meter', {
        subject: { commonName: 'm' }, certificateSigningRequest: PemSource.inline(new CfnParameter(stack, 'Request').valueAsString),
      }),
    },
  });
  expect(Object.keys(Template.fromStack(stack).toJSON().Outputs)).toEqual([
    'DeviceCertificate', 'DeviceSerialNumber', 'DevicePrivateKeyParameter', 'MeterCertificate', 'MeterSerialNumber',
  ]);
});

test.each(['', '1st', 'sensor-001', 'sensor_1'])('the name %p, which no output can have, is refused', name => {
  const { stack, ca } = stackWithCa();
  expect(() => new CertificateOutputs(stack, 'Outputs', { cas: { [name]: ca } }))
    .toThrow(`Stack/Outputs: the name of a certificate must consist of letters and digits and begin with a letter, got "${name}"`);
});

test('a name that is used twice is refused with the places of its use', () => {
  const { stack, ca } = stackWithCa();
  const message = 'a name must be unique in its stack, because the names of outputs begin with it, got "Ca"';
  expect(() => new CertificateOutputs(stack, 'Both', { cas: { Ca: ca }, certificates: { Ca: ca.addDeviceCertificate('Device', { subject: { commonName: 'd' } }) } }))
    .toThrow(new Error(`Stack/Both: ${message}, which is in both cas and certificates; choose another name`));
  const other = stackWithCa();
  new CertificateOutputs(other.stack, 'Outputs', { cas: { Ca: other.ca } });
  expect(() => new CertificateOutputs(other.ca, 'More', { cas: { Ca: other.ca } }))
    .toThrow(new Error(`Stack/Ca/More: ${message}, which Stack/Outputs uses too; choose another name`));
  expect(() => new CertificateOutputs(new NestedStack(other.stack, 'Nested'), 'Outputs', { cas: { Ca: other.ca } })).not.toThrow();
});

describe('an output of the app that has the name of one of them', () => {
  test('does not count if it is in another stack', () => {
    const { stack, ca } = stackWithCa();
    new CfnOutput(new NestedStack(stack, 'Nested'), 'CaCertificate', { value: 'x' });
    new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca } });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test.each<[string, (other: Stack) => CfnOutput]>([
    ['by its id', other => new CfnOutput(other, 'CaCertificate', { value: 'x' })],
    ['by its logical id, deeper in the stack', other => {
      const output = new CfnOutput(new Construct(other, 'Mine'), 'Pem', { value: 'x' });
      output.overrideLogicalId('CaCertificate');
      return output;
    }],
  ])('is refused by its name (%s)', (_, declare) => {
    const other = stackWithCa();
    new CertificateOutputs(other.stack, 'Outputs', { cas: { Ca: other.ca } });
    const output = declare(other.stack);
    expect(() => Template.fromStack(other.stack)).toThrow('[Stack/Outputs] the name of the output CaCertificate must be unique in the stack, '
      + `got the same name for ${output.node.path}; rename one of the two`);
  });
});

test('outputs of nothing bring a warning', () => {
  const { stack, ca } = stackWithCa();
  new CertificateOutputs(stack, 'Nothing', {});
  new CertificateOutputs(stack, 'Empty', { cas: {}, certificates: {} });
  new CertificateOutputs(stack, 'Outputs', { cas: { Ca: ca } });
  const said = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('no output is created, .*cdk-private-iot-ca:no-outputs'));
  expect(said.map(({ id }) => id)).toEqual(['/Stack/Nothing', '/Stack/Empty']);
});

test('a CA among the certificates is refused, and the message says where it belongs', () => {
  const { stack, ca } = stackWithCa();
  expect(() => new CertificateOutputs(stack, 'Outputs', { certificates: { Ca: ca } }))
    .toThrow('Stack/Outputs: certificates["Ca"] must be a certificate, such as new DeviceCertificate(), and not a CA, which belongs in cas, got an object of the class PrivateIotCa');
});
