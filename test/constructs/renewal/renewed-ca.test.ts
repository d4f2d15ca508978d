import { App, CfnOutput, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AwsIotCaRegistration, CrossCertificate, KeyStorage, PrivateIotCa, PrivateIotCaProps, Renewal, Retirement } from '../../../src';
import { opensslCa } from '../../support/foreign-ca';

const ENV = { account: '111111111111', region: 'eu-central-1' };
const WEAK = { '@aws-cdk/core:defaultCrossStackReferences': 'weak' };
const RENEWAL = Renewal.beforeExpiry(Duration.days(365));

interface Declared {
  readonly app: App;
  readonly stack: Stack;
  readonly root: PrivateIotCa;
  readonly factory: PrivateIotCa;
}

function declared(props: Partial<PrivateIotCaProps> = {}, context: { [name: string]: unknown } = {}): Declared {
  const app = new App({ context });
  const stack = new Stack(app, 'Iot', { env: ENV });
  const root = new PrivateIotCa(stack, 'Root', { subject: { commonName: 'Root' }, pathLength: 2 });
  return { app, stack, root, factory: new PrivateIotCa(stack, 'Factory', { subject: { commonName: 'Factory' }, issuer: root, pathLength: 1, renewal: RENEWAL, ...props }) };
}

const caResources = (stack: Stack) => Object.entries(Template.fromStack(stack).findResources('Custom::PrivateIotCa'));
const renewals = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.renew' } }));
const lookUps = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('Custom::IotCaLookup')).map(({ Properties }) => Properties);

test('a CA that declares a renewal says so to the function, with its key kept, and says how often it was renewed', () => {
  const { stack, factory, root } = declared();
  const [[, of]] = caResources(stack).filter(([id]) => id.startsWith('Factory'));
  expect(of.Properties.Renewal).toEqual({ BeforeDays: 365, KeepKey: true });
  expect(stack.resolve(factory.renewalNumber)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Factory/), 'RenewalNumber'] });
  expect(() => root.renewalNumber).toThrow(/^Iot\/Root: renewalNumber is available only for a CA that declares a renewal$/);
});

test.each([
  ['in a secret', KeyStorage.secretsManager()], ['in KMS', KeyStorage.kms()],
])('a CA with its key %s can be renewed, by the function of the stack', (_, keyStorage) => {
  const { stack } = declared({ keyStorage, renewal: Renewal.beforeExpiry(Duration.days(365), { keepKey: true }) });
  const [{ Properties }, ...others] = renewals(stack);
  expect(others).toEqual([]);
  const text = Properties.Environment.Variables.RENEWED_CAS['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'x').join('');
  expect(JSON.parse(text)).toEqual([{ caId: 'x', ledgerTable: 'x', beforeDays: 365 }]);
  expect(JSON.stringify(Properties.Environment.Variables.RENEWED_CAS)).toMatch(/"Ref":"Root/);
});

test('neither the resource nor the key of a CA has another logical ID because of its renewal', () => {
  const resources = (props: Partial<PrivateIotCaProps>) => (Template.fromStack(declared(props).stack).toJSON() as { Resources: object }).Resources;
  const ids = (props: Partial<PrivateIotCaProps>) => Object.keys(resources(props)).filter(id => id.startsWith('Factory'));
  expect(ids({})).toEqual(ids({ renewal: undefined }));
});

test('a CA in another stack than its issuer is renewed in its own', () => {
  const { app, root } = declared({ renewal: undefined });
  const plant = new Stack(app, 'Plant', { env: ENV });
  new PrivateIotCa(plant, 'Press', { subject: { commonName: 'Press' }, issuer: root, renewal: RENEWAL });
  expect([renewals(root.stack), renewals(plant)].map(({ length }) => length)).toEqual([0, 1]);
});

test('a CA may declare both a renewal and its retirement', () => {
  expect(() => declared({ retirement: Retirement.whenUnused() })).not.toThrow();
});

test.each<[string, Partial<PrivateIotCaProps>, RegExp]>([
  ['of a root', { issuer: undefined }, /^Iot\/Factory: renewal must be left out for a root CA, because everyone who trusts it has its certificate; declare its successor in time \(predecessor\)$/],
  ['of a CA that is signed elsewhere', { issuer: undefined, signedElsewhere: true },
    /^Iot\/Factory: renewal must be left out for a CA that is signedElsewhere; have its certificate renewed there, and declare the result as signedCertificate$/],
  ['with another key', { renewal: Renewal.beforeExpiry(Duration.days(365), { keepKey: false }) },
    /^Iot\/Factory: renewal of a CA must keep its key, because a CA with another key is another CA, got keepKey: false; leave keepKey out, or declare a successor \(predecessor\) for another key$/],
  ['before half of the life has passed', { renewal: Renewal.beforeExpiry(Duration.days(913)) }, /^Iot\/Factory: renewal must begin at most half of the validity of 1825 days before the end of the certificate, 912 days, got 913;/],
  ['that is not in whole days', { renewal: Renewal.beforeExpiry(Duration.hours(36)) }, /^Iot\/Factory: renewal must begin a whole number of days, at least 1, before the end of the certificate, got 1\.5$/],
  ['of a CA with a fixed end', { notAfter: new Date('2031-12-31T23:59:59Z') }, /^Iot\/Factory: renewal must be left out for a certificate that ends with notAfter; declare validity instead$/],
  ['of a CA with a fixed beginning', { notBefore: new Date('2026-12-31T23:59:59Z') }, /^Iot\/Factory: renewal must be left out for a certificate with notBefore, because every further one would begin and end with it; leave notBefore out$/],
  ['of a CA with its key in the Parameter Store', { keyStorage: KeyStorage.parameterStore() }, /^Iot\/Factory: keyStorage of a CA must be KeyStorage\.secretsManager\(\) or KeyStorage\.kms\(\)$/],
  ['that is a string', { renewal: '365' as never }, /^Iot\/Factory: renewal must be a Renewal, such as Renewal\.beforeExpiry\(Duration\.days\(30\)\), got a string "365"$/],
])('a renewal %s is refused at synthesis', (_, props, expected) => {
  expect(() => declared(props)).toThrow(expected);
});

test('a renewal of a CA of another account is refused, because the ledger of its issuer can\'t be searched from here', () => {
  const stack = new Stack(new App(), 'Iot', { env: ENV });
  const issuer = PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Root', {
    caId: `ca-${'0'.repeat(32)}`,
    certificatePem: opensslCa('Root').certificate,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:222222222222:table/Ledger',
    signingKeyArn: 'arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  });
  expect(() => new PrivateIotCa(stack, 'Factory', { subject: { commonName: 'Factory' }, issuer, renewal: RENEWAL }))
    .toThrow(/^Iot\/Factory: renewal must be left out for a certificate of a CA in another account, 222222222222/);
});

describe('another stack', () => {
  /** A stack that uses the chain of the last of three CAs, the second of which is renewed. */
  function threeLevels(context = {}): Stack {
    const { app, stack, factory } = declared({ pathLength: 2, issuer: undefined, renewal: undefined }, context);
    const line = new PrivateIotCa(stack, 'Line', { subject: { commonName: 'Line' }, issuer: factory, pathLength: 1, validity: Duration.days(1000), renewal: RENEWAL });
    const cell = new PrivateIotCa(stack, 'Cell', { subject: { commonName: 'Cell' }, issuer: line, validity: Duration.days(900) });
    const other = new Stack(app, 'Other', { env: ENV });
    new CfnOutput(other, 'Chain', { value: cell.caCertificatesFor(other).join('') });
    return other;
  }

  test('looks up a CA that is renewed in the CA\'s own ledger, and those above it there too, however deep it uses them', () => {
    const other = threeLevels(WEAK);
    expect(lookUps(other).map(({ Depth }) => Depth).sort()).toEqual([0, 0, 1]);
    const ledgers = lookUps(other).map(({ LedgerTable, Depth }) => `${Depth} ${/Cell|Line/.exec(JSON.stringify(LedgerTable))?.[0]}`);
    expect(ledgers.sort()).toEqual(['0 Cell', '0 Line', '1 Line']);
  });

  test('is warned if it imports the fingerprint of a CA that is renewed by a strong reference, and not if the reference is weak', () => {
    const message = Match.stringLikeRegexp('Iot/Line has a renewal, and this stack imports its fingerprint by a strong reference: once the CA was renewed, CloudFormation refuses to update it');
    Annotations.fromStack(threeLevels()).hasWarning('*', message);
    Annotations.fromStack(threeLevels(WEAK)).hasNoWarning('*', Match.stringLikeRegexp('strong reference'));
  });

  test('is warned if it certifies the key of a CA that is renewed', () => {
    const { app, factory } = declared();
    const other = new Stack(app, 'Other', { env: ENV });
    const ca = new PrivateIotCa(other, 'Next', { subject: { commonName: 'Next' }, pathLength: 2 });
    new CrossCertificate(other, 'Cross', { ca, subjectCa: factory });
    Annotations.fromStack(other).hasWarning('/Other/Cross', Match.stringLikeRegexp('Iot/Factory has a renewal'));
  });
});

test('a registration of a CA that is renewed warns that the platform has the certificate of the last deployment, and others do not', () => {
  const { stack, root, factory } = declared({ pathLength: 0 });
  new AwsIotCaRegistration(stack, 'Registration', { ca: factory });
  new AwsIotCaRegistration(stack, 'RootRegistration', { ca: root });
  const message = Match.stringLikeRegexp('Iot/Factory has a renewal, and AWS IoT Core has the certificate of the last deployment that has updated the CA: '
    + 'raise refresh of the renewal and deploy after each renewal, before the former certificate ends');
  Annotations.fromStack(stack).hasWarning('/Iot/Registration', message);
  Annotations.fromStack(stack).hasNoWarning('/Iot/RootRegistration', Match.stringLikeRegexp('has a renewal'));
});

describe('a certificate that is longer valid than its CA still is when that is renewed', () => {
  const said = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('ca-renewed-late')).map(({ id, entry }) => `${id}: ${entry.data}`);
  const HINT = '; shorten validity, or have the CA renewed earlier (renewal) [ack: cdk-private-iot-ca:ca-renewed-late]';

  test('warns that just before the renewal it is not issued, or cut short', () => {
    const { stack, factory } = declared();
    factory.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' }, validity: Duration.days(366) });
    factory.addServerCertificate('Server', {
      subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['broker.example'] }, validity: Duration.days(400), clipToIssuer: true,
    });
    new PrivateIotCa(stack, 'Line', { subject: { commonName: 'Line' }, issuer: factory, clipToIssuer: true });
    const before = 'days should be at most as long as the time before its end at which Iot/Factory is renewed, 365 days: just before that,';
    expect(said(stack).sort()).toEqual([
      `/Iot/Factory/Device: validity of 366 ${before} no such certificate is issued or renewed${HINT}`,
      `/Iot/Factory/Server: validity of 400 ${before} a certificate ends with the CA, after as little as 365 days${HINT}`,
      `/Iot/Line: validity of 1825 ${before} a certificate ends with the CA, after as little as 365 days${HINT}`,
    ]);
  });

  test('is not warned of if it is as long valid at most, ends with notAfter or a token, or its CA is not renewed', () => {
    const { stack, root, factory } = declared();
    factory.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' } });
    factory.addDeviceCertificate('Fixed', { subject: { commonName: 'sensor-002' }, notAfter: new Date('2040-01-01T00:00:00Z') });
    const days = new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber;
    factory.addDeviceCertificate('Late', { subject: { commonName: 'sensor-003' }, validity: Duration.days(days) });
    root.addDeviceCertificate('OfRoot', { subject: { commonName: 'sensor-004' }, validity: Duration.days(2000) });
    expect(said(stack)).toEqual([]);
  });
});
