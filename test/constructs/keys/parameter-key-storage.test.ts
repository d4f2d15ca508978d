import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { DeviceCertificate, KeyStorage, ParameterKeyStorageOptions } from '../../../src';
import { attributeOf, ledgerRights, logicalIds, onlyVia, propertiesOf, rightsOf, stackWithCa } from '../../support/stacks';

const TYPE = 'Custom::IotDeviceCertificate';
const KEEP = ['ssm:DeleteParameter', 'ssm:GetParameter', 'ssm:PutParameter'];
const CA_RIGHTS = [
  {
    Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
    Resource: { Ref: 'CaPrivateKey3406A746' },
  },
  ledgerRights(attributeOf('CaLedger0A52F403', 'Arn')),
];

function withDevice(options: ParameterKeyStorageOptions = {}, id = 'Sensor'): { stack: Stack; device: DeviceCertificate } {
  const { stack, ca } = stackWithCa();
  return { stack, device: ca.addDeviceCertificate(id, { subject: { commonName: 'sensor-001' }, keyStorage: KeyStorage.parameterStore(options) }) };
}

/** The right to change the tags of parameters; the slash at the beginning of their names is one that AWS doubles there. */
const tagging = (path: string): object => ({
  Action: ['ssm:AddTagsToResource', 'ssm:RemoveTagsFromResource'], Resource: [parameters(`/${path}`), parameters(path)],
});

/** The ARN of parameters, as the template has it. */
function parameters(path: string): object {
  return {
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ssm:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, `:parameter${path}`]],
  };
}

test('a key in the Parameter Store needs no resource: it has a path of the stack and the certificate', () => {
  const { stack, device } = withDevice();
  expect(logicalIds(stack)).toEqual({
    'AWS::SecretsManager::Secret': ['CaPrivateKey3406A746'], // of the CA
    'AWS::DynamoDB::GlobalTable': ['CaLedger0A52F403'],
    'Custom::PrivateIotCa': ['Ca1E0C8272'],
    'Custom::IotDeviceCertificate': ['CaSensor35986622'],
  });
  expect(propertiesOf(stack, TYPE).KeyStorage).toEqual({ Type: 'Parameter', Path: '/private-iot-ca/Stack/Stack-Ca-Sensor-E9A745C3' });
  expect(stack.resolve(device.privateKeyParameterName)).toEqual(attributeOf('CaSensor35986622', 'PrivateKeyParameter'));
  expect(() => device.privateKeySecret).toThrow('got a certificate whose key is in a parameter; use privateKeyParameterName');
});

test('the function can keep parameters below the stack\'s own path, for as long as any key is there, because it has to delete the last one too', () => {
  const { stack, ca } = stackWithCa();
  for (const id of ['Sensor', 'Second']) {
    ca.addDeviceCertificate(id, { subject: { commonName: id }, keyStorage: KeyStorage.parameterStore() });
  }
  expect(rightsOf(stack)).toEqual([...CA_RIGHTS, { Action: KEEP, Resource: parameters('/private-iot-ca/Stack/*') }, tagging('/private-iot-ca/Stack/*')]);
  for (const { DependsOn } of Object.values(Template.fromStack(stack).findResources(TYPE))) {
    expect(DependsOn).toEqual([
      'PrivateIotCaProviderOwnStack784B1F56', 'PrivateIotCaProviderParameters050577A5A991F53D', 'PrivateIotCaProviderRightsOnStackCaDC4BAF94D43DB4658B3F88D6',
    ]);
  }
});

test('a path of its own gives the function rights on it alone, which last until the certificate is removed', () => {
  const { stack } = withDevice({ path: '/iot/devices/sensor-001' });
  expect(propertiesOf(stack, TYPE).KeyStorage).toEqual({ Type: 'Parameter', Path: '/iot/devices/sensor-001' });
  const KEEPING = { Action: KEEP, Resource: parameters('/iot/devices/sensor-001/*') };
  expect(rightsOf(stack)).toEqual(expect.arrayContaining([...CA_RIGHTS, KEEPING, tagging('/iot/devices/sensor-001/*')]));
  expect(rightsOf(stack)).toHaveLength(CA_RIGHTS.length + 2);
  expect(rightsOf(stack, 'PrivateIotCaProviderRightsOnStackCaSensor')).toEqual([KEEPING]);
  expect(rightsOf(stack, 'PrivateIotCaProviderTags')).toEqual([tagging('/iot/devices/sensor-001/*')]); // a removal does not need it
});

test('a customer key encrypts the parameter, and the function can use it through Systems Manager only', () => {
  const { stack, ca } = stackWithCa();
  const encryptionKey = new Key(stack, 'Key');
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'a' }, keyStorage: KeyStorage.parameterStore({ encryptionKey }) });
  expect(propertiesOf(stack, TYPE).KeyStorage).toMatchObject({ EncryptionKeyArn: attributeOf('Key961B73FD', 'Arn') });
  expect(rightsOf(stack).slice(2)).toEqual([
    { Action: KEEP, Resource: parameters('/private-iot-ca/Stack/*') },
    {
      Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      Resource: attributeOf('Key961B73FD', 'Arn'),
      Condition: onlyVia('ssm'),
    },
    tagging('/private-iot-ca/Stack/*'),
  ]);
});

test('grantReadPrivateKey lets a principal read what is below the path of this certificate, and nothing more', () => {
  const { stack, device } = withDevice();
  device.grantReadPrivateKey(new Role(stack, 'Role', { assumedBy: new AccountPrincipal('111111111111') }));
  expect(rightsOf(stack, 'RoleDefaultPolicy')).toEqual([
    { Action: 'ssm:GetParameter', Resource: parameters('/private-iot-ca/Stack/Stack-Ca-Sensor-E9A745C3/*') },
  ]);
});

test('the default path is one that Systems Manager accepts, and no other certificate\'s, whatever the ids of constructs are', () => {
  const pathOf = (id: string) => (propertiesOf(withDevice({}, id).stack, TYPE).KeyStorage as { Path: string }).Path;
  const paths = ['Sensor 1', 'Sensor-1', 'Sensor:1', 'Fühler', 'Sensor.1', 'x'.repeat(200)].map(pathOf);
  expect(new Set(paths).size).toBe(6);
  paths.forEach(path => expect(path).toMatch(/^(\/[A-Za-z0-9_.-]+){3}$/));
});

test('the path can be a token, which stays whole in rights', () => {
  const { stack, ca } = stackWithCa();
  const path = new CfnParameter(stack, 'Path').valueAsString;
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'a' }, keyStorage: KeyStorage.parameterStore({ path }) });
  expect(propertiesOf(stack, TYPE).KeyStorage).toEqual({ Type: 'Parameter', Path: { Ref: 'Path' } });
  expect(JSON.stringify(rightsOf(stack).slice(2))).toContain('":parameter",{"Ref":"Path"},"/*"');
});

describe('a key in the Parameter Store', () => {
  test.each(['iot/sensor', '/', '/iot//sensor', '/iot/sensor/', '/iot/sensor 1', '/iot/..', '/./sensor', '/aws/iot', '/ssm-iot/sensor', `/${'a/'.repeat(14)}b`, `/${'x'.repeat(900)}`])(
    'is refused for the path %j', path => {
      expect(() => withDevice({ path })).toThrow('Stack/Ca/Sensor: keyStorage must be a parameter path, such as /iot/devices/sensor-001, and not below /aws or /ssm, got "');
    });

  test('is refused for a CA, whose key has to be kept in versions', () => {
    expect(() => stackWithCa({ keyStorage: KeyStorage.parameterStore() }))
      .toThrow('Stack/Ca: keyStorage of a CA must be KeyStorage.secretsManager() or KeyStorage.kms()');
  });

  test('has no name of a parameter if it is in a secret', () => {
    const { ca } = stackWithCa();
    const device = ca.addDeviceCertificate('Sensor', { subject: { commonName: 'a' } });
    expect(() => device.privateKeyParameterName)
      .toThrow('Stack/Ca/Sensor: privateKeyParameterName is available only for a certificate whose keyStorage is KeyStorage.parameterStore()');
  });
});
