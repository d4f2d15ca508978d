import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Measured } from './results';
import { REGISTRARS } from '../src/platforms/registrations';

/** Kilobytes of what is shipped. */
export async function bundleSizes(): Promise<Measured> {
  const registrars = new Set(Object.values(REGISTRARS).map(({ bundle }) => `${bundle}/index.js`));
  const rows = ['handler/index.js', 'cli/private-iot-ca.js', ...registrars].flatMap(name => {
    const bytes = readFileSync(join(__dirname, '..', 'assets', name));
    return [
      { name: `assets/${name}`, value: bytes.length / 1000, unit: 'kB' },
      { name: `assets/${name}, compressed`, value: gzipSync(bytes).length / 1000, unit: 'kB' },
    ];
  });
  return { rows };
}
