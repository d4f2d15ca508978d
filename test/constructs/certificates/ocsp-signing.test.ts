import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { ExtendedKeyUsage, KeyAlgorithm, PrivateIotCa } from '../../../src';
import { stackWithCa } from '../../support/stacks';

describe('the extended key usage OCSPSigning', () => {
  const said = (stack: Stack): unknown[] => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('ocsp-signing')).map(({ entry }) => entry.data);
  const usages = (...extendedKeyUsages: ExtendedKeyUsage[]) => ({ subject: { commonName: 'sensor-001' }, keyAlgorithm: KeyAlgorithm.EC_P256, extendedKeyUsages });
  const NAMES = { dns: ['a.example'] };
  const WARNING = 'extendedKeyUsages should be without OCSPSigning: with it, whoever holds the key can answer for Stack/Ca that a revoked certificate is good. '
    + 'For an OCSP responder of the CA, call publishRevocation with ocsp';

  test.each<[string, (ca: PrivateIotCa) => unknown]>([
    ['a device', ca => ca.addDeviceCertificate('A', usages(ExtendedKeyUsage.OCSP_SIGNING))],
    ['a device, by its object identifier', ca => ca.addDeviceCertificate('A', usages(ExtendedKeyUsage.of('1.3.6.1.5.5.7.3.9')))],
    ['a server', ca => ca.addServerCertificate('A', { ...usages(ExtendedKeyUsage.OCSP_SIGNING), subjectAlternativeNames: NAMES })],
  ])('of %s brings a warning, because it makes a responder of its issuer', (_, declare) => {
    const { stack, ca } = stackWithCa();
    declare(ca);
    expect(said(stack)).toEqual([expect.stringContaining(WARNING)]);
  });

  test('is the only one that brings this warning', () => {
    const { stack, ca } = stackWithCa();
    ca.addDeviceCertificate('A', usages(ExtendedKeyUsage.CODE_SIGNING));
    expect(said(stack)).toEqual([]);
  });
});
