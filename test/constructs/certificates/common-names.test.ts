import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { DeviceCertificateOptions, DeviceProfile, ExtendedKeyUsage, IPrivateIotCa, PemSource, PrivateIotCa, ServerCertificateOptions } from '../../../src';
import { opensslCa, opensslRequest } from '../../support/foreign-ca';
import { stackOf, stackWithCa } from '../../support/stacks';

const SUBJECT = { commonName: 'sensor-001' };
const requested = (commonName: string): DeviceCertificateOptions => ({ certificateSigningRequest: PemSource.inline(opensslRequest(`/CN=${commonName}`)) });

function warned(stack: Stack): unknown[] {
  return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('common-name-twice')).map(({ id, entry }) => [id, entry.data]);
}

describe('two certificates of one CA by which devices are known by the same common name', () => {
  test('bring a warning if both names are declared, as a device needs that gets another certificate', () => {
    const { stack, ca } = stackWithCa();
    ca.addDeviceCertificate('Old', { subject: SUBJECT });
    ca.addDeviceCertificate('New', { subject: { ...SUBJECT, organization: 'Acme' } });
    expect(warned(stack)).toEqual([['/Stack/Ca/New', 'subject.commonName should be unique among the certificates of the CA, got "sensor-001", '
      + 'which Stack/Ca/Old has too: platforms and brokers that identify devices by it can\'t tell the two apart; remove the certificate that is no longer needed '
      + '[ack: cdk-private-iot-ca:common-name-twice]']]);
  });

  test.each<[string, DeviceCertificateOptions, DeviceCertificateOptions]>([
    ['the second', { subject: SUBJECT }, requested('sensor-001')],
    ['the first', requested('sensor-001'), { subject: SUBJECT }],
    ['both', requested('sensor-001'), requested('sensor-001')],
    ['one, in other letters', { subject: SUBJECT }, requested('Sensor-001')],
  ])('are refused if a request gave the name to %s', (_, first, second) => {
    const { ca } = stackWithCa();
    ca.addDeviceCertificate('First', first);
    expect(() => ca.addDeviceCertificate('Second', second)).toThrow(/^Stack\/Ca\/Second: subject.commonName must be unique among the certificates of the CA, got "[sS]ensor-001", which Stack\/Ca\/First has too: .*, and a request must not take the identity of another device; have the request made for another name, or, if both are the same device, declare `subject` for both/);
  });

  test('bring a warning if the subject of a request is declared', () => {
    const { stack, ca } = stackWithCa();
    ca.addDeviceCertificate('First', { ...requested('other'), subject: SUBJECT });
    ca.addDeviceCertificate('Second', { ...requested('victim'), subject: SUBJECT });
    expect(warned(stack)).toHaveLength(1);
  });

  test('count for an identity of IEEE 802.1AR and for a server that is a client too, and for no other server', () => {
    const { stack, ca } = stackWithCa();
    const server: ServerCertificateOptions = { subject: SUBJECT, subjectAlternativeNames: { dns: ['gateway.example'] } };
    ca.addServerCertificate('Server', server);
    ca.addDeviceCertificate('Device', { subject: SUBJECT });
    expect(warned(stack)).toEqual([]);
    ca.addServerCertificate('Gateway', { ...server, extendedKeyUsages: [ExtendedKeyUsage.CLIENT_AUTH] });
    ca.addDeviceCertificate('Identity', { subject: { ...SUBJECT, serialNumber: '7' }, profile: DeviceProfile.DEVID });
    expect(warned(stack)).toHaveLength(2);
  });

  test('are found over the stacks of an app, also where the CA is taken from its attributes', () => {
    const app = new App();
    const { certificate } = opensslCa('Acme Old CA');
    const stacks = ['One', 'Two'].map(id => stackOf(app, id));
    const imported = (stack: Stack): IPrivateIotCa => PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Ca', {
      caId: `ca-${'0'.repeat(32)}`,
      certificatePem: certificate,
      ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
      privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Ca-AbCdEf',
    });
    stacks.forEach(stack => imported(stack).addDeviceCertificate('Sensor', { subject: SUBJECT }));
    expect(stacks.map(stack => warned(stack).length)).toEqual([0, 1]);
  });

  test('are none under two CAs, in two apps, or if a name is a token', () => {
    const [one, two] = [stackWithCa(), stackWithCa()];
    const other = new PrivateIotCa(one.stack, 'Other', { subject: { commonName: 'Other' } });
    [one.ca, other, two.ca].forEach(ca => ca.addDeviceCertificate('Sensor', { subject: SUBJECT }));
    const commonName = new CfnParameter(one.stack, 'Name').valueAsString;
    ['A', 'B'].forEach(id => one.ca.addDeviceCertificate(id, { subject: { commonName } }));
    expect([warned(one.stack), warned(two.stack)]).toEqual([[], []]);
  });
});
