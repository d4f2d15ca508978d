import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { IIotCertificate, PemSource, PrivateIotCa, TrustBundle, VerificationCertificate } from '../../../src';
import { resolve, Scope } from '../../../src/cli/local/intrinsics';
import { opensslCa, opensslRequest } from '../../support/foreign-ca';
import { attributeOf, stackOf, stackWithCa } from '../../support/stacks';

const ROOT = opensslCa('Old Root').certificate;

/** One certificate of every kind, below one CA. */
function everyKind(): { stack: Stack; certificates: Record<string, IIotCertificate> } {
  const { stack, ca } = stackWithCa({ pathLength: 1 });
  return {
    stack,
    certificates: {
      Ca1E0C8272: ca,
      CaVerification71ABFB14: ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' }),
      CaSensor35986622: ca.addDeviceCertificate('Sensor', { subject: { commonName: 'a' } }),
      CaBrokerC8A7CA0D: ca.addServerCertificate('Broker', { subject: { commonName: 'a' }, subjectAlternativeNames: { dns: ['broker.acme.example'] } }),
      CaFactoryE7F509CC: ca.addCaCertificate('Factory', { certificateSigningRequest: PemSource.inline(opensslRequest('/CN=Factory')) }),
    },
  };
}

/** What a string of a template comes to once a certificate is made. */
function deployed(expression: unknown, certificatePem: string): unknown {
  return resolve(expression, { attribute: () => certificatePem, reference: () => 'x' } as unknown as Scope, 'Test');
}

describe('every certificate has the attributes that its resource answers:', () => {
  const { stack, certificates } = everyKind();
  test.each(Object.keys(certificates))('%s', logicalId => {
    const certificate = certificates[logicalId];
    const names: [keyof IIotCertificate, string][] = [
      ['certificatePem', 'CertificatePem'], ['serialNumber', 'SerialNumber'], ['notBefore', 'NotBefore'], ['notAfter', 'NotAfter'],
      ['sha256Fingerprint', 'Sha256Fingerprint'], ['sha1Fingerprint', 'Sha1Fingerprint'], ['subjectKeyIdentifier', 'SubjectKeyIdentifier'],
    ];
    for (const [property, attribute] of names) {
      expect(stack.resolve(certificate[property])).toEqual(attributeOf(logicalId, attribute));
    }
    expect(deployed(stack.resolve(certificate.certificateDerBase64), ROOT)).toBe(ROOT.replace(/-----[^-]+-----|\s/g, ''));
  });
});

test('the chain of every certificate is itself and its CA; without the root it is itself', () => {
  const { stack, certificates: { Ca1E0C8272: ca, ...below } } = everyKind();
  for (const certificate of Object.values(below)) {
    const [own, root] = [certificate, ca].map(({ certificatePem }) => stack.resolve(certificatePem));
    expect(stack.resolve(certificate.certificateChainPem)).toEqual({ 'Fn::Join': ['', [own, root]] });
    expect(stack.resolve(certificate.certificateChainWithoutRootPem)).toEqual(own);
    expect(deployed(stack.resolve(certificate.certificateChainPem), ROOT)).toBe(`${ROOT}${ROOT}`); // a line break between them
  }
});

describe('a trust bundle', () => {
  test('has the CAs and those above them, once each', () => {
    const { stack, ca: root } = stackWithCa({ pathLength: 1 });
    const [one, two] = ['One', 'Two'].map(id => new PrivateIotCa(stack, id, { subject: { commonName: id }, issuer: root }));
    expect(stack.resolve(new TrustBundle([one, two, root]).pem)).toEqual({
      'Fn::Join': ['', [one, root, two].map(({ certificatePem }) => stack.resolve(certificatePem))],
    });
  });

  test('has the certificates that are already known as they are', () => {
    const { stack, ca } = stackWithCa();
    const old = PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Old', {
      caId: 'ca-0123456789abcdef0123456789abcdef',
      certificatePem: ROOT,
      ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
      privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf',
    });
    expect(stack.resolve(new TrustBundle([ca, old]).pem)).toEqual({ 'Fn::Join': ['', [attributeOf('Ca1E0C8272', 'CertificatePem'), ROOT]] });
    expect(new TrustBundle([old]).pem).toBe(ROOT);
  });

  test('of no CA is refused', () => {
    expect(() => new TrustBundle([])).toThrow('TrustBundle: cas must hold at least one CA, got none');
  });
});

test('a chain of a CA that is known at deployment only stays in one piece', () => {
  const stack = stackOf();
  const text = new CfnParameter(stack, 'Signed').valueAsString;
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'a' }, signedElsewhere: true, signedCertificate: PemSource.inline(text) });
  const proof = new VerificationCertificate(stack, 'Proof', { ca, registrationCode: 'code-1' });
  const own = stack.resolve(proof.certificatePem);
  for (const chain of [proof.certificateChainPem, proof.certificateChainWithoutRootPem]) {
    expect(stack.resolve(chain)).toEqual({ 'Fn::Join': ['', [own, { Ref: 'Signed' }]] });
  }
  Template.fromStack(stack).resourceCountIs('Custom::IotVerificationCertificate', 1);
});
