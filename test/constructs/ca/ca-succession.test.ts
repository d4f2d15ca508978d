import { Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CaSuccessionOptions, IPrivateIotCa, PemSource, PrivateIotCa, Retirement } from '../../../src';
import { opensslCa, opensslRequest } from '../../support/foreign-ca';
import { propertiesOf, stackWithCa } from '../../support/stacks';

const CA_ID = `ca-${'0123456789abcdef'.repeat(2)}`;
const EXISTING = opensslCa('Acme Existing CA');

/** The three kinds of CAs that have a resource, and the types of their resources. */
const KINDS: readonly [string, string, (stack: Stack, options: CaSuccessionOptions) => IPrivateIotCa][] = [
  ['a CA', 'Custom::PrivateIotCa', (stack, options) => new PrivateIotCa(stack, 'Made', { subject: { commonName: 'Made' }, ...options })],
  ['an existing CA', 'Custom::ExistingIotCa', (stack, options) => PrivateIotCa.fromExistingCa(stack, 'Made', {
    certificate: PemSource.inline(EXISTING.certificate), privateKey: Secret.fromSecretNameV2(stack, 'Key', 'key'), ...options,
  })],
  ['a kept CA', 'Custom::KeptIotCa', (stack, options) => PrivateIotCa.fromKeptCa(stack, 'Made', {
    caId: CA_ID,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Iot-CaLedger-1ABCDEF',
    privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf',
    ...options,
  })],
];

const BROKER = { subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['broker.example'] } };
const environment = { env: { account: '111111111111', region: 'eu-central-1' } };

describe.each(KINDS)('%s', (_, type, make) => {
  const made = (options: CaSuccessionOptions) => {
    const stack = new Stack(undefined, 'Stack', environment);
    make(stack, options);
    return propertiesOf(stack, type);
  };

  test('tells the function of its retirement, and of nothing else by default', () => {
    expect(made({ retirement: Retirement.whenUnused() })).toMatchObject({ Retired: true });
    expect(made({ retirement: Retirement.evenInUse(CA_ID) })).toMatchObject({ Retired: true, RetiredInUse: CA_ID });
    expect(made({ replaces: CA_ID })).toMatchObject({ Replaces: CA_ID });
    for (const property of ['Retired', 'RetiredInUse', 'Replaces']) {
      expect(made({})).not.toHaveProperty(property);
    }
  });

  test('is refused with a word in place of a caId', () => {
    expect(() => made({ retirement: Retirement.evenInUse('Made') })).toThrow('Stack/Made: retirement must be the caId of a CA, ca- followed by 32 hexadecimal digits, got "Made"');
    expect(() => made({ replaces: 'Made' })).toThrow('Stack/Made: replaces must be the caId of a CA');
  });

  test('can succeed another CA', () => {
    const stack = new Stack(undefined, 'Stack', environment);
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme' } });
    make(stack, { predecessor: ca });
    expect(() => new PrivateIotCa(stack, 'Other', { subject: { commonName: 'Other' }, predecessor: ca })).toThrow('which Stack/Made succeeds');
  });

  test('that is retired issues nothing, and the error names its successor', () => {
    const stack = new Stack(undefined, 'Stack', environment);
    const ca = make(stack, { retirement: Retirement.whenUnused() });
    const declarations = [
      () => ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' } }),
      () => ca.addServerCertificate('Server', BROKER),
      () => ca.addCaCertificate('Below', { certificateSigningRequest: PemSource.inline(opensslRequest('/CN=Below')) }),
    ];
    declarations.forEach(each => expect(each).toThrow('ca must not be retired, got Stack/Made, which issues nothing any more; declare a successor (predecessor)'));
    new PrivateIotCa(stack, 'Next', { subject: { commonName: 'Next' }, predecessor: ca });
    expect(() => ca.addServerCertificate('Broker', BROKER)).toThrow('declare the certificate with its successor Stack/Next');
  });

  test('that is retired in use may have certificates, which its function knows', () => {
    const stack = new Stack(undefined, 'Stack', environment);
    const ca = make(stack, { retirement: Retirement.evenInUse(CA_ID) });
    expect(() => ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' } })).not.toThrow();
  });
});

describe('a successor', () => {
  test('is the only one of its predecessor, and the error names both', () => {
    const { stack, ca } = stackWithCa();
    new PrivateIotCa(stack, 'Ca2036', { subject: { commonName: 'Acme 2036' }, predecessor: ca });
    expect(() => new PrivateIotCa(stack, 'Ca2037', { subject: { commonName: 'Acme 2037' }, predecessor: ca }))
      .toThrow('Stack/Ca2037: predecessor must be a CA without another successor, got Stack/Ca, which Stack/Ca2036 succeeds');
  });

  test('can have a successor in turn', () => {
    const { stack, ca } = stackWithCa();
    const second = new PrivateIotCa(stack, 'Ca2036', { subject: { commonName: 'Acme 2036' }, predecessor: ca });
    expect(() => new PrivateIotCa(stack, 'Ca2046', { subject: { commonName: 'Acme 2046' }, predecessor: second })).not.toThrow();
  });

  test.each<[string, object, string]>([
    ['the name of its predecessor', { subject: { commonName: 'ACME IoT  Root CA' } }, 'Stack/Next: subject must differ from that of the predecessor, got "CN=ACME IoT  Root CA" for both'],
    ['a word in place of a CA', { predecessor: 'Ca' }, 'predecessor must be a CA, such as new PrivateIotCa()'],
    ['a word in place of a retirement', { retirement: 'now' }, 'retirement must be a Retirement, such as Retirement.whenUnused()'],
  ])('is refused with %s', (_, props, complaint) => {
    const { stack, ca } = stackWithCa();
    expect(() => new PrivateIotCa(stack, 'Next', { subject: { commonName: 'Next' }, predecessor: ca, ...props })).toThrow(complaint);
  });

  test('is not signed by its predecessor, with which it would end', () => {
    const { stack, ca } = stackWithCa({ pathLength: 1 });
    expect(() => new PrivateIotCa(stack, 'Next', { subject: { commonName: 'Next' }, predecessor: ca, issuer: ca }))
      .toThrow('Stack/Next: issuer must not be the predecessor, because the CA would end with it');
  });

  test('leaves the template of its predecessor as it is', () => {
    const { stack, ca } = stackWithCa();
    const before = propertiesOf(stack, 'Custom::PrivateIotCa');
    const other = new Stack(stack.node.root as never, 'Other');
    new PrivateIotCa(other, 'Next', { subject: { commonName: 'Next' }, predecessor: ca });
    expect(propertiesOf(stackWithCa().stack, 'Custom::PrivateIotCa')).toEqual(before);
  });
});
