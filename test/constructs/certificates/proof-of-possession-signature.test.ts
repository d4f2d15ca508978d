import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { App, CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HashAlgorithm, KeyAlgorithm, KeyStorage, PrivateIotCa, ProofOfPossessionSignature } from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cliOk, readJson } from '../../support/cli-run';
import { openssl, temporaryFiles } from '../../support/openssl';
import { propertiesOf, stackWithCa, statementsOf } from '../../support/stacks';

const TYPE = 'Custom::IotProofOfPossessionSignature';
const CODE = 'b3a1c0de-4f5e-4a7b-9c8d-0123456789ab';
const file = temporaryFiles();

test('a signature with the fewest properties is over SHA-256, which Cumulocity verifies', () => {
  const { stack, ca } = stackWithCa();
  const proof = new ProofOfPossessionSignature(stack, 'Proof', { ca, verificationCode: CODE });
  expect(propertiesOf(stack, TYPE)).toEqual({
    ServiceToken: { 'Fn::GetAtt': ['PrivateIotCaProviderFunction8B248EC3', 'Arn'] },
    ServiceTimeout: '1200',
    LedgerTable: { Ref: 'CaLedger0A52F403' },
    Issuer: { Ref: 'Ca1E0C8272' },
    IssuerKeyIdentifier: { 'Fn::GetAtt': ['Ca1E0C8272', 'SubjectKeyIdentifier'] },
    VerificationCode: CODE,
    HashAlgorithm: 'SHA-256',
    Generation: 1,
  });
  expect(stack.resolve(proof.signature)).toEqual({ 'Fn::GetAtt': ['Proof1349FE13', 'Signature'] });
});

test('a signature with all properties renders every one of them', () => {
  const { stack, ca } = stackWithCa();
  const code = new CfnParameter(stack, 'Code');
  new ProofOfPossessionSignature(stack, 'Proof', { ca, verificationCode: code.valueAsString, hashAlgorithm: HashAlgorithm.SHA_512, generation: 2 });
  Template.fromStack(stack).hasResourceProperties(TYPE, { VerificationCode: { Ref: 'Code' }, HashAlgorithm: 'SHA-512', Generation: 2 });
});

test('a signature is made only after the rights to sign with the key of its CA, and adds no right', () => {
  const before = statementsOf(stackWithCa().stack);
  const { stack, ca } = stackWithCa();
  new ProofOfPossessionSignature(stack, 'Proof', { ca, verificationCode: CODE });
  expect(statementsOf(stack)).toEqual(before);
  Template.fromStack(stack).hasResource(TYPE, { DependsOn: ['PrivateIotCaProviderOwnStack784B1F56', 'PrivateIotCaProviderRightsOnStackCaDC4BAF94D43DB4658B3F88D6'] });
});

test.each([
  ['', /verificationCode must be 1 to 512 letters, digits and/],
  ['eyJhbGciOiJFUzI1NiJ9.e30', /got "eyJhbGciOiJFUzI1NiJ9.e30"/],
])('the code %j is refused', (verificationCode, message) => {
  const { stack, ca } = stackWithCa();
  expect(() => new ProofOfPossessionSignature(stack, 'Proof', { ca, verificationCode })).toThrow(message);
});

test('a digest that a key in KMS does not sign over is refused', () => {
  const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.EC_P384, keyStorage: KeyStorage.kms() });
  expect(() => new ProofOfPossessionSignature(stack, 'Proof', { ca, verificationCode: CODE }))
    .toThrow('Stack/Proof: hashAlgorithm must be SHA-384 under a CA with an EC_P384 key in AWS KMS, got "SHA-256"');
});

test('a signature is made on this machine too, and stays the same when it is deployed again', async () => {
  const [outdir, out] = [temporaryFolder(), join(temporaryFolder(), 'local-out')];
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Iot');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  const code = new CfnParameter(stack, 'Code');
  new CfnOutput(stack, 'CaCertificate', { value: ca.certificatePem });
  new CfnOutput(stack, 'Signature', {
    value: new ProofOfPossessionSignature(stack, 'Proof', { ca, verificationCode: code.valueAsString }).signature,
  });
  app.synth();

  const local = (...more: string[]) => cliOk('local', '--app', outdir, '--out', out, ...more);
  expect(await local('--parameters', `Code=${CODE}`)).toMatch(/Proof1349FE13 +Custom::IotProofOfPossessionSignature +created/);
  const { CaCertificate, Signature } = readJson(join(out, 'outputs.json')).Iot;
  const publicKey = file('ca.pem', new X509Certificate(CaCertificate).publicKey.export({ type: 'spki', format: 'pem' }));
  const verified = openssl(['dgst', '-sha256', '-verify', publicKey, '-signature', file('signature', Buffer.from(Signature, 'base64')), file('code', CODE)]);
  expect(verified.stdout).toBe('Verified OK\n');
  await local();
  expect(readJson(join(out, 'outputs.json')).Iot).toEqual({ CaCertificate, Signature });
  await local('--parameters', 'Code=another');
  expect(readJson(join(out, 'outputs.json')).Iot.Signature).not.toBe(Signature);
});
