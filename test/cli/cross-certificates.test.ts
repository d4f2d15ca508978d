import { CertificateFacts, readCertificate } from '../../src/cli/certificates/certificate-facts';
import { chainsOf, isCrossCertificate, signingOf } from '../../src/cli/certificates/chain';
import { derOf, OpensslCas } from '../support/openssl-ca';

const cas = new OpensslCas();
const facts = (pem: string): CertificateFacts => readCertificate('test', derOf(pem));

const former = cas.root({ subject: '/CN=Root' });
const current = cas.root({ subject: '/CN=Root 2036' });
const [old, next, cross, device] = [
  former.certificatePem,
  current.certificatePem,
  cas.below(former, { subject: '/CN=Root 2036', privateKeyPem: current.privateKeyPem }).certificatePem,
  cas.below(current, { subject: '/CN=sensor-001', extensions: ['extendedKeyUsage=clientAuth', 'authorityKeyIdentifier=keyid'] }).certificatePem,
].map(facts);

describe.each([['before', [cross, next]], ['after', [next, cross]]])('a cross-certificate %s the root for whose key it is', (_, both) => {
  const given = [device, ...both, old];

  test('is told apart from the root, if that is there', () => {
    expect(given.filter(each => isCrossCertificate(each, given))).toEqual([cross]);
    expect([device, cross, old].filter(each => isCrossCertificate(each, [device, cross, old]))).toEqual([]);
  });

  test('takes the place of the root in no chain, and not that of the root\'s own signer', () => {
    expect([device, next, cross].map(each => signingOf(each, given).signer)).toEqual([next, next, old]);
    expect(chainsOf(given)).toContainEqual([device, next]);
  });

  test('leads to the old root if the other root is not there', () => {
    expect(chainsOf([device, cross, old])).toEqual([[device, cross, old]]);
  });
});
