import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsIotClientCertificateValidation, AwsIotRevocation, IPrivateIotCa, PrivateIotCa } from '../../../src';
import { stackWithCa } from '../../support/stacks';

const NOTE = 'a revocation goes into the ledger only, and reaches nobody who accepts devices: call publishRevocation of the CA, or declare a construct '
  + 'that carries revocations over to your platform, such as AwsIotRevocation';

const notes = (stack: Stack): unknown[] => Annotations.fromStack(stack).findInfo('*', Match.stringLikeRegexp('revocation-unread')).map(({ entry }) => entry.data);

test.each<[string, (ca: IPrivateIotCa) => unknown]>([
  ['the function', ca => ca.revokeFunction],
  ['the right to it', ca => ca.grantRevoke(new AccountRootPrincipal())],
])('%s alone brings a note that a revocation reaches nobody, once', (_, declare) => {
  const { stack, ca } = stackWithCa();
  declare(ca);
  expect(notes(stack)).toEqual([expect.stringContaining(NOTE)]);
  expect(notes(stack)).toHaveLength(1);
});

test('the ledger leads to the function by the name of the function, which is final', () => {
  const { stack, ca } = stackWithCa();
  void ca.revokeFunction;
  const [ledger] = Object.keys(Template.fromStack(stack).findResources('AWS::DynamoDB::GlobalTable'));
  const [{ Properties: { FunctionName } }] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.revoke' } }));
  expect(FunctionName).toEqual({ 'Fn::Join': ['', ['private-iot-ca-revoke-', { 'Fn::GetAtt': [ledger, 'TableId'] }]] });
});

test('the function of a kept CA brings the note, too, and has no name of its own: several stacks may declare one for its ledger', () => {
  const stack = new Stack(new App(), 'Stack');
  void PrivateIotCa.fromKeptCa(stack, 'Ca', {
    caId: `ca-${'0'.repeat(32)}`,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
    privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Key-AbCdEf',
  }).revokeFunction;
  expect(notes(stack)).toHaveLength(1);
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { Handler: 'index.revoke', FunctionName: Match.absent() });
});

test.each<[string, (ca: PrivateIotCa) => unknown]>([
  ['lists of the CA are published', ca => ca.publishRevocation()],
  ['revocations are carried over to a platform', ca => new AwsIotRevocation(ca.stack, 'AtAws', { ca })],
  ['a platform asks the ledger', ca => new AwsIotClientCertificateValidation(ca.stack, 'AtAws', { cas: [ca] })],
])('there is no note where %s, whichever is declared first', (_, declare) => {
  for (const order of [[declare, (ca: PrivateIotCa) => ca.revokeFunction], [(ca: PrivateIotCa) => ca.revokeFunction, declare]]) {
    const { stack, ca } = stackWithCa();
    order.forEach(each => each(ca));
    expect(notes(stack)).toEqual([]);
  }
});

test('there is no note where the lists wait for the certificate of the CA, nor without the function', () => {
  const awaiting = stackWithCa({ signedElsewhere: true });
  awaiting.ca.publishRevocation();
  void awaiting.ca.revokeFunction;
  expect([...notes(awaiting.stack), ...notes(stackWithCa().stack)]).toEqual([]);
});

test('the function may tell the CAs below that are in the same stack that they are revoked, and no others', () => {
  const app = new App();
  const [stack, other] = ['Stack', 'Other'].map(id => new Stack(app, id));
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' }, pathLength: 1 });
  void ca.revokeFunction;
  const below = new PrivateIotCa(stack, 'Below', { issuer: ca, subject: { commonName: 'Acme IoT Issuing CA' } });
  new PrivateIotCa(other, 'Elsewhere', { issuer: ca, subject: { commonName: 'Acme IoT Issuing CA 2' } });
  const written = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(({ Properties: { PolicyName } }) => PolicyName.startsWith('CaRevokeFunction'))
    .flatMap(({ Properties: { PolicyDocument: { Statement } } }) => Statement)
    .filter(({ Action }) => [Action].flat().includes('dynamodb:PutItem'));
  expect(written).toEqual([ca, below].map(({ ledger }) => expect.objectContaining({
    Resource: stack.resolve(ledger.tableArn), Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['revoked#*'] } },
  })));
});
