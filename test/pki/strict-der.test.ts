import { element, Tag } from '../../src/pki/der';
import { assertDer } from '../../src/pki/strict-der';

const time = (tag: number, text: string) => element(tag, Buffer.from(text)).toString('hex');

describe('a request in DER', () => {
  test.each([
    ['TRUE', '0101ff'], ['FALSE', '010100'],
    ['a BIT STRING without bits', '030100'], ['a BIT STRING with seven unused bits', '03020780'],
    ['an element of the class for applications', '400100'],
    ['a UTCTime', time(Tag.UTC_TIME, '260301110000Z')],
    ...['20500301110000Z', '20500301110000.5Z', '20500301110000.05Z', '20500301110000.123Z'].map(text => [`the GeneralizedTime ${text}`, time(Tag.GENERALIZED_TIME, text)]),
  ])('can contain %s', (_, der) => {
    expect(() => assertDer(Buffer.from(der, 'hex'))).not.toThrow();
  });

  test.each([
    ['a BOOLEAN of two octets', '0102ffff'], ['a BOOLEAN without octets', '0100'],
    ['a BIT STRING without its first octet', '0300'], ['an unused bit of a BIT STRING without bits', '030101'],
    ['eight unused bits', '03020800'], ['an unused bit that is set', '03020101'],
    ...['0260301110000Z', '260301110000Z0', '26030111000Z'].map(text => [`the UTCTime ${text}`, time(Tag.UTC_TIME, text)]),
    ...['020500301110000Z', '20500301110000Z0', '20500301110000.Z', '20500301110000.50Z', '20500301110000'].map(text =>
      [`the GeneralizedTime ${text}`, time(Tag.GENERALIZED_TIME, text)]),
  ])('is refused with %s', (_, der) => {
    expect(() => assertDer(Buffer.from(der, 'hex'))).toThrow('DER must have the one form of each type and no other types than those of X.509, got another one at offset 0');
  });
});
