import { assertNotCaSubject } from '../../src/pki/ca-subject';
import { element, sequence, setOfOne, objectIdentifier, printableString, Tag, utf8String } from '../../src/pki/der';
import { encodeName } from '../../src/pki/name';
import { OID } from '../../src/pki/object-identifiers';

const CA = encodeName({ commonName: 'Acme IoT Root CA', organization: 'Acme' });
const name = (...values: Buffer[]) => sequence(...values.map(value => setOfOne(sequence(objectIdentifier(OID.commonName), value))));
const isRefused = (subject: Buffer, cas: readonly Buffer[] = [CA]) => {
  try {
    assertNotCaSubject(subject, cas);
    return false;
  } catch (error) {
    expect((error as Error).message).toMatch(/^subject must differ from those of the CA that signs and of the CAs above it, got ".*": the certificate could pass for the CA/);
    return true;
  }
};

test('a certificate can\'t have the name of its CA, however the name is written', () => {
  expect(isRefused(CA)).toBe(true);
  expect(isRefused(encodeName({ commonName: ' ACME  iot root ca', organization: 'acme' }))).toBe(true);
  expect(isRefused(name(utf8String('Root')), [name(printableString('Root'))])).toBe(true);
  for (const [tag, octets] of [[Tag.BMP_STRING, '\0R\0t'], [Tag.UNIVERSAL_STRING, '\0\0\0R\0\0\0t'], [Tag.TELETEX_STRING, 'Rt'], [Tag.VISIBLE_STRING, 'Rt']] as const) {
    expect(isRefused(name(element(tag, Buffer.from(octets))), [name(utf8String('Rt'))])).toBe(true);
  }
});

test('a certificate can\'t have the name of a CA further up', () => {
  expect(isRefused(encodeName({ commonName: 'Root' }), [CA, encodeName({ commonName: 'Root' })])).toBe(true);
  expect(isRefused(encodeName({ commonName: 'Root' }), [])).toBe(false);
});

test('a certificate can have a name that begins like the name of its CA, or has more attributes', () => {
  for (const subject of [{ commonName: 'Acme IoT Root CA' }, { commonName: 'Acme IoT Root CA 2', organization: 'Acme' }, { organization: 'Acme' },
    { commonName: 'Acme IoT Root CA', organization: 'Acme', country: 'DE' }]) {
    expect(isRefused(encodeName(subject))).toBe(false);
  }
});
