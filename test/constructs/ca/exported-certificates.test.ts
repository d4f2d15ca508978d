import { App, CfnOutput, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { DeviceCertificate, PrivateIotCa, TrustBundle } from '../../../src';

const STRENGTH = '@aws-cdk/core:defaultCrossStackReferences';

let app: App;
let own: Stack;
let other: Stack;
let ca: PrivateIotCa;

function begin(context: { [key: string]: unknown } = {}): void {
  app = new App({ context });
  own = new Stack(app, 'CaStack');
  other = new Stack(app, 'Other');
  ca = new PrivateIotCa(own, 'Ca', { subject: { commonName: 'Fleet Root' } });
}

beforeEach(() => begin());

const OF_CA = 'certificatePem of CaStack/Ca must not be exported to another stack, because CloudFormation exports at most 1024 characters';
const ASK_CA = 'get it from the CA with certificatePemFor(scope) or caCertificatesFor(scope), or from a TrustBundle with pemFor(scope), '
  + 'where scope is the construct that needs it';

describe('a certificate that would be exported is refused at synthesis with the way out', () => {
  test.each<[string, () => void, ...string[]]>([
    ['by a reference from another stack', () => new CfnOutput(other, 'Pem', { value: ca.certificatePem }), OF_CA, ASK_CA],
    ['in a string that joins several', () => new CfnOutput(other, 'Trust', { value: Fn.join('', ['# trusted\n', ca.certificateChainPem]) }), OF_CA],
    ['in a bundle for the CA\'s own stack', () => new CfnOutput(other, 'Trust', { value: new TrustBundle([ca]).pem }), OF_CA, ASK_CA],
    ['as DER', () => new CfnOutput(other, 'Der', { value: ca.certificateDerBase64 }), OF_CA],
    ['by exportValue', () => own.exportValue(ca.certificatePem), OF_CA, 'got the output ExportsOutputFnGetAttCa1E0C8272CertificatePem055C5458 of CaStack'],
    ['by exportValue under a name', () => own.exportValue(ca.certificatePem, { name: 'TheCa' }), OF_CA, 'got the output ExportTheCa of CaStack'],
    ['by an output with an exportName', () => new CfnOutput(own, 'Pem', { value: ca.certificatePem, exportName: 'TheCa' }), OF_CA, 'got the output Pem of CaStack'],
    ['in Fn::Sub', () => new CfnOutput(own, 'Pem', { value: Fn.sub('${Ca1E0C8272.CertificatePem}'), exportName: 'TheCa' }), OF_CA],
    ['from a device', () => new CfnOutput(other, 'Pem', { value: ca.addDeviceCertificate('Device', { subject: { commonName: 'pump-1' } }).certificatePem }),
      'certificatePem of CaStack/Ca/Device must not be exported', 'declare the construct that needs it in the stack of the certificate, or pass it as a file or a parameter'],
    ['from a request', () => {
      const signed = new PrivateIotCa(own, 'Signed', { subject: { commonName: 'Signed' }, signedElsewhere: true });
      new CfnOutput(other, 'Csr', { value: signed.certificateSigningRequestPem });
    }, 'certificateSigningRequestPem of CaStack/Signed must not be exported', 'pass it as a file or a parameter'],
    ['from a nested stack', () => {
      const nested = new NestedStack(own, 'Nested');
      const device = new DeviceCertificate(nested, 'Device', { ca, subject: { commonName: 'pump-1' } });
      new CfnOutput(other, 'Pem', { value: device.certificatePem });
    }, 'certificatePem of CaStack/Nested/Device must not be exported'],
    ['from what another stack has looked up', () => {
      const third = new Stack(app, 'Third');
      new CfnOutput(third, 'Pem', { value: ca.certificatePemFor(other) });
    }, 'certificatePem of Other/PrivateIotCaProvider/Lookup0-', ASK_CA],
  ])('if that happens %s', (_, declare, ...messages) => {
    declare();
    for (const message of messages) {
      expect(() => app.synth()).toThrow(message);
    }
  });

  test('once for each output, even if both kinds of references are made', () => {
    begin({ [STRENGTH]: 'both' });
    new NestedStack(own, 'Nested').node.addDependency(ca);
    new CfnOutput(other, 'Pem', { value: ca.certificatePem });
    new CfnOutput(other, 'Again', { value: ca.certificatePem });
    const complaints = (() => {
      try {
        return String(app.synth().directory);
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(complaints.match(/must not be exported/g)).toHaveLength(1);
  });

  test('if that happens in a stage, too', () => {
    const stage = new Stage(app, 'Prod');
    const inStage = new PrivateIotCa(new Stack(stage, 'Ca'), 'Ca', { subject: { commonName: 'Fleet Root' } });
    new CfnOutput(new Stack(stage, 'Other'), 'Pem', { value: inStage.certificatePem });
    expect(() => app.synth()).toThrow('certificatePem of Prod/Ca/Ca must not be exported');
  });
});

describe('an export', () => {
  test('can hold fingerprints, serial numbers, dates, ids and ARNs', () => {
    new CfnOutput(other, 'All', {
      value: [
        ca.caId, ca.sha256Fingerprint, ca.sha1Fingerprint, ca.serialNumber, ca.notAfter, ca.subjectKeyIdentifier, ca.privateKeySecret!.secretArn,
      ].join(),
    });
    expect(() => app.synth()).not.toThrow();
  });

  test('can hold a certificate that is no attribute, because its length is known', () => {
    new CfnOutput(own, 'Pem', { value: '-----BEGIN CERTIFICATE-----', exportName: 'TheCa' });
    expect(() => app.synth()).not.toThrow();
  });
});

test('a weak reference and an output without an exportName can hold a certificate, because they are no exports', () => {
  begin({ [STRENGTH]: 'weak' });
  new CfnOutput(other, 'Pem', { value: ca.certificatePem });
  new CfnOutput(own, 'Pem', { value: ca.certificateChainPem });
  expect(() => app.synth()).not.toThrow();
});
