import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { issuing, selfIssuer } from '../../src/pki/issue';
import { generateKeyPair } from '../../src/pki/keys';
import { encodeName } from '../../src/pki/name';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { inBlocks } from '../../src/pki/random-blocks';
import { newSerialNumber } from '../../src/pki/serial-number';
import { signerOf } from '../../src/pki/signer';
import { validityFrom } from '../../src/pki/validity';

/** A certificate on P-256 for each line of a manifest after its first, written to a file one after the other. */
async function main(manifest: string, folder: string): Promise<void> {
  const { privateKeyPem } = await generateKeyPair('EC_P256');
  const { publicKey } = await generateKeyPair('EC_P256');
  const issuer = selfIssuer(encodeName({ commonName: 'Benchmark CA' }), signerOf(privateKeyPem));
  const validity = validityFrom(new Date(), PROFILES.device, 365, undefined, false);
  const next = issuing(PROFILES.device, { validity, hashAlgorithm: 'SHA-256' }, issuer);
  const random = inBlocks(randomBytes);
  const certificates = createWriteStream(join(folder, 'certificates.pem'));
  const lines = createInterface({ input: createReadStream(manifest), crlfDelay: Infinity })[Symbol.asyncIterator]();
  await lines.next();
  for await (const commonName of lines) {
    const der = await next({ serialNumber: newSerialNumber(random, commonName), subject: encodeName({ commonName }), publicKey });
    if (!certificates.write(toPem('CERTIFICATE', der))) {
      await once(certificates, 'drain');
    }
  }
  certificates.end();
  await finished(certificates);
}

void main(process.argv[2], process.argv[3]);
