import { App, CfnOutput, CfnParameter, Duration, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AwsIotCaRegistration, AwsIotCertificateMode, AwsIotThing, CertificateOutputs, DeviceCertificate, IPrivateIotCa, KeyStorage, PemSource, PrivateIotCa,
  ServerCertificate, TrustBundle,
} from '../../../src';
import { opensslCa } from '../../support/foreign-ca';

const ENV = { account: '111111111111', region: 'eu-central-1' };
const STRENGTH = '@aws-cdk/core:defaultCrossStackReferences';

let app: App;
let own: Stack;
let other: Stack;
let root: PrivateIotCa;
let ca: PrivateIotCa;

function begin(context: { [key: string]: unknown } = {}): void {
  app = new App({ context });
  own = new Stack(app, 'CaStack', { env: ENV });
  other = new Stack(app, 'Other', { env: ENV });
  root = new PrivateIotCa(own, 'Root', { subject: { commonName: 'Root' }, pathLength: 1 });
  ca = new PrivateIotCa(own, 'Ca', { subject: { commonName: 'Factory' }, issuer: root });
}

beforeEach(() => begin());

type Resources = { [logicalId: string]: { Type: string; Properties: Record<string, unknown> } };

function templateOf(stack: Stack): { Resources: Resources; Outputs?: { [key: string]: { Value: unknown; Export?: unknown } } } {
  return Template.fromStack(stack).toJSON() as ReturnType<typeof templateOf>;
}

/** The look-ups of a stack: of which CA, how far above it. */
function lookUps(stack: Stack): { Depth: unknown; WithChain?: unknown; CaId: unknown; Sha256Fingerprint?: unknown }[] {
  return Object.values(templateOf(stack).Resources).filter(({ Type }) => Type === 'Custom::IotCaLookup').map(({ Properties }) => Properties as never);
}

/** What another stack gets of this one, by exports and by outputs. */
function handedOn(stack: Stack): string {
  return JSON.stringify(Object.entries(templateOf(stack).Outputs ?? {}).filter(([key]) => !key.startsWith('Own')));
}

function secret(id: string): ISecret {
  return Secret.fromSecretCompleteArn(own, id, `arn:aws:secretsmanager:eu-central-1:111111111111:secret:${id}-AbCdEf`);
}

/** Declares all that needs a CA's certificate in another stack. */
function useEverything(): void {
  const device = new DeviceCertificate(other, 'Device', { ca, subject: { commonName: 'pump-1' } });
  const server = new ServerCertificate(other, 'Server', { ca, subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['a.example'] } });
  new CertificateOutputs(other, 'Outputs', { cas: { Ca: ca }, certificates: { Device: device, Server: server } });
  new CfnOutput(other, 'Chain', { value: device.certificateChainPem });
  new CfnOutput(other, 'Trust', { value: new TrustBundle([ca, root]).pemFor(other) });
  const caRegistration = new AwsIotCaRegistration(other, 'Registration', { ca, mode: AwsIotCertificateMode.DEFAULT });
  new AwsIotThing(other, 'Thing', { certificate: device, caRegistration });
  const below = new PrivateIotCa(other, 'Below', { subject: { commonName: 'Below' }, issuer: root });
  new CfnOutput(other, 'BelowChain', { value: below.certificateChainPem });
}

test.each([undefined, 'strong', 'both', 'weak'])('with references that are %s, no certificate leaves the stack of its CA: other stacks look it up, each certificate once', strength => {
  begin(strength === undefined ? {} : { [STRENGTH]: strength });
  useEverything();
  expect(handedOn(own)).toContain('Sha256Fingerprint');
  expect(handedOn(own)).not.toContain('Pem');
  expect(lookUps(other).map(({ Depth }) => Depth).sort()).toEqual([0, 0, 1, 1]); // of CA and root, and of the root above CA and Below
  expect(JSON.stringify(templateOf(other).Outputs!.Chain.Value)).toMatch(/Device.*Lookup0.*Ca.*CertificatePem.*Lookup1.*Ca.*CertificatePem/);
});

test('a bundle has a root once if it is a CA of the bundle and above another one', () => {
  new CfnOutput(other, 'Trust', { value: new TrustBundle([ca, root]).pemFor(other) });
  expect(lookUps(other)).toHaveLength(2);
});

test('a look-up has the values that it must find, and its function can read that ledger and do nothing else', () => {
  new CfnOutput(other, 'Pem', { value: ca.certificatePemFor(other) });
  const from = (name: string) => ({ 'Fn::ImportValue': expect.stringContaining(name) });
  const { Resources } = templateOf(other);
  const [id, lookUp] = Object.entries(Resources).find(([, { Type }]) => Type === 'Custom::IotCaLookup')!;
  expect(id).toBe('PrivateIotCaProviderLookup0CaStackCaAEA058456E678484'); // final
  expect(lookUp.Properties).toMatchObject({
    LedgerTable: from('RefCaLedger'), CaId: from('RefCa1E0C8272'), Depth: 0, Sha256Fingerprint: from('Sha256Fingerprint'),
  });
  const policies = Object.entries(Resources).filter(([, { Type, Properties }]) => Type === 'AWS::IAM::Policy' && !JSON.stringify(Properties).includes('logs:'));
  expect(policies).toHaveLength(1);
  const [[policy, { Properties }]] = policies;
  expect(Properties.PolicyDocument).toMatchObject({
    Statement: [{ Action: 'dynamodb:GetItem', Effect: 'Allow', Resource: from('FnGetAttCaLedger') }],
  });
  expect(lookUp).toMatchObject({ DependsOn: [policy] });
});

test('only a used certificate is looked up, and none in the stack of the CA', () => {
  const device = new DeviceCertificate(other, 'Device', { ca, subject: { commonName: 'pump-1' } });
  new CfnOutput(other, 'Pem', { value: device.certificatePem });
  new CfnOutput(own, 'OwnPem', { value: ca.certificatePemFor(own) });
  new CfnOutput(own, 'OwnChain', { value: Fn.join('', ca.caCertificatesFor(own)) });
  expect([...lookUps(other), ...lookUps(own)]).toEqual([]);
  expect(templateOf(own).Outputs!.OwnPem.Value).toEqual({ 'Fn::GetAtt': ['Ca1E0C8272', 'CertificatePem'] });
});

test('a nested stack gets certificates as parameters, and looks nothing up', () => {
  const nested = new NestedStack(own, 'Nested');
  const device = new DeviceCertificate(nested, 'Device', { ca, subject: { commonName: 'pump-1' } });
  new CfnOutput(nested, 'Chain', { value: device.certificateChainPem });
  expect(lookUps(nested)).toEqual([]);
  expect(Object.keys((Template.fromStack(nested).toJSON() as { Parameters: object }).Parameters)).toContainEqual(expect.stringContaining('CertificatePem'));
});

test('a stack in another Region gets the certificate by the mechanism by which the CDK passes values, which is no export', () => {
  const abroad = new Stack(app, 'Abroad', { env: { ...ENV, region: 'us-east-1' }, crossRegionReferences: true });
  new AwsIotCaRegistration(abroad, 'Registration', { ca });
  expect(lookUps(abroad)).toEqual([]);
  expect(templateOf(own).Outputs).toBeUndefined();
});

test('the text of the certificate is in every stack if a CA\'s certificate is known at synthesis', () => {
  const { certificate } = opensslCa('Old Root');
  const existing = PrivateIotCa.fromExistingCa(own, 'Existing', { certificate: PemSource.inline(certificate), privateKey: secret('Key') });
  expect(existing.certificatePemFor(other)).toBe(certificate);
  expect(existing.caCertificatesFor(other)).toEqual([certificate]);
});

test.each<[string, () => IPrivateIotCa]>([
  ['an existing CA in a secret', () => PrivateIotCa.fromExistingCa(own, 'Existing', {
    certificate: PemSource.secret(secret('Certificate')), privateKey: secret('Key'),
  })],
  ['a CA that is signed elsewhere, in a parameter', () => new PrivateIotCa(own, 'Signed', {
    subject: { commonName: 'Signed' }, signedElsewhere: true, signedCertificate: PemSource.inline(new CfnParameter(own, 'Signature').valueAsString),
  })],
])('the whole chain of %s is looked up at once, because it is not known before deployment', (_, declare) => {
  const used = declare();
  new CfnOutput(other, 'Chain', { value: Fn.join('', used.caCertificatesFor(other)) });
  new CfnOutput(other, 'Pem', { value: used.certificatePemFor(other) });
  expect(lookUps(other)).toEqual([expect.objectContaining({ Depth: 0, WithChain: true })]);
  expect(JSON.stringify(templateOf(other).Outputs!.Chain.Value)).toMatch(/Lookup0.*CertificatePem.*Lookup0.*IssuerChainPem/);
  expect(JSON.stringify(templateOf(other).Outputs!.Pem.Value)).not.toContain('IssuerChainPem');
  expect(handedOn(own)).not.toMatch(/Pem|RefSignature/);
});

test('the certificate of a renewed CA comes from its own ledger: the one of the CA below it keeps the certificate that signed', () => {
  const renewed = new PrivateIotCa(own, 'Renewed', {
    subject: { commonName: 'Renewed' }, pathLength: 1, signedElsewhere: true, signedCertificate: PemSource.inline(new CfnParameter(own, 'Signature').valueAsString),
  });
  const below = new PrivateIotCa(own, 'Below', { subject: { commonName: 'Below' }, issuer: renewed });
  new CfnOutput(other, 'Chain', { value: Fn.join('', below.caCertificatesFor(other)) });
  expect(lookUps(other).map(({ CaId, Depth }) => [JSON.stringify(CaId), Depth])).toEqual([
    [expect.stringContaining('RefBelow'), 0], [expect.stringContaining('RefRenewed'), 0],
  ]);
});

test('the certificate of a renewed CA comes from its own ledger also two levels below it', () => {
  const renewed = new PrivateIotCa(own, 'Renewed', {
    subject: { commonName: 'Renewed' }, pathLength: 2, signedElsewhere: true, signedCertificate: PemSource.inline(new CfnParameter(own, 'Signature').valueAsString),
  });
  const below = new PrivateIotCa(own, 'Below', { subject: { commonName: 'Below' }, issuer: renewed, pathLength: 1 });
  const lowest = new PrivateIotCa(own, 'Lowest', { subject: { commonName: 'Lowest' }, issuer: below, validity: Duration.days(1000) });
  new CfnOutput(other, 'Chain', { value: lowest.caCertificatesFor(other).join('') });
  const found = lookUps(other).map(({ CaId, Depth }) => `${/Renewed|Below|Lowest/.exec(JSON.stringify(CaId))![0]} ${Depth}`);
  expect(found).toEqual(['Lowest 0', 'Lowest 1', 'Renewed 0']);
});

test('a certificate of a CA whose key is in KMS is looked up in the same way', () => {
  const inKms = new PrivateIotCa(own, 'InKms', { subject: { commonName: 'In KMS' }, keyStorage: KeyStorage.kms() });
  new CfnOutput(other, 'Pem', { value: inKms.certificatePemFor(other) });
  expect(lookUps(other)).toHaveLength(1);
});
