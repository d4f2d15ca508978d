import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FoundCertificate } from '../../../src/cli/list/listed-certificate';
import { Comparison, Difference } from '../../../src/cli/reconcile/difference';
import { sha256 } from '../../../src/contract/sha256';
import { IotInventory } from '../../../src/platforms/aws-iot/inventory/iot-inventory';
import { IotListing } from '../../../src/platforms/aws-iot/inventory/iot-listing';
import { NUMBERED_CA, numberedEntry } from '../../support/numbered-certificates';

const NUMBER = 100_000;
const CA = { caId: NUMBERED_CA, name: 'Iot/IotCa', certificate: Buffer.from('the certificate of the CA') };

const certificateOf = (index: number): Buffer => Buffer.from(`certificate ${index}`);

/** The certificate that AWS IoT has in place of this one: another one instead of every tenth. */
const registeredId = (index: number): string => sha256(certificateOf(index % 10 === 0 ? -index : index));

/** The certificates of the ledger, of which every tenth is not registered. */
async function* certificates(): AsyncIterable<FoundCertificate> {
  for (let index = 0; index < NUMBER; index++) {
    yield {
      entry: numberedEntry(index, { certificate: certificateOf(index) }),
      superseded: false,
      ca: CA.name,
      resource: `Iot/Sensor${index}`,
    };
  }
}

/** Pages as AWS IoT gives them, with IDs that are new strings, as those of answers are. */
async function* pages(length: number, idOf: (index: number) => string): AsyncIterable<{ certificateId: string; status: string }[]> {
  for (let start = 0; start < length; start += 250) {
    yield Array.from({ length: Math.min(250, length - start) }, (_, offset) => ({ certificateId: Buffer.from(idOf(start + offset)).toString(), status: 'ACTIVE' }));
  }
}

/** An account with as many certificates of the CA, and as many of others. */
const listing: Pick<IotListing, 'certificates' | 'certificatesOf' | 'cas' | 'ca'> = {
  certificates: () => pages(2 * NUMBER, index => index < NUMBER ? registeredId(index) : randomBytes(32).toString('hex')),
  certificatesOf: () => pages(NUMBER, registeredId),
  cas: () => pages(1, () => sha256(CA.certificate)),
  ca: async () => ({ status: 'ACTIVE', registersByItself: false }),
};

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What is in use after the garbage is gone. */
function usedMegabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

test('100,000 certificates are compared with an account of 200,000 in less than 40 megabytes, and every difference is found', async () => {
  const before = usedMegabytes();
  const inventory = await IotInventory.read('AWS IoT Core', listing as IotListing, [CA], true);
  expect(usedMegabytes() - before).toBeLessThan(40);
  const counts = new Map<string, number>();
  const found: Difference[] = [];
  for await (const difference of new Comparison(inventory, new Set(), new Date('2026-06-01T00:00:00Z')).differences(certificates())) {
    counts.set(difference.kind, (counts.get(difference.kind) ?? 0) + 1);
    found.push(...found.length === 0 ? [difference] : []);
  }
  expect(Object.fromEntries(counts)).toEqual({ 'not-registered': NUMBER / 10 - 1, 'not-in-ledger': NUMBER / 10 - 1 });
  expect(found[0].certificate).toMatchObject({ commonName: 'sensor-10' });
}, 120_000);
