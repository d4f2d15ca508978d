import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CrossCertificate, HashAlgorithm, KeyStorage, PrivateIotCa, PrivateIotCaProps, TrustBundle } from '../../../src';
import { attributeOf, ledgerRights, logicalIds, propertiesOf, rightsOf, stackWithCa } from '../../support/stacks';

const TYPE = 'Custom::IotCrossCertificate';
const NEXT = { commonName: 'Acme IoT Root CA 2036' };

function crossed(caProps: Partial<PrivateIotCaProps> = {}, nextProps: Partial<PrivateIotCaProps> = {}): {
  stack: Stack; ca: PrivateIotCa; next: PrivateIotCa; cross: CrossCertificate;
} {
  const { stack, ca } = stackWithCa({ pathLength: 1, ...caProps });
  const next = new PrivateIotCa(stack, 'Ca2036', { subject: NEXT, predecessor: ca, ...nextProps });
  return { stack, ca, next, cross: ca.addCrossCertificate('NextByCa', { subjectCa: next }) };
}

describe('a cross-certificate', () => {
  test('names both CAs, and the fingerprint of the one whose key it certifies', () => {
    const { stack } = crossed();
    const [next] = logicalIds(stack)['Custom::PrivateIotCa'].filter(id => id.startsWith('Ca2036'));
    expect(propertiesOf(stack, TYPE)).toEqual({
      ServiceToken: attributeOf('PrivateIotCaProviderFunction8B248EC3', 'Arn'),
      ServiceTimeout: '1200',
      LedgerTable: { Ref: 'CaLedger0A52F403' },
      Issuer: { Ref: 'Ca1E0C8272' },
      IssuerKeyIdentifier: { 'Fn::GetAtt': ['Ca1E0C8272', 'SubjectKeyIdentifier'] },
      SubjectCaId: { Ref: next },
      SubjectCaLedgerTable: { Ref: 'Ca2036LedgerFA1F8E3C' },
      SubjectCaSha256Fingerprint: { 'Fn::GetAtt': [next, 'Sha256Fingerprint'] },
      HashAlgorithm: 'SHA-256',
      Generation: 1,
    });
    expect(logicalIds(stack)[TYPE]).toEqual(['CaNextByCaAC2E3360']);
  });

  test('adds no right but the one to read the ledger of the CA whose key it certifies', () => {
    const { stack, ca, next } = crossed();
    const other = stackWithCa({ pathLength: 1 }).stack;
    new PrivateIotCa(other, 'Ca2036', { subject: NEXT });
    const added = rightsOf(stack).filter(right => !rightsOf(other).some(each => JSON.stringify(each) === JSON.stringify(right)));
    expect(added).toEqual([{
      Action: 'dynamodb:GetItem',
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['identity#*', 'issuer#*'] } },
      Resource: stack.resolve(next.ledger.tableArn),
    }]);
    expect(rightsOf(stack)).toContainEqual(ledgerRights(stack.resolve(ca.ledger.tableArn)));
  });

  test('waits for the first lists of its signer, which it names, and not for those of the CA whose key it certifies', () => {
    const { stack, ca } = stackWithCa({ pathLength: 1 });
    const next = new PrivateIotCa(stack, 'Ca2036', { subject: NEXT });
    [ca, next].forEach(each => each.publishRevocation());
    ca.addCrossCertificate('NextByCa', { subjectCa: next });
    const [{ DependsOn }] = Object.values(Template.fromStack(stack).findResources(TYPE));
    const publications = logicalIds(stack)['Custom::IotRevocationPublication'];
    expect(DependsOn.filter((id: string) => publications.includes(id))).toEqual([expect.stringMatching(/^CaRevocation/)]);
  });

  test('certifies a CA of another stack, with a right to read its ledger, by a CA whose key is in KMS', () => {
    const app = new App();
    const [home, other] = ['Home', 'Other'].map(id => new Stack(app, id, { env: { account: '111111111111', region: 'eu-central-1' } }));
    const next = new PrivateIotCa(other, 'Next', { subject: NEXT });
    const ca = new PrivateIotCa(home, 'Ca', { subject: { commonName: 'Acme' }, pathLength: 1, keyStorage: KeyStorage.kms() });
    new CrossCertificate(home, 'Cross', { ca, subjectCa: next, hashAlgorithm: HashAlgorithm.SHA_256, generation: 2 });
    expect(propertiesOf(home, TYPE)).toMatchObject({ Generation: 2, SubjectCaLedgerTable: { 'Fn::ImportValue': expect.stringContaining('Ledger') } });
    expect(rightsOf(home)).toContainEqual(expect.objectContaining({ Action: 'dynamodb:GetItem' }));
    expect(JSON.stringify(rightsOf(other))).not.toContain('kms:Sign');
  });

  test('is the last certificate but the root in the chain for verifiers that trust only its signer', () => {
    const { stack, next, cross } = crossed({ pathLength: 2 }, { pathLength: 1 });
    const factory = new PrivateIotCa(stack, 'Factory', { subject: { commonName: 'Factory' }, issuer: next });
    const [direct, below] = [next, factory].map(ca => ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' } }));
    const pems = (...parts: { readonly certificatePem: string }[]) => ({ 'Fn::Join': ['', parts.map(({ certificatePem }) => stack.resolve(certificatePem))] });
    expect(stack.resolve(cross.chainFor(direct))).toEqual(pems(direct, cross));
    expect(stack.resolve(cross.chainFor(below))).toEqual(pems(below, factory, cross));
    expect(stack.resolve(direct.certificateChainWithoutRootPem)).toEqual(stack.resolve(direct.certificatePem));
  });

  test('is in no chain of a certificate that is not below its subject CA', () => {
    const { ca, next, cross } = crossed();
    const device = ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' } });
    expect(() => cross.chainFor(device)).toThrow('certificate must be a certificate below Stack/Ca2036, whose key is cross-certified, got Stack/Ca/Device, which is below Stack/Ca');
    expect(() => cross.chainFor(next)).toThrow('certificate must be a certificate that a CA of this library issues');
  });

  test('does not belong in a trust bundle, which holds the successor after its predecessor, each once', () => {
    const { stack, ca, next, cross } = crossed();
    expect(stack.resolve(new TrustBundle([ca, next, ca]).pem)).toEqual({ 'Fn::Join': ['', [ca, next].map(({ certificatePem }) => stack.resolve(certificatePem))] });
    expect(() => new TrustBundle([ca, cross as never])).toThrow('cas[1] must be a CA');
  });

  test.each<[string, Partial<PrivateIotCaProps>, Partial<PrivateIotCaProps>, string]>([
    ['a signer with the default path length', { pathLength: 0 }, {}, '[Stack/Ca/NextByCa] ca must have a pathLength of at least 1 to certify the key of another CA'],
    ['a signer without room for the path length', { pathLength: 1 }, { pathLength: 1 }, 'ca must have a pathLength above that of subjectCa, 1, got Stack/Ca with 1'],
    ['a CA without a certificate', {}, { signedElsewhere: true }, 'subjectCa must have its certificate before another CA can certify its key, and Stack/Ca2036 is signedElsewhere'],
    ['a signer without a certificate', { signedElsewhere: true }, {}, 'ca must have its certificate before it can issue'],
    ['a name that the signer may not certify', { nameConstraints: { permitted: { directory: [{ organization: 'Other' }] } } }, {}, 'name constraints do not permit'],
  ])('is refused at synthesis for %s', (_, caProps, nextProps, complaint) => {
    expect(() => crossed(caProps, nextProps)).toThrow(complaint.replace(/^\[(.*)\]/, '$1:'));
  });

  test('is refused at synthesis for a CA and itself', () => {
    const { stack, ca } = stackWithCa({ pathLength: 1 });
    expect(() => new CrossCertificate(stack, 'Cross', { ca, subjectCa: ca })).toThrow('pathLength above that of subjectCa');
    expect(() => new CrossCertificate(stack, 'Same', { ca, subjectCa: new PrivateIotCa(stack, 'Namesake', { subject: { commonName: 'Acme IoT Root CA' } }) }))
      .toThrow('subject must differ');
  });
});
