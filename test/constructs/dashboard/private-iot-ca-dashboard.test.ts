import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Alarm, Metric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { AwsIotRevocation, DeviceCertificate, ExpiryAlarms, PrivateIotCa, PrivateIotCaDashboard, Renewal } from '../../../src';

const env = { account: '111111111111', region: 'eu-central-1' };
const subject = { commonName: 'Acme IoT Root CA' };

interface Widget {
  readonly type: string;
  readonly width: number;
  readonly properties: { readonly title: string; readonly alarms?: string[]; readonly metrics?: any[][]; readonly markdown?: string };
}

/** The widgets of the only dashboard of a stack. References are replaced by the logical IDs to which they lead, or by what they import. */
function widgetsOf(stack: Stack): Widget[] {
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
  const parts: any[] = Properties.DashboardBody['Fn::Join']?.[1] ?? [Properties.DashboardBody];
  return JSON.parse(parts.map(part => typeof part === 'string' ? part : part.Ref ?? part['Fn::ImportValue'] ?? part['Fn::GetAtt'][0]).join('')).widgets;
}

const titles = (widgets: readonly Widget[]): string[] => widgets.map(({ properties }) => properties.title);
const titled = (widgets: readonly Widget[], title: string): Widget['properties'] => widgets.find(({ properties }) => properties.title === title)!.properties;

/** The names of the lines of a graph. */
const lines = (widgets: readonly Widget[], title: string): string[] => titled(widgets, title).metrics!.map(metric => metric.at(-1).label);

function stackWithCa(app = new App(), id = 'Iot'): { stack: Stack; ca: PrivateIotCa } {
  const stack = new Stack(app, id, { env });
  return { stack, ca: new PrivateIotCa(stack, 'Ca', { subject }) };
}

describe('a dashboard', () => {
  test('of a CA alone shows the function that issues, and has no row for what is not declared', () => {
    const { stack, ca } = stackWithCa();
    new PrivateIotCaDashboard(stack, 'Dashboard', { cas: [ca] });
    const widgets = widgetsOf(stack);
    expect(titles(widgets)).toEqual(['Errors of functions', 'Longest duration of functions', 'Throttles of functions']);
    expect(lines(widgets, 'Errors of functions')).toEqual(['Makes the certificates of this stack (Iot/PrivateIotCaProvider)']);
  });

  test('shows the alarms, the ends, the lists, the functions and the queues, also those that are declared after it', () => {
    const { stack, ca } = stackWithCa();
    new PrivateIotCaDashboard(stack, 'Dashboard', { cas: [ca] });
    ca.publishRevocation();
    new ExpiryAlarms(stack, 'Expiry', { ca });
    new AwsIotRevocation(stack, 'Revocation', { ca });
    new DeviceCertificate(stack, 'Sensor', { ca, subject: { commonName: 'sensor-001' }, renewal: Renewal.beforeExpiry(Duration.days(30)) });
    const widgets = widgetsOf(stack);
    expect(titles(widgets)).toEqual([
      'Alarms',
      'Days until the first certificate of each kind ends',
      'Certificates of devices that end within so many weeks',
      'Life left of the newest revocation list, in percent',
      'Errors of functions',
      'Longest duration of functions',
      'Throttles of functions',
      'Age of the oldest message in queues',
      'Messages in queues',
    ]);
    const ids = Object.keys(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
    const composite = Object.keys(Template.fromStack(stack).findResources('AWS::CloudWatch::CompositeAlarm'));
    expect([...titled(widgets, 'Alarms').alarms!].sort()).toEqual([...ids, ...composite].sort());
    expect(ids).toHaveLength(10);
    expect(lines(widgets, 'Days until the first certificate of each kind ends')).toEqual(
      ['ca', 'subordinate', 'verification', 'server', 'device'].map(kind => `Iot/Ca ${kind}`));
    expect(titled(widgets, 'Days until the first certificate of each kind ends').metrics![0].slice(0, -1)).toEqual([
      'PrivateIotCa', 'DaysToExpiry', 'CaId', 'Ca1E0C8272', 'Kind', 'ca',
    ]);
    expect(lines(widgets, 'Certificates of devices that end within so many weeks')).toEqual(['Iot/Ca 1', 'Iot/Ca 4', 'Iot/Ca 12']);
    expect(lines(widgets, 'Life left of the newest revocation list, in percent')).toEqual(['Iot/Ca']);
    expect(lines(widgets, 'Throttles of functions').sort()).toEqual([
      'Announces what happens in the ledger of a CA as events (Iot/Ca/Events)',
      'Carries the revocations of a CA over to AWS IoT Core (Iot/Revocation)',
      'Makes the certificates of this stack (Iot/PrivateIotCaProvider)',
      'Publishes the revocation lists of a CA (Iot/Ca/Revocation)',
      'Renews the certificates of this stack (Iot/PrivateIotCaRenewals)',
      'Watches the ends of the certificates of a CA (Iot/Expiry)',
    ]);
    expect(lines(widgets, 'Messages in queues').sort()).toEqual(['Iot/Ca/Events/GivenUp', 'Iot/Revocation/Queue']);
  });

  test('shows neither what works for another CA nor the alarms of others', () => {
    const { stack, ca } = stackWithCa();
    const other = new PrivateIotCa(stack, 'Other', { subject: { commonName: 'Other CA' } });
    new ExpiryAlarms(stack, 'ExpiryOfOther', { ca: other });
    new Alarm(stack, 'Alarm', { metric: new Metric({ namespace: 'Acme', metricName: 'Orders' }), threshold: 1, evaluationPeriods: 1 });
    new PrivateIotCaDashboard(stack, 'Dashboard', { cas: [ca] });
    expect(titles(widgetsOf(stack))).toEqual(['Errors of functions', 'Longest duration of functions', 'Throttles of functions']);
  });

  test('in a stack of its own shows what uses the CA in any stack, and beside the CA only its stack, because the others need it', () => {
    const app = new App();
    const { stack, ca } = stackWithCa(app);
    const fleet = new Stack(app, 'Fleet', { env });
    new DeviceCertificate(fleet, 'Sensor', { ca, subject: { commonName: 'sensor-001' } });
    const apart = new Stack(app, 'Operations', { env });
    new PrivateIotCaDashboard(apart, 'Dashboard', { cas: [ca] });
    new PrivateIotCaDashboard(stack, 'Dashboard', { cas: [ca] });
    const issuing = (id: string): string => `Makes the certificates of this stack (${id}/PrivateIotCaProvider)`;
    expect(lines(widgetsOf(apart), 'Errors of functions')).toEqual([issuing('Iot'), issuing('Fleet')]);
    expect(lines(widgetsOf(stack), 'Errors of functions')).toEqual([issuing('Iot')]);
  });

  test('leaves out functions in another Region', () => {
    const app = new App();
    const { ca } = stackWithCa(app);
    new PrivateIotCa(new Stack(app, 'Elsewhere', { env: { ...env, region: 'us-east-1' } }), 'Ca', { subject });
    const apart = new Stack(app, 'Operations', { env });
    new PrivateIotCaDashboard(apart, 'Dashboard', { cas: [ca] });
    expect(lines(widgetsOf(apart), 'Errors of functions')).toHaveLength(1);
  });

  test('has room for widgets of the user, and a name', () => {
    const { stack, ca } = stackWithCa();
    const { dashboard } = new PrivateIotCaDashboard(stack, 'Dashboard', { cas: [ca], dashboardName: 'pki' });
    dashboard.addWidgets(new TextWidget({ markdown: 'Call Anna' }));
    expect(widgetsOf(stack)[0].properties.markdown).toBe('Call Anna');
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'pki' });
  });

  test('has a final logical ID', () => {
    const { stack, ca } = stackWithCa();
    new PrivateIotCaDashboard(stack, 'Dashboard', { cas: [ca] });
    expect(Object.keys(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'))).toEqual(['Dashboard7A06DACF']);
  });

  test('of no CA is refused', () => {
    expect(() => new PrivateIotCaDashboard(new Stack(), 'Dashboard', { cas: [] })).toThrow('Default/Dashboard: cas must have at least one CA, got none');
  });

  test('with a name that CloudWatch does not allow is refused', () => {
    const { stack, ca } = stackWithCa();
    expect(() => new PrivateIotCaDashboard(stack, 'Dashboard', { cas: [ca], dashboardName: 'our PKI' })).toThrow(
      'Iot/Dashboard: dashboardName must be 1 to 255 letters, digits, - and _, got "our PKI"');
  });

  test('in another Region than a CA is refused, because the metrics are not there', () => {
    const app = new App();
    const { ca } = stackWithCa(app);
    const stack = new Stack(app, 'Elsewhere', { env: { ...env, region: 'us-east-1' } });
    expect(() => new PrivateIotCaDashboard(stack, 'Dashboard', { cas: [ca] })).toThrow(
      'Elsewhere/Dashboard: cas must be in the account and the Region of the stack, 111111111111/us-east-1, where their metrics are, '
      + 'got Iot/Ca in 111111111111/eu-central-1');
  });
});
