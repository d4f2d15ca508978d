import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { issue, selfIssuer } from '../../src/pki/issue';
import { generateKeyPair } from '../../src/pki/keys';
import { encodeName } from '../../src/pki/name';
import { PROFILES } from '../../src/pki/profile';
import { newSerialNumber } from '../../src/pki/serial-number';
import { signerOf } from '../../src/pki/signer';
import { validityFrom } from '../../src/pki/validity';

const turn = () => sleep(50);

/** Bytes in use after so many certificates, with the garbage collected. */
async function main(): Promise<void> {
  const { privateKeyPem } = await generateKeyPair('EC_P256');
  const { publicKey } = await generateKeyPair('EC_P256');
  const issuer = selfIssuer(encodeName({ commonName: 'Benchmark CA' }), signerOf(privateKeyPem));
  const inUse: number[] = [];
  for (let n = 1; n <= 100_000; n++) {
    await issue(PROFILES.device, {
      serialNumber: newSerialNumber(randomBytes, `device-${n}`),
      validity: validityFrom(new Date(), PROFILES.device, 365, undefined, false),
      subject: encodeName({ commonName: `device-${n}` }),
      publicKey,
      hashAlgorithm: 'SHA-256',
    }, issuer);
    if (n === 1_000 || n === 100_000) {
      await turn(); // what is freed in the background is freed
      gc!();
      await turn();
      gc!();
      const { heapUsed, external } = process.memoryUsage();
      inUse.push(heapUsed + external);
    }
  }
  console.log(JSON.stringify(inUse));
}

void main();
