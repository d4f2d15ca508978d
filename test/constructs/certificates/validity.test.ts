import { Duration } from 'aws-cdk-lib';
import { DeviceCertificateOptions, PrivateIotCaProps } from '../../../src';
import { propertiesOf, stackWithCa } from '../../support/stacks';

const NO_END = new Date('9999-12-31T23:59:59Z');

function deviceTerm(options: Partial<DeviceCertificateOptions>, caProps: Partial<PrivateIotCaProps> = {}): object {
  const { stack, ca } = stackWithCa(caProps);
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' }, ...options });
  const { ValidityDays, NotBefore, NotAfter } = propertiesOf(stack, 'Custom::IotDeviceCertificate');
  return { ValidityDays, NotBefore, NotAfter };
}

describe('a validity', () => {
  test.each<[string, Partial<DeviceCertificateOptions>, object]>([
    ['not declared: a year from its creation', {}, { ValidityDays: 365 }],
    ['days', { validity: Duration.days(30) }, { ValidityDays: 30 }],
    ['days from a second on', { validity: Duration.days(30), notBefore: new Date('2026-01-01T00:00:00Z') },
      { ValidityDays: 30, NotBefore: '2026-01-01T00:00:00Z' }],
    ['its end', { notAfter: new Date('2027-06-30T23:59:59+02:00') }, { NotAfter: '2027-06-30T21:59:59Z' }],
    ['both ends', { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') },
      { NotBefore: '2026-01-01T00:00:00Z', NotAfter: '2027-01-01T00:00:00Z' }],
    ['no well-defined end', { notAfter: NO_END }, { NotAfter: '9999-12-31T23:59:59Z' }],
  ])('is rendered as it is declared: %s', (_, options, term) => {
    expect(deviceTerm(options)).toEqual({ ValidityDays: undefined, NotBefore: undefined, NotAfter: undefined, ...term });
  });
});

test('a CA without an end bounds no number of days', () => {
  const { ca } = stackWithCa({ notAfter: NO_END });
  expect(ca.validity).toBeUndefined();
  expect(deviceTerm({ validity: Duration.days(36_500) }, { notAfter: NO_END })).toMatchObject({ ValidityDays: 36_500 });
});

test('a CA renders its own ends', () => {
  const { stack } = stackWithCa({ notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: NO_END });
  expect(propertiesOf(stack, 'Custom::PrivateIotCa')).toMatchObject({ NotBefore: '2026-01-01T00:00:00Z', NotAfter: '9999-12-31T23:59:59Z' });
  expect(propertiesOf(stack, 'Custom::PrivateIotCa')).not.toHaveProperty('ValidityDays');
});

describe('a declared validity', () => {
  test.each<[string, Partial<DeviceCertificateOptions>, string]>([
    ['days and an end', { validity: Duration.days(30), notAfter: NO_END }, 'validity must be given either as a number of days or with notAfter, not both'],
    ['an end before the beginning', { notBefore: NO_END, notAfter: new Date('2027-01-01T00:00:00Z') },
      'notAfter must be after notBefore, 9999-12-31T23:59:59Z, got 2027-01-01T00:00:00Z'],
    ['parts of a second', { notAfter: new Date('2027-01-01T00:00:00.500Z') },
      'notAfter must be a time in whole seconds from 1950 to 9999, got "2027-01-01T00:00:00.500Z"'],
    ['a year that certificates can\'t name', { notBefore: new Date('1949-12-31T23:59:59Z') },
      'notBefore must be a time in whole seconds from 1950 to 9999, got "1949-12-31T23:59:59.000Z"'],
    ['no time', { notAfter: new Date('soon') }, 'notAfter must be a time in whole seconds from 1950 to 9999, got no time'],
    ['parts of a day', { validity: Duration.hours(36) }, 'validity must be a whole number of days from 1 to 36500, got 1.5'],
  ])('is refused for %s', (_, options, message) => {
    expect(() => deviceTerm(options)).toThrow(`Stack/Ca/Sensor: ${message}`);
    const { validity, notBefore, notAfter } = options;
    expect(() => stackWithCa({ validity, notBefore, notAfter })).toThrow(`Stack/Ca: ${message}`);
  });
});
