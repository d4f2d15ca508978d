import {
  checkAttributes, checkCaId, checkCertificatePem, checkDeliveryFormats, checkDepth, checkGeneration, checkHashAlgorithm, checkKeyAlgorithm,
  checkPathLength, checkSha256Fingerprint, checkSubject, checkSubjectAttribute, checkValidityDays, checkVerificationCode, Complaint,
} from '../../src/contract/rules';
import { SubjectAttribute, SubjectValues } from '../../src/contract/subject-attributes';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIBxjCCAWug+/w=\n-----END CERTIFICATE-----\n';

describe('a value that a rule allows', () => {
  test.each<[string, (value: any) => Complaint, readonly unknown[]]>([
    ['a number of delivery formats', checkDeliveryFormats, [0, 1, 20]],
    ['a key algorithm', checkKeyAlgorithm, ['RSA_2048', 'EC_P384', 'ED25519']],
    ['a hash algorithm', checkHashAlgorithm, ['SHA-256', 'SHA-512']],
    ['a validity', checkValidityDays, [1, 365, 36_500]],
    ['a generation', checkGeneration, [1, 1_000_000]],
    ['a path length', checkPathLength, [0, 10]],
    ['a depth', checkDepth, [0, 8]],
    ['a caId', checkCaId, [`ca-${'0123456789abcdef'.repeat(2)}`]],
    ['a fingerprint', checkSha256Fingerprint, ['0123456789abcdef'.repeat(4)]],
    ['a certificate', value => checkCertificatePem(value, 'chainPem'), [PEM, PEM + PEM, `\n${PEM} \n${PEM}\n\n`, PEM.replaceAll('\n', '\r\n')]],
    ['a verification code', checkVerificationCode, ['a', '0-_=+/Z', 'x'.repeat(512)]],
  ])('brings no complaint for %s', (_, check, values) => {
    expect(values.map(value => check(value))).toEqual(values.map(() => undefined));
  });
});

describe('a complaint names the property, the value and what is allowed', () => {
  test.each<[string, (value: any) => Complaint, readonly unknown[], string]>([
    ['a number of delivery formats', checkDeliveryFormats, [21], 'deliveryFormats must be at most 20, got 21'],
    ['a key algorithm', checkKeyAlgorithm, ['RSA_1024', 'rsa_2048', ''],
      'keyAlgorithm must be one of RSA_2048, RSA_3072, RSA_4096, EC_P256, EC_P384, EC_P521, ED25519, got VALUE'],
    ['a hash algorithm', checkHashAlgorithm, ['SHA-1', 'sha256'], 'hashAlgorithm must be one of SHA-256, SHA-384, SHA-512, got VALUE'],
    ['a validity', checkValidityDays, [0, 36_501, 1.5, NaN, -1], 'validity must be a whole number of days from 1 to 36500, got VALUE'],
    ['a validity', checkValidityDays, ['365'], 'validity must be a whole number of days from 1 to 36500, got a string VALUE'],
    ['a generation', checkGeneration, [0, 1_000_001], 'generation must be a whole number from 1 to 1000000, got VALUE'],
    ['a generation of something else', value => checkGeneration(value, 'registrationCodeGeneration'), [0],
      'registrationCodeGeneration must be a whole number from 1 to 1000000, got VALUE'],
    ['a path length', checkPathLength, [-1, 11], 'pathLength must be a whole number of CAs below this one from 0 to 10, got VALUE'],
    ['a depth', checkDepth, [-1, 9], 'depth must be a whole number of CAs above the CA from 0 to 8, got VALUE'],
    ['a caId', checkCaId, [`ca-${'0'.repeat(31)}`, `ca-${'0'.repeat(33)}`, `xca-${'0'.repeat(32)}`, `ca-${'A'.repeat(32)}`, `device-${'0'.repeat(32)}`],
      'caId must be the caId of a CA, ca- followed by 32 hexadecimal digits, got VALUE'],
    ['a caId of something else', value => checkCaId(value, 'issuerId'), ['mine'],
      'issuerId must be the caId of a CA, ca- followed by 32 hexadecimal digits, got VALUE'],
    ['a fingerprint', checkSha256Fingerprint, ['0'.repeat(63), '0'.repeat(65), 'A'.repeat(64), `${'0'.repeat(63)}g`],
      'sha256Fingerprint must be 64 lower-case hexadecimal digits, got VALUE'],
    ['a certificate', value => checkCertificatePem(value, 'chainPem'), ['', 'MIIB', 'x', '-----BEGIN CERTIFICATE-----', '-----BEGIN CERTIFICATE----------END CERTIFICATE-----'],
      'chainPem must be PEM blocks with the label CERTIFICATE and nothing else, got VALUE'],
    ['a verification code', checkVerificationCode, ['', 'a.b', 'a b', 'a\n', '\na', 'ü'],
      'verificationCode must be 1 to 512 letters, digits and + / = _ -, got VALUE'],
    ['a verification code', checkVerificationCode, [12345], 'verificationCode must be 1 to 512 letters, digits and + / = _ -, got VALUE'],
  ])('for %s: %#', (_, check, values, message) => {
    expect(values.map(value => check(value))).toEqual(values.map(value => message.replace('VALUE', () => typeof value === 'string' ? JSON.stringify(value) : String(value))));
  });

  test('for a certificate with a string before, between or after its blocks, which an output would repeat', () => {
    for (const pem of [`x${PEM}`, `${PEM}x`, `${PEM}x\n${PEM}`, PEM.replace('MIIB', 'MI<IB')]) {
      expect(checkCertificatePem(pem, 'chainPem')).toMatch(/^chainPem must be PEM blocks with the label CERTIFICATE and nothing else, got "/);
    }
  });

  test('for a verification code that is longer than 512 characters', () => {
    expect(checkVerificationCode('x'.repeat(513))).toBe(`verificationCode must be 1 to 512 letters, digits and + / = _ -, got "${'x'.repeat(80)}…"`);
  });
});

describe('an attribute of a subject', () => {
  test.each<[SubjectAttribute, string]>([
    ['commonName', 'a'], ['commonName', 'sensor_001@plant'], ['commonName', 'ü'.repeat(64)], ['commonName', '泵'.repeat(64)],
    ['organization', 'Acme & Söhne'], ['country', 'DE'], ['serialNumber', 'A-1 (b)'], ['serialNumber', '\'()+,-./:=?'], ['locality', 'x'.repeat(128)],
    // 63 characters of four bytes each, and one of three: as long as a value can be.
    ['commonName', `${'🔑'.repeat(63)}泵`],
  ])('is accepted: %s %j', (attribute, value) => {
    expect(checkSubjectAttribute(attribute, value)).toBeUndefined();
  });

  test.each<[SubjectAttribute, unknown, string]>([
    ['commonName', 7, 'subject.commonName must be a string, got 7'],
    ['commonName', ['a'], 'subject.commonName must be a string, got a list'],
    ['commonName', '-----BEGIN PRIVATE KEY-----', 'subject.commonName must not be a private key; take the key out of the declaration, and consider it disclosed'],
    ['commonName', 'a\u202eb',
      'subject.commonName must not contain control, direction or other invisible characters, or spaces other than the plain space, got "a\\u202eb"'],
    ['country', 'de', 'subject.country must be a country code of two upper-case letters (ISO 3166-1), got "de"'],
    ['country', 'DEU', 'subject.country must be a country code of two upper-case letters (ISO 3166-1), got "DEU"'],
    ['country', 'D', 'subject.country must be a country code of two upper-case letters (ISO 3166-1), got "D"'],
    ['country', '', 'subject.country must be a country code of two upper-case letters (ISO 3166-1), got ""'],
    ['commonName', '', 'subject.commonName must be 1 to 64 characters long, got 0: ""'],
    ['commonName', 'x'.repeat(65), `subject.commonName must be 1 to 64 characters long, got 65: "${'x'.repeat(65)}"`],
    ['locality', 'x'.repeat(129), `subject.locality must be 1 to 128 characters long, got 129: "${'x'.repeat(80)}…"`],
    ['commonName', ' a', 'subject.commonName must not begin or end with a space, got " a"'],
    ['commonName', 'a ', 'subject.commonName must not begin or end with a space, got "a "'],
    ['serialNumber', 'A_1', 'subject.serialNumber must consist of letters, digits, spaces and \' ( ) + , - . / : = ? (PrintableString), got "A_1"'],
  ])('is refused: %s %j', (attribute, value, message) => {
    expect(checkSubjectAttribute(attribute, value)).toBe(message);
  });

  test('is refused if it has more than 255 bytes in UTF-8, which embedded TLS stacks do not read, even if it has few characters', () => {
    const name = '🔑'.repeat(64);
    expect(checkSubjectAttribute('commonName', name)).toBe(`subject.commonName must be at most 255 bytes long in UTF-8, got 256: "${name}"`);
  });

  test('is named by the property in which it is', () => {
    expect(checkSubjectAttribute('commonName', '', 'allowedSubject.commonName')).toBe('allowedSubject.commonName must be 1 to 64 characters long, got 0: ""');
  });
});

describe('a subject', () => {
  test('is accepted with a common name, with or without other attributes', () => {
    expect(checkSubject({ commonName: 'sensor-001' })).toBeUndefined();
    expect(checkSubject({ commonName: 'sensor-001', country: 'DE', organization: undefined })).toBeUndefined();
  });

  test('is refused without a common name', () => {
    expect(checkSubject({ organization: 'Acme' })).toBe('subject.commonName must be 1 to 64 characters long, got 0: ""');
  });

  test('is refused for the first of its attributes that is wrong', () => {
    expect(checkSubject({ commonName: '', organization: '', country: 'DE' })).toBe('subject.organization must be 1 to 64 characters long, got 0: ""');
  });

  test('is refused with an attribute that names do not have', () => {
    expect(checkSubject({ commonName: 'a', nickname: 'b' } as SubjectValues)).toBe('subject must consist of country, stateOrProvince, locality, organization, '
      + 'organizationalUnit, distinguishedNameQualifier, serialNumber, commonName, got "nickname"');
  });

  test('can lack a common name if a rule or a constraint names only some attributes', () => {
    expect(checkAttributes({ organization: 'Acme' }, 'nameConstraints.permitted')).toBeUndefined();
    expect(checkAttributes({ organization: ' ' }, 'nameConstraints.permitted'))
      .toBe('nameConstraints.permitted.organization must not begin or end with a space, got " "');
  });
});
