import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyAlgorithmName } from '../src/contract/key-algorithms';
import { createCertificationRequest } from '../src/pki/create-certification-request';
import { requestedExtensions } from '../src/pki/declared-extensions';
import { issue, selfIssuer } from '../src/pki/issue';
import { generateKeyPair } from '../src/pki/keys';
import { encodeName } from '../src/pki/name';
import { toPem } from '../src/pki/pem';
import { PROFILES } from '../src/pki/profile';
import { newSerialNumber } from '../src/pki/serial-number';
import { signerOf } from '../src/pki/signer';
import { validityFrom } from '../src/pki/validity';

/** A folder with what all contenders issue from: a CA, and the public keys and a request of a device. */
export async function inputsFor(caKey: KeyAlgorithmName): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'benchmark-'));
  const write = (name: string, pem: string): void => writeFileSync(join(folder, name), pem);
  const [ca, device, rsaDevice] = await Promise.all([caKey, 'EC_P256' as const, 'RSA_2048' as const].map(generateKeyPair));
  const subject = encodeName({ commonName: 'Benchmark CA', organization: 'Acme' });
  write('ca.key.pem', ca.privateKeyPem);
  write('ca.pem', toPem('CERTIFICATE', await issue(PROFILES.ca, {
    serialNumber: newSerialNumber(randomBytes, 'ca'),
    validity: validityFrom(new Date(), PROFILES.ca, 3650, undefined, false),
    subject,
    publicKey: ca.publicKey,
    hashAlgorithm: 'SHA-256',
  }, selfIssuer(subject, signerOf(ca.privateKeyPem)))));
  write('device.pub.pem', toPem('PUBLIC KEY', device.publicKey));
  write('device-rsa.pub.pem', toPem('PUBLIC KEY', rsaDevice.publicKey));
  const extensions = requestedExtensions(PROFILES.device, device.publicKey, undefined, { subjectAlternativeNames: { dns: ['device-1.example.com'] } });
  write('device.csr.pem', toPem('CERTIFICATE REQUEST', await createCertificationRequest(
    encodeName({ organization: 'Acme', commonName: 'device-1' }), signerOf(device.privateKeyPem), 'SHA-256', extensions)));
  return folder;
}
