import { createPublicKey, verify } from 'node:crypto';
import { CA_KEYS } from './fixtures';
import { HASH_ALGORITHM_NAMES, KEY_ALGORITHM_NAMES } from '../../src/contract/key-algorithms';
import { publicKeyOf } from '../../src/pki/keys';
import { longestSignature } from '../../src/pki/signature-algorithms';
import { signerOf } from '../../src/pki/signer';

describe('a signer with a key in memory', () => {
  test.each(KEY_ALGORITHM_NAMES)('signs with %s by every digest', async algorithm => {
    const signer = signerOf(CA_KEYS[algorithm]);
    expect(signer.publicKey).toEqual(publicKeyOf(CA_KEYS[algorithm]));
    const data = Buffer.from('to be signed');
    for (const hash of HASH_ALGORITHM_NAMES) {
      const signature = await signer.sign(data, hash);
      const key = createPublicKey({ key: signer.publicKey, format: 'der', type: 'spki' });
      expect(verify(algorithm === 'ED25519' ? undefined : hash.replace('-', ''), data, key, signature)).toBe(true);
      expect(signature.length).toBeLessThanOrEqual(longestSignature(algorithm).length);
    }
  });

  test('refuses a string that is no key, without showing it', () => {
    expect(() => signerOf('hunter2')).toThrow(/^the private key must be PKCS#8 in PEM, .* \(not shown\)$/);
  });
});
