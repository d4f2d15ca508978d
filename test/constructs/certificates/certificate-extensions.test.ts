import { CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { CertificateExtensionOptions, CustomExtension, DeviceCertificateOptions, ExtendedKeyUsage, PrivateIotCaProps } from '../../../src';
import { propertiesOf, stackWithCa } from '../../support/stacks';

const TYPE = 'Custom::IotDeviceCertificate';
const OWN = '1.3.6.1.4.1.99999.1';
const NULL = 'BQA=';

function withDevice(options: Partial<DeviceCertificateOptions>, caProps: Partial<PrivateIotCaProps> = {}): Stack {
  const { stack, ca } = stackWithCa({ allowedCustomExtensions: [OWN], ...caProps });
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' }, ...options });
  return stack;
}

test('extensions that are not declared are not rendered', () => {
  expect(propertiesOf(withDevice({}), TYPE)).not.toHaveProperty('Extensions');
});

test('names beside the subject are rendered by their types', () => {
  expect(propertiesOf(withDevice({
    subjectAlternativeNames: {
      directory: [{ commonName: 'sensor', country: 'CN' }],
      email: ['ops@acme.example'],
      uri: ['urn:acme:device:1', 'https://acme.example/1'],
      ip: ['10.0.0.1', 'fd00::1'],
      dns: ['sensor-001.acme.example', '*.acme.example'],
    },
  }), TYPE).Extensions).toEqual({
    SubjectAlternativeNames: {
      Dns: ['sensor-001.acme.example', '*.acme.example'],
      Ip: ['10.0.0.1', 'fd00::1'],
      Uri: ['urn:acme:device:1', 'https://acme.example/1'],
      Email: ['ops@acme.example'],
      Directory: [{ Country: 'CN', CommonName: 'sensor' }],
    },
  });
});

test('all other extensions are rendered', () => {
  expect(propertiesOf(withDevice({
    extendedKeyUsages: [ExtendedKeyUsage.SERVER_AUTH, ExtendedKeyUsage.of('1.3.6.1.4.1.311.20.2.2')],
    crlDistributionPoints: ['http://crl.acme.example/ca.crl'],
    ocspUrls: ['http://ocsp.acme.example'],
    caIssuersUrls: ['http://acme.example/ca.cer'],
    certificatePolicies: [{ oid: '1.3.6.1.4.1.99999.2' }, { oid: '1.3.6.1.4.1.99999.3', cpsUri: 'https://acme.example/cps' }],
    customExtensions: [{ oid: OWN, valueDerBase64: NULL }],
  }), TYPE).Extensions).toEqual({
    ExtendedKeyUsages: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.4.1.311.20.2.2'],
    CrlDistributionPoints: ['http://crl.acme.example/ca.crl'],
    OcspUrls: ['http://ocsp.acme.example'],
    CaIssuersUrls: ['http://acme.example/ca.cer'],
    CertificatePolicies: [{ Oid: '1.3.6.1.4.1.99999.2' }, { Oid: '1.3.6.1.4.1.99999.3', CpsUri: 'https://acme.example/cps' }],
    CustomExtensions: [{ Oid: OWN, Value: NULL }],
  });
});

test('the standard usages have the object identifiers of RFC 5280, section 4.2.1.12', () => {
  const { SERVER_AUTH, CLIENT_AUTH, CODE_SIGNING, EMAIL_PROTECTION, OCSP_SIGNING } = ExtendedKeyUsage;
  expect([SERVER_AUTH, CLIENT_AUTH, CODE_SIGNING, EMAIL_PROTECTION, OCSP_SIGNING].map(({ oid }) => oid))
    .toEqual([1, 2, 3, 4, 9].map(last => `1.3.6.1.5.5.7.3.${last}`));
});

describe('values that are known only at deployment', () => {
  test('are left to the function to check, such as a name among others', () => {
    const { stack, ca } = stackWithCa();
    const name = new CfnParameter(stack, 'Name').valueAsString;
    ca.addDeviceCertificate('Sensor', { subject: { commonName: 'a' }, subjectAlternativeNames: { dns: [name, 'sensor.acme.example'] } });
    expect(propertiesOf(stack, TYPE).Extensions).toEqual({ SubjectAlternativeNames: { Dns: [{ Ref: 'Name' }, 'sensor.acme.example'] } });
  });

  test('are left to the function to check, such as a whole list', () => {
    const { stack, ca } = stackWithCa();
    const dns = new CfnParameter(stack, 'Names', { type: 'CommaDelimitedList' }).valueAsList;
    ca.addDeviceCertificate('Sensor', { subject: { commonName: 'a' }, subjectAlternativeNames: { dns } });
    expect(propertiesOf(stack, TYPE).Extensions).toEqual({ SubjectAlternativeNames: { Dns: { Ref: 'Names' } } });
  });

  test('are left to the function to check, and the values beside them are checked at synthesis', () => {
    const dns = [Lazy.string({ produce: () => 'a.example' })];
    expect(() => withDevice({ subjectAlternativeNames: { dns }, ocspUrls: ['ocsp.acme.example'] })).toThrow('Stack/Ca/Sensor: ocspUrls must be URLs');
  });
});

describe('a custom extension', () => {
  const declare = (extension: Partial<CustomExtension>, caProps: Partial<PrivateIotCaProps> = {}) => () =>
    withDevice({ customExtensions: [{ oid: OWN, valueDerBase64: NULL, ...extension }] }, caProps);

  test('must be one that the CA allows', () => {
    expect(declare({}, { allowedCustomExtensions: undefined }))
      .toThrow('Stack/Ca/Sensor: customExtensions must be among those that the CA allows (none), got "1.3.6.1.4.1.99999.1"; add it to allowedCustomExtensions of the CA');
    expect(declare({ oid: '1.3.6.1.4.1.99999.9' })).toThrow('must be among those that the CA allows (1.3.6.1.4.1.99999.1), got "1.3.6.1.4.1.99999.9"');
  });

  test.each(['2.5.29.19', '2.5.29.15', '2.5.29.17', '1.3.6.1.5.5.7.1.1', '2.16.840.1.113730.1.1'])('is never %s, which the CA decides on', oid => {
    expect(() => stackWithCa({ allowedCustomExtensions: [oid] }))
      .toThrow(`Stack/Ca: allowedCustomExtensions must not name extensions that the CA decides on, got "${oid}"`);
    expect(() => stackWithCa({ customExtensions: [{ oid, valueDerBase64: NULL }] })) // a root needs no leave, and may not either
      .toThrow(`Stack/Ca: customExtensions must not be an extension that the CA decides on (2.5.29.…, 1.3.6.1.5.5.7.1.…, 2.16.840.1.113730.1.…), got "${oid}"; `
        + 'use the property for that extension');
  });

  test.each<[string, Partial<CustomExtension>, string]>([
    ['without a value', { valueDerBase64: '' }, `customExtensions must have a value of 2 to 1024 octets of DER in base64 for ${OWN}`],
    ['of more than 1,024 octets', { valueDerBase64: Buffer.alloc(1025).toString('base64') }, 'customExtensions must have a value of 2 to 1024 octets'],
    ['that is not base64', { valueDerBase64: 'BQA' }, 'customExtensions must have a value of 2 to 1024 octets of DER in base64'],
  ])('%s is refused', (_, extension, message) => {
    expect(declare(extension)).toThrow(`Stack/Ca/Sensor: ${message}`);
  });

  test('occurs once', () => {
    const extension = { oid: OWN, valueDerBase64: NULL };
    expect(() => withDevice({ customExtensions: [extension, extension] }))
      .toThrow(`Stack/Ca/Sensor: customExtensions must name each object identifier only once, got "${OWN}" more than once`);
  });

  test.each(['1', '3.1', '1.40.1', '1.3.06', 'serverAuth'])('must be allowed by an object identifier, and not by %j', oid => {
    expect(() => stackWithCa({ allowedCustomExtensions: [oid] }))
      .toThrow(`Stack/Ca: allowedCustomExtensions must be an object identifier, such as 1.3.6.1.4.1.99999.1, got "${oid}"`);
  });
});

describe('a declaration of extensions', () => {
  test.each<[string, CertificateExtensionOptions & Pick<DeviceCertificateOptions, 'extendedKeyUsages'>, string]>([
    ['no names', { subjectAlternativeNames: {} }, 'subjectAlternativeNames must hold 1 to 50 names, got 0'],
    ['51 names', { subjectAlternativeNames: { dns: Array.from({ length: 51 }, (_, n) => `d${n}.example`) } }, 'subjectAlternativeNames must hold 1 to 50 names, got 51'],
    ['an upper-case host', { subjectAlternativeNames: { dns: ['Sensor'] } },
      'subjectAlternativeNames.dns must be a host name in lower case without a dot at the end, with * as at most its first label, got "Sensor"'],
    ['an address among hosts', { subjectAlternativeNames: { dns: ['10.0.0.1'] } }, 'subjectAlternativeNames.dns must be a host name'],
    ['a network in place of an address', { subjectAlternativeNames: { ip: ['10.0.0.0/8'] } },
      'subjectAlternativeNames.ip must be an IPv4 or IPv6 address, got "10.0.0.0/8"'],
    ['a URI without a scheme', { subjectAlternativeNames: { uri: ['acme'] } }, 'subjectAlternativeNames.uri must be a URI with a scheme, in ASCII, up to 1024 characters'],
    ['a mailbox without a host', { subjectAlternativeNames: { email: ['ops'] } }, 'subjectAlternativeNames.email must be a mailbox, name@host'],
    ['a directory name without attributes', { subjectAlternativeNames: { directory: [{}] } }, 'subjectAlternativeNames.directory must have at least one attribute'],
    ['a country of three letters', { subjectAlternativeNames: { directory: [{ country: 'CHN' }] } },
      'subjectAlternativeNames.directory.country must be a country code of two upper-case letters (ISO 3166-1), got "CHN"'],
    ['a usage that is no object identifier', { extendedKeyUsages: [ExtendedKeyUsage.of('clientAuth')] },
      'extendedKeyUsages must be an object identifier, such as 1.3.6.1.4.1.99999.1, got "clientAuth"'],
    ['an empty list', { crlDistributionPoints: [] }, 'crlDistributionPoints must hold 1 to 10 entries if it is given, got 0'],
    ['a URL of FTP', { caIssuersUrls: ['ftp://acme.example'] },
      'caIssuersUrls must be URLs that begin with http://, https://, ldap:// or ldaps://, up to 1024 characters of ASCII, got "ftp://acme.example"'],
    ['a policy twice', { certificatePolicies: [{ oid: '1.2.3' }, { oid: '1.2.3' }] }, 'certificatePolicies must name each object identifier only once, got "1.2.3" more than once'],
    ['a statement that is no URL', { certificatePolicies: [{ oid: '1.2.3', cpsUri: 'cps' }] }, 'certificatePolicies.cpsUri must be URLs'],
  ])('is refused for %s', (_, options, message) => {
    expect(() => withDevice(options)).toThrow(`Stack/Ca/Sensor: ${message}`);
  });
});
