import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ca, device, RecordingDeployment } from '../../support/cli-engine';
import { stem } from '../../support/cli-run';

let deployment: RecordingDeployment;

beforeEach(() => {
  deployment = new RecordingDeployment();
});

/** What an output says about each resource. */
function outcomes(report: { resources: readonly { name: string; outcome: string }[] }): string[] {
  return report.resources.map(({ name, outcome }) => `${name} ${outcome}`);
}

describe('a deployment', () => {
  test('creates resources after those they refer to, whatever their order in the template', async () => {
    const report = await deployment.deploy({
      Resources: {
        Third: device('3', { DependsOn: 'Second' }),
        Second: device('2', {}, { Other: { 'Fn::Sub': 'x-${Ca.SerialNumber}' } }),
        Ca: ca('1'),
      },
    });
    expect(deployment.takeCalls()).toEqual(['Create Ca', 'Create Second', 'Create Third']);
    expect(outcomes(report)).toEqual(['Ca created', 'Second created', 'Third created']);
  });

  test('orders resources by dependencies on resources that are left out, such as a policy', async () => {
    await deployment.deploy({
      Resources: {
        Device: { ...device('2', { DependsOn: ['Policy'] }), Properties: { Name: '2' } },
        Policy: { Type: 'AWS::IAM::Policy', Properties: { Resource: { Ref: 'Ca' } } },
        Ca: ca('1'),
      },
    });
    expect(deployment.takeCalls()).toEqual(['Create Ca', 'Create Device']);
  });

  test('sends every scalar as a string, and keeps the properties that are for CloudFormation alone', async () => {
    await deployment.deploy({
      Resources: {
        Ca: ca('1', {}, { ServiceTimeout: '600', ValidityDays: 3650, RetainKey: true, Platforms: ['a', 1], Subject: { CommonName: { Ref: 'AWS::StackName' } } }),
      },
    });
    expect(deployment.events[0].properties).toEqual({
      Name: '1', ValidityDays: '3650', RetainKey: 'true', Platforms: ['a', '1'], Subject: { CommonName: 'Iot' },
    });
    expect(deployment.events[0].resourceType).toBe('Custom::PrivateIotCa');
    expect(deployment.events[0].stackId).toBe(deployment.state.stacks.Iot.stackId);
  });

  test('of the same template asks for nothing and writes nothing', async () => {
    const template = { Resources: { Ca: ca('1'), Device: device('2') }, Outputs: { Id: { Value: { Ref: 'Device' } } } };
    await deployment.deploy(template);
    deployment.takeCalls();
    const state = readFileSync(join(deployment.out, 'state.json'));
    const report = await deployment.deploy(template);
    expect(deployment.takeCalls()).toEqual([]);
    expect(report).toMatchObject({ resources: [], unchanged: 2, warnings: [] });
    expect(readFileSync(join(deployment.out, 'state.json'))).toEqual(state);
  });

  test('updates only the resources that are declared differently, and deletes a replaced certificate after everything succeeded', async () => {
    await deployment.deploy({ Resources: { Ca: ca('1'), Other: ca('x'), Device: device('2') } });
    deployment.takeCalls();
    const report = await deployment.deploy({ Resources: { Ca: ca('new'), Other: ca('x'), Device: device('2') } });
    expect(deployment.takeCalls()).toEqual([
      'Update Ca id-Ca-1', 'Update Device id-Device-2', 'Delete Ca id-Ca-1',
    ]);
    expect(outcomes(report)).toEqual(['Ca replaced', 'Device updated']);
    expect(report.unchanged).toBe(1);
  });

  test('deletes a replaced certificate with the properties it had', async () => {
    await deployment.deploy({ Resources: { Ca: ca('1') } });
    await deployment.deploy({ Resources: { Ca: ca('2') } });
    expect(deployment.events.at(-1)).toMatchObject({ requestType: 'Delete', physicalResourceId: 'id-Ca-1', properties: { Name: '1' } });
  });

  test('removes resources that are not declared any more, dependents first', async () => {
    await deployment.deploy({ Resources: { Ca: ca('1'), A: device('a'), B: device('b', { DependsOn: 'A' }), Other: ca('x') } });
    deployment.takeCalls();
    const report = await deployment.deploy({ Resources: { Other: ca('x') } });
    expect(deployment.takeCalls()).toEqual(['Delete B id-B-b', 'Delete A id-A-a', 'Delete Ca id-Ca-1']);
    expect(outcomes(report).sort()).toEqual(['A removed', 'B removed', 'Ca removed']);
    expect(Object.keys(deployment.state.stacks.Iot.resources)).toEqual(['Other']);
  });

  test('sends no Delete for resources that their policies retain', async () => {
    await deployment.deploy({ Resources: { Ca: ca('1', { DeletionPolicy: 'Retain' }), Other: ca('x', { UpdateReplacePolicy: 'Retain' }) } });
    deployment.takeCalls();
    const report = await deployment.deploy({ Resources: { Other: ca('y', { UpdateReplacePolicy: 'Retain' }) } });
    expect(deployment.takeCalls()).toEqual(['Update Other id-Other-x']);
    expect(outcomes(report)).toEqual(['Other replaced', 'Ca kept']);
  });

  test('treats a resource whose condition is false as one that does not exist', async () => {
    const template = (value: string): object => ({
      Conditions: { Wanted: { 'Fn::Equals': [value, 'yes'] } },
      Resources: { Ca: ca('1', { Condition: 'Wanted' }), Other: ca('x', { DependsOn: 'Ca' }) },
      Outputs: { Id: { Condition: 'Wanted', Value: { Ref: 'Ca' } }, Either: { Value: { 'Fn::If': ['Wanted', { Ref: 'Ca' }, 'none'] } } },
    });
    await deployment.deploy({ ...template('yes') });
    expect(deployment.state.stacks.Iot.outputs).toEqual({ Id: 'id-Ca-1', Either: 'id-Ca-1' });
    deployment.takeCalls();
    await deployment.deploy({ ...template('no') });
    expect(deployment.takeCalls()).toEqual(['Delete Ca id-Ca-1']);
    expect(deployment.state.stacks.Iot.outputs).toEqual({ Either: 'none' });
  });

  test('goes on when an old certificate can\'t be deleted, and says so', async () => {
    await deployment.deploy({ Resources: { Ca: ca('1') } });
    deployment.failing = ['Delete Ca'];
    const report = await deployment.deploy({ Resources: { Ca: ca('2') } });
    expect(report.warnings).toEqual(['stack Iot, resource Ca (Custom::PrivateIotCa): id-Ca-1 could not be deleted: refused']);
    expect(deployment.state.stacks.Iot).toMatchObject({ resources: { Ca: { physicalId: 'id-Ca-2' } }, superseded: {} });
  });
});

describe('a stand-in for a resource', () => {
  const BACKING = {
    Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
    Table: { Type: 'AWS::DynamoDB::GlobalTable', Properties: {} },
    Named: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: { 'Fn::Sub': '${AWS::StackName}-ledger' } } },
    Key: { Type: 'AWS::KMS::Key', Properties: {} },
  };

  test('gives certificates the values that they refer to', async () => {
    await deployment.deploy({
      Resources: {
        ...BACKING,
        Ca: ca('1', {}, {
          Secret: { Ref: 'Secret' },
          Table: { Ref: 'Table' },
          TableArn: { 'Fn::GetAtt': ['Table', 'Arn'] },
          Named: { Ref: 'Named' },
          Key: { Ref: 'Key' },
          KeyArn: { 'Fn::GetAtt': 'Key.Arn' },
        }),
      },
    });
    expect(JSON.parse(JSON.stringify(deployment.events[0].properties), (_, value) => typeof value === 'string' ? stem(value) : value)).toEqual({
      Name: '1',
      Secret: 'arn:aws:secretsmanager:local:000000000000:secret:Iot-Secret',
      Table: 'Iot-Table',
      TableArn: 'arn:aws:dynamodb:local:000000000000:table/Iot-Table',
      Named: 'Iot-ledger',
      Key: 'Iot-Key',
      KeyArn: 'arn:aws:kms:local:000000000000:key/Iot-Key',
    });
  });

  test.each([
    ['Delete', false], [undefined, false], ['Retain', true], ['RetainExceptOnCreate', true],
  ])('of secrets with the deletion policy %s loses or keeps its keys when it is removed (%s: kept)', async (DeletionPolicy, kept) => {
    await deployment.deploy({ Resources: { Secret: { ...BACKING.Secret, Properties: {}, DeletionPolicy }, Ca: ca('1') } });
    const folder = deployment.secretFolder('Secret');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'A1.pem'), 'a key');
    await deployment.deploy({ Resources: { Ca: ca('1') } });
    expect(existsSync(join(folder, 'A1.pem'))).toBe(kept);
    expect(existsSync(folder)).toBe(kept);
  });

  test('keeps resources that are left out visible, by type and number', async () => {
    const role = { Type: 'AWS::IAM::Role', Properties: {} };
    const report = await deployment.deploy({
      Transform: 'AWS::Serverless-2016-10-31',
      Rules: { CheckBootstrapVersion: {}, Mine: {} },
      Resources: { Ca: ca('1'), A: role, B: role, Function: { Type: 'AWS::Lambda::Function' } },
      Outputs: {
        Ca: { Value: { Ref: 'Ca' } },
        Arn: { Value: { 'Fn::GetAtt': ['Function', 'Arn'] } },
        Zones: { Value: { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] } },
        Version: { Value: '{{resolve:ssm:/version}}' },
      },
    });
    expect(report.leftOut).toEqual([
      { what: 'AWS::IAM::Role', number: 2 },
      { what: 'AWS::Lambda::Function', number: 1 },
      { what: 'rule Mine' },
      { what: 'transform AWS::Serverless-2016-10-31' },
      { what: 'output Arn', reason: 'it refers to Function (AWS::Lambda::Function), which a local deployment leaves out' },
      { what: 'output Zones', reason: "Fn::GetAZs can't be evaluated by a local deployment" },
      { what: 'output Version', reason: 'it holds a dynamic reference, which only CloudFormation can look up' },
    ]);
    expect(deployment.state.stacks.Iot.outputs).toEqual({ Ca: 'id-Ca-1' });
  });
});

describe('a registration with a platform', () => {
  const registered = (RegistrationCode: unknown) => ({
    Resources: {
      Ca: ca('1'),
      Upload: { Type: 'Custom::AzureCaUpload', Properties: { CertificatePem: { 'Fn::GetAtt': ['Ca', 'CertificatePem'] } } },
      Proof: { Type: 'Custom::IotVerificationCertificate', Properties: { Name: 'proof', RegistrationCode, Issuer: { Ref: 'Ca' } } },
      Verification: { Type: 'Custom::AzureCaVerification', Properties: { Pem: { 'Fn::GetAtt': ['Proof', 'CertificatePem'] } } },
    },
    Outputs: { Ca: { Value: { Ref: 'Ca' } }, Proof: { Value: { 'Fn::GetAtt': ['Proof', 'SerialNumber'] } } },
  });

  test('is left out, and so is the certificate whose code only the platform has', async () => {
    const report = await deployment.deploy(registered({ 'Fn::GetAtt': ['Upload', 'VerificationCode'] }));
    expect(deployment.takeCalls()).toEqual(['Create Ca']);
    expect(report.leftOut).toEqual([
      { what: 'Custom::AzureCaUpload', number: 1 },
      { what: 'Custom::AzureCaVerification', number: 1 },
      { what: 'Proof (Custom::IotVerificationCertificate)', reason: 'its code comes from the platform, in the deployment of Upload (Custom::AzureCaUpload)' },
      { what: 'output Proof', reason: 'it refers to Proof (Custom::IotVerificationCertificate), which a local deployment leaves out' },
    ]);
    expect(deployment.state.stacks.Iot.outputs).toEqual({ Ca: 'id-Ca-1' });
  });

  test('leaves a certificate in its place if its code is known', async () => {
    await deployment.deploy(registered('code-1'));
    expect(deployment.takeCalls()).toEqual(['Create Ca', 'Create Proof']);
    const report = await deployment.deploy(registered({ 'Fn::GetAtt': ['Upload', 'VerificationCode'] }));
    expect(deployment.takeCalls()).toEqual(['Delete Proof id-Proof-proof']);
    expect(report.resources.map(({ outcome }) => outcome)).toEqual(['removed']);
  });
});

describe('a deployment that fails', () => {
  test('deletes the failed creation by the id that it answered, and the resources that were created before it', async () => {
    deployment.failing = ['Create Device'];
    await expect(deployment.deploy({ Resources: { Ca: ca('1'), Device: device('2'), Later: device('3', { DependsOn: 'Device' }) } }))
      .rejects.toThrow('stack Iot, resource Device (Custom::IotDeviceCertificate): refused; the stack was rolled back');
    expect(deployment.takeCalls()).toEqual(['Create Ca', 'Create Device', 'Delete Device id-Device-2', 'Delete Ca id-Ca-1']);
    expect(deployment.state.stacks.Iot).toMatchObject({ resources: {}, before: {}, superseded: {} });
    expect(deployment.state.stacks.Iot.outputs).toBeUndefined();
  });

  test('deletes a failed creation that answered no id by an id that is made up', async () => {
    deployment.failing = ['Create Ca'];
    deployment.failuresNameTheirId = false;
    await expect(deployment.deploy({ Resources: { Ca: ca('1') } })).rejects.toThrow('refused');
    expect(deployment.takeCalls()).toEqual(['Create Ca', expect.stringMatching(/^Delete Ca Iot-Ca-[0-9a-f-]{36}$/)]);
  });

  test('answers a failed update with an update to the old properties, and deletes what the failure named', async () => {
    await deployment.deploy({ Resources: { Ca: ca('1'), Device: device('2') } });
    const before = deployment.state.stacks.Iot;
    deployment.takeCalls();
    deployment.failing = ['Update Device bad'];
    await expect(deployment.deploy({ Resources: { Ca: ca('1'), Device: device('bad') } })).rejects.toThrow('refused; the stack was rolled back');
    expect(deployment.events.map(({ properties }) => properties.Name)).toEqual(['bad', '2', 'bad']);
    expect(deployment.takeCalls()).toEqual(['Update Device id-Device-2', 'Update Device id-Device-bad', 'Delete Device id-Device-bad']);
    expect(deployment.state.stacks.Iot).toEqual(before);
  });

  test('undoes everything, latest first: updates by updates with the old properties, creations by deletions in the end', async () => {
    await deployment.deploy({ Resources: { Ca: ca('1'), Other: ca('x'), Gone: ca('g') } });
    const before = deployment.state.stacks.Iot;
    deployment.takeCalls();
    deployment.failing = ['Create Device'];
    const changed = { Ca: ca('new'), Other: ca('y'), Added: ca('z'), Device: device('2', { DependsOn: ['Added', 'Other'] }) };
    await expect(deployment.deploy({ Resources: changed })).rejects.toThrow('refused; the stack was rolled back');
    expect(deployment.takeCalls()).toEqual([
      'Update Ca id-Ca-1', 'Update Other id-Other-x', 'Create Added', 'Create Device',
      'Update Other id-Other-y', 'Update Ca id-Ca-new',
      'Delete Device id-Device-2', 'Delete Added id-Added-z', 'Delete Other id-Other-y', 'Delete Ca id-Ca-new',
    ]);
    expect(deployment.state.stacks.Iot).toEqual(before);
  });

  test('names the resources that it could not delete', async () => {
    deployment.failing = ['Create Device', 'Delete Ca'];
    await expect(deployment.deploy({ Resources: { Ca: ca('1'), Device: device('2') } })).rejects.toThrow(
      'refused; the stack was rolled back; stack Iot, resource Ca (Custom::PrivateIotCa): id-Ca-1 could not be deleted: refused');
  });

  test('whose rollback fails too goes on forwards the next time', async () => {
    await deployment.deploy({ Resources: { Ca: ca('1'), Device: device('2') } });
    const before = deployment.state.stacks.Iot;
    deployment.failing = ['Update Device'];
    await expect(deployment.deploy({ Resources: { Ca: ca('new'), Device: device('bad') } }))
      .rejects.toThrow('refused; the rollback failed too: Device: refused; run again to continue from there');
    deployment.failing = [];
    deployment.takeCalls();
    await deployment.deploy({ Resources: { Ca: ca('1'), Device: device('2') } });
    expect(deployment.takeCalls()).toEqual(['Update Ca id-Ca-new', 'Delete Device id-Device-bad', 'Delete Ca id-Ca-new']);
    expect(deployment.state.stacks.Iot).toEqual(before);
  });

  test('removes the keys of a secret that it created itself, unless the policy is Retain', async () => {
    deployment.failing = ['Create Ca'];
    const secret = (DeletionPolicy: string): object => ({ Type: 'AWS::SecretsManager::Secret', DeletionPolicy });
    deployment.effect = ({ properties: { Secrets } }) => (Secrets as string[]).forEach(arn => {
      const folder = join(deployment.keys, arn.split(':secret:')[1]);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'A1.pem'), 'a key');
    });
    await expect(deployment.deploy({
      Resources: { Mine: secret('RetainExceptOnCreate'), Kept: secret('Retain'), Ca: ca('1', {}, { Secrets: [{ Ref: 'Mine' }, { Ref: 'Kept' }] }) },
    })).rejects.toThrow(/kept from Kept: \S+keys\/Iot-Kept-[0-9a-f]{6}$/);
    expect(readdirSync(deployment.keys).map(stem)).toEqual(['Iot-Kept']);
  });

  test('because an output refers to an attribute that is not there is rolled back too', async () => {
    await expect(deployment.deploy({ Resources: { Ca: ca('1') }, Outputs: { Bad: { Value: { 'Fn::GetAtt': ['Ca', 'Pem'] } } } }))
      .rejects.toThrow('stack Iot, output Bad: Fn::GetAtt: Ca has no attribute "Pem"; it has SerialNumber; the stack was rolled back');
    expect(deployment.takeCalls()).toEqual(['Create Ca', 'Delete Ca id-Ca-1']);
  });
});

describe('stacks that refer to each other', () => {
  const CA_STACK = (name: string): object => ({
    Resources: { Ca: ca(name) },
    Outputs: { CaId: { Value: { Ref: 'Ca' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}:CaId' } } } },
  });
  const DEVICES = { Resources: { Device: ca('d', {}, { Issuer: { 'Fn::ImportValue': 'Root:CaId' } }) } };

  test('pass values by exports', async () => {
    await deployment.deploy({ ...CA_STACK('1') }, 'Root');
    await deployment.deploy(DEVICES, 'Devices');
    expect(deployment.events.at(-1)!.properties).toEqual({ Name: 'd', Issuer: 'id-Ca-1' });
  });

  test('pass values by outputs', async () => {
    await deployment.deploy({ ...CA_STACK('1') }, 'Root');
    await deployment.deploy({
      Resources: {
        Device: ca('d', {}, { Issuer: { 'Fn::GetStackOutput': { StackName: 'Root', OutputName: 'CaId', Region: { Ref: 'AWS::Region' } } } }),
      },
    }, 'Devices');
    expect(deployment.events.at(-1)!.properties).toEqual({ Name: 'd', Issuer: 'id-Ca-1' });
  });

  test('read the outputs of a stack in another Region of the app, and only of that one', async () => {
    const reading = (Region: string) => ({
      Resources: { Device: ca('d', {}, { Issuer: { 'Fn::GetStackOutput': { StackName: 'Root', OutputName: 'CaId', Region, RoleArn: 'arn:aws:iam::111111111111:role/reader' } } }) },
    });
    await deployment.deploy({ ...CA_STACK('1') }, 'Root', 'eu-central-1');
    await deployment.deploy(reading('eu-central-1'), 'Devices', 'us-east-1');
    expect(deployment.events.at(-1)!.properties).toEqual({ Name: 'd', Issuer: 'id-Ca-1' });
    await expect(deployment.deploy(reading('us-east-1'), 'Others', 'us-east-1')).rejects
      .toThrow('it reads the output CaId of a stack Root in the Region us-east-1, which is not deployed here');
  });

  test('can\'t change or lose an export that is imported', async () => {
    await deployment.deploy({ ...CA_STACK('1') }, 'Root');
    await deployment.deploy(DEVICES, 'Devices');
    await expect(deployment.deploy({ ...CA_STACK('2') }, 'Root'))
      .rejects.toThrow('stack Root: the export Root:CaId must not change or be removed while stack Devices imports it');
    await expect(deployment.remove('Root')).rejects.toThrow('must not change or be removed while stack Devices imports it');
    expect(deployment.state.stacks.Root.outputs).toEqual({ CaId: 'id-Ca-1' });
  });

  test('can\'t import an export that is not there, nor export a name twice', async () => {
    await expect(deployment.deploy(DEVICES, 'Devices')).rejects.toThrow(
      'stack Devices, resource Device, property Issuer: Fn::ImportValue: no stack that is deployed here exports "Root:CaId"');
    await deployment.deploy({ Resources: { Ca: ca('1') }, Outputs: { A: { Value: 'a', Export: { Name: 'Name' } } } }, 'Root');
    await expect(deployment.deploy({ Resources: { Ca: ca('1') }, Outputs: { A: { Value: 'a', Export: { Name: 'Name' } } } }, 'Second'))
      .rejects.toThrow('stack Second: the export Name already belongs to stack Root');
  });
});

describe('the removal of a stack', () => {
  test('deletes everything, dependents first, and forgets the stack', async () => {
    await deployment.deploy({ Resources: { Ca: ca('1'), Device: device('2'), Kept: ca('k', { DeletionPolicy: 'Retain' }) } });
    deployment.takeCalls();
    const report = await deployment.remove();
    expect(deployment.takeCalls()).toEqual(['Delete Device id-Device-2', 'Delete Ca id-Ca-1']);
    expect(outcomes(report)).toEqual(['Ca removed', 'Device removed', 'Kept kept']);
    expect(deployment.state.stacks).toEqual({});
  });

  test('stops at a resource that can\'t be deleted, and goes on from there the next time', async () => {
    await deployment.deploy({ Resources: { Ca: ca('1'), Device: device('2') } });
    deployment.failing = ['Delete Ca'];
    await expect(deployment.remove()).rejects.toThrow('stack Iot, resource Ca (Custom::PrivateIotCa): id-Ca-1 could not be deleted: refused');
    deployment.failing = [];
    deployment.takeCalls();
    await deployment.remove();
    expect(deployment.takeCalls()).toEqual(['Delete Ca id-Ca-1']);
    expect(deployment.state.stacks).toEqual({});
  });
});
