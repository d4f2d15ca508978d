import { testCa, testCertificate } from './fixtures';
import { HASH_ALGORITHM_NAMES, KEY_ALGORITHM_NAMES } from '../../src/contract/key-algorithms';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { validityFrom } from '../../src/pki/validity';
import { certtool, hasCerttool } from '../support/openssl';
import { whereInstalled } from '../support/second-opinions';


whereInstalled(hasCerttool(), 'certtool', 'gnutls-bin').describe('certtool --verify-chain', () => {
  test.each(KEY_ALGORITHM_NAMES)('accepts certificates that a CA by %s signed', async algorithm => {
    // certtool knows no other time than the present.
    const validity = validityFrom(new Date(), PROFILES.ca, 10, undefined, false);
    for (const [index, hash] of HASH_ALGORITHM_NAMES.entries()) {
      const ca = await testCa({ algorithm, hash, validity });
      const profile = index % 2 === 0 ? 'device' : 'verification';
      const certificate = await testCertificate(ca.issuer, { profile, algorithm, hash, validity });
      const { status, stdout } = certtool(['--verify-chain'], toPem('CERTIFICATE', certificate) + toPem('CERTIFICATE', ca.certificate));
      expect(stdout).toContain('Chain verification output: Verified. The certificate is trusted.');
      expect(status).toBe(0);
    }
  });

  test('refuses the same chain if one octet of the signature differs', async () => {
    const validity = validityFrom(new Date(), PROFILES.ca, 10, undefined, false);
    const ca = await testCa({ algorithm: 'RSA_2048', validity });
    const certificate = await testCertificate(ca.issuer, { validity });
    certificate[certificate.length - 1] = 255 - certificate[certificate.length - 1];
    const { stdout } = certtool(['--verify-chain'], toPem('CERTIFICATE', certificate) + toPem('CERTIFICATE', ca.certificate));
    expect(stdout).toContain('Not verified');
  });
});
