import { CfnParameter, Lazy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CaCertificateOptions, DeviceCertificateOptions, PemSource, PrivateIotCa, ServerCertificateOptions, SubjectRule } from '../../../src';
import { opensslRequest } from '../../support/foreign-ca';
import { propertiesOf, stackWithCa } from '../../support/stacks';

const TYPE = 'Custom::IotDeviceCertificate';
const REQUEST = PemSource.inline(opensslRequest('/O=Acme/CN=sensor-001'));

function rendered(options: Partial<DeviceCertificateOptions>, id = 'sensor-001'): unknown {
  const { stack, ca } = stackWithCa();
  ca.addDeviceCertificate(id, { certificateSigningRequest: REQUEST, ...options });
  return propertiesOf(stack, TYPE).AllowedSubject;
}

describe('a rule for the subject of a request', () => {
  test.each<[string, SubjectRule | undefined, unknown]>([
    ['nothing where nothing is declared', undefined, undefined],
    ['a subject', SubjectRule.exact({ commonName: 'sensor-001', organization: 'Acme' }), { Type: 'Exact', Subject: { CommonName: 'sensor-001', Organization: 'Acme' } }],
    ['a pattern', SubjectRule.commonName('sensor-*', { organization: 'Acme' }), { Type: 'Pattern', Subject: { CommonName: 'sensor-*', Organization: 'Acme' } }],
    ['the id of the construct', SubjectRule.fromConstructId({ organization: '*' }), { Type: 'Pattern', Subject: { CommonName: 'sensor-001', Organization: '*' } }],
  ])('is in the template: %s', (_, allowedSubject, expected) => {
    expect(rendered({ allowedSubject })).toEqual(expected);
  });

  test('can serve for many devices, each by its own id', () => {
    const allowedSubject = SubjectRule.fromConstructId({ organization: 'Acme' });
    const { ca } = stackWithCa();
    ca.addDeviceCertificate('sensor-001', { certificateSigningRequest: REQUEST, allowedSubject });
    expect(() => ca.addDeviceCertificate('sensor-002', { certificateSigningRequest: REQUEST, allowedSubject })).toThrow(
      'Stack/Ca/sensor-002: subject.commonName of certificateSigningRequest must be "sensor-002", as allowedSubject requires, got "sensor-001"');
  });
});

test('a request that is known at synthesis and has another subject is refused there', () => {
  expect(() => rendered({ allowedSubject: SubjectRule.commonName('pump-*', { organization: '*' }) })).toThrow(
    'Stack/Ca/sensor-001: subject.commonName of certificateSigningRequest must be "pump-*", as allowedSubject requires (* stands for one or more letters, digits and - . _ :; every other character stands for itself), got "sensor-001"; '
    + 'create the request again with an allowed name, or declare `subject`');
  expect(() => rendered({ allowedSubject: SubjectRule.exact({ commonName: 'sensor-001' }) }))
    .toThrow('subject.organization of certificateSigningRequest must be left out, because allowedSubject does not contain it, got "Acme"');
});

describe('a request that is not known at synthesis', () => {
  const inSecret = (ca: PrivateIotCa) => PemSource.secret(Secret.fromSecretNameV2(ca.stack, 'Request', 'request'));
  const inParameter = (ca: PrivateIotCa) => PemSource.inline(new CfnParameter(ca.stack, 'Request').valueAsString);
  const madeLate = () => PemSource.inline(Lazy.string({ produce: () => '' }));
  const message = 'subject or allowedSubject must be given for a certificateSigningRequest that is not known at synthesis: '
    + 'otherwise the creator of the request would choose the name in the certificate; declare the name (`subject`) or the names that are allowed (`allowedSubject`)';

  describe.each([['a secret', inSecret], ['a parameter', inParameter], ['a token', madeLate]])('needs a rule for its name in %s,', (_, source) => {
    test.each<[string, (ca: PrivateIotCa, options: DeviceCertificateOptions & ServerCertificateOptions & CaCertificateOptions) => unknown]>([
      ['a device', (ca, options) => ca.addDeviceCertificate('Below', options)],
      ['a server', (ca, options) => ca.addServerCertificate('Below', { ...options, allowedSubjectAlternativeNames: { dns: ['acme.example'] } })],
      ['a CA', (ca, options) => ca.addCaCertificate('Below', options)],
    ])('%s', (__, add) => {
      const below = (options: Partial<DeviceCertificateOptions>) => {
        const { ca } = stackWithCa({ pathLength: 1 });
        add(ca, { certificateSigningRequest: source(ca), ...options });
      };
      expect(() => below({})).toThrow(`Stack/Ca/Below: ${message}`);
      below({ subject: { commonName: 'a' } });
      below({ allowedSubject: SubjectRule.commonName('*') });
    });
  });
});

test('values that are known only at deployment are left to the function', () => {
  const { stack, ca } = stackWithCa();
  const commonName = new CfnParameter(stack, 'Name').valueAsString;
  ca.addDeviceCertificate('Sensor', { certificateSigningRequest: REQUEST, allowedSubject: SubjectRule.exact({ commonName }) });
  expect(propertiesOf(stack, TYPE).AllowedSubject).toEqual({ Type: 'Exact', Subject: { CommonName: { Ref: 'Name' } } });
});

describe('a subject rule', () => {
  test.each<[string, Partial<DeviceCertificateOptions>, string]>([
    ['a rule beside a subject', { subject: { commonName: 'a' }, allowedSubject: SubjectRule.commonName('a') },
      'allowedSubject must be left out if subject is given, because subject replaces the subject of the request'],
    ['a rule without a request', { certificateSigningRequest: undefined, subject: { commonName: 'a' }, allowedSubject: SubjectRule.commonName('a') },
      'allowedSubject must be left out if there is no certificateSigningRequest'],
    ['a pattern that is too long', { allowedSubject: SubjectRule.commonName('x'.repeat(65)) }, 'allowedSubject.commonName must be 1 to 64 characters long, got 65'],
    ['an exact subject without a country code', { allowedSubject: SubjectRule.exact({ commonName: 'a', country: 'de' }) }, 'allowedSubject.country must be a country code'],
  ])('is refused for %s', (_, options, message) => {
    expect(() => rendered(options)).toThrow(`Stack/Ca/sensor-001: ${message}`);
  });

  test('is refused for the id of a construct with an asterisk, which would be a pattern', () => {
    expect(() => rendered({ allowedSubject: SubjectRule.fromConstructId() }, '*')).toThrow('Stack/Ca/*: allowedSubject must be SubjectRule.exact()');
  });
});
