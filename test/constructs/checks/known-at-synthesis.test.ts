import { App, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CfnKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  DeviceCertificateOptions, IotPlatform, IPrivateIotCa, KeyAlgorithm, KeyStorage, NameConstraints, PemSource, PrivateIotCa,
  ProofOfPossessionSignature,
} from '../../../src';
import { opensslCa, opensslRequest } from '../../support/foreign-ca';
import { stackOf, stackWithCa } from '../../support/stacks';

const SUBJECT = { commonName: 'sensor-001' };

function warnings(stack: Stack, id = 'cdk-private-iot-ca:'): string[] {
  return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp(id)).map(({ entry }) => String(entry.data));
}

function existing(stack: Stack, certificate: string, key?: Key): IPrivateIotCa {
  return PrivateIotCa.fromExistingCa(stack, 'Existing', {
    certificate: PemSource.inline(certificate), ...key ? { signingKey: key } : { privateKey: Secret.fromSecretNameV2(stack, 'Key', 'ca-key') },
  });
}

function imported(stack: Stack, certificatePem: string): IPrivateIotCa {
  return PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Imported', {
    caId: `ca-${'0'.repeat(32)}`,
    certificatePem,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
    privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Ca-AbCdEf',
  });
}

describe('below a CA that is signed elsewhere and has no certificate yet, a declaration', () => {
  const message = (id: string) => `Stack/${id}: ca must have its certificate before it can issue, and Stack/Ca is signedElsewhere without one: deploy the CA alone, `
    + 'have its certificateSigningRequestPem signed, declare the result as signedCertificate, and then declare what the CA issues';

  test.each<[string, (ca: PrivateIotCa) => unknown, string]>([
    ['a device', ca => ca.addDeviceCertificate('Below', { subject: SUBJECT }), 'Ca/Below'],
    ['a server', ca => ca.addServerCertificate('Below', { subject: SUBJECT, subjectAlternativeNames: { dns: ['a.example'] } }), 'Ca/Below'],
    ['a verification certificate', ca => ca.addVerificationCertificate('Below', { registrationCode: 'code' }), 'Ca/Below'],
    ['a CA', ca => new PrivateIotCa(ca.stack, 'Below', { subject: SUBJECT, issuer: ca }), 'Below'],
    ['a CA from a request', ca => ca.addCaCertificate('Below', { certificateSigningRequest: PemSource.inline(opensslRequest('/CN=Below')) }), 'Ca/Below'],
    ['a cross-certificate', ca => ca.addCrossCertificate('Below', { subjectCa: new PrivateIotCa(ca.stack, 'Next', { subject: SUBJECT }) }), 'Ca/Below'],
    ['a signature', ca => new ProofOfPossessionSignature(ca.stack, 'Below', { ca, verificationCode: 'code' }), 'Below'],
  ])('is refused: %s', (_, add, id) => {
    expect(() => add(stackWithCa({ signedElsewhere: true, pathLength: 1 }).ca)).toThrow(message(id));
  });

  test('is accepted once the CA has one, which can also be a parameter', () => {
    const stack = stackOf();
    const signedCertificate = PemSource.inline(new CfnParameter(stack, 'Signed', { default: '' }).valueAsString);
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Issuing' }, signedElsewhere: true, signedCertificate });
    expect(() => ca.addDeviceCertificate('Below', { subject: SUBJECT })).not.toThrow();
  });
});

describe('a certificate is refused with the name of a CA above it', () => {
  const message = 'subject must differ from those of the CA that signs and of the CAs above it';

  test('in a request, whatever the case and the spaces of the name', () => {
    const { ca } = stackWithCa();
    for (const name of ['Acme IoT Root CA', 'ACME iot  ROOT ca']) {
      expect(() => ca.addDeviceCertificate(name, { certificateSigningRequest: PemSource.inline(opensslRequest(`/CN=${name}`)) })).toThrow(message);
    }
  });

  test('in its own declaration, even if it is a CA above the one that signs', () => {
    const { stack, ca } = stackWithCa({ pathLength: 1 });
    const factory = new PrivateIotCa(stack, 'Factory', { subject: { commonName: 'Factory' }, issuer: ca });
    expect(() => factory.addDeviceCertificate('A', { subject: { commonName: 'Acme IoT Root CA' } })).toThrow(message);
    expect(() => new PrivateIotCa(stack, 'Below', { subject: { commonName: 'acme iot root ca' }, issuer: ca })).toThrow(`Stack/Below: ${message}`);
    expect(() => factory.addDeviceCertificate('B', { subject: { commonName: 'Acme IoT Root CA', organization: 'Acme' } })).not.toThrow();
  });

  test('that comes from elsewhere', () => {
    const { certificate } = opensslCa('Acme Old CA');
    for (const ca of [existing(stackOf(), certificate), imported(stackOf(), certificate)]) {
      expect(() => ca.addDeviceCertificate('A', { subject: { commonName: 'Acme Old CA' } })).toThrow(message);
    }
  });
});

describe('names outside the name constraints of the CA', () => {
  const constrained = (nameConstraints: NameConstraints) => stackWithCa({ nameConstraints, pathLength: 1 }).ca;
  const options = (dns: string[]): DeviceCertificateOptions => ({ subject: SUBJECT, subjectAlternativeNames: { dns } });

  test('are refused if they are declared, of a device, a server, a CA, and of a CA further up', () => {
    const ca = constrained({ permitted: { dns: ['plant.example'] } });
    const message = 'the CA\'s name constraints do not permit dns:"evil.example"; they permit only dns:"plant.example"';
    const factory = new PrivateIotCa(ca.stack, 'Factory', { subject: { commonName: 'Factory 1' }, issuer: ca });
    expect(() => ca.addDeviceCertificate('A', options(['a.plant.example', 'evil.example']))).toThrow(`Stack/Ca/A: ${message}`);
    expect(() => ca.addServerCertificate('B', options(['evil.example']))).toThrow(`Stack/Ca/B: ${message}`);
    expect(() => factory.addDeviceCertificate('C', options(['evil.example']))).toThrow(`Stack/Factory/C: ${message}`);
    expect(() => new PrivateIotCa(ca.stack, 'Other', { ...options(['evil.example']), subject: SUBJECT, issuer: ca })).toThrow(`Stack/Other: ${message}`);
    expect(() => ca.addDeviceCertificate('D', options(['a.plant.example']))).not.toThrow();
  });

  test('are refused in a subject, and in a common name that passes for a host', () => {
    expect(() => constrained({ permitted: { directory: [{ organization: 'Acme' }] } }).addDeviceCertificate('A', { subject: SUBJECT }))
      .toThrow('the CA\'s name constraints do not permit directory:');
    expect(() => constrained({ excluded: { dns: ['evil.example'] } }).addDeviceCertificate('A', { subject: { commonName: 'a.evil.example' } }))
      .toThrow('without a subjectAlternativeNames.dns, validators treat the commonName "a.evil.example" as a host name, and the CA\'s name constraints exclude it');
    expect(() => constrained({ permitted: { dns: ['acme.example'] } }).addDeviceCertificate('A', { subject: SUBJECT })).toThrow(
      'without a subjectAlternativeNames.dns, validators treat the commonName "sensor-001" as a host name, and the CA\'s name constraints permit "acme.example"; '
      + 'add such a name that lies within them, or choose a commonName that does');
  });

  test('are accepted in the code that a platform dictates as a common name', () => {
    expect(() => constrained({ permitted: { dns: ['acme.example'] } }).addVerificationCertificate('A', { registrationCode: 'a1b2c3' })).not.toThrow();
  });

  describe('names that are outside the name constraints to one validator or the other only', () => {
    const said = (stack: Stack) => warnings(stack, 'common-name-constraints');

    test('bring a warning in the code that a platform dictates as a common name, known or not', () => {
      const ca = constrained({ permitted: { dns: ['acme.example'] } });
      ca.addVerificationCertificate('A', { registrationCode: 'a1b2c3' });
      ca.addVerificationCertificate('B', { registrationCode: Lazy.string({ produce: () => 'a1b2c3' }) });
      expect(said(ca.stack)).toEqual([
        expect.stringMatching(/^the commonName "a1b2c3" should lie within the host names that a CA above permits, "acme.example": GnuTLS and wolfSSL, and Java if .*, refuse the certificate/),
        expect.stringMatching(/^the commonName should lie within the host names that a CA above permits, "acme.example": GnuTLS and wolfSSL/),
      ]);
    });

    test('bring a warning as the name of a CA, declared or in a request, of which there are two levels', () => {
      const ca = constrained({ permitted: { dns: ['acme.example'] } });
      new PrivateIotCa(ca.stack, 'Line', { subject: { commonName: 'Line 7' }, issuer: ca });
      ca.addCaCertificate('Elsewhere', { certificateSigningRequest: PemSource.inline(opensslRequest('/CN=Line 8')) });
      expect(said(ca.stack)).toEqual(['Line 7', 'Line 8'].map(name => expect.stringMatching(
        `^the commonName "${name}" should lie within .*: wolfSSL, and Botan if it has a dot, treat it as a host name and refuse everything below the CA`)));
    });

    test('bring a warning as a mailbox that is as long before its @ as the permitted host, declared or in a request', () => {
      const ca = constrained({ permitted: { email: ['acme.com'] } });
      ca.addDeviceCertificate('A', { subject: SUBJECT, subjectAlternativeNames: { email: ['pump-123@acme.com'] } });
      ca.addDeviceCertificate('B', { subject: { commonName: 'b' }, subjectAlternativeNames: { email: ['pump-12@acme.com'] } });
      ca.addDeviceCertificate('C', {
        certificateSigningRequest: PemSource.inline(opensslRequest('/CN=c', { extensions: ['subjectAltName=email:pump-345@acme.com'] })),
        allowedSubjectAlternativeNames: { email: ['acme.com'] },
      });
      expect(warnings(ca.stack, 'mailbox-constraints')).toEqual(['123', '345'].map(number => expect.stringMatching(
        `^the part of the mailbox "pump-${number}@acme.com" before its @ should be shorter than the host that a CA above permits, "acme.com": otherwise wolfSSL 5.5 refuses`)));
    });

    test('bring no warning if the name is within, if no host name is permitted, or beside an alternative name', () => {
      const ca = constrained({ permitted: { dns: ['acme.example'] } });
      new PrivateIotCa(ca.stack, 'A', { subject: { commonName: 'line7.acme.example' }, issuer: ca });
      new PrivateIotCa(ca.stack, 'B', { subject: { commonName: 'Line 7' }, subjectAlternativeNames: { dns: ['line7.acme.example'] }, issuer: ca });
      const other = constrained({ excluded: { dns: ['evil.example'] } });
      new PrivateIotCa(other.stack, 'A', { subject: { commonName: 'Line 7' }, issuer: other });
      other.addVerificationCertificate('B', { registrationCode: 'a1b2c3' });
      expect([...said(ca.stack), ...said(other.stack)]).toEqual([]);
    });
  });

  test('are refused if they are allowed names of a request', () => {
    const certificateSigningRequest = PemSource.inline(opensslRequest('/CN=sensor-001', { extensions: ['subjectAltName = DNS:a.evil.example'] }));
    const ca = constrained({ excluded: { dns: ['evil.example'] } });
    expect(() => ca.addDeviceCertificate('A', { certificateSigningRequest, allowedSubjectAlternativeNames: { dns: ['evil.example'] } }))
      .toThrow('the CA\'s name constraints exclude dns:"a.evil.example"');
    expect(() => ca.addDeviceCertificate('B', { certificateSigningRequest })).not.toThrow(); // it does not get that name
  });

  test('are refused in the certificate of a CA from elsewhere', () => {
    const { certificate } = opensslCa('Acme Old CA', { extensions: ['nameConstraints = critical, permitted;DNS:plant.example'] });
    for (const ca of [existing(stackOf(), certificate), imported(stackOf(), certificate)]) {
      expect(() => ca.addDeviceCertificate('A', options(['evil.example']))).toThrow('the CA\'s name constraints do not permit dns:"evil.example"');
    }
  });

  test('are left to the function if they are known only at deployment', () => {
    const ca = constrained({ permitted: { dns: ['plant.example'] } });
    const token = Lazy.string({ produce: () => 'evil.example' });
    ca.addDeviceCertificate('A', options([token]));
    ca.addDeviceCertificate('B', { subject: { commonName: token } });
    ca.addDeviceCertificate('C', { subject: { commonName: 'a.evil.example' }, subjectAlternativeNames: { dns: [token] } });
    expect(() => ca.addDeviceCertificate('D', options([token, 'evil.example']))).toThrow('do not permit dns:"evil.example"');
    constrained({ permitted: { dns: [token] } }).addDeviceCertificate('A', options(['evil.example']));
  });
});

describe('a validity', () => {
  const PAST = new Date('2020-01-01T00:00:00Z');
  const END = new Date('2040-01-01T00:00:00Z');

  test('that is over brings a warning, and is not refused, because issued certificates stay', () => {
    const { stack, ca } = stackWithCa();
    ca.addDeviceCertificate('Sensor', { subject: SUBJECT, notAfter: PAST });
    expect(warnings(stack)).toEqual([expect.stringMatching(/^validity would already have ended on 2020-01-01T00:00:00Z, and it is .*; declare a later end\. As of .*, no new certificate can be issued with this validity; existing certificates stay as they are/)]);
    expect(warnings(stackWithCa({ notAfter: PAST }).stack)).toHaveLength(1);
    expect(warnings(stackWithCa({ notAfter: END }).stack)).toEqual([]);
  });

  test('that is declared to end after the CA is refused', () => {
    const { ca } = stackWithCa({ notAfter: END });
    const notAfter = new Date('2040-01-01T00:00:01Z');
    expect(() => ca.addDeviceCertificate('A', { subject: SUBJECT, notAfter })).toThrow(
      'Stack/Ca/A: validity would end on 2040-01-01T00:00:01Z, after the end of the CA, or of a CA above it, on 2040-01-01T00:00:00Z; shorten validity, or set clipToIssuer');
    expect(() => ca.addDeviceCertificate('B', { subject: SUBJECT, notAfter, clipToIssuer: true })).not.toThrow();
    expect(() => ca.addDeviceCertificate('C', { subject: SUBJECT, notAfter: new Date('2041-01-01T00:00:00Z'), notBefore: END, clipToIssuer: true }))
      .toThrow('notBefore must be before the end of the CA, or of a CA above it, on 2040-01-01T00:00:00Z, got 2040-01-01T00:00:00Z');
  });

  test('that begins before the CA is refused', () => {
    const { ca } = stackWithCa({ notBefore: new Date('2026-01-01T00:00:00Z') });
    expect(() => ca.addDeviceCertificate('A', { subject: SUBJECT, notBefore: PAST }))
      .toThrow('notBefore must not be before the CA, or a CA above it, becomes valid on 2026-01-01T00:00:00Z, got 2020-01-01T00:00:00Z');
  });

  test('that would end after a CA from elsewhere, counted from today, brings a warning', () => {
    const stack = stackOf();
    existing(stack, opensslCa('Acme Old CA').certificate).addDeviceCertificate('A', { subject: SUBJECT, validity: Duration.days(3651) });
    expect(warnings(stack, 'term')).toEqual([expect.stringContaining('validity of 3651 days would end on')]);
  });
});

describe('a KMS key of the app', () => {
  const SIGN = { keyUsage: KeyUsage.SIGN_VERIFY };
  const ca = (stack: Stack, key: Key) => new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' }, keyStorage: KeyStorage.kms({ key }) });
  const allowed = 'RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521';

  test.each<[string, (stack: Stack) => Key, string]>([
    ['a symmetric one, which is the default', stack => new Key(stack, 'Key'), 'must be a signing key (KeyUsage SIGN_VERIFY), got "ENCRYPT_DECRYPT"; name another key'],
    ['one that encrypts', stack => new Key(stack, 'Key', { keySpec: KeySpec.RSA_2048, keyUsage: KeyUsage.ENCRYPT_DECRYPT }), 'must be a signing key'],
    ['one on another kind of curve', stack => new Key(stack, 'Key', { ...SIGN, keySpec: KeySpec.ECC_SECG_P256K1 }),
      `must have one of the KeySpecs ${allowed}, got "ECC_SECG_P256K1"; name another key`],
    ['one of another algorithm than the CA', stack => new Key(stack, 'Key', { ...SIGN, keySpec: KeySpec.ECC_NIST_P256 }),
      'must have the KeySpec RSA_2048, because keyAlgorithm is RSA_2048, got "ECC_NIST_P256"; name another key'],
  ])('is refused if it can\'t be that of the CA: %s', (_, key, message) => {
    const stack = stackOf();
    expect(() => ca(stack, key(stack))).toThrow(`Stack/Ca: key (Stack/Key) ${message}`);
  });

  test('is refused for a CA that exists too, by the key in its certificate', () => {
    const { certificate } = opensslCa('Acme Old CA');
    const signing = (stack: Stack, keySpec: KeySpec) => existing(stack, certificate, new Key(stack, 'Key', { ...SIGN, keySpec }));
    expect(() => signing(stackOf(), KeySpec.RSA_2048)).toThrow(
      'Stack/Existing: signingKey (Stack/Key) must have the KeySpec ECC_NIST_P256, because keyAlgorithm is EC_P256, got "RSA_2048"; name another key');
    expect(() => signing(stackOf(), KeySpec.ECC_NIST_P256)).not.toThrow();
  });

  test('is left to the function if its kind is a token or it is not of the app', () => {
    const stack = stackOf();
    const key = new Key(stack, 'Key');
    (key.node.defaultChild as CfnKey).keySpec = new CfnParameter(stack, 'Spec').valueAsString;
    expect(() => ca(stack, key)).not.toThrow();
    const other = stackOf(new App());
    expect(() => ca(other, Key.fromKeyArn(other, 'Key', 'arn:aws:kms:eu-central-1:111111111111:key/0987dcba-09fe-87dc-65ba-ab0987654321') as Key)).not.toThrow();
  });
});

test('a request whose key the platform does not take is refused', () => {
  const { ca } = stackWithCa({ platforms: [IotPlatform.AWS_IOT_CORE] });
  const certificateSigningRequest = PemSource.inline(opensslRequest('/CN=sensor-001', { newKey: ['ED25519'] }));
  expect(() => ca.addDeviceCertificate('A', { certificateSigningRequest })).toThrow(
    'Stack/Ca/A: the key of certificateSigningRequest must be one of RSA_2048, RSA_3072, RSA_4096, EC_P256, EC_P384, EC_P521 for AWS IoT Core, got "ED25519"');
});

describe('a signedCertificate', () => {
  const signed = (certificate: string, props: object = {}) => stackWithCa({
    signedElsewhere: true, keyAlgorithm: KeyAlgorithm.EC_P256, signedCertificate: PemSource.inline(certificate), ...props,
  });
  const { certificate } = opensslCa('Acme IoT Root CA', { pathLength: 0 });

  test.each<[string, object, string]>([
    ['of a key by another algorithm', { keyAlgorithm: KeyAlgorithm.RSA_2048 },
      'signedCertificate must certify the key of the certificate signing request, RSA_2048 according to keyAlgorithm, got "EC_P256"; have certificateSigningRequestPem signed'],
    ['without the name constraints', { nameConstraints: { permitted: { dns: ['plant.example'] } } }, 'signedCertificate must have the declared name constraints, got none'],
  ])('is refused if it is not the declared CA\'s: %s', (_, props, message) => {
    expect(() => signed(certificate, props)).toThrow(`Stack/Ca: ${message}`);
    expect(() => signed(certificate)).not.toThrow();
  });

  test('is refused with a longer path', () => {
    expect(() => signed(opensslCa('Acme IoT Root CA', { pathLength: 1 }).certificate)).toThrow('signedCertificate must have a path length of at most 0, as pathLength says, got 1');
  });
});

describe('constraints under which a validator refuses names that keep to them', () => {
  const said = (nameConstraints: NameConstraints) => warnings(stackWithCa({ nameConstraints }).stack, 'cdk-private-iot-ca:name-constraints');

  test('bring a warning with the validators and the names', () => {
    expect(said({ permitted: { dns: ['a'], directory: [{ organization: 'Acme' }], ip: ['fd00::/8'] }, excluded: { uri: ['a'] } })).toEqual([
      'not every validator supports these nameConstraints: Go 1.19 refuses every chain under critical constraints on permitted directory names; '
        + 'GnuTLS 3.7 refuses every certificate with a URI under critical constraints on excluded URIs; '
        + 'Botan 2.19 refuses every chain under critical constraints on permitted IPv6 addresses. Constraints on dns are supported more widely [ack: cdk-private-iot-ca:name-constraints]',
    ]);
  });

  test('bring none if validators enforce them, or pass over them', () => {
    expect(said({ permitted: { dns: ['a'], ip: ['10.0.0.0/8'] }, excluded: { dns: ['b.a'], email: ['a'] } })).toEqual([]);
    expect(said({ critical: false, permitted: { directory: [{ organization: 'Acme' }] } })).toEqual([]);
  });

  test('bring a warning in the certificate for a CA that is made elsewhere too', () => {
    const { stack, ca } = stackWithCa({ pathLength: 1 });
    ca.addCaCertificate('Elsewhere', { certificateSigningRequest: PemSource.inline(opensslRequest('/CN=Line 8')), nameConstraints: { excluded: { directory: [{ organization: 'Evil' }] } } });
    expect(warnings(stack, 'cdk-private-iot-ca:name-constraints')).toEqual([expect.stringContaining('GnuTLS 3.7 refuses every certificate with a subject')]);
  });
});
