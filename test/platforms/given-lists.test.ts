import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { TrustStore } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnTrustAnchor } from 'aws-cdk-lib/aws-rolesanywhere';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { LoadBalancerRevocation, PrivateIotCa, PublishRevocationOptions, RevocationPublication, RolesAnywhereRevocation } from '../../src';

const ENV = { account: '111111111111', region: 'eu-central-1' };
const ANCHOR = 'arn:aws:rolesanywhere:us-east-1:111111111111:trust-anchor/11111111-2222-3333-4444-555555555555';
const STORE = 'arn:aws:elasticloadbalancing:eu-central-1:111111111111:truststore/devices/0123456789abcdef';

/** A kind of construct, as it is declared for a published list. */
interface Given {
  readonly Construct: typeof RolesAnywhereRevocation | typeof LoadBalancerRevocation;
  readonly handler: string;
  readonly type: string;
  readonly declare: (stack: Stack, publication: RevocationPublication, options?: object, id?: string) => { readonly alarm?: unknown };
}

const KINDS: [string, Given][] = [
  ['a trust anchor', {
    Construct: RolesAnywhereRevocation,
    handler: 'index.rolesAnywhere',
    type: 'Custom::RolesAnywhereRevocationList',
    declare: (stack, publication, options, id = 'Given') => new RolesAnywhereRevocation(stack, id, { publication, trustAnchorArn: ANCHOR, ...options }),
  }],
  ['a trust store', {
    Construct: LoadBalancerRevocation,
    handler: 'index.loadBalancer',
    type: 'Custom::TrustStoreRevocationList',
    declare: (stack, publication, options, id = 'Given') => new LoadBalancerRevocation(stack, id, {
      publication, trustStore: TrustStore.fromTrustStoreArn(stack, `${id}Store`, STORE), ...options,
    }),
  }],
];

function published(options: PublishRevocationOptions = {}, stack = new Stack(new App(), 'Iot', { env: ENV })): { stack: Stack; lists: RevocationPublication } {
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' } });
  return { stack, lists: ca.publishRevocation(options) };
}

/** The rights of the function, except those on its log and on its queue. */
function rightsOf(template: Template): { action: string[]; resource: unknown }[] {
  return Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Given'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource }) => ({ action: [Action].flat().sort(), resource: Resource }))
    .filter(({ action }) => !/^(logs|sqs):/.test(action[0]));
}

const idOf = (template: Template, type: string, beginning = 'Given'): string => Object.keys(template.findResources(type)).find(id => id.startsWith(beginning))!;

describe.each(KINDS)('the list for %s', (_, { declare, handler, type }) => {
  function declared(options: object = {}, publish: PublishRevocationOptions = {}): Template {
    const { stack, lists } = published(publish);
    declare(stack, lists, options);
    return Template.fromStack(stack);
  }

  test('is there when the stack is deployed, after the publication, and is removed before what gives it', () => {
    const template = declared();
    const resource = idOf(template, type);
    const { DependsOn, DeletionPolicy, Properties } = template.findResources(type)[resource];
    expect(DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^CaRevocation[0-9A-F]{8}$/), expect.stringMatching(/^GivenRights/)]));
    expect(DeletionPolicy).toBe('Delete');
    expect(Properties.ServiceToken).toEqual({ 'Fn::GetAtt': [idOf(template, 'AWS::Lambda::Function'), 'Arn'] });
    for (const occasion of ['AWS::Events::Rule', 'AWS::Lambda::EventSourceMapping']) {
      const dependent = Object.entries(template.findResources(occasion)).filter(([id, { DependsOn: on = [] }]) => id.startsWith('Given') && on.includes(resource));
      expect(dependent).toHaveLength(1);
    }
  });

  test('is compared after each publication and once an hour, or as often as declared', () => {
    const template = declared();
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'source': ['private-iot-ca'], 'detail-type': ['Revocation Lists Published'], 'detail': { ca: [{ Ref: idOf(template, 'Custom::PrivateIotCa', 'Ca') }] } },
    });
    expect(template.findResources('AWS::Events::Rule')[idOf(template, 'AWS::Events::Rule', 'GivenSchedule')].Properties.ScheduleExpression).toBe('rate(1 hour)');
    const often = declared({ checkInterval: Duration.minutes(15) });
    often.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(15 minutes)' });
    often.hasResourceProperties('AWS::CloudWatch::Alarm', { Period: 900 });
  });

  test('has an alarm that goes off when two checks in a row have failed, or when none was made', () => {
    const template = declared();
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: idOf(template, 'AWS::Lambda::Function') } }],
      Statistic: 'Sum',
      EvaluationPeriods: 2,
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
  });

  test('is given by a function that has the declaration in its environment', () => {
    const template = declared();
    const { Properties } = template.findResources('AWS::Lambda::Function')[idOf(template, 'AWS::Lambda::Function')];
    expect(Properties.Handler).toBe(handler);
    expect(Object.keys(Properties.Environment.Variables).sort()).toEqual(['GIVEN_LIST', 'STACK_ID']);
    expect(JSON.stringify(Properties.Environment.Variables.GIVEN_LIST)).toContain('CaId');
  });

  test('stays at the service if the declaration says so', () => {
    const template = declared({ removalPolicy: RemovalPolicy.RETAIN });
    template.hasResource(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('needs the right to decrypt if the bucket has a key', () => {
    const { stack } = published();
    const key = new Key(stack, 'Key');
    const ca = new PrivateIotCa(stack, 'Other', { subject: { commonName: 'Other' } });
    declare(stack, ca.publishRevocation({ encryptionKey: key }));
    expect(rightsOf(Template.fromStack(stack))).toContainEqual({ action: ['kms:Decrypt'], resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } });
  });

  test('of a CA whose certificate is made elsewhere begins when there is a certificate', () => {
    const stack = new Stack(new App(), 'Iot', { env: ENV });
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Factory' }, signedElsewhere: true });
    expect(declare(stack, ca.publishRevocation()).alarm).toBeUndefined();
    Template.fromStack(stack).resourceCountIs(type, 0);
  });

  test('of a kept CA is given too, with the stream of its ledger', () => {
    const stack = new Stack(new App(), 'Iot', { env: ENV });
    const ledgerTableArn = 'arn:aws:dynamodb:eu-central-1:111111111111:table/Iot-CaLedger-1ABCDEF';
    const ca = PrivateIotCa.fromKeptCa(stack, 'Ca', {
      caId: `ca-${'0'.repeat(32)}`, ledgerTableArn, privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Key-AbCdEf',
    });
    const ledgerStreamArn = `${ledgerTableArn}/stream/2026-01-01T00:00:00.000`;
    declare(stack, ca.publishRevocation({ ledgerStreamArn }));
    const template = Template.fromStack(stack);
    template.hasResourceProperties(type, { LedgerTable: 'Iot-CaLedger-1ABCDEF' });
    expect(template.findResources('AWS::Lambda::EventSourceMapping', { Properties: { EventSourceArn: ledgerStreamArn } })).not.toEqual({});
  });

  test('is given from a stack in the Region of the publication, which may be another stack', () => {
    const app = new App();
    const { lists } = published({}, new Stack(app, 'Pki', { env: ENV }));
    const stack = new Stack(app, 'Devices', { env: ENV });
    declare(stack, lists);
    expect(app.synth().getStackByName('Devices').dependencies.map(({ id }) => id)).toContain('Pki');
    const elsewhere = new Stack(app, 'Elsewhere', { env: { ...ENV, region: 'us-east-1' } });
    expect(() => declare(elsewhere, lists)).toThrow('Elsewhere/Given: publication must be in the account and the Region of the stack, 111111111111/us-east-1, where new lists '
      + 'are announced, got Pki/Ca/Revocation in 111111111111/eu-central-1; declare this construct there: what the list is given to may be in another Region');
  });

  test('is given by one construct', () => {
    const { stack, lists } = published();
    declare(stack, lists);
    expect(() => declare(stack, lists, {}, 'Again')).toThrow(/^Iot\/Again: publication must be one whose list is not given to this place of .* yet, got Iot\/Ca\/Revocation, whose list Iot\/Given gives to it already; remove one of the two$/);
  });

  test('is not given as often as every minute', () => {
    const { stack, lists } = published();
    expect(() => declare(stack, lists, { checkInterval: Duration.minutes(1) })).toThrow('Iot/Given: checkInterval must be 5 to 1440 whole minutes, got 1');
  });

  test('must be a published one', () => {
    const { stack } = published();
    expect(() => declare(stack, new Bucket(stack, 'Bucket') as never)).toThrow('Iot/Given: publication must be the publication of a CA\'s lists, such as ca.publishRevocation(), got ');
  });
});

const GET = { 'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^CaRevocationBucket/), 'Arn'] }, '/', { Ref: expect.stringMatching(/^Ca/) }, '/complete.pem']] };

test('the function for a trust anchor may read the list and change lists in the Region of the trust anchor, and nothing else', () => {
  const { stack, lists } = published();
  KINDS[0][1].declare(stack, lists);
  const rights = rightsOf(Template.fromStack(stack));
  expect(rights).toEqual(expect.arrayContaining([
    { action: ['dynamodb:GetItem'], resource: expect.anything() },
    { action: ['s3:GetObject'], resource: GET },
    { action: ['s3:ListBucket'], resource: { 'Fn::GetAtt': [expect.stringMatching(/^CaRevocationBucket/), 'Arn'] } },
    { action: ['rolesanywhere:ImportCrl', 'rolesanywhere:ListCrls'], resource: '*' },
    {
      action: ['rolesanywhere:DeleteCrl', 'rolesanywhere:UpdateCrl'],
      resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':rolesanywhere:us-east-1:111111111111:crl/*']] },
    },
  ]));
  expect(rights).toHaveLength(5);
});

test('the function for a trust store may read the list and change the lists of this trust store, and nothing else', () => {
  const { stack, lists } = published();
  KINDS[1][1].declare(stack, lists);
  const rights = rightsOf(Template.fromStack(stack));
  expect(rights).toEqual(expect.arrayContaining([
    { action: ['dynamodb:GetItem'], resource: expect.anything() },
    { action: ['s3:GetObject'], resource: GET },
    { action: ['s3:ListBucket'], resource: { 'Fn::GetAtt': [expect.stringMatching(/^CaRevocationBucket/), 'Arn'] } },
    { action: ['elasticloadbalancing:DescribeTrustStoreRevocations'], resource: '*' },
    {
      action: ['AddTrustStoreRevocations', 'GetTrustStoreRevocationContent', 'RemoveTrustStoreRevocations'].map(action => `elasticloadbalancing:${action}`),
      resource: STORE,
    },
  ]));
  expect(rights).toHaveLength(5);
});

test('a trust anchor of the same stack can be given the list, in whatever Region the stack is deployed', () => {
  const { stack, lists } = published({}, new Stack(new App(), 'Iot'));
  const anchor = new CfnTrustAnchor(stack, 'Anchor', { name: 'devices', source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: 'x' } } });
  new RolesAnywhereRevocation(stack, 'Given', { publication: lists, trustAnchorArn: anchor.attrTrustAnchorArn });
  Template.fromStack(stack).hasResourceProperties('Custom::RolesAnywhereRevocationList', { TrustAnchorArn: { 'Fn::GetAtt': ['Anchor', 'TrustAnchorArn'] } });
});

test('the list has a name in IAM Roles Anywhere that begins as declared, and that no other list has', () => {
  const names = [undefined, 'Devices of the factory'].map(name => {
    const { stack, lists } = published();
    KINDS[0][1].declare(stack, lists, { name });
    const template = Template.fromStack(stack);
    return JSON.stringify(template.findResources('Custom::RolesAnywhereRevocationList')[idOf(template, 'Custom::RolesAnywhereRevocationList')].Properties.Name);
  });
  expect(names[0]).toMatch(/\["private-iot-ca-[0-9a-f]{8}-",.*AWS::StackId/);
  expect(names[1]).toMatch(/\["Devices of the factory-[0-9a-f]{8}-",.*AWS::StackId/);
});

test.each([
  [{ trustAnchorArn: STORE }, `trustAnchorArn must be the ARN of a trust anchor of IAM Roles Anywhere, arn:aws:rolesanywhere:<region>:<account>:trust-anchor/<id>, got "${STORE}"`],
  [{ trustAnchorArn: ANCHOR.replace('111111111111', '222222222222') }, 'what the list is given to must be in the account of the stack, 111111111111, got '],
  [{ name: 'a/b' }, 'name must be 1 to 209 letters, digits, spaces, hyphens and underscores, got "a/b"'],
  [{ trustAnchorArn: 7 }, 'trustAnchorArn must be a string, got '],
])('a trust anchor is not given the list with %j', (options, message) => {
  const { stack, lists } = published();
  expect(() => KINDS[0][1].declare(stack, lists, options)).toThrow(`Iot/Given: ${message}`);
});

test('a trust store is a construct, not an ARN', () => {
  const { stack, lists } = published();
  expect(() => KINDS[1][1].declare(stack, lists, { trustStore: STORE })).toThrow('Iot/Given: trustStore must be an ITrustStore of aws-elasticloadbalancingv2, such as TrustStore.fromTrustStoreArn(), got ');
});

test('what can\'t change stays as it is', () => {
  const { stack, lists } = published();
  KINDS.forEach(([, { declare }], n) => declare(stack, lists, {}, `Given${n}`));
  const template = Template.fromStack(stack);
  const custom = Object.entries(template.toJSON().Resources as { [id: string]: { Type: string; Properties: object } }).filter(([, { Type }]) => /RevocationList$/.test(Type));
  expect(custom.map(([id, { Type, Properties }]) => [id, Type, Object.keys(Properties).sort().join()])).toEqual([
    ['Given0CB0E1652', 'Custom::RolesAnywhereRevocationList', 'Bucket,CaId,LedgerTable,Name,ServiceTimeout,ServiceToken,TrustAnchorArn'],
    ['Given1FC588012', 'Custom::TrustStoreRevocationList', 'Bucket,CaId,LedgerTable,ServiceTimeout,ServiceToken,TrustStoreArn'],
  ]);
});
