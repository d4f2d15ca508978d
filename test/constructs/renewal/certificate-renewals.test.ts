import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  AwsIotThing, CertificateOutputs, CertificateRenewals, DeliveryFormat, DeviceCertificate, DeviceCertificateOptions, PemSource, PrivateIotCa, Renewal,
} from '../../../src';
import { opensslCa, opensslRequest } from '../../support/foreign-ca';

const RENEWAL = Renewal.beforeExpiry(Duration.days(30));

function declared(options: Partial<DeviceCertificateOptions> = {}): { stack: Stack; ca: PrivateIotCa; device: DeviceCertificate } {
  const stack = new Stack(new App(), 'Iot', { env: { account: '111111111111', region: 'eu-central-1' } });
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' } });
  return { stack, ca, device: ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' }, renewal: RENEWAL, ...options }) };
}

const resourceOf = (stack: Stack): { [name: string]: any } => Object.values(Template.fromStack(stack).findResources('Custom::IotDeviceCertificate'))[0].Properties;

test('a certificate that declares a renewal says so to the function, and comes with a secret that holds it beside its key', () => {
  const { stack, device } = declared();
  expect(resourceOf(stack)).toMatchObject({ Renewal: { BeforeDays: 30, KeepKey: false }, Bundles: [{ Type: 'CombinedPem', SecretArn: expect.anything() }] });
  expect(stack.resolve(device.livingCertificateSecret.secretArn)).toEqual(resourceOf(stack).Bundles[0].SecretArn);
  expect(stack.resolve(device.renewalNumber)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^CaDevice/), 'RenewalNumber'] });
});

test('no second secret is made if a delivery format holds the certificate already', () => {
  const bundle = DeliveryFormat.pkcs12();
  const { stack, device } = declared({ deliveryFormats: [DeliveryFormat.der(), bundle] });
  expect(resourceOf(stack).Bundles.map(({ Type }: { Type: string }) => Type)).toEqual(['Der', 'Pkcs12']);
  expect(device.livingCertificateSecret).toBe(device.delivered(bundle).secret);
});

test('the key can be kept', () => {
  const { stack } = declared({ renewal: Renewal.beforeExpiry(Duration.days(7), { keepKey: true }) });
  expect(resourceOf(stack).Renewal).toEqual({ BeforeDays: 7, KeepKey: true });
});

test('a raised number has CloudFormation update the resource after a renewal', () => {
  const { stack } = declared({ renewal: Renewal.beforeExpiry(Duration.days(7), { refresh: 2 }) });
  expect(resourceOf(stack).Renewal).toEqual({ BeforeDays: 7, KeepKey: false, Refresh: 2 });
  expect(() => declared({ renewal: Renewal.beforeExpiry(Duration.days(7), { refresh: 0 }) })).toThrow('refresh must be');
});

test('one function of the stack renews everything, with the role that issues, every six hours', () => {
  const { stack, ca } = declared();
  ca.addDeviceCertificate('Other', { subject: { commonName: 'sensor-002' }, validity: Duration.days(200), renewal: Renewal.beforeExpiry(Duration.days(90)) });
  const other = new PrivateIotCa(stack, 'OtherCa', { subject: { commonName: 'Other' } });
  other.addServerCertificate('Broker', { subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['broker.acme.example'] }, renewal: RENEWAL });
  const template = Template.fromStack(stack);
  const functions = template.findResources('AWS::Lambda::Function');
  const renewing = Object.values(functions).filter(({ Properties }) => Properties.Handler === 'index.renew');
  expect(renewing).toHaveLength(1);
  const issuing = Object.values(functions).find(({ Properties }) => Properties.Handler === 'index.handler')!;
  expect(renewing[0].Properties.Role).toEqual(issuing.Properties.Role);
  expect(renewing[0].Properties.Timeout).toBe(900);
  const { RENEWED_CAS } = renewing[0].Properties.Environment.Variables;
  const text = RENEWED_CAS['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'x').join('');
  expect(JSON.parse(text)).toEqual([{ caId: 'x', ledgerTable: 'x', beforeDays: 90 }, { caId: 'x', ledgerTable: 'x', beforeDays: 30 }]);
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(6 hours)' });
});

test('the function may read the index of the ledgers by ends, in addition to what the role that issues may do', () => {
  const { stack } = declared();
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyName: Match.stringLikeRegexp('^PrivateIotCaRenewalsRights'),
    PolicyDocument: {
      Statement: [{ Action: 'dynamodb:Query', Effect: 'Allow', Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^CaLedger'), 'Arn'] }, '/index/Ends']] } }],
    },
  });
});

test('the logical IDs are final', () => {
  const { Resources } = Template.fromStack(declared().stack).toJSON() as { Resources: { [id: string]: { Type: string } } };
  expect(Object.entries(Resources).filter(([id]) => id.startsWith('PrivateIotCaRenewals')).map(([id, { Type }]) => `${Type} ${id}`).sort()).toEqual([
    'AWS::CloudWatch::Alarm PrivateIotCaRenewalsFailedChecksBB988BDC',
    'AWS::Events::Rule PrivateIotCaRenewalsSchedule25C1DE8C',
    'AWS::IAM::Policy PrivateIotCaRenewalsLogging617815B4',
    'AWS::IAM::Policy PrivateIotCaRenewalsRights12ED140C',
    'AWS::Lambda::Function PrivateIotCaRenewalsFunction322C0D11',
    'AWS::Lambda::Permission PrivateIotCaRenewalsFunctionScheduleB9543DC7',
    'AWS::Logs::LogGroup PrivateIotCaRenewalsLog790AD18E',
  ]);
});

test('the outputs say how often the certificate was renewed, and where the living one is', () => {
  const { stack, device } = declared();
  new CertificateOutputs(stack, 'Outputs', { certificates: { Sensor001: device } });
  expect(Template.fromStack(stack).toJSON().Outputs).toMatchObject({
    Sensor001RenewalNumber: { Value: { 'Fn::GetAtt': [expect.anything(), 'RenewalNumber'] } },
    Sensor001LivingCertificateSecret: { Value: { Ref: expect.stringMatching(/^CaDeviceCombinedPem/) } },
  });
});

test('the alarm of the renewals of a stack can be given an action', () => {
  const { stack } = declared();
  expect(CertificateRenewals.of(stack).alarm.alarmArn).toBeDefined();
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmDescription: 'Certificates of the stack Iot are not renewed, and expire; see the log of the function',
  });
});

test('the alarm goes off if renewals fail, or are no longer tried, but not before the first run', () => {
  Template.fromStack(declared().stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    Metrics: [
      Match.objectLike({ Expression: 'FILL(errors, 1) + 0 * FILL(errors, REPEAT)' }),
      Match.objectLike({ Id: 'errors', MetricStat: { Metric: Match.objectLike({ MetricName: 'Errors' }), Period: 21_600, Stat: 'Sum' }, ReturnData: false }),
    ],
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    TreatMissingData: 'ignore',
  });
});

test('a renewal is checked by itself if the validity is known only at deployment, when the function checks both together', () => {
  const validity = Duration.days(Token.asNumber({ Ref: 'Days' }));
  expect(() => declared({ validity, renewal: Renewal.beforeExpiry(Duration.hours(36)) })).toThrow('renewal must begin a whole number of days, at least 1');
  const { stack } = declared({ validity, renewal: Renewal.beforeExpiry(Duration.days(200)) });
  expect(resourceOf(stack)).toMatchObject({ ValidityDays: { Ref: 'Days' }, Renewal: { BeforeDays: 200 } });
});

test.each<[string, Partial<DeviceCertificateOptions>, RegExp]>([
  ['begins before half of the life has passed', { renewal: Renewal.beforeExpiry(Duration.days(200)) }, /^Iot\/Ca\/Device: renewal must begin at most half of the validity of 365 days before the end of the certificate, 182 days, got 200; shorten renewal, or raise validity$/],
  ['is not in whole days', { renewal: Renewal.beforeExpiry(Duration.hours(36)) }, /^Iot\/Ca\/Device: renewal must begin a whole number of days, at least 1, before the end of the certificate, got 1\.5$/],
  ['is of a certificate with a fixed end', { notAfter: new Date('2027-12-31T23:59:59Z') }, /^Iot\/Ca\/Device: renewal must be left out for a certificate that ends with notAfter; declare validity instead$/],
  ['is of a certificate whose key is elsewhere', { subject: undefined, certificateSigningRequest: PemSource.inline(opensslRequest('/CN=sensor-001')) },
    /^Iot\/Ca\/Device: renewal must be left out for a certificate that is made from a certificateSigningRequest, because its key is elsewhere; declare a new request before it ends$/],
])('a renewal that %s is refused at synthesis', (_, options, expected) => {
  expect(() => declared(options)).toThrow(expected);
});

test('a window that is not known at synthesis is refused, because the function looks as far ahead', () => {
  expect(() => Renewal.beforeExpiry(Duration.days(Token.asNumber({ Ref: 'Days' }))))
    .toThrow(/^Renewal\.beforeExpiry\(\): before must be known at synthesis, because the function looks as far ahead, got a token; use a number$/);
});

test('a certificate of a CA in another account is refused, because its ledger can\'t be searched from here', () => {
  const stack = new Stack(new App(), 'Iot', { env: { account: '111111111111', region: 'eu-central-1' } });
  const ca = PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Ca', {
    caId: `ca-${'0'.repeat(32)}`,
    certificatePem: opensslCa('Root').certificate,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:222222222222:table/Ledger',
    signingKeyArn: 'arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  });
  expect(() => ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' }, renewal: RENEWAL }))
    .toThrow(/renewal must be left out for a certificate of a CA in another account, 222222222222, whose ledger can't be searched from here/);
});

test('a renewed certificate can\'t be registered with AWS IoT Core as a thing, because the next one would not be', () => {
  const { stack, device } = declared();
  expect(() => new AwsIotThing(stack, 'Thing', { certificate: device }))
    .toThrow(/^Iot\/Thing: certificate must be one without a renewal, got Iot\/Ca\/Device: a renewed certificate is not registered until the next deployment; leave out renewal/);
});

test('what only renewed certificates have is an error for others', () => {
  const { device, stack } = declared({ renewal: undefined });
  expect(() => device.renewalNumber).toThrow(/^Iot\/Ca\/Device: renewalNumber is available only for a certificate that declares a renewal$/);
  expect(() => device.livingCertificateSecret).toThrow(/^Iot\/Ca\/Device: livingCertificateSecret is available only for a certificate that declares a renewal$/);
  expect(() => CertificateRenewals.of(stack)).toThrow(/^Iot: CertificateRenewals.of\(\) must be called in a stack with a certificate that declares a renewal, got the stack Iot, which has none so far$/);
});
