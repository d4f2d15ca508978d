import { randomBytes } from 'node:crypto';
import { issue, selfIssuer } from '../../src/pki/issue';
import { generateKeyPair } from '../../src/pki/keys';
import { encodeName } from '../../src/pki/name';
import { PROFILES } from '../../src/pki/profile';
import { newSerialNumber } from '../../src/pki/serial-number';
import { signerOf } from '../../src/pki/signer';
import { validityFrom } from '../../src/pki/validity';

/** A CA on P-256, key and all. */
export async function firstCertificate(): Promise<Buffer> {
  const { privateKeyPem, publicKey } = await generateKeyPair('EC_P256');
  const subject = encodeName({ commonName: 'Benchmark CA' });
  return issue(PROFILES.ca, {
    serialNumber: newSerialNumber(randomBytes, 'ca'),
    validity: validityFrom(new Date(), PROFILES.ca, 3650, undefined, false),
    subject,
    publicKey,
    hashAlgorithm: 'SHA-256',
    pathLength: 0,
  }, selfIssuer(subject, signerOf(privateKeyPem)));
}
