import { App, Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { KeyAlgorithm, KeyStorage, PrivateIotCa, PublishRevocationOptions, RevocationPublication, SigningAlarm } from '../../../src';

const SUBJECT = { commonName: 'Acme IoT Root CA' };

function declared(options?: PublishRevocationOptions): { ca: PrivateIotCa; lists: RevocationPublication; template: Template } {
  const stack = new Stack(new App(), 'Iot', { env: { account: '111111111111', region: 'eu-central-1' } });
  const ca = new PrivateIotCa(stack, 'Ca', { subject: SUBJECT });
  ca.addDeviceCertificate('Before', { subject: { commonName: 'before' } });
  const lists = ca.publishRevocation(options);
  ca.addDeviceCertificate('After', { subject: { commonName: 'after' } });
  return { ca, lists, template: Template.fromStack(stack) };
}

/** The only resource of a type. */
function only(template: Template, type: string): [id: string, resource: { [name: string]: any }] {
  const found = Object.entries(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0];
}

/** The rights of the function that publishes: each action with its resources and conditions. */
function rightsOf(template: Template): { actions: string[]; resource: unknown; condition: unknown }[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('CaRevocation'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource, Condition }) => ({ actions: [Action].flat(), resource: Resource, condition: Condition }));
}

describe('by default, the lists', () => {
  test('are served from a private bucket over plain HTTP, which validators use, and over HTTPS', () => {
    const { template } = declared();
    const [, bucket] = only(template, 'AWS::S3::Bucket');
    expect(bucket.Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
    });
    expect(bucket.DeletionPolicy).toBe('Retain');
    const [, { Properties: { DistributionConfig }, DeletionPolicy }] = only(template, 'AWS::CloudFront::Distribution');
    expect(DistributionConfig.DefaultCacheBehavior).toMatchObject({ ViewerProtocolPolicy: 'allow-all', AllowedMethods: ['GET', 'HEAD'] });
    expect(DeletionPolicy).toBe('Retain');
    // CloudFront speaks to S3 as the viewer speaks to CloudFront, so the bucket must not require TLS.
    expect(JSON.stringify(template.findResources('AWS::S3::BucketPolicy'))).not.toContain('SecureTransport');
  });

  test('are made new when the ledger says that something was revoked, and every hour if their time has come', () => {
    const { template } = declared();
    const [ledger, { Properties: { StreamSpecification } }] = only(template, 'AWS::DynamoDB::GlobalTable');
    expect(StreamSpecification).toEqual({ StreamViewType: 'KEYS_ONLY' });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [ledger, 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ dynamodb: { Keys: { pk: { S: [{ prefix: 'revoked#' }] } } } }) }] },
    });
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' });
  });

  test('raise an alarm when a quarter of their life is left, also if nothing is known about them', () => {
    declared().template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'PrivateIotCa',
      MetricName: 'RevocationListLifeLeft',
      Dimensions: [{ Name: 'CaId', Value: { Ref: Match.anyValue() } }],
      Statistic: 'Minimum',
      Threshold: 25,
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
    });
  });

  test('are there before any certificate names them, in whatever order both are declared', () => {
    const { template } = declared();
    const [publication] = only(template, 'Custom::IotRevocationPublication');
    const devices = Object.values(template.findResources('Custom::IotDeviceCertificate'));
    expect(devices.map(({ DependsOn }) => DependsOn)).toEqual([expect.arrayContaining([publication]), expect.arrayContaining([publication])]);
  });

  test('are at a URL that names the CA, below the domain of the distribution', () => {
    const { template, lists, ca } = declared();
    const [ca0] = only(template, 'Custom::PrivateIotCa');
    const [distribution] = only(template, 'AWS::CloudFront::Distribution');
    expect(ca.stack.resolve(lists.completeListUrl)).toEqual({
      'Fn::Join': ['', ['http://', { 'Fn::GetAtt': [distribution, 'DomainName'] }, '/', { Ref: ca0 }, '/complete.crl']],
    });
  });
});

test('the function that publishes can sign, read the ledger, number lists and write the CA\'s own folder, and nothing else', () => {
  const { template } = declared();
  const [ca] = only(template, 'Custom::PrivateIotCa');
  const [bucket] = only(template, 'AWS::S3::Bucket');
  const rights = rightsOf(template).filter(({ actions }) => !actions[0].startsWith('logs:'));
  const keys = (...prefixes: string[]) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes } });
  expect(rights.map(({ actions, condition }) => [actions.sort(), condition])).toEqual(expect.arrayContaining([
    [['secretsmanager:GetSecretValue'], undefined],
    [['dynamodb:GetItem'], keys('identity#*', 'issuer#*', 'crl#*')],
    [['dynamodb:Query'], keys('revoked#*')],
    [['dynamodb:PutItem', 'dynamodb:UpdateItem'], keys('crl#*')],
    [['s3:GetObject', 's3:PutObject'], undefined],
    [['s3:ListBucket'], undefined],
    [['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], undefined],
    [['dynamodb:ListStreams'], undefined],
  ]));
  expect(rights).toHaveLength(8);
  expect(rights.find(({ actions }) => actions.includes('s3:PutObject'))!.resource)
    .toEqual({ 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, '/', { Ref: ca }, '/*']] });
});

test('a CA in KMS signs its lists there, and the alarm about foreign signatures knows the function', () => {
  const stack = new Stack(new App(), 'Iot');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: SUBJECT, keyAlgorithm: KeyAlgorithm.EC_P256, keyStorage: KeyStorage.kms() });
  new SigningAlarm(stack, 'Alarm', { ca });
  ca.publishRevocation();
  const template = Template.fromStack(stack);
  expect(rightsOf(template).flatMap(({ actions }) => actions)).toEqual(expect.arrayContaining(['kms:Sign', 'kms:GetPublicKey']));
  const [role] = Object.keys(template.findResources('AWS::IAM::Role')).filter(id => id.startsWith('CaRevocation'));
  const rules = Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties: { EventPattern } }) => EventPattern).filter(Boolean);
  expect(JSON.stringify(rules)).toContain(JSON.stringify({ 'Fn::GetAtt': [role, 'Arn'] }));
});

test('a domain of one\'s own is in the URL at synthesis', () => {
  const stack = new Stack(new App(), 'Iot');
  const certificate = Certificate.fromCertificateArn(stack, 'Domain', 'arn:aws:acm:us-east-1:111111111111:certificate/1');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: SUBJECT });
  const lists = ca.publishRevocation({ domainName: 'pki.acme.example', certificate });
  const [id] = Object.keys(Template.fromStack(stack).findResources('Custom::PrivateIotCa'));
  expect(stack.resolve(lists.url)).toEqual({ 'Fn::Join': ['', ['http://pki.acme.example/', { Ref: id }]] });
  Template.fromStack(stack).hasResourceProperties('AWS::CloudFront::Distribution', { DistributionConfig: { Aliases: ['pki.acme.example'] } });
});

test('a bucket of one\'s own gets the files, and no distribution is made', () => {
  const stack = new Stack(new App(), 'Iot');
  const bucket = Bucket.fromBucketName(stack, 'Bucket', 'acme-pki');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: SUBJECT });
  ca.publishRevocation({ bucket, url: 'http://pki.acme.example/crl', partitions: 4, validity: Duration.days(30) });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::CloudFront::Distribution', 0);
  template.resourceCountIs('AWS::S3::Bucket', 0);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: 'index.publish',
    Environment: { Variables: Match.objectLike({ CRL_BUCKET: 'acme-pki', CRL_PARTITIONS: '4', CRL_LIFE_DAYS: '30' }) },
  });
});

test('a key of one\'s own encrypts the bucket, and CloudFront and the function can use it', () => {
  const stack = new Stack(new App(), 'Iot');
  const encryptionKey = new Key(stack, 'Key');
  new PrivateIotCa(stack, 'Ca', { subject: SUBJECT }).publishRevocation({ encryptionKey, removalPolicy: RemovalPolicy.DESTROY });
  const template = Template.fromStack(stack);
  const [, key] = only(template, 'AWS::KMS::Key');
  expect(JSON.stringify(key.Properties.KeyPolicy)).toContain('cloudfront.amazonaws.com');
  expect(rightsOf(template).flatMap(({ actions }) => actions)).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey']));
});

test('a CA that awaits its certificate has no lists yet, but their URL', () => {
  const stack = new Stack(new App(), 'Iot');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: SUBJECT, signedElsewhere: true });
  expect(ca.publishRevocation().alarm).toBeUndefined();
  Template.fromStack(stack).resourceCountIs('Custom::IotRevocationPublication', 0);
  Template.fromStack(stack).resourceCountIs('AWS::CloudFront::Distribution', 1);
});

test('everything that serves the lists outlives the stack, so that validators can fetch the last ones', () => {
  const { template } = declared({ ocsp: true });
  for (const type of ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::CloudFront::Distribution', 'AWS::CloudFront::OriginAccessControl', 'AWS::CloudFront::CachePolicy']) {
    expect(only(template, type)[1].DeletionPolicy).toBe('Retain');
  }
});

test('a bucket that goes with the stack is emptied before', () => {
  const { template } = declared({ removalPolicy: RemovalPolicy.DESTROY });
  expect(only(template, 'AWS::S3::Bucket')[1].DeletionPolicy).toBe('Delete');
  template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
});

test('an OCSP responder answers through the distribution, with a key of its own and without access to that of the CA', () => {
  const { template, lists, ca } = declared({ ocsp: true });
  const [caResource] = only(template, 'Custom::PrivateIotCa');
  const [distribution, { Properties: { DistributionConfig } }] = only(template, 'AWS::CloudFront::Distribution');
  expect(ca.stack.resolve(lists.ocspUrl)).toEqual({
    'Fn::Join': ['', ['http://', { 'Fn::GetAtt': [distribution, 'DomainName'] }, '/ocsp/', { Ref: caResource }]],
  });
  expect(DistributionConfig.CacheBehaviors).toEqual([expect.objectContaining({ PathPattern: 'ocsp/*', ViewerProtocolPolicy: 'allow-all' })]);
  const ofResponder = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('CaRevocationOcspRights'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  const [responder] = Object.keys(template.findResources('AWS::SecretsManager::Secret')).filter(id => id.startsWith('CaRevocationOcsp'));
  expect(ofResponder.map(({ Action, Resource, Condition }) => [Action, Resource, Condition])).toEqual(expect.arrayContaining([
    ['dynamodb:GetItem', expect.anything(), { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['identity#*', 'issuer#*', 'revoked#*'] } }],
    ['secretsmanager:GetSecretValue', { Ref: responder }, undefined],
  ]));
  expect(ofResponder).toHaveLength(2);
});

test.each([
  ['its ARN', 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger/stream/2026-01-31T23:59:59.123'],
  ['what is known at deployment', Fn.importValue('Stream')],
])('the lists of a kept CA are made when the stream of its ledger says so, which %s names', (_, ledgerStreamArn) => {
  const stack = new Stack(new App(), 'Iot');
  const ca = PrivateIotCa.fromKeptCa(stack, 'Ca', {
    caId: `ca-${'0'.repeat(32)}`,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
    privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Key-AbCdEf',
  });
  ca.publishRevocation({ ledgerStreamArn });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: stack.resolve(ledgerStreamArn) });
});

describe('a mistake is told at synthesis', () => {
  const certificate = (stack: Stack) => Certificate.fromCertificateArn(stack, 'Domain', 'arn:aws:acm:us-east-1:111111111111:certificate/1');
  const bucket = (stack: Stack) => Bucket.fromBucketName(stack, 'Bucket', 'acme-pki');

  test.each<[string, (stack: Stack) => PublishRevocationOptions, string]>([
    ['a life of half a day', () => ({ validity: Duration.hours(12) }), 'validity must be a whole number of days from 1 to 365, got "12 hours"'],
    ['a life of two years', () => ({ validity: Duration.days(730) }), 'validity must be a whole number of days from 1 to 365, got "730 days"'],
    ['no partition', () => ({ partitions: 0 }), 'partitions must be a whole number from 1 to 256, got 0'],
    ['a bucket that nobody serves', stack => ({ bucket: bucket(stack) }), 'bucket and url must be given together'],
    ['a URL without a bucket', () => ({ url: 'http://pki.acme.example' }), 'bucket and url must be given together'],
    ['a URL over TLS', stack => ({ bucket: bucket(stack), url: 'https://pki.acme.example' }), 'url must begin with http://'],
    ['a URL with a slash at its end', stack => ({ bucket: bucket(stack), url: 'http://pki.acme.example/' }), 'without a slash at its end'],
    ['a domain without a certificate', () => ({ domainName: 'pki.acme.example' }), 'domainName and certificate must be given together'],
    ['a domain with a path', stack => ({ domainName: 'pki.acme.example/x', certificate: certificate(stack) }), 'domainName must be a host name'],
    ['a removal policy for a bucket of one\'s own', stack => ({ bucket: bucket(stack), url: 'http://pki.acme.example', removalPolicy: RemovalPolicy.DESTROY }),
      'removalPolicy must be left out'],
    ['a domain with a scheme', stack => ({ domainName: 'http://pki.acme.example', certificate: certificate(stack) }), 'domainName must be a host name'],
    ['a domain for a bucket of one\'s own', stack => ({ bucket: bucket(stack), url: 'http://pki.acme.example', domainName: 'a.b', certificate: certificate(stack) }),
      'domainName must be left out with your own bucket'],
    ['OCSP for a bucket of one\'s own', stack => ({ bucket: bucket(stack), url: 'http://pki.acme.example', ocsp: true }), 'ocsp must be left out with your own bucket'],
  ])('%s', (_, options, message) => {
    const stack = new Stack(new App(), 'Iot');
    const ca = new PrivateIotCa(stack, 'Ca', { subject: SUBJECT });
    expect(() => ca.publishRevocation(options(stack))).toThrow(message);
  });

  test('a distribution in a Region in China', () => {
    const ca = new PrivateIotCa(new Stack(new App(), 'Iot', { env: { region: 'cn-north-1' } }), 'Ca', { subject: SUBJECT });
    expect(() => ca.publishRevocation()).toThrow('bucket and url must be given in cn-north-1, where Amazon CloudFront serves no content from its own domain');
  });

  test('a distribution in AWS GovCloud (US)', () => {
    const ca = new PrivateIotCa(new Stack(new App(), 'Iot', { env: { region: 'us-gov-west-1' } }), 'Ca', { subject: SUBJECT });
    expect(() => ca.publishRevocation()).toThrow('bucket and url must be given in us-gov-west-1, where Amazon CloudFront is not available');
  });

  test('a second publication', () => {
    const ca = new PrivateIotCa(new Stack(new App(), 'Iot'), 'Ca', { subject: SUBJECT });
    ca.publishRevocation();
    expect(() => ca.publishRevocation()).toThrow('Iot/Ca/Revocation: ca must be a CA whose revocation lists are not published yet');
    expect(() => new RevocationPublication(ca.stack, 'Again', { ca })).toThrow('Iot/Again: ca must be a CA whose revocation lists are not published yet, got Iot/Ca, '
      + 'whose certificates can name only one place; keep the RevocationPublication that the first call has returned');
  });

  describe('for a CA of another stack', () => {
    const LEDGER = 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger';
    const STREAM = `${LEDGER}/stream/2026-01-31T23:59:59.123`;
    const keptCa = () => PrivateIotCa.fromKeptCa(new Stack(new App(), 'Iot'), 'Ca', {
      caId: `ca-${'0'.repeat(32)}`,
      ledgerTableArn: LEDGER,
      privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Key-AbCdEf',
    });
    const FORM = 'Iot/Ca/Revocation: ledgerStreamArn must be a complete ARN, such as '
      + 'arn:aws:dynamodb:eu-central-1:111111111111:table/Iot-CaLedger-1ABCDEF/stream/2026-01-31T23:59:59.123, got ';

    test('no stream', () => {
      expect(() => keptCa().publishRevocation()).toThrow('ledgerStreamArn must be given for a CA whose ledger is not made in this stack');
    });

    test.each([
      ['its table', LEDGER, `${FORM}"${LEDGER}"`],
      ['a stream of another service', 'arn:aws:kinesis:eu-central-1:111111111111:stream/Ledger', FORM],
      ['a part of an ARN', 'Ledger/stream/2026-01-31T23:59:59.123', FORM],
      ['a stream without a label', `${LEDGER}/stream/`, FORM],
      ['the stream of another table', STREAM.replace('Ledger', 'Other'),
        `Iot/Ca/Revocation: ledgerStreamArn must be the ARN of a stream of the CA's ledger, ${LEDGER}, got "${STREAM.replace('Ledger', 'Other')}"`],
    ])('%s instead of the stream', (_, ledgerStreamArn, message) => {
      expect(() => keptCa().publishRevocation({ ledgerStreamArn })).toThrow(message);
    });

  });
});
